//! The first words on a socket: who the client is, and which headers it would have sent.

use std::sync::Arc;

use futures::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Map, Value};

use crate::{
    authenticate::{AuthenticationError, Identity},
    headers,
};

pub(super) type Authenticated = Result<Option<Arc<Identity>>, AuthenticationError>;

/// How far the handshake has come.
pub(super) enum Handshake {
    /// No `connection_init` yet.
    Waiting,
    /// Its token is being checked.
    Checking(BoxFuture<'static, Authenticated>),
    Acknowledged,
}

impl Handshake {
    /// Waits for the token's check while one is going on.
    pub(super) async fn authenticated(&mut self) -> Authenticated {
        match self {
            Self::Checking(check) => check.await,
            Self::Waiting | Self::Acknowledged => std::future::pending().await,
        }
    }
}

/// The `Authorization` in a `connection_init` payload: a key of its own, or one inside `headers`.
pub(super) fn authorization(payload: &Map<String, Value>) -> Option<&str> {
    let direct = payload.iter();
    let nested = payload.get("headers").and_then(Value::as_object).into_iter().flatten();
    direct.chain(nested).find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?.1.as_str()
}

/// Browsers can't give a WebSocket headers of its own, so texts of the payload count as such for the header rules.
pub(super) fn merged(upgrade: &HeaderMap, payload: &Map<String, Value>) -> HeaderMap {
    let mut merged = upgrade.clone();
    let nested = payload.get("headers").and_then(Value::as_object).into_iter().flatten();
    for (name, value) in payload.iter().chain(nested) {
        let name = HeaderName::try_from(name.as_str());
        let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok());
        if let (Ok(name), Some(value)) = (name, value)
            && name != header::HOST
        {
            // A map of headers holds 32,768; what is beyond is no header.
            merged.try_insert(name, value).ok();
        }
    }
    headers::strip(&mut merged);
    merged
}
