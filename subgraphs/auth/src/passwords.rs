//! Passwords: which ones are good enough, and how they are kept.

mod hasher;
mod rules;
mod well_known;

pub(crate) use self::{
    hasher::{HashError, Hasher, Verdict},
    rules::{Password, PasswordError, Presented},
};
