//! An engine over in-test subgraphs, with every request to them on record.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use federation_composition::{CompositionResult, ServiceDefinition, compose_services, graphql_core};
use futures::StreamExt;
use gateway::authenticate::Identity;
use gateway::engine::context::{Renewal, RequestContext};
use gateway::engine::options::EngineOptions;
use gateway::engine::request::GraphqlRequest;
use gateway::engine::upstream::{Upstream, UpstreamError, UpstreamStream};
use gateway::engine::{Engine, GraphqlResponse};
use serde_json::{Value as Json, json};

use super::subgraph::Subgraph;

type Interception = Arc<dyn Fn(&Json) -> Option<Result<Bytes, UpstreamError>> + Send + Sync>;

#[derive(Default)]
pub(crate) struct Subgraphs {
    subgraphs: HashMap<&'static str, Subgraph>,
    stream_refusal: Mutex<Option<UpstreamError>>,
    interceptions: Mutex<HashMap<&'static str, Interception>>,
    calls: Mutex<Vec<(String, Json)>>,
    streams: Arc<AtomicUsize>,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
}

#[async_trait]
impl Upstream for Subgraphs {
    async fn fetch(&self, subgraph: &str, body: Bytes, _: &RequestContext) -> Result<Bytes, UpstreamError> {
        let request: Json = serde_json::from_slice(&body).expect("the body is JSON");
        self.calls.lock().expect("not poisoned").push((subgraph.to_owned(), request.clone()));
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_under_way.fetch_max(under_way, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        let interception = self.interceptions.lock().expect("not poisoned").get(subgraph).cloned();
        if let Some(answer) = interception.and_then(|intercept| intercept(&request)) {
            return answer;
        }
        let mut responses = self.subgraphs[subgraph].execute(&request);
        Ok(serde_json::to_vec(&responses.remove(0)).expect("JSON").into())
    }

    async fn stream(
        &self,
        subgraph: &str,
        body: Bytes,
        _: &RequestContext,
    ) -> Result<UpstreamStream, UpstreamError> {
        if let Some(error) = self.stream_refusal.lock().expect("not poisoned").clone() {
            return Err(error);
        }
        let request: Json = serde_json::from_slice(&body).expect("the body is JSON");
        self.calls.lock().expect("not poisoned").push((subgraph.to_owned(), request.clone()));
        let interception = self.interceptions.lock().expect("not poisoned").get(subgraph).cloned();
        let broken = interception.and_then(|intercept| intercept(&request));
        let events = self.subgraphs[subgraph].execute(&request).into_iter();
        let events: Vec<_> = events
            .map(|event| Ok(Bytes::from(serde_json::to_vec(&event).expect("JSON"))))
            .chain(broken)
            .collect();
        self.streams.fetch_add(1, Ordering::SeqCst);
        let open = OpenStream(self.streams.clone());
        // It stays open after the last event, as a live stream does.
        let stream = futures::stream::iter(events).chain(futures::stream::pending());
        Ok(stream
            .map(move |event| {
                let _ = &open;
                event
            })
            .boxed())
    }
}

struct OpenStream(Arc<AtomicUsize>);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

pub(crate) struct Federation {
    pub(crate) engine: Engine,
    subgraphs: Arc<Subgraphs>,
}

pub(crate) fn compose(subgraphs: &[Subgraph]) -> String {
    let services: Vec<_> = subgraphs
        .iter()
        .map(|subgraph| {
            let document = graphql_core::parse(subgraph.sdl()).expect("the subgraph's SDL parses");
            ServiceDefinition::new(subgraph.name, document)
                .with_url(format!("http://{}/graphql", subgraph.name))
        })
        .collect();
    match compose_services(&services).expect("composition runs") {
        CompositionResult::Success(success) => success.supergraph_sdl().to_owned(),
        CompositionResult::Failure(failure) => panic!("the subgraphs do not compose:\n{failure}"),
    }
}

impl Federation {
    pub(crate) fn new(subgraphs: Vec<Subgraph>) -> Self {
        Self::with_options(subgraphs, EngineOptions::default())
    }

    pub(crate) fn with_options(subgraphs: Vec<Subgraph>, options: EngineOptions) -> Self {
        let supergraph = compose(&subgraphs);
        Self::serving(supergraph, subgraphs, options)
    }

    /// A supergraph that was composed elsewhere.
    pub(crate) fn serving(supergraph: String, subgraphs: Vec<Subgraph>, options: EngineOptions) -> Self {
        let subgraphs = subgraphs.into_iter().map(|subgraph| (subgraph.name, subgraph)).collect();
        let subgraphs = Arc::new(Subgraphs { subgraphs, ..Subgraphs::default() });
        let engine = Engine::try_new(&supergraph, subgraphs.clone(), options)
            .unwrap_or_else(|error| panic!("{error}"));
        Self { engine, subgraphs }
    }

