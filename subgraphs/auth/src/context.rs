//! What every domain function of auth is given first.

use std::{ops::Deref, sync::Arc};

use identity::Caller;
use ids::UserId;
use service::{Foundation, Peers};

use crate::{access_tokens::Issuer, client::Client, passwords::Hasher};

/// The service's context, what auth signs and hashes with, and the client that asks.
#[derive(Debug, Clone)]
pub(crate) struct Ctx {
    service: service::Ctx,
    tools: Arc<Tools>,
    pub(crate) client: Client,
}

#[derive(Debug)]
struct Tools {
    hasher: Hasher,
    issuer: Issuer,
    peers: Peers,
}

impl Ctx {
    pub(crate) fn new(foundation: &Foundation) -> anyhow::Result<Self> {
        let tools = Tools {
            hasher: Hasher::try_new()?,
            issuer: Issuer::new(foundation.jwt_secret.as_ref()),
            peers: foundation.peers.clone(),
        };
        Ok(Self { service: foundation.ctx(), tools: Arc::new(tools), client: Client::default() })
    }

    /// The context of a request of `caller`.
    pub(crate) fn on_behalf_of(&self, caller: Caller) -> Self {
        Self {
            service: self.service.on_behalf_of(caller),
            tools: self.tools.clone(),
            client: Client::current(),
        }
    }

    pub(crate) fn viewer_id(&self) -> Option<UserId> {
        self.caller.viewer().map(|viewer| viewer.user_id)
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.tools.hasher
    }

    pub(crate) fn issuer(&self) -> &Issuer {
        &self.tools.issuer
    }

    pub(crate) fn peers(&self) -> &Peers {
        &self.tools.peers
    }
}

impl Deref for Ctx {
    type Target = service::Ctx;

    fn deref(&self) -> &service::Ctx {
        &self.service
    }
}
