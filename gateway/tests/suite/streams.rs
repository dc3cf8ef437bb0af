//! Live streams: shared, bounded, never skipped over.

mod feed;
mod sharing;
