//! A new token for a socket that is open already: shown in a ping, answered in its pong.

use std::{collections::BTreeSet, sync::Arc};

use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesOrdered};
use http::HeaderMap;
use serde_json::json;

use crate::{
    authenticate::{AuthenticationError, Identity},
    engine::context::Renewal,
    server::{Gateway, refusal::Refusal},
};

/// How many tokens may wait for their check; beyond that the socket isn't read.
const MOST_WAITING: usize = 4;

/// A token that was looked at, and the headers that came with it.
pub(super) type Checked = (Arc<HeaderMap>, Result<Arc<Identity>, AuthenticationError>);

/// The tokens that one socket has shown since its handshake.
pub(super) struct Renewals {
    waiting: FuturesOrdered<BoxFuture<'static, Checked>>,
    /// Where running streams find the last that was good.
    renewal: Renewal,
}

/// Why a new token is not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RenewalError {
    /// The old token stays in force.
    #[error(transparent)]
    Refused(#[from] AuthenticationError),
    #[error("the token is another user's")]
    Stranger,
    /// Streams run that began under rights that are gone.
    #[error("the token grants less than the one before, connect again")]
    FewerRights,
}

impl Default for Renewals {
    fn default() -> Self {
        Self { waiting: FuturesOrdered::new(), renewal: Renewal::possible() }
    }
}

impl Renewals {
    pub(super) fn renewal(&self) -> Renewal {
        self.renewal.clone()
    }

    pub(super) fn have_room(&self) -> bool {
        self.waiting.len() < MOST_WAITING
    }

    pub(super) fn check(&mut self, gateway: Gateway, token: String, headers: Arc<HeaderMap>) {
        let check = async move { (headers, gateway.shared.authenticator.authenticate_value(&token).await) };
        self.waiting.push_back(check.boxed());
    }

    /// The next token that was looked at; waits for ever when there is none. Nothing is lost when it is dropped.
    pub(super) async fn next(&mut self) -> Checked {
        match self.waiting.next().await {
            Some(checked) => checked,
            None => std::future::pending().await,
        }
    }

    /// Puts a token in force for whatever runs, if it is one that may take the place of `viewer`'s.
    pub(super) fn settle(
        &self,
        viewer: Option<&Identity>,
        (headers, checked): Checked,
    ) -> Result<(Arc<HeaderMap>, Arc<Identity>), RenewalError> {
        let renewed = checked?;
        let viewer =
            viewer.filter(|viewer| viewer.subject == renewed.subject).ok_or(RenewalError::Stranger)?;
        if !(covers(&renewed.roles, &viewer.roles) && covers(&renewed.scopes, &viewer.scopes)) {
            return Err(RenewalError::FewerRights);
        }
        self.renewal.renew(Arc::clone(&headers), Arc::clone(&renewed));
        Ok((headers, renewed))
    }
}

fn covers(new: &[String], old: &[String]) -> bool {
    let new: BTreeSet<&String> = new.iter().collect();
    old.iter().all(|right| new.contains(right))
}

/// The pong's payload when the new token is in force.
pub(super) fn granted(viewer: &Identity) -> String {
    json!({ "authorization": { "status": "RENEWED", "expiresAt": viewer.expires_at } }).to_string()
}

/// The pong's payload when the old token stays in force.
pub(super) fn refused(error: AuthenticationError) -> String {
    let refusal = Refusal::from(error);
    json!({
        "authorization": { "status": "REFUSED", "code": refusal.code(), "message": refusal.to_string() }
    })
    .to_string()
}
