//! What every domain function of users is given first.

use std::{ops::Deref, sync::Arc, time::Duration};

use identity::Caller;
use ids::UserId;
use tokio::sync::OnceCell;

pub(crate) const ACCOUNTS_GROUP: &str = "users.accounts";
pub(crate) const RELATIONSHIPS_GROUP: &str = "users.relationships";

/// How long a request waits for a projection.
const PATIENCE: Duration = Duration::from_millis(500);

/// The context of one request: the service's, and what it has waited for already.
#[derive(Debug, Clone)]
pub(crate) struct Ctx {
    service: service::Ctx,
    blocks_known: Arc<OnceCell<()>>,
    accounts_known: Arc<OnceCell<()>>,
}

impl Ctx {
    pub(crate) fn new(service: service::Ctx) -> Self {
        Self { service, blocks_known: Arc::default(), accounts_known: Arc::default() }
    }

    /// The context of another request, of `caller`.
    pub(crate) fn on_behalf_of(&self, caller: Caller) -> Self {
        Self::new(self.service.on_behalf_of(caller))
    }

    pub(crate) fn viewer_id(&self) -> Option<UserId> {
        self.caller.viewer().map(|viewer| viewer.user_id)
    }

    /// Waits, once a request and for a moment at most, until blocks are known; reading goes on with what is known
    /// when they aren't.
    pub(crate) async fn settle_blocks(&self) {
        self.blocks_known.get_or_init(|| self.settle(RELATIONSHIPS_GROUP)).await;
    }

    /// The same for accounts: called when somebody isn't there, who may have registered a moment ago.
    pub(crate) async fn settle_accounts(&self) {
        self.accounts_known.get_or_init(|| self.settle(ACCOUNTS_GROUP)).await;
    }

    async fn settle(&self, group: &str) {
        if let Err(behind) = self.outbox.caught_up(group, PATIENCE).await {
            tracing::warn!(%behind, "reading with what is known");
        }
    }
}

impl Deref for Ctx {
    type Target = service::Ctx;

    fn deref(&self) -> &service::Ctx {
        &self.service
    }
}
