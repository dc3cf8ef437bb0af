//! One subgraph: what is sent to it, how long it may take, and how it has been doing.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use clock::SharedClock;
use futures::{FutureExt, StreamExt, stream, stream::BoxStream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Limited};
use identity::ASSERTION_HEADER;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service::{
    circuit::{self, Breaker, BreakerState, RetryBudget},
    transport::{Transport, TransportError},
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};
use tracing::{Instrument as _, Span};

use super::{
    event_stream::EventStreamParser,
    frames::{self, FrameLimits},
    in_flight::{InFlight, Writes},
    multipart::MultipartParser,
    passport::{Passports, Vouched},
    retry,
    time_limit::TimeLimit,
};
use crate::{
    config::{Problem, TrafficConfig},
    engine::{context::RequestContext, upstream::UpstreamError},
    headers::HeaderRules,
    trace,
};

const ACCEPT_ONE: HeaderValue =
    HeaderValue::from_static("application/graphql-response+json, application/json;q=0.9");
const ACCEPT_STREAM: HeaderValue = HeaderValue::from_static(
    "text/event-stream, multipart/mixed;subscriptionSpec=\"1.0\";q=0.9, application/graphql-response+json;q=0.1, application/json;q=0.1",
);
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUIRE_PREFLIGHT: HeaderName = HeaderName::from_static("apollo-require-preflight");
const TRACE_HEADERS: [HeaderName; 2] =
    [HeaderName::from_static("traceparent"), HeaderName::from_static("tracestate")];

/// What the configuration may say of one subgraph.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubgraphConfig {
    /// Instead of the supergraph's.
    pub url: Option<String>,
    /// The environment variable that holds the URL; it wins over `url` when it is set. A bare origin is
    /// completed with the path of the supergraph's URL.
    pub url_env: Option<String>,
    /// Speak HTTP/2 without TLS.
    pub http2: bool,
    pub timeout_ms: Option<u64>,
    pub retries: Option<u32>,
    pub max_concurrent: Option<usize>,
    pub max_response_bytes: Option<usize>,
    /// Instead of `traffic.deduplicate`.
    pub deduplicate: Option<bool>,
    pub stream_silence_ms: Option<u64>,
}

impl SubgraphConfig {
    /// What the types can't tell; `key` is where this stands.
    pub(crate) fn problems(&self, key: &str) -> Option<Problem> {
        let url = self.url.as_deref()?;
        let sound = url
            .parse::<Uri>()
            .is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some());
        let message = || format!("{url:?} is not a URL that begins with http:// or https://");
        (!sound).then(|| Problem::of(format!("{key}.url"), message()))
    }
}

/// How a subgraph has been doing.
#[derive(Debug, Clone, Serialize)]
pub struct SubgraphHealth {
    pub name: String,
    pub url: String,
    pub breaker: BreakerState,
    pub last_success: Option<DateTime<Utc>>,
    pub last_failure: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
}

#[derive(Debug, Default)]
struct Record {
    last_success: Option<DateTime<Utc>>,
    last_failure: Option<(DateTime<Utc>, String)>,
}

/// One subgraph and everything between it and the engine.
#[derive(Debug)]
pub(super) struct Subgraph {
    name: Arc<str>,
    url: Uri,
    transport: Transport,
    timeout: Duration,
    retries: u32,
    max_response_bytes: usize,
    frame_limits: FrameLimits,
    permits: Semaphore,
    /// `None` when equal queries are sent each for itself.
    in_flight: Option<InFlight>,
    writes: Writes,
    /// What differs in every request and means nothing to the answer.
    per_request: Vec<HeaderName>,
    budget: RetryBudget,
    breaker: Breaker,
    rules: HeaderRules,
    passports: Arc<Passports>,
    clock: SharedClock,
    jitter: RandomState,
    record: Mutex<Record>,
}

impl Subgraph {
    #[expect(clippy::too_many_arguments, reason = "called once, with one of each")]
    pub(super) fn new(
        name: String,
        url: Uri,
        transport: Transport,
        traffic: &TrafficConfig,
        rules: HeaderRules,
        passports: Arc<Passports>,
        writes: Writes,
        clock: SharedClock,
    ) -> Self {
        let [traceparent, tracestate] = TRACE_HEADERS;
        let per_request = [traceparent, tracestate, REQUEST_ID].into_iter().filter(|name| !rules.write(name));
        Self {
            name: name.into(),
            url,
            transport,
            timeout: Duration::from_millis(traffic.timeout_ms),
            retries: traffic.retries,
            max_response_bytes: traffic.max_response_bytes,
            frame_limits: FrameLimits {
                max_frame_bytes: traffic.max_response_bytes,
                max_silence: traffic.stream_silence_ms.map(Duration::from_millis),
            },
            permits: Semaphore::new(traffic.max_concurrent),
            in_flight: traffic.deduplicate.then(|| InFlight::new(writes.clone())),
            writes,
            per_request: per_request.collect(),
            budget: RetryBudget::default(),
            breaker: traffic.breaker.breaker(),
            rules,
            passports,
            clock,
            jitter: RandomState::new(),
            record: Mutex::default(),
        }
    }

