//! What every domain function of moods is given first.

use std::{ops::Deref, sync::Arc, time::Duration};

use identity::Caller;
use ids::UserId;
use keyring::Keyring;
use outbox::Work;
use service::Unauthenticated;
use tokio::sync::OnceCell;

use crate::{forgetting::StoreError, live::Hub};

pub(crate) const RELATIONSHIPS_GROUP: &str = "moods.relationships";
pub(crate) const SETTINGS_GROUP: &str = "moods.settings";

/// How long a request waits for a projection.
const PATIENCE: Duration = Duration::from_millis(500);

/// Why nothing of the viewer's is written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BeginError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The context of one request.
#[derive(Debug, Clone)]
pub(crate) struct Ctx {
    service: service::Ctx,
    /// Seal what is encrypted at rest.
    pub(crate) keys: Keyring,
    pub(crate) live: Hub,
    relationships_settled: Arc<OnceCell<()>>,
}

impl Ctx {
    pub(crate) fn new(service: service::Ctx, keys: Keyring, live: Hub) -> Self {
        Self { service, keys, live, relationships_settled: Arc::default() }
    }

    /// The context of another request, of `caller`.
    pub(crate) fn on_behalf_of(&self, caller: Caller) -> Self {
        Self::new(self.service.on_behalf_of(caller), self.keys.clone(), self.live.clone())
    }

    /// Begins a transaction of the viewer's.
    pub(crate) async fn begin(&self) -> Result<Work, BeginError> {
        let (work, _) = self.service.begin_own::<BeginError>().await?;
        Ok(work)
    }

    /// Whether it is `owner` themselves who asks.
    pub(crate) fn is_viewer(&self, owner: UserId) -> bool {
        self.caller.viewer().is_some_and(|viewer| viewer.user_id == owner)
    }

    /// Waits, once a request and for a moment at most, until follows and blocks are known; what is read after
    /// that goes by what is known.
    pub(crate) async fn settle_relationships(&self) {
        self.relationships_settled.get_or_init(|| async { _ = self.settle(RELATIONSHIPS_GROUP).await }).await;
    }

    /// Waits for a moment at most until the settings are known, and says whether they are.
    pub(crate) async fn settle_settings(&self) -> bool {
        self.settle(SETTINGS_GROUP).await
    }

    async fn settle(&self, group: &str) -> bool {
        let caught_up = self.outbox.caught_up(group, PATIENCE).await;
        if let Err(behind) = &caught_up {
            tracing::warn!(%behind, "going on with what is known");
        }
        caught_up.is_ok()
    }
}

impl Deref for Ctx {
    type Target = service::Ctx;

    fn deref(&self) -> &service::Ctx {
        &self.service
    }
}
