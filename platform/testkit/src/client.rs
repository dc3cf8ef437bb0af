//! A client of one subgraph, with the assertion that the gateway would have signed.

use std::{collections::VecDeque, time::Duration};

use axum::{
    Router,
    body::{Body, BodyDataStream},
    extract::Request,
    response::Response,
};
use clock::SharedClock;
use futures::StreamExt as _;
use http::header;
use http_body_util::BodyExt as _;
use identity::{ASSERTION_HEADER, Assertion, AssertionSigner, Caller, USER_ID_HEADER};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::DEADLINE;

/// How long a stream must stay silent to count as quiet.
const QUIET: Duration = Duration::from_millis(150);

/// Speaks to a subgraph on somebody's behalf.
#[derive(Clone)]
pub struct Client {
    pub(crate) router: Router,
    pub(crate) signer: AssertionSigner,
    pub(crate) audience: &'static str,
    pub(crate) clock: SharedClock,
    pub(crate) caller: Caller,
}

impl Client {
    /// The whole answer: `data`, `errors`, `extensions`.
    pub async fn graphql(&self, query: &str, variables: Value) -> Value {
        let response = self.send(query, &variables, "application/json").await;
        let body = response.into_body().collect().await.expect("a whole answer").to_bytes();
        serde_json::from_slice(&body)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&body)))
    }

    /// The `data` of an answer that must have no errors.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.graphql(query, variables).await;
        assert!(answer.get("errors").is_none(), "unexpected errors: {answer:#}");
        answer["data"].take()
    }

    /// The code of the first top-level error.
    pub async fn failure(&self, query: &str, variables: Value) -> String {
        let answer = self.graphql(query, variables).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("no error: {answer:#}")).to_owned()
    }

    pub async fn subscribe(&self, query: &str, variables: Value) -> EventStream {
        let response = self.send(query, &variables, "text/event-stream").await;
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        assert_eq!(kind, Some("text/event-stream"), "the subscription is not answered by a stream");
        EventStream {
            body: response.into_body().into_data_stream(),
            unread: String::new(),
            ready: VecDeque::new(),
            over: false,
            completed: false,
        }
    }

    /// Any request, with the caller's assertion added.
    pub async fn request(&self, mut request: Request) -> Response {
        let assertion = self.assertion();
        let token = self.signer.sign(&assertion, self.audience, self.clock.now());
        request.headers_mut().insert(ASSERTION_HEADER, token.parse().expect("a header value"));
        if let Some(subject) = assertion.subject {
            request.headers_mut().insert(USER_ID_HEADER, subject.parse().expect("a header value"));
        }
        self.router.clone().oneshot(request).await.expect("routers never fail")
    }

    async fn send(&self, query: &str, variables: &Value, accept: &str) -> Response {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, accept)
            .body(Body::from(body))
            .expect("a request");
        self.request(request).await
    }

    fn assertion(&self) -> Assertion {
        match &self.caller {
            Caller::Anonymous => Assertion { issuer: "gateway".into(), ..Assertion::default() },
            Caller::Service(name) => Assertion { issuer: name.clone(), ..Assertion::default() },
            Caller::User(viewer) => Assertion {
                issuer: "gateway".into(),
                subject: Some(viewer.user_id.to_string()),
                session: viewer.session_id.map(|session| session.to_string()),
                roles: viewer.roles.clone(),
                scopes: viewer.scopes.clone(),
            },
        }
    }
}

/// The responses of a subscription. Dropping it is the client's leaving.
pub struct EventStream {
    body: BodyDataStream,
    unread: String,
    ready: VecDeque<Value>,
    over: bool,
    completed: bool,
}

impl EventStream {
    /// The next response; fails the test when none comes.
    pub async fn next(&mut self) -> Value {
        let next = tokio::time::timeout(DEADLINE, self.try_next()).await.expect("the stream stays silent");
        next.expect("the stream has ended")
    }

    /// The `data` of the next response, which must have no errors.
    pub async fn next_data(&mut self) -> Value {
        let mut response = self.next().await;
        assert!(response.get("errors").is_none(), "unexpected errors: {response:#}");
        response["data"].take()
    }

    /// Fails the test when something comes.
    pub async fn expect_quiet(&mut self) {
        if let Ok(Some(unexpected)) = tokio::time::timeout(QUIET, self.try_next()).await {
            panic!("the stream should be quiet: {unexpected:#}");
        }
    }

    /// The next response, or `None` at the end of the stream.
    pub async fn try_next(&mut self) -> Option<Value> {
        loop {
            if let Some(response) = self.ready.pop_front() {
                return Some(response);
            }
            if self.over {
                return None;
            }
            match self.body.next().await {
                Some(Ok(bytes)) => self.read(&String::from_utf8_lossy(&bytes)),
                Some(Err(_)) | None => self.over = true,
            }
        }
    }

    /// Whether the server said that nothing more comes, instead of only breaking off.
    pub fn is_completed(&self) -> bool {
        self.completed
    }

    fn read(&mut self, text: &str) {
        self.unread.push_str(text);
        while let Some((frame, rest)) = self.unread.split_once("\n\n") {
            let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            match (field("event:"), field("data:")) {
                (Some("next"), Some(data)) => {
                    self.ready.push_back(serde_json::from_str(data).expect("JSON in an event"));
                }
                (Some("complete"), _) => (self.over, self.completed) = (true, true),
                _ => {}
            }
            self.unread = rest.to_owned();
        }
    }
}
