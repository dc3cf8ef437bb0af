//! One subgraph: what is sent to it, how long it may take, and how it has been doing.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use clock::SharedClock;
use futures::{FutureExt, StreamExt, stream::BoxStream};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use identity::ASSERTION_HEADER;
use service::{
    circuit::{self, Breaker, BreakerState, RetryBudget},
    transport::Transport,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};
use tracing::{Instrument as _, Span};

use self::exchange::{ACCEPT_ONE, ACCEPT_STREAM};
use self::record::Record;
pub use self::record::SubgraphHealth;
use super::{
    frames::FrameLimits,
    in_flight::{InFlight, Writes},
    passport::{Passports, Vouched},
    retry,
    time_limit::TimeLimit,
};
use crate::{
    config::TrafficConfig,
    engine::{context::RequestContext, upstream::UpstreamError},
    headers::HeaderRules,
    trace,
};

mod exchange;
mod record;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUIRE_PREFLIGHT: HeaderName = HeaderName::from_static("apollo-require-preflight");
const TRACE_HEADERS: [HeaderName; 2] =
    [HeaderName::from_static("traceparent"), HeaderName::from_static("tracestate")];

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
}