    pub(super) fn url(&self) -> &Uri {
        &self.url
    }

    pub(super) fn door(&self) -> (Transport, Uri) {
        (self.transport.clone(), self.url.clone())
    }

    pub(super) fn health(&self) -> SubgraphHealth {
        let record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        SubgraphHealth {
            name: self.name.to_string(),
            url: self.url.to_string(),
            breaker: self.breaker.state(),
            last_success: record.last_success,
            last_failure: record.last_failure.as_ref().map(|(at, _)| *at),
            last_error: record.last_failure.as_ref().map(|(_, error)| error.clone()),
        }
    }

    /// One request and its whole answer.
    pub(super) async fn fetch(
        self: &Arc<Self>,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<Bytes, UpstreamError> {
        let span = trace::fetch(&self.name, "fetch");
        let answer = self.fetch_or_join(body, context).instrument(Span::clone(&span)).await;
        trace::note_outcome(&span, &answer);
        answer
    }

    async fn fetch_or_join(
        self: &Arc<Self>,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<Bytes, UpstreamError> {
        let headers = self.headers(context, ACCEPT_ONE);
        let is_query = retry::is_query(&body);
        let _write = (!is_query).then(|| self.writes.begin());
        let Some(in_flight) = self.in_flight.as_ref().filter(|_| is_query && !context.uploads.any()) else {
            return self.fetch_with_retries(body, headers, context, &TimeLimit::new(self.timeout)).await;
        };
        let mut relevant = headers.clone();
        self.per_request.iter().for_each(|name| drop(relevant.remove(name)));
        relevant.remove(ASSERTION_HEADER);
        let key = in_flight.key(body.clone(), relevant, Vouched::of(context.viewer.as_ref()));
        let send = |limit: Arc<TimeLimit>| {
            let (subgraph, context) = (Arc::clone(self), context.clone());
            async move { subgraph.fetch_with_retries(body, headers, &context, &limit).await }.boxed()
        };
        in_flight.answer(key, self.timeout, send).await
    }

    async fn fetch_with_retries(
        &self,
        body: Bytes,
        mut headers: HeaderMap,
        context: &RequestContext,
        limit: &TimeLimit,
    ) -> Result<Bytes, UpstreamError> {
        let _permit = self.permit().await?;
        let mut attempt = 0;
        loop {
            let sent = match context.uploads.form(&body) {
                Some(form) => {
                    headers.insert(header::CONTENT_TYPE, form.content_type);
                    // Servers that prevent forged forms ask for a header that no form can have.
                    headers.insert(REQUIRE_PREFLIGHT, HeaderValue::from_static("true"));
                    form.body
                }
                None => body.clone(),
            };
            let answer = self.guarded(limit.hold(self.exchange(sent, headers))).await;
            let Err(error) = answer else { return answer };
            let again = attempt < self.retries
                && self.breaker.state() == BreakerState::Closed
                && retry::is_passing(&error)
                && retry::is_query(&body)
                && self.budget.spend();
            if !again {
                return Err(error);
            }
            tokio::time::sleep(circuit::pause(attempt, self.jitter.hash_one(context.request_id.as_str())))
                .await;
            attempt += 1;
            headers = self.headers(context, ACCEPT_ONE);
        }
    }

    /// A place among the requests that run at the same time; waits for one as long as a request may take.
    async fn permit(&self) -> Result<SemaphorePermit<'_>, UpstreamError> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Ok(permit);
        }
        match timeout(self.timeout, self.permits.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(UpstreamError::Overloaded),
        }
    }

    /// One subscription. Dropping the stream closes the connection to the subgraph.
    pub(super) async fn stream(
        &self,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<BoxStream<'static, Result<Bytes, UpstreamError>>, UpstreamError> {
        let span = trace::fetch(&self.name, "subscribe");
        let opening = async {
            let headers = self.headers(context, ACCEPT_STREAM);
            self.guarded(self.open_stream(body, headers)).await
        };
        let stream = opening.instrument(Span::clone(&span)).await;
        trace::note_outcome(&span, &stream);
        let writes = self.writes.clone();
        Ok(stream?.inspect(move |_| writes.heard()).boxed())
    }

