//! Where the data loaders of a request get their rows from.

use std::sync::Arc;

use crate::{context::Ctx, store::StoreError};

/// Answers data loaders, on behalf of the request's caller. Each feature says how its keys are loaded.
pub(crate) struct Batch(pub(crate) Ctx);

/// An error as data loaders want it: one for all who asked.
pub(crate) type BatchError = Arc<StoreError>;
