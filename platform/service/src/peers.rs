//! Asking another service directly, for the few questions that must be answered now.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{body::Body, extract::Request};
use clock::SharedClock;
use http::{Method, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use identity::{ASSERTION_HEADER, Assertion, AssertionSigner};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::OnceCell;

use crate::Transport;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The largest answer that is read.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// Why another service did not answer the question.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    #[error("{service} can't be reached")]
    Unreachable { service: &'static str },
    #[error("{service} took too long")]
    Timeout { service: &'static str },
    /// It understood the question and refuses; `body` says why.
    #[error("{service} refused: {status}")]
    Refused { service: &'static str, status: StatusCode, body: Vec<u8> },
    #[error("{service} gave an answer that can't be read")]
    Malformed { service: &'static str },
}

/// The other services, as one of them sees them.
#[derive(Debug, Clone)]
pub struct Peers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    own_name: &'static str,
    signer: AssertionSigner,
    clock: SharedClock,
    reached_by: HashMap<&'static str, Route>,
}

/// How a service is reached: known from the start, or once it has been put together in the same process.
#[derive(Debug, Default)]
struct Route {
    base: String,
    transport: OnceCell<Transport>,
}

impl Peers {
    /// Services at their URLs.
    pub fn at_urls(
        own_name: &'static str,
        signer: AssertionSigner,
        clock: SharedClock,
        urls: &[(&'static str, &str)],
        transport: &Transport,
    ) -> Self {
        let route = |url: &str| Route {
            base: url.trim_end_matches('/').to_owned(),
            transport: OnceCell::new_with(Some(transport.clone())),
        };
        let reached_by = urls.iter().map(|(name, url)| (*name, route(url))).collect();
        Self(Arc::new(Inner { own_name, signer, clock, reached_by }))
    }

    /// Services in the same process, each to be [`bound`](Self::bind) once it is put together.
    pub fn in_process(
        own_name: &'static str,
        signer: AssertionSigner,
        clock: SharedClock,
        names: &[&'static str],
    ) -> Self {
        let route = |name: &str| Route { base: format!("http://{name}"), transport: OnceCell::new() };
        let reached_by = names.iter().map(|name| (*name, route(name))).collect();
        Self(Arc::new(Inner { own_name, signer, clock, reached_by }))
    }

    /// Makes a service of this process reachable. The first binding of a name stays.
    pub fn bind(&self, name: &str, transport: Transport) {
        if let Some(route) = self.0.reached_by.get(name) {
            let _already_bound = route.transport.set(transport);
        }
    }

    /// Posts `question` as JSON to `path` of `service`, in this service's own name.
    pub async fn ask<Question: Serialize, Answer: DeserializeOwned>(
        &self,
        service: &'static str,
        path: &str,
        question: &Question,
    ) -> Result<Answer, PeerError> {
        let answering = self.post(service, path, question);
        let (status, bytes) =
            tokio::time::timeout(TIMEOUT, answering).await.map_err(|_| PeerError::Timeout { service })??;
        if status.is_client_error() {
            return Err(PeerError::Refused { service, status, body: bytes });
        }
        if !status.is_success() {
            return Err(PeerError::Unreachable { service });
        }
        serde_json::from_slice(&bytes).map_err(|_| PeerError::Malformed { service })
    }

    async fn post<Question: Serialize>(
        &self,
        service: &'static str,
        path: &str,
        question: &Question,
    ) -> Result<(StatusCode, Vec<u8>), PeerError> {
        let unreachable = || PeerError::Unreachable { service };
        let route = self.0.reached_by.get(service).ok_or_else(unreachable)?;
        let transport = route.transport.get().ok_or_else(unreachable)?;
        let assertion = Assertion { issuer: self.0.own_name.to_owned(), ..Assertion::default() };
        let body = serde_json::to_vec(question).map_err(|_| PeerError::Malformed { service })?;
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}{path}", route.base))
            .header(header::CONTENT_TYPE, "application/json")
            .header(ASSERTION_HEADER, self.0.signer.sign(&assertion, service, self.0.clock.now()))
            .body(Body::from(body))
            .map_err(|_| unreachable())?;
        telemetry::hand_on(request.headers_mut());
        let response = transport.send(request).await.map_err(|_| unreachable())?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
        let bytes = body.map_err(|_| PeerError::Malformed { service })?.to_bytes();
        Ok((status, bytes.to_vec()))
    }
}