    async fn open_stream(
        &self,
        body: Bytes,
        headers: HeaderMap,
    ) -> Result<BoxStream<'static, Result<Bytes, UpstreamError>>, UpstreamError> {
        let response =
            timeout(self.timeout, self.send(body, headers)).await.map_err(|_| UpstreamError::Timeout)??;
        let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let limits = self.frame_limits;
        if !response.status().is_success() {
            return self.whole(response).await.map(one_response);
        }
        match essence.as_str() {
            "text/event-stream" => {
                Ok(frames::responses(response.into_body(), EventStreamParser::default(), limits))
            }
            "multipart/mixed" => {
                let parser = MultipartParser::new(MultipartParser::boundary_of(&content_type));
                Ok(frames::responses(response.into_body(), parser, limits))
            }
            "application/json" | "application/graphql-response+json" => {
                self.whole(response).await.map(one_response)
            }
            _ => Err(UpstreamError::Malformed(format!(
                "the subscription was answered with {essence:?}, which is not a stream"
            ))),
        }
    }

    async fn exchange(&self, body: Bytes, headers: HeaderMap) -> Result<Bytes, UpstreamError> {
        let response = self.send(body, headers).await?;
        self.collect(response).await
    }

    async fn send(&self, body: Bytes, headers: HeaderMap) -> Result<Response<Body>, UpstreamError> {
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = headers;
        self.transport.send(request).await.map_err(|error| match error {
            TransportError::Connect(reason) | TransportError::Interrupted(reason) => {
                UpstreamError::Unreachable(reason)
            }
        })
    }

    async fn whole(&self, response: Response<Body>) -> Result<Bytes, UpstreamError> {
        timeout(self.timeout, self.collect(response)).await.map_err(|_| UpstreamError::Timeout)?
    }

    async fn collect(&self, response: Response<Body>) -> Result<Bytes, UpstreamError> {
        let (parts, body) = response.into_parts();
        let collected = Limited::new(body, self.max_response_bytes).collect().await;
        match collected {
            Ok(body) if parts.status.is_success() => Ok(body.to_bytes()),
            Ok(body) => {
                let body = Some(body.to_bytes()).filter(|body| !body.is_empty());
                Err(UpstreamError::Status(parts.status.as_u16(), body))
            }
            Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(UpstreamError::Malformed(
                format!("the answer is larger than {} bytes", self.max_response_bytes),
            )),
            Err(error) => Err(UpstreamError::Unreachable(error.to_string())),
        }
    }

    /// Runs one exchange under the circuit breaker and keeps record of how it went.
    async fn guarded<T>(
        &self,
        exchange: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<T, UpstreamError> {
        let Some(attempt) = self.breaker.attempt() else {
            return Err(UpstreamError::Unreachable("its circuit is open after repeated failures".to_owned()));
        };
        let outcome = exchange.await;
        match &outcome {
            Err(error) if is_the_subgraphs_fault(error) => {
                attempt.failed();
                self.note_failure(error);
            }
            _ => {
                attempt.succeeded();
                self.budget.earn();
                let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
                record.last_success = Some(self.clock.now());
            }
        }
        outcome
    }

    fn note_failure(&self, error: &UpstreamError) {
        let text = match error {
            UpstreamError::Status(status, _) => format!("it answered with status {status}"),
            other => other.to_string(),
        };
        tracing::warn!(subgraph = %self.name, error = %text, "a subgraph failed");
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.last_failure = Some((self.clock.now(), text));
    }

    /// Everything that goes along with a body. The identity comes last, so that no rule can touch it.
    fn headers(&self, context: &RequestContext, accept: HeaderValue) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(header::CONTENT_TYPE, JSON);
        headers.insert(header::ACCEPT, accept);
        for name in TRACE_HEADERS {
            if let Some(value) = context.headers.get(&name) {
                headers.insert(name, value.clone());
            }
        }
        telemetry::hand_on(&mut headers);
        if let Ok(id) = HeaderValue::from_str(&context.request_id) {
            headers.insert(REQUEST_ID, id);
        }
        self.rules.apply(&context.headers, &mut headers);
        self.passports.stamp(&mut headers, &self.name, context.viewer.as_ref());
        headers
    }
}

/// Refusals (4xx) say something about the request, not about the subgraph's health.
fn is_the_subgraphs_fault(error: &UpstreamError) -> bool {
    match error {
        UpstreamError::Status(status, _) => {
            StatusCode::from_u16(*status).is_ok_and(|status| status.is_server_error())
        }
        UpstreamError::Overloaded => false,
        UpstreamError::Timeout | UpstreamError::Unreachable(_) | UpstreamError::Malformed(_) => true,
    }
}

fn one_response(body: Bytes) -> BoxStream<'static, Result<Bytes, UpstreamError>> {
    stream::iter([Ok(body)]).boxed()
}