    /// Answers for a subgraph instead of it, whenever `intercept` gives something.
    pub(crate) fn intercept(
        &self,
        subgraph: &'static str,
        intercept: impl Fn(&Json) -> Option<Result<Bytes, UpstreamError>> + Send + Sync + 'static,
    ) {
        self.subgraphs.interceptions.lock().expect("not poisoned").insert(subgraph, Arc::new(intercept));
    }

    pub(crate) fn answer_with(&self, subgraph: &'static str, body: impl Into<Bytes>) {
        let body = body.into();
        self.intercept(subgraph, move |_| Some(Ok(body.clone())));
    }

    pub(crate) fn fail(&self, subgraph: &'static str, error: UpstreamError) {
        self.intercept(subgraph, move |_| Some(Err(error.clone())));
    }

    /// From now on no subgraph takes a subscription.
    pub(crate) fn refuse_streams(&self, error: UpstreamError) {
        *self.subgraphs.stream_refusal.lock().expect("not poisoned") = Some(error);
    }

    pub(crate) async fn run(&self, request: Json) -> Json {
        self.run_as(None, request).await
    }

    pub(crate) async fn run_as(&self, viewer: Option<&Arc<Identity>>, request: Json) -> Json {
        let request: GraphqlRequest = serde_json::from_value(request).expect("a request");
        let context = RequestContext { viewer: viewer.cloned(), ..context() };
        let response = match self.engine.prepare(request, context.viewer.as_deref()).await {
            Ok(operation) => self.engine.execute(&operation, context).await,
            Err(refusal) => refusal,
        };
        read(&response)
    }

    pub(crate) async fn query(&self, query: &str) -> Json {
        self.run(json!({ "query": query })).await
    }

    pub(crate) async fn query_with(&self, query: &str, variables: Json) -> Json {
        self.run(json!({ "query": query, "variables": variables })).await
    }

    /// `data` of an answer that has no errors.
    pub(crate) async fn data(&self, query: &str) -> Json {
        let response = self.query(query).await;
        assert!(response.get("errors").is_none(), "{response:#}");
        response["data"].clone()
    }

    /// The code of the first error of a request that is refused.
    pub(crate) async fn refusal(&self, query: &str) -> String {
        let response = self.query(query).await;
        assert!(response.get("data").is_none(), "not refused: {response}");
        response["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// What was sent to a subgraph since the last time this was asked.
    pub(crate) fn calls_to(&self, subgraph: &str) -> Vec<Json> {
        let mut calls = self.subgraphs.calls.lock().expect("not poisoned");
        let (wanted, others) = calls.drain(..).partition(|(name, _)| name == subgraph);
        *calls = others;
        let wanted: Vec<(String, Json)> = wanted;
        wanted.into_iter().map(|(_, request)| request).collect()
    }

    /// The subgraphs in the order in which they were called.
    pub(crate) fn called(&self) -> Vec<String> {
        self.subgraphs.calls.lock().expect("not poisoned").drain(..).map(|(name, _)| name).collect()
    }

    pub(crate) fn open_streams(&self) -> usize {
        self.subgraphs.streams.load(Ordering::SeqCst)
    }

    pub(crate) fn most_calls_at_once(&self) -> usize {
        self.subgraphs.most_under_way.load(Ordering::SeqCst)
    }
}

pub(crate) fn context() -> RequestContext {
    RequestContext {
        headers: Arc::default(),
        viewer: None,
        request_id: "request".to_owned(),
        renewal: Renewal::default(),
        uploads: gateway::uploads::Uploads::default(),
    }
}

pub(crate) fn read(response: &GraphqlResponse) -> Json {
    let text = std::str::from_utf8(&response.body).expect("UTF-8");
    let json: Json = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(response.request_error, json.get("data").is_none(), "{json}");
    assert_eq!(response.has_errors, json.get("errors").is_some(), "{json}");
    json
}

/// The error paths and codes of a response, as `a.0.b CODE service`, sorted.
pub(crate) fn faults(response: &Json) -> Vec<String> {
    let errors = response["errors"].as_array().cloned().unwrap_or_default();
    let mut faults: Vec<String> = errors
        .iter()
        .map(|error| {
            let steps = error["path"].as_array().cloned().unwrap_or_default();
            let steps: Vec<String> = steps
                .iter()
                .map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned))
                .collect();
            let part = |key: &str| error["extensions"][key].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", steps.join("."), part("code"), part("service"))
        })
        .collect();
    faults.sort();
    faults
}
