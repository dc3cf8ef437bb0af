//! A client of the gateway: HTTP for queries and mutations, a WebSocket for subscriptions.

use std::{collections::VecDeque, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::{SinkExt as _, StreamExt as _};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::{DEADLINE, eventually};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

pub(crate) const REGISTER: &str = "mutation R($i: RegisterInput!) { register(input: $i) { tokens { accessToken refreshToken expiresAt } user { id username displayName } errors { code message path } } }";
pub(crate) const LOGIN: &str = "mutation L($i: LoginInput!) { login(input: $i) { tokens { accessToken refreshToken expiresAt } user { id } errors { code message } } }";
pub(crate) const REFRESH: &str = "mutation F($t: String!) { refreshTokens(input: {refreshToken: $t}) { tokens { accessToken refreshToken expiresAt } errors { code } } }";
pub(crate) const ME: &str = "query Me { me { id username displayName account { email } hugStats { sent received } moods(first: 5) { edges { node { id score note occurredAt } } pageInfo { hasNextPage endCursor } } streaks { kind current longest state } } }";
pub(crate) const HUG_TYPES: &str = "query T { hugTypes { id name emoji } }";
pub(crate) const SEND_HUG: &str = "mutation S($i: SendHugInput!) { sendHug(input: $i) { hug { id status message sentAt type { name emoji } sender { id username displayName } recipient { id username } } errors { code message path } } }";
pub(crate) const LOG_MOOD: &str =
    "mutation M($i: LogMoodInput!) { logMood(input: $i) { mood { id score localDate } errors { code } } }";
pub(crate) const BLOCK: &str =
    "mutation B($u: ID!) { block(input: {userId: $u}) { relationship { blocking } errors { code } } }";
pub(crate) const HUG_EVENTS: &str = "subscription H($after: Cursor) { hugEvents(after: $after) { cursor kind at hug { id message type { emoji } sender { username displayName } } } }";

pub(crate) const PASSWORD: &str = "seven quiet lighthouses";

/// How long a subscription may take to listen before it is sent something again.
const MOMENT: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub(crate) struct Client {
    base: String,
    http: reqwest::Client,
    token: Option<String>,
}

/// Somebody with an account, logged in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) refresh_token: String,
    pub(crate) client: Client,
}

