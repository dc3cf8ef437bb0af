//! What every domain function of hugs is given first.

use std::{ops::Deref, sync::Arc, time::Duration};

use identity::{Caller, Viewer};
use tokio::sync::OnceCell;

use crate::live::Hub;

pub(crate) const PEOPLE_GROUP: &str = "hugs.people";
pub(crate) const ERASURE_GROUP: &str = "hugs.erasure";
pub(crate) const RELATIONSHIPS_GROUP: &str = "hugs.relationships";

/// How long a request waits for the projections.
const PATIENCE: Duration = Duration::from_millis(500);

/// The context of one request: the service's, and the hub that wakes live streams.
#[derive(Debug, Clone)]
pub(crate) struct Ctx {
    service: service::Ctx,
    pub(crate) live: Hub,
    settled: Arc<OnceCell<()>>,
    people_settled: Arc<OnceCell<()>>,
}

/// The projections have not caught up, and what was asked needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what is known of other services is behind; try again in a moment")]
pub(crate) struct ProjectionBehind;

/// What not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    Moderation,
    Administration,
}

impl Right {
    /// The scope of a token that gives the right.
    fn scope(self) -> &'static str {
        match self {
            Self::Moderation => "moderation",
            Self::Administration => "administration",
        }
    }
}

/// The viewer may not do this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RightMissing {
    #[error("log in first")]
    Unauthenticated,
    #[error("this isn't for everybody")]
    Forbidden,
}

impl Ctx {
    /// The viewer, who has the right.
    pub(crate) fn require(&self, right: Right) -> Result<&Viewer, RightMissing> {
        let viewer = self.viewer().map_err(|_| RightMissing::Unauthenticated)?;
        if viewer.has_scope(right.scope()) { Ok(viewer) } else { Err(RightMissing::Forbidden) }
    }

    pub(crate) fn new(service: service::Ctx, live: Hub) -> Self {
        Self { service, live, settled: Arc::default(), people_settled: Arc::default() }
    }

    /// The context of another request, of `caller`.
    pub(crate) fn on_behalf_of(&self, caller: Caller) -> Self {
        Self::new(self.service.on_behalf_of(caller), self.live.clone())
    }

    /// For reading: waits, once a request and for a moment at most, until blocks are known; goes on with what is
    /// known when they aren't.
    pub(crate) async fn settle(&self) {
        let settling = self.settled.get_or_init(async || {
            if let Err(behind) = self.outbox.caught_up(RELATIONSHIPS_GROUP, PATIENCE).await {
                tracing::warn!(%behind, "reading with what is known of blocks");
            }
        });
        settling.await;
    }

    /// The same for what people are called: names that changed a moment ago are shown.
    pub(crate) async fn settle_people(&self) {
        let settling = self.people_settled.get_or_init(async || {
            if let Err(behind) = self.outbox.caught_up(PEOPLE_GROUP, PATIENCE).await {
                tracing::warn!(%behind, "reading with what is known of names");
            }
        });
        settling.await;
    }

    /// For writing where privacy is at stake: fails when not everything that was told is known.
    pub(crate) async fn require_projections(&self) -> Result<(), ProjectionBehind> {
        let (people, relationships) = futures::join!(
            self.outbox.caught_up(PEOPLE_GROUP, PATIENCE),
            self.outbox.caught_up(RELATIONSHIPS_GROUP, PATIENCE),
        );
        people.and(relationships).map_err(|behind| {
            tracing::warn!(%behind, "refusing to write");
            ProjectionBehind
        })
    }
}

impl Deref for Ctx {
    type Target = service::Ctx;

    fn deref(&self) -> &service::Ctx {
        &self.service
    }
}
