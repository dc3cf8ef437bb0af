//! Live streams: shared, bounded, never skipped over, and taken up again where they broke off.

mod feed;
mod reconnecting;
mod replacing;
mod resuming;
mod sharing;
