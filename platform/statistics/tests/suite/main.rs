//! What the statistics promise, seen from outside.

mod degenerate;
mod golden;
mod simulations;
