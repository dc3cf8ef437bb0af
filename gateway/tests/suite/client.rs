//! Clients of the gateway, as plain as the wire.

use std::net::SocketAddr;

use futures::{SinkExt, StreamExt};
use http::{HeaderValue, Request};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::Response, protocol::Role},
};

use crate::fixture::{DEADLINE, Installation};

/// The answer to a POST: status and body.
pub(crate) async fn post(
    installation: &Installation,
    body: &Value,
    headers: &[(&str, &str)],
) -> (u16, Value) {
    post_to(&installation.url("/graphql"), body, headers).await
}

/// The same, at an address.
pub(crate) async fn post_to(url: &str, body: &Value, headers: &[(&str, &str)]) -> (u16, Value) {
    let mut request =
        reqwest::Client::new().post(url).header(CONTENT_TYPE, "application/json").body(body.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.expect("the gateway answers");
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON"))
}

/// The answer to a query that has to be served.
pub(crate) async fn query(installation: &Installation, query: &str) -> Value {
    let (status, body) = post(installation, &json!({ "query": query }), &[]).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// The code of the first error.
pub(crate) fn code(body: &Value) -> &str {
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

/// A WebSocket without any protocol knowledge.
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Opens a socket for `graphql-transport-ws`.
    pub(crate) async fn open(installation: &Installation) -> Self {
        Self::open_with(installation, &[("sec-websocket-protocol", "graphql-transport-ws")])
            .await
            .expect("the test's own request is sound")
    }

    /// Opens a socket and shakes hands.
    pub(crate) async fn acknowledged(installation: &Installation) -> Self {
        let mut socket = Self::open(installation).await;
        socket.send(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// Opens a socket and shakes hands with a token.
    pub(crate) async fn authenticated(installation: &Installation, bearer: &str) -> Self {
        let mut socket = Self::open(installation).await;
        socket.send(json!({ "type": "connection_init", "payload": { "authorization": bearer } })).await;
        assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// The same, at a gateway that is a process of its own.
    pub(crate) async fn acknowledged_at(address: &str) -> Self {
        let opened = Self::open_at(address, &[("sec-websocket-protocol", "graphql-transport-ws")]).await;
        let mut socket = opened.expect("the gateway accepts sockets");
        socket.send(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// The same, with a small window: what is not read soon holds the gateway up.
    pub(crate) async fn acknowledged_narrow(installation: &Installation) -> Self {
        Self::acknowledged_narrow_at(installation.edge.address).await
    }

    pub(crate) async fn acknowledged_narrow_at(address: SocketAddr) -> Self {
        let tcp = TcpSocket::new_v4().expect("a socket");
        tcp.set_recv_buffer_size(4_096).expect("a small buffer");
        let stream = tcp.connect(address).await.expect("the gateway listens");
        let mut request =
            format!("ws://{address}/graphql").into_client_request().expect("the test's own request is sound");
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let opened = client_async(request, MaybeTlsStream::Plain(stream)).await;
        let mut socket = Self(opened.expect("the gateway accepts sockets").0);
        socket.send(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
        socket
    }

    pub(crate) async fn open_with(
        installation: &Installation,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Box<Response<Option<Vec<u8>>>>> {
        Self::open_at(&installation.edge.address.to_string(), headers).await
    }

    pub(crate) async fn open_at(
        address: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Box<Response<Option<Vec<u8>>>>> {
        let url = format!("ws://{address}/graphql");
        let mut request: Request<()> = url.into_client_request().expect("the test's own request is sound");
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, HeaderValue::from_str(value).expect("the test's own request is sound"));
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => Err(response),
            Err(error) => panic!("the gateway answers: {error}"),
        }
    }

    /// Opens a socket whose client doesn't mind which sub-protocol was agreed on, if any.
    pub(crate) async fn open_regardless(installation: &Installation, protocol: &str) -> Self {
        let address = installation.edge.address;
        let mut stream = TcpStream::connect(address).await.expect("the gateway listens");
        let request = format!(
            "GET /graphql HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: {protocol}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("the gateway reads");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(DEADLINE, stream.read_u8()).await.expect("an answer").expect("an answer"));
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        Self(WebSocketStream::from_raw_socket(MaybeTlsStream::Plain(stream), Role::Client, None).await)
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.send_text(&message.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.send_frame(Message::text(text)).await;
    }

    pub(crate) async fn send_frame(&mut self, message: Message) {
        self.0.send(message).await.expect("the socket is open");
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    /// The next message; pings of the transport are passed over.
    pub(crate) async fn receive(&mut self) -> Value {
        match self.frame().await {
            Message::Text(text) => serde_json::from_str(&text).expect("messages are JSON"),
            other => panic!("expected a message, got {other:?}"),
        }
    }

    /// Whether the handshake was accepted; otherwise the socket was closed.
    pub(crate) async fn acknowledgement(&mut self) -> bool {
        self.message_or_close().await.is_ok_and(|message| message["type"] == "connection_ack")
    }

    /// The next message, or the code and reason with which the gateway closes.
    pub(crate) async fn message_or_close(&mut self) -> Result<Value, (u16, String)> {
        match self.frame().await {
            Message::Text(text) => Ok(serde_json::from_str(&text).expect("messages are JSON")),
            Message::Close(Some(frame)) => Err((frame.code.into(), frame.reason.to_string())),
            other => panic!("expected a message or a close, got {other:?}"),
        }
    }

    /// The code and reason with which the gateway closes, messages before it aside.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.frame().await {
                Message::Close(Some(frame)) => return (frame.code.into(), frame.reason.to_string()),
                Message::Close(None) => panic!("closed without a code"),
                _ => {}
            }
        }
    }

    async fn frame(&mut self) -> Message {
        loop {
            let frame = timeout(DEADLINE, self.0.next()).await.expect("the gateway speaks");
            match frame.expect("the socket is open").expect("the socket is sound") {
                Message::Ping(_) | Message::Pong(_) => {}
                other => return other,
            }
        }
    }

    /// Breaks the connection off without a word.
    pub(crate) fn vanish(self) {
        drop(self.0);
    }
}
