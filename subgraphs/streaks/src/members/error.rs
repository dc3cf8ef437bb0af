//! Why a choice was not kept.

use crate::{context::BeginError, streak::store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum MemberError {
    #[error(transparent)]
    Begin(#[from] BeginError),
    #[error(transparent)]
    Store(#[from] StoreError),
}