impl Client {
    pub(crate) fn new(base: &str) -> Self {
        Self { base: base.to_owned(), http: reqwest::Client::new(), token: None }
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// When the client's token was issued, in seconds since 1970, by what the token says.
    pub(crate) fn token_issued_at(&self) -> i64 {
        let claims = self.token.as_deref().and_then(|token| token.split('.').nth(1)).expect("a token");
        let claims = URL_SAFE_NO_PAD.decode(claims).expect("a JWT");
        let claims: Value = serde_json::from_slice(&claims).expect("a JWT");
        claims["iat"].as_i64().expect("when it was issued")
    }

    /// Makes an account for `username`, whose display name is theirs with a capital letter.
    pub(crate) async fn register(&self, username: &str) -> Person {
        let display_name: String =
            username.chars().take(1).flat_map(char::to_uppercase).chain(username.chars().skip(1)).collect();
        let email = format!("{username}@example.org");
        let input = json!({ "email": email, "username": username, "displayName": display_name, "password": PASSWORD });
        let answer = self.data(REGISTER, json!({ "i": input })).await;
        let registered = &answer["register"];
        assert_eq!(registered["errors"], json!([]), "{registered:#}");
        assert_eq!(registered["user"]["username"], username);
        assert_eq!(registered["user"]["displayName"], display_name);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Person {
            id: text(&registered["user"]["id"]),
            email,
            refresh_token: text(&registered["tokens"]["refreshToken"]),
            client: self.with_token(&text(&registered["tokens"]["accessToken"])),
        }
    }

    /// The whole answer, and its status.
    pub(crate) async fn post(
        &self,
        query: &str,
        variables: Value,
        headers: &[(&str, &str)],
    ) -> (StatusCode, Value) {
        let mut request = self.http.post(format!("{}/graphql", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = json!({ "query": query, "variables": variables });
        let response = request.json(&body).send().await.expect("the gateway answers");
        (response.status(), response.json().await.expect("the gateway answers in JSON"))
    }

    /// Sends a mutation whose variable `f` is a file, by the GraphQL multipart request specification.
    pub(crate) async fn send_file(
        &self,
        query: &str,
        file: &[u8],
        headers: &[(&str, &str)],
    ) -> (StatusCode, Value) {
        let operations = json!({ "query": query, "variables": { "f": null } });
        let head = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{operations}\r\n\
             --edge\r\ncontent-disposition: form-data; name=\"map\"\r\n\r\n{{\"0\": [\"variables.f\"]}}\r\n\
             --edge\r\ncontent-disposition: form-data; name=\"0\"; filename=\"me\"\r\n\r\n"
        );
        let body = [head.as_bytes(), file, b"\r\n--edge--\r\n"].concat();
        let mut request = self.http.post(format!("{}/graphql", self.base)).body(body);
        request = request.header("content-type", "multipart/form-data; boundary=edge");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("the gateway answers");
        (response.status(), response.json().await.expect("the gateway answers in JSON"))
    }

    /// The first response of a subscription as server-sent events.
    pub(crate) async fn first_event(&self, query: &str, headers: &[(&str, &str)]) -> Value {
        let mut request = self.http.post(format!("{}/graphql", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.json(&json!({ "query": query })).send().await.expect("the gateway answers");
        let mut body = response.bytes_stream();
        let mut read = String::new();
        let reading = async {
            loop {
                let data = read.split_once("data: ").and_then(|(_, data)| data.split_once("\n\n"));
                if let Some((data, _)) = data {
                    return serde_json::from_str(data).expect("JSON");
                }
                let chunk = body.next().await.expect("the stream goes on").expect("the body is sound");
                read.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
            }
        };
        tokio::time::timeout(DEADLINE, reading).await.expect("an event in time")
    }

    pub(crate) async fn graphql(&self, query: &str, variables: Value) -> Value {
        self.post(query, variables, &[]).await.1
    }

    /// The `data` of an answer that must have no errors.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.graphql(query, variables).await;
        assert!(answer.get("errors").is_none(), "unexpected errors for {query}: {answer:#}");
        answer["data"].take()
    }

    /// The first code that an answer refuses with, in the payload of `field` or as a top-level error.
    pub(crate) async fn refusal(&self, field: &str, query: &str, input: Value) -> String {
        let answer = self.graphql(query, json!({ "i": input })).await;
        let in_payload = &answer["data"][field]["errors"][0]["code"];
        let code =
            if in_payload.is_string() { in_payload } else { &answer["errors"][0]["extensions"]["code"] };
        code.as_str().unwrap_or_else(|| panic!("nothing refused: {answer:#}")).to_owned()
    }

    /// Opens a WebSocket and says who this is.
    pub(crate) async fn socket(&self) -> Socket {
        let url = format!("{}/graphql", self.base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("a request");
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (stream, _) = tokio_tungstenite::connect_async(request).await.expect("the gateway upgrades");
        let mut socket = Socket { stream, events: VecDeque::new() };
        let payload = self.token.as_ref().map(|token| json!({ "Authorization": format!("Bearer {token}") }));
        socket.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.receive().await["type"], "connection_ack");
        socket
    }
}

impl Person {
    /// The same person with the tokens of a new session.
    pub(crate) async fn log_in_again(&self, visitor: &Client) -> Self {
        let input = json!({ "i": { "email": self.email, "password": PASSWORD } });
        let tokens = visitor.data(LOGIN, input).await["login"]["tokens"].take();
        let text = |name: &str| tokens[name].as_str().unwrap_or_else(|| panic!("not logged in: {tokens:#}"));
        let refresh_token = text("refreshToken").to_owned();
        Self { refresh_token, client: visitor.with_token(text("accessToken")), ..self.clone() }
    }

    /// Sends a hug and returns the payload.
    pub(crate) async fn hug(&self, recipient: &Person, message: &str) -> Value {
        let type_id = self.hug_type().await;
        let input = json!({ "recipientId": recipient.id, "typeId": type_id, "message": message });
        let mut answer = self.client.data(SEND_HUG, json!({ "i": input })).await;
        answer["sendHug"].take()
    }

    pub(crate) async fn hug_type(&self) -> String {
        let types = self.client.data(HUG_TYPES, Value::Null).await;
        types["hugTypes"][0]["id"].as_str().expect("a seeded hug type").to_owned()
    }

    /// Watches hugs after `after`. Returns once the gateway listens.
    pub(crate) async fn watch(&self, after: Option<&str>) -> Socket {
        let mut socket = self.client.socket().await;
        let payload = json!({ "query": HUG_EVENTS, "variables": { "after": after } });
        socket.send(json!({ "type": "subscribe", "id": "hugs", "payload": payload })).await;
        socket
    }

    /// Sends hugs until `socket` shows the last of them, and returns that event. A subscription is not acknowledged,
    /// so this is how it is known to listen.
    pub(crate) async fn hug_until_seen(&self, recipient: &Person, socket: &mut Socket) -> Value {
        let mut sent = Vec::new();
        while socket.events.is_empty() {
            let hug = self.hug(recipient, "Are you there?").await;
            assert_eq!(hug["errors"], json!([]), "{hug:#}");
            sent.push(hug["hug"]["id"].clone());
            socket.look_for_a_hug().await;
        }
        let mut event = socket.next_hug().await;
        let first = sent.iter().position(|id| *id == event["hug"]["id"]).expect("a hug that was sent");
        for id in &sent[first + 1..] {
            event = socket.next_hug().await;
            assert_eq!(event["hug"]["id"], *id);
        }
        event
    }
}

/// A `graphql-transport-ws` connection.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    events: VecDeque<Value>,
}

impl Socket {
    pub(crate) async fn send(&mut self, message: Value) {
        self.stream.send(Message::text(message.to_string())).await.expect("the socket is open");
    }

    /// The next message; pings are answered and passed over.
    pub(crate) async fn receive(&mut self) -> Value {
        loop {
            let next =
                tokio::time::timeout(DEADLINE, self.stream.next()).await.expect("the socket stays silent");
            match next.expect("the socket is open").expect("a frame") {
                Message::Text(text) => {
                    let message: Value = serde_json::from_str(&text).expect("JSON");
                    match message["type"].as_str() {
                        Some("ping") => self.send(json!({ "type": "pong" })).await,
                        Some("pong") => {}
                        _ => return message,
                    }
                }
                Message::Close(frame) => panic!("the socket was closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The next message, if one comes within a moment.
    pub(crate) async fn receive_within_a_moment(&mut self) -> Option<Value> {
        tokio::time::timeout(MOMENT, self.receive()).await.ok()
    }

    /// Waits a moment for a hug event, and keeps it for [`next_hug`](Self::next_hug).
    async fn look_for_a_hug(&mut self) {
        if let Ok(event) = tokio::time::timeout(MOMENT, self.next_hug()).await {
            self.events.push_back(event);
        }
    }

    /// The next hug event.
    pub(crate) async fn next_hug(&mut self) -> Value {
        if let Some(event) = self.events.pop_front() {
            return event;
        }
        let mut message = self.receive().await;
        assert_eq!(message["type"], "next", "{message:#}");
        assert!(message["payload"].get("errors").is_none(), "{message:#}");
        message["payload"]["data"]["hugEvents"].take()
    }

    /// Waits until the server closes the socket, and returns the code.
    pub(crate) async fn closed_with(&mut self) -> u16 {
        loop {
            let next =
                tokio::time::timeout(DEADLINE, self.stream.next()).await.expect("the socket is closed");
            match next {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("the socket ended without a code: {other:?}"),
            }
        }
    }
}

/// Asks until the answer to `query` passes `accept`.
pub(crate) async fn until(client: &Client, query: &str, accept: impl Fn(&Value) -> bool) -> Value {
    eventually(&format!("{query} to be answered as expected"), || async {
        let answer = client.graphql(query, Value::Null).await;
        accept(&answer).then_some(answer)
    })
    .await
}
