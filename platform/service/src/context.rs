//! What every domain function is given first.

use chrono::{DateTime, Utc};
use clock::SharedClock;
use database::Database;
use identity::{Caller, Viewer};
use ids::UserId;
use outbox::{Outbox, Work};
use sea_orm::DbErr;

use crate::Peers;

/// The subgraph's database, clock and outbox, on whose behalf it works, and the other services.
#[derive(Debug, Clone)]
pub struct Ctx {
    pub db: Database,
    pub clock: SharedClock,
    pub outbox: Outbox,
    pub caller: Caller,
    pub peers: Peers,
}

/// Nobody is logged in, and somebody has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("log in first")]
pub struct Unauthenticated;

impl Ctx {
    /// The same for another caller.
    pub fn on_behalf_of(&self, caller: Caller) -> Self {
        Self { caller, ..self.clone() }
    }

    pub fn viewer(&self) -> Result<&Viewer, Unauthenticated> {
        self.caller.viewer().ok_or(Unauthenticated)
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Begins a transaction whose events have the viewer as their actor.
    pub async fn begin(&self) -> Result<Work, DbErr> {
        self.outbox.begin(self.caller.viewer().map(|viewer| viewer.user_id)).await
    }

    /// Begins a transaction in which the viewer, whom it names, changes something. A token may outlive its owner by a moment: of
    /// those who are gone it is nobody's any more. Until the transaction ends, the viewer can't go.
    pub async fn begin_own<E>(&self) -> Result<(Work, UserId), E>
    where
        E: From<Unauthenticated> + From<DbErr>,
    {
        let viewer = self.viewer()?.user_id;
        let work = self.begin().await?;
        if erasure::any_erased(&work, &[viewer]).await? {
            work.rollback().await?;
            return Err(Unauthenticated.into());
        }
        Ok((work, viewer))
    }
}
