//! What every domain function of streaks is given first.

use std::{ops::Deref, sync::Arc, time::Duration};

use identity::Caller;
use ids::UserId;
use service::Unauthenticated;
use tokio::sync::OnceCell;

use crate::{live::Hub, streak::store::StoreError};

pub(crate) const MOODS_GROUP: &str = "streaks.moods";
pub(crate) const HUGS_GROUP: &str = "streaks.hugs";
pub(crate) const SETTINGS_GROUP: &str = "streaks.settings";
pub(crate) const RELATIONSHIPS_GROUP: &str = "streaks.relationships";
pub(crate) const ERASURE_GROUP: &str = "streaks.erasure";

/// How long a request waits for a projection.
const PATIENCE: Duration = Duration::from_millis(500);

/// The context of one request.
#[derive(Debug, Clone)]
pub(crate) struct Ctx {
    service: service::Ctx,
    pub(crate) live: Hub,
    days_settled: Arc<OnceCell<()>>,
    relationships_settled: Arc<OnceCell<()>>,
}

/// Why somebody's own things can't be changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BeginError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Ctx {
    pub(crate) fn new(service: service::Ctx, live: Hub) -> Self {
        Self { service, live, days_settled: Arc::default(), relationships_settled: Arc::default() }
    }

    /// The context of another request, of `caller`.
    pub(crate) fn on_behalf_of(&self, caller: Caller) -> Self {
        Self::new(self.service.on_behalf_of(caller), self.live.clone())
    }

    pub(crate) fn viewer_id(&self) -> Option<UserId> {
        self.caller.viewer().map(|viewer| viewer.user_id)
    }

    /// Whether it is `owner` themselves who asks.
    pub(crate) fn is_viewer(&self, owner: UserId) -> bool {
        self.viewer_id() == Some(owner)
    }

    /// Waits, once a request and for a moment at most, until moods and hugs that are there are known.
    pub(crate) async fn settle_days(&self) {
        let both = async {
            tokio::join!(self.settle(MOODS_GROUP), self.settle(HUGS_GROUP));
        };
        self.days_settled.get_or_init(|| both).await;
    }

    /// Waits, once a request and for a moment at most, until follows and blocks are known.
    pub(crate) async fn settle_relationships(&self) {
        self.relationships_settled.get_or_init(|| self.settle(RELATIONSHIPS_GROUP)).await;
    }

    /// Waits for a moment at most until the settings are known.
    pub(crate) async fn settle_settings(&self) {
        self.settle(SETTINGS_GROUP).await;
    }

    async fn settle(&self, group: &str) {
        if let Err(behind) = self.outbox.caught_up(group, PATIENCE).await {
            tracing::warn!(%behind, "going on with what is known");
        }
    }
}

impl Deref for Ctx {
    type Target = service::Ctx;

    fn deref(&self) -> &service::Ctx {
        &self.service
    }
}
