//! Exports over a database of a kind of its own.

mod accounting;
mod pages;
mod permits;
mod world;
