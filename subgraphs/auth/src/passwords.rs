//! Passwords: which ones are good enough, and how they are kept.

mod common;
mod hasher;
mod rules;

pub(crate) use self::{
    hasher::{HashError, Hasher, Verdict},
    rules::{Password, PasswordError, Presented},
};
