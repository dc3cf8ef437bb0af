//! Asking another service directly, for the few questions that must be answered now.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{body::Body, extract::Request};
use clock::SharedClock;
use http::{Method, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use identity::{ASSERTION_HEADER, Assertion, AssertionSigner};
use questions::Question;
use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    sync::OnceCell,
    time::{Instant, sleep, timeout_at},
};

use crate::{
    Transport,
    circuit::{self, Breaker, BreakerState, RetryBudget},
};

/// The largest answer that is read.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// Why another service did not answer the question.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    #[error("{service} can't be reached")]
    Unreachable { service: &'static str },
    #[error("{service} took too long")]
    Timeout { service: &'static str },
    /// It has failed again and again just now; nothing was sent.
    #[error("{service} is left alone for a moment")]
    LeftAlone { service: &'static str },
    /// It understood the question and refuses; `body` says why.
    #[error("{service} refused: {status}")]
    Refused { service: &'static str, status: StatusCode, body: Vec<u8> },
    #[error("{service} gave an answer that can't be read")]
    Malformed { service: &'static str },
}

/// How patient a service is with the others.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// How long an answer may take, repeated questions included.
    timeout: Duration,
    /// How often a question is repeated at most.
    retries: u32,
    /// Failures in a row after which a service is left alone, and for how long.
    failures: u32,
    left_alone_for: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let (timeout, left_alone_for) = (Duration::from_secs(2), Duration::from_secs(1));
        Self { timeout, retries: 2, failures: 5, left_alone_for }
    }
}

/// How another service has been answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PeerHealth {
    pub service: &'static str,
    /// Closed while it answers, open while it is left alone.
    pub circuit: BreakerState,
}

/// The other services, as one of them sees them.
#[derive(Debug, Clone)]
pub struct Peers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    own_name: &'static str,
    signer: AssertionSigner,
    clock: SharedClock,
    patience: Patience,
    reached_by: HashMap<&'static str, Route>,
    /// Spreads the pauses of different processes.
    jitter: RandomState,
    asked: AtomicU64,
}

/// How a service is reached: known from the start, or once it has been put together in the same process.
#[derive(Debug)]
struct Route {
    base: String,
    transport: OnceCell<Transport>,
    breaker: Breaker,
    budget: RetryBudget,
}

