//! What every domain function of users is given first.

use std::{ops::Deref, sync::Arc, time::Duration};

use identity::Caller;
use ids::UserId;
use service::Foundation;
use tokio::sync::OnceCell;

use crate::{avatars::Pictures, presence::Hub};

pub(crate) const ACCOUNTS_GROUP: &str = "users.accounts";
pub(crate) const BADGES_GROUP: &str = "users.badges";
pub(crate) const ERASURE_GROUP: &str = "users.erasure";
pub(crate) const RELATIONSHIPS_GROUP: &str = "users.relationships";

/// How long a request waits for a projection.
const PATIENCE: Duration = Duration::from_millis(500);

/// The context of one request: the service's, what all requests of the process share, and what this one has waited for
/// already.
#[derive(Debug, Clone)]
pub(crate) struct Ctx {
    service: service::Ctx,
    shared: Arc<Shared>,
    blocks_known: Arc<OnceCell<()>>,
    accounts_known: Arc<OnceCell<()>>,
}

#[derive(Debug)]
struct Shared {
    hub: Hub,
    pictures: Pictures,
}

impl Ctx {
    pub(crate) fn new(foundation: &Foundation) -> anyhow::Result<Self> {
        let shared = Shared { hub: Hub::default(), pictures: Pictures::open(&foundation.files)? };
        Ok(Self::of(foundation.ctx(), Arc::new(shared)))
    }

    fn of(service: service::Ctx, shared: Arc<Shared>) -> Self {
        Self { service, shared, blocks_known: Arc::default(), accounts_known: Arc::default() }
    }

    /// The context of another request, of `caller`.
    pub(crate) fn on_behalf_of(&self, caller: Caller) -> Self {
        Self::of(self.service.on_behalf_of(caller), self.shared.clone())
    }

    pub(crate) fn viewer_id(&self) -> Option<UserId> {
        self.caller.viewer().map(|viewer| viewer.user_id)
    }

    /// Whom the streams of this process are told of.
    pub(crate) fn hub(&self) -> &Hub {
        &self.shared.hub
    }

    /// Where pictures are made and kept.
    pub(crate) fn pictures(&self) -> &Pictures {
        &self.shared.pictures
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