impl Route {
    fn new(base: String, transport: OnceCell<Transport>, patience: Patience) -> Self {
        let breaker = Breaker::new(patience.failures, patience.left_alone_for);
        Self { base, transport, breaker, budget: RetryBudget::default() }
    }
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
        Self::with_patience(own_name, signer, clock, urls, transport, Patience::default())
    }

    fn with_patience(
        own_name: &'static str,
        signer: AssertionSigner,
        clock: SharedClock,
        urls: &[(&'static str, &str)],
        transport: &Transport,
        patience: Patience,
    ) -> Self {
        let route = |url: &str| {
            let transport = OnceCell::new_with(Some(transport.clone()));
            Route::new(url.trim_end_matches('/').to_owned(), transport, patience)
        };
        let reached_by = urls.iter().map(|(name, url)| (*name, route(url))).collect();
        Self::new(own_name, signer, clock, patience, reached_by)
    }

    /// Services in the same process, each to be [`bound`](Self::bind) once it is put together.
    pub fn in_process(
        own_name: &'static str,
        signer: AssertionSigner,
        clock: SharedClock,
        names: &[&'static str],
    ) -> Self {
        let patience = Patience::default();
        let route = |name: &str| Route::new(format!("http://{name}"), OnceCell::new(), patience);
        let reached_by = names.iter().map(|name| (*name, route(name))).collect();
        Self::new(own_name, signer, clock, patience, reached_by)
    }

    fn new(
        own_name: &'static str,
        signer: AssertionSigner,
        clock: SharedClock,
        patience: Patience,
        reached_by: HashMap<&'static str, Route>,
    ) -> Self {
        let (jitter, asked) = (RandomState::new(), AtomicU64::new(0));
        Self(Arc::new(Inner { own_name, signer, clock, patience, reached_by, jitter, asked }))
    }

    /// Makes a service of this process reachable. The first binding of a name stays.
    pub fn bind(&self, name: &str, transport: Transport) {
        if let Some(route) = self.0.reached_by.get(name) {
            let _already_bound = route.transport.set(transport);
        }
    }

    /// How each of the other services has been answering.
    pub fn health(&self) -> Vec<PeerHealth> {
        let others = self.0.reached_by.iter().filter(|(name, _)| **name != self.0.own_name);
        let circuit = |route: &Route| route.breaker.state();
        let mut health: Vec<_> =
            others.map(|(service, route)| PeerHealth { service, circuit: circuit(route) }).collect();
        health.sort_by_key(|peer| peer.service);
        health
    }

    /// Asks in this service's own name. A question that may be repeated is asked again, within a budget, when its service
    /// can't be reached just now; all of it takes no longer than one answer may. A service that fails again and again is
    /// left alone for a moment, in which every question fails at once.
    pub async fn ask<Q: Question>(&self, question: &Q) -> Result<Q::Answer, PeerError> {
        let service = Q::SERVICE;
        let route = self.0.reached_by.get(service).ok_or(PeerError::Unreachable { service })?;
        let body = serde_json::to_vec(question).map_err(|_| PeerError::Malformed { service })?;
        let deadline = Instant::now() + self.0.patience.timeout;
        let mut attempt = 0;
        loop {
            let error = match self.guarded::<Q>(route, body.clone(), deadline).await {
                Ok(answer) => return read(service, &answer),
                Err(error) => error,
            };
            let again = Q::REPEATABLE
                && attempt < self.0.patience.retries
                && matches!(error, PeerError::Unreachable { .. })
                && route.breaker.state() == BreakerState::Closed
                && route.budget.spend();
            if !again {
                return Err(error);
            }
            sleep(circuit::pause(attempt, self.random())).await;
            attempt += 1;
        }
    }

    /// One attempt, from which the breaker and the budget learn.
    async fn guarded<Q: Question>(
        &self,
        route: &Route,
        body: Vec<u8>,
        deadline: Instant,
    ) -> Result<Vec<u8>, PeerError> {
        let service = Q::SERVICE;
        let attempt = route.breaker.attempt().ok_or(PeerError::LeftAlone { service })?;
        let answering = timeout_at(deadline, self.post::<Q>(route, body)).await;
        let answer = answering.unwrap_or(Err(PeerError::Timeout { service }));
        if let Ok(_) | Err(PeerError::Refused { .. }) = &answer {
            attempt.succeeded();
            route.budget.earn();
            return answer;
        }
        attempt.failed();
        if route.breaker.state() == BreakerState::Open {
            tracing::warn!(service, "a service fails again and again, and is left alone for a moment");
        }
        answer
    }

    async fn post<Q: Question>(&self, route: &Route, body: Vec<u8>) -> Result<Vec<u8>, PeerError> {
        let service = Q::SERVICE;
        let unreachable = || PeerError::Unreachable { service };
        let transport = route.transport.get().ok_or_else(unreachable)?;
        let assertion = Assertion { issuer: self.0.own_name.to_owned(), ..Assertion::default() };
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}{}", route.base, Q::PATH))
            .header(header::CONTENT_TYPE, "application/json")
            .header(ASSERTION_HEADER, self.0.signer.sign(&assertion, service, self.0.clock.now()))
            .body(Body::from(body))
            .map_err(|_| unreachable())?;
        telemetry::hand_on(request.headers_mut());
        let response = transport.send(request).await.map_err(|_| unreachable())?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
        let body = body.map_err(|_| PeerError::Malformed { service })?.to_bytes().to_vec();
        if status.is_client_error() {
            return Err(PeerError::Refused { service, status, body });
        }
        if status.is_success() { Ok(body) } else { Err(unreachable()) }
    }

    fn random(&self) -> u64 {
        self.0.jitter.hash_one(self.0.asked.fetch_add(1, Ordering::Relaxed))
    }
}

fn read<Answer: DeserializeOwned>(service: &'static str, body: &[u8]) -> Result<Answer, PeerError> {
    serde_json::from_slice(body).map_err(|_| PeerError::Malformed { service })
}

#[cfg(test)]
mod tests;
