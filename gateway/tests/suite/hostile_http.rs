//! Clients that mean no good, or are badly made, over plain TCP.

use std::{fmt::Write as _, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    client::{code, query},
    fixture::{DEADLINE, Installation},
};

/// A connection that knows nothing of HTTP.
struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

/// A response of HTTP/1.1.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Its status and the code of its first error.
    fn refusal(&self) -> (u16, String) {
        (self.status, code(&self.json()).to_owned())
    }
}

impl Wire {
    async fn to(installation: &Installation) -> Self {
        let stream = TcpStream::connect(installation.edge.address).await.expect("the gateway listens");
        Self { stream, read: Vec::new() }
    }

    /// Sends as much as the gateway takes.
    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Waits for more bytes; whether there were any.
    async fn receive(&mut self) -> bool {
        let read = timeout(DEADLINE, self.stream.read_buf(&mut self.read)).await;
        matches!(read.expect("the gateway answers or closes"), Ok(count) if count > 0)
    }

    /// The next answer; whatever follows it is kept.
    async fn answer(&mut self) -> Answer {
        let end = loop {
            match self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                Some(end) => break end + 4,
                None => {
                    assert!(self.receive().await, "closed within {:?}", String::from_utf8_lossy(&self.read));
                }
            }
        };
        let headers = String::from_utf8(self.read.drain(..end).collect()).expect("headers are text");
        let status = headers.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let length = headers.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length = length.map_or(0, |length| length.parse().expect("a length"));
        while self.read.len() < length {
            assert!(self.receive().await, "closed within the body");
        }
        let body = String::from_utf8(self.read.drain(..length).collect()).expect("the body is text");
        Answer { status, headers, body }
    }

    /// Waits until the gateway closes the connection; gives what it said before.
    async fn closed(mut self) -> String {
        while self.receive().await {}
        String::from_utf8_lossy(&self.read).into_owned()
    }
}

/// A POST of this body, with these lines among its headers.
fn post(headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

async fn answer_to(installation: &Installation, request: impl AsRef<[u8]>) -> Answer {
    let mut wire = Wire::to(installation).await;
    wire.send(request).await;
    wire.answer().await
}

async fn still_serves(installation: &Installation) {
    assert_eq!(query(installation, "{ echo(text: \"here\") }").await["data"]["echo"], "here");
}

/// Keeps sending a few bytes until the gateway has had enough.
async fn drip(wire: &mut Wire, drop: &str) {
    let mut interval = tokio::time::interval(Duration::from_millis(20));
    let dripping = async {
        loop {
            tokio::select! {
                _ = interval.tick() => if wire.stream.write_all(drop.as_bytes()).await.is_err() { break },
                read = wire.stream.read_buf(&mut wire.read) => if !matches!(read, Ok(1..)) { break },
            }
        }
    };
    timeout(DEADLINE, dripping).await.expect("the gateway closes");
}

#[tokio::test]
async fn who_never_ends_the_headers_is_closed_however_slowly_they_come() {
    let installation = Installation::start("http: {header_timeout_ms: 300}").await;
    for begin in ["", "P", "PRI * HTTP/2.0\r\n", "POST /graphql HTTP/1.1\r\nhost: a\r\n"] {
        let mut silent = Wire::to(&installation).await;
        silent.send(begin).await;
        assert_eq!(silent.closed().await, "", "{begin:?}");
    }
    let mut slow = Wire::to(&installation).await;
    slow.send("POST /graphql HTTP/1.1\r\nhost: a\r\n").await;
    drip(&mut slow, "a: b\r\n").await;
    let mut idle = Wire::to(&installation).await;
    idle.send(post("", r#"{"query":"{ echo }"}"#)).await;
    assert_eq!(idle.answer().await.status, 200);
    assert_eq!(idle.closed().await, "", "nothing came for as long after an answer");
    still_serves(&installation).await;
}

#[tokio::test]
async fn a_stream_outlives_the_time_for_headers() {
    let installation = Installation::start("http: {header_timeout_ms: 100, sse_keep_alive_ms: 150}").await;
    let mut wire = Wire::to(&installation).await;
    let body = r#"{"query":"subscription { ticks { n } }"}"#;
    wire.send(post("accept: text/event-stream\r\n", body)).await;
    let comments = |read: &[u8]| String::from_utf8_lossy(read).matches("\n:").count();
    while comments(&wire.read) < 3 {
        assert!(wire.receive().await, "closed: {}", String::from_utf8_lossy(&wire.read));
    }
}

#[tokio::test]
async fn who_never_ends_the_body_is_told_so_and_closed() {
    let installation = Installation::start("http: {body_timeout_ms: 200}").await;
    let mut wire = Wire::to(&installation).await;
    wire.send(post("", &" ".repeat(1_000)).trim_end_matches(' ')).await;
    drip(&mut wire, " ").await;
    let answer = wire.answer().await;
    assert_eq!(answer.refusal(), (408, "REQUEST_TIMEOUT".to_owned()));
    let mut chunked = Wire::to(&installation).await;
    chunked.send("POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n").await;
    drip(&mut chunked, "1\r\n \r\n").await;
    assert_eq!(chunked.answer().await.refusal(), (408, "REQUEST_TIMEOUT".to_owned()));
    still_serves(&installation).await;
}

#[tokio::test]
async fn a_form_with_files_has_a_time_of_its_own() {
    let installation =
        Installation::start("{http: {body_timeout_ms: 600000}, uploads: {enabled: true, timeout_ms: 200}}")
            .await;
    let mut wire = Wire::to(&installation).await;
    wire.send("POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: multipart/form-data; boundary=x\r\nx-apollo-operation-name: a\r\ncontent-length: 10000\r\n\r\n--x\r\n").await;
    assert_eq!(wire.answer().await.refusal(), (408, "REQUEST_TIMEOUT".to_owned()));
}

#[tokio::test]
async fn headers_that_are_too_many_or_too_large_are_refused() {
    let installation = Installation::start("").await;
    let large = format!("x-large: {}\r\n", "a".repeat(1_000_000));
    let many = (0..1_000).fold(String::new(), |mut many, n| {
        write!(many, "x-{n}: a\r\n").expect("a string takes whatever is written");
        many
    });
    for headers in [large, many] {
        assert_eq!(answer_to(&installation, post(&headers, "{}")).await.status, 431);
    }
    let path = format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(1_000_000));
    assert!([414, 431].contains(&answer_to(&installation, path).await.status));
    still_serves(&installation).await;
}

#[tokio::test]
async fn a_body_without_a_length_is_bounded_like_any_other() {
    let installation = Installation::start("http: {max_body_bytes: 1000}").await;
    let mut wire = Wire::to(&installation).await;
    wire.send("POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n").await;
    for _ in 0..3 {
        wire.send(format!("1f4\r\n{}\r\n", " ".repeat(500))).await;
    }
    assert_eq!(wire.answer().await.refusal(), (413, "PAYLOAD_TOO_LARGE".to_owned()));
    still_serves(&installation).await;
}

/// Some fifty mebibytes of spaces in a gzip member of a few hundred kilobytes: one letter, repeated 258 times over and over.
fn bomb() -> Vec<u8> {
    // The last block, of fixed codes; a space; then a length of 258 at a distance of one.
    let bits = ["1", "10", "01010000", &"1100010100000".repeat(200_000)].concat();
    let byte = |bits: &[u8]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | (bit - b'0'));
    let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    member.extend(bits.as_bytes().chunks(8).map(byte));
    member
}

#[tokio::test]
async fn a_small_body_that_holds_a_huge_one_is_refused() {
    let installation = Installation::start("").await;
    let bomb = bomb();
    assert!(bomb.len() < 400_000, "it is small");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        bomb.len()
    );
    let mut wire = Wire::to(&installation).await;
    wire.send(head).await;
    wire.send(bomb).await;
    assert_eq!(wire.answer().await.refusal(), (413, "PAYLOAD_TOO_LARGE".to_owned()));
    still_serves(&installation).await;
}

#[tokio::test]
async fn what_is_no_request_is_refused_with_a_code() {
    let installation = Installation::start("").await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bad_request = ["", "{", "\u{0}", "null", "0", "\"\\ud800\"", r#"{"query":"{ echo }"}x"#];
    let bad_request = bad_request.map(str::to_owned).into_iter().chain([
        format!(r#"{{"query":"{{ echo }}","variables":{{"a":{deep}}}}}"#),
        format!(r#"{{"query":"{{ echo }}","extensions":{{"a":{deep}}}}}"#),
        deep.clone(),
        r#"{"query":"{ echo }","query":"{ echo }"}"#.to_owned(),
    ]);
    for body in bad_request {
        let (status, code) = answer_to(&installation, post("", &body)).await.refusal();
        assert!(
            status == 400 && ["BAD_REQUEST", "BATCHING_NOT_ALLOWED"].contains(&code.as_str()),
            "{status} {code}: {body:.60}"
        );
    }
    let mut invalid = post("", r#"{"query":"{ echo(text: \"??\") }"}"#).into_bytes();
    for byte in invalid.iter_mut().filter(|byte| **byte == b'?') {
        *byte = 0xff;
    }
    assert_eq!(answer_to(&installation, invalid).await.refusal(), (400, "BAD_REQUEST".to_owned()));
    for document in [r"{ echo\u0000 }", r"\u0000", "{ é }", "{"] {
        let accept = "accept: application/graphql-response+json\r\n";
        let answer = answer_to(&installation, post(accept, &format!(r#"{{"query":"{document}"}}"#))).await;
        assert_eq!(answer.refusal(), (400, "GRAPHQL_PARSE_FAILED".to_owned()), "{document}");
    }
    still_serves(&installation).await;
}

#[tokio::test]
async fn a_length_that_is_not_the_bodys_hurts_nobody_else() {
    let installation = Installation::start("").await;
    let body = r#"{"query":"{ echo }"}"#;
    let mut short = Wire::to(&installation).await;
    short.send(format!("POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{body}")).await;
    short.stream.shutdown().await.expect("the connection is open");
    let said = short.closed().await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 400"), "{said}");
    let mut long = Wire::to(&installation).await;
    long.send(format!("{}rest that is no request\r\n\r\n", post("", body))).await;
    assert_eq!(long.answer().await.status, 200);
    assert_eq!(long.answer().await.status, 400);
    long.closed().await;
    for lengths in [
        "content-length: 5\r\n",
        "content-length: -1\r\n",
        "content-length: 99999999999999999999\r\n",
        "transfer-encoding: gzip\r\n",
    ] {
        assert_eq!(answer_to(&installation, post(lengths, body)).await.status, 400, "{lengths}");
    }
    still_serves(&installation).await;
}

#[tokio::test]
async fn both_a_length_and_chunks_are_never_two_requests() {
    let installation = Installation::start("").await;
    let smuggled = "GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut wire = Wire::to(&installation).await;
    wire.send(post("transfer-encoding: chunked\r\n", &format!("0\r\n\r\n{smuggled}"))).await;
    let said = wire.closed().await;
    assert!(said.starts_with("HTTP/1.1 400"), "{said}");
    assert!(!said.contains("\"UP\""), "{said}");
    still_serves(&installation).await;
}

#[tokio::test]
async fn requests_that_follow_at_once_are_answered_in_their_order() {
    let installation = Installation::start("").await;
    let requests: String =
        (0..100).map(|n| post("", &format!(r#"{{"query":"{{ echo(text: \"{n}\") }}"}}"#))).collect();
    let mut wire = Wire::to(&installation).await;
    wire.send(requests).await;
    for n in 0..100 {
        assert_eq!(wire.answer().await.json(), json!({ "data": { "echo": n.to_string() } }));
    }
}

#[tokio::test]
async fn ten_thousand_operations_in_one_request_are_refused_before_any_runs() {
    let installation = Installation::start("batching: {enabled: true}").await;
    let batch = format!("[{}]", vec![r#"{"query":"{ echo }"}"#; 10_000].join(","));
    assert_eq!(
        answer_to(&installation, post("", &batch)).await.refusal(),
        (400, "BATCH_LIMIT_EXCEEDED".to_owned())
    );
    still_serves(&installation).await;
}

#[tokio::test]
async fn hashes_that_are_none_are_refused_in_whatever_shape() {
    let installation = Installation::start("").await;
    let hashes = [
        json!(""),
        json!("../../etc/passwd"),
        json!("A".repeat(64)),
        json!("a".repeat(1_000_000)),
        json!(1),
        json!(null),
        json!([]),
        json!({}),
    ];
    for hash in hashes {
        for text in [None, Some("{ echo }")] {
            let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
            let body = match text {
                Some(text) => json!({ "query": text, "extensions": extensions }),
                None => json!({ "extensions": extensions }),
            };
            let (status, code) = answer_to(&installation, post("", &body.to_string())).await.refusal();
            let known = (status, code.as_str()) == (400, "BAD_REQUEST")
                || text.is_none() && (status, code.as_str()) == (200, "PERSISTED_QUERY_NOT_FOUND");
            assert!(known, "{status} {code}: {:.80} {text:?}", hash.to_string());
        }
    }
}

#[tokio::test]
async fn an_accept_header_of_nonsense_is_answered_with_what_can_be_given_or_refused() {
    let installation = Installation::start("").await;
    let body = r#"{"query":"{ echo }"}"#;
    for accept in ["*/*", "", ",,", "application/json;q=1.000;;;", "application/*", "text/html, */*;q=0.1"] {
        assert_eq!(
            answer_to(&installation, post(&format!("accept: {accept}\r\n"), body)).await.status,
            200,
            "{accept}"
        );
    }
    let long = "image/png,".repeat(10_000);
    for accept in ["image/png", "json", ";;;,,,q=", "application/json;q=0", long.as_str()] {
        let refusal = answer_to(&installation, post(&format!("accept: {accept}\r\n"), body)).await.refusal();
        assert_eq!(refusal, (406, "NOT_ACCEPTABLE".to_owned()), "{accept:.40}");
    }
}

#[tokio::test]
async fn methods_that_are_not_served_are_refused_without_harm() {
    let installation = Installation::start("cors: {origins: ['https://app.example']}").await;
    for method in ["PATCH", "TRACE", "BREW", "CONNECT"] {
        let answer = answer_to(
            &installation,
            format!("{method} /graphql HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"),
        )
        .await;
        assert!([400, 405].contains(&answer.status), "{method}: {answer:?}");
    }
    let mut head = Wire::to(&installation).await;
    head.send("HEAD /graphql?query={echo} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    let head = head.closed().await;
    assert!(head.starts_with("HTTP/1.1 405"), "{head}");
    assert!(head.ends_with("\r\n\r\n"), "an answer to HEAD has no body: {head}");
    let preflight = "OPTIONS /graphql HTTP/1.1\r\nhost: a\r\norigin: https://evil.example\r\naccess-control-request-method: POST\r\naccess-control-request-headers: content-type, authorization\r\n\r\n";
    let answer = answer_to(&installation, preflight).await;
    assert!(!answer.headers.contains("access-control-allow-origin"), "{answer:?}");
    let closed = Installation::start("").await;
    let answer = answer_to(&closed, preflight).await;
    assert_eq!(answer.status, 405);
    assert!(!answer.headers.contains("access-control-allow"), "{answer:?}");
    still_serves(&installation).await;
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short frame").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[tokio::test]
async fn streams_of_http_2_that_are_opened_and_reset_at_once_end_their_connection() {
    const SETTINGS: u8 = 4;
    const HEADERS: u8 = 1;
    const RESET: u8 = 3;
    const GO_AWAY: u8 = 7;
    let installation = Installation::start("").await;
    let mut wire = Wire::to(&installation).await;
    wire.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    wire.send(frame(SETTINGS, 0, 0, &[])).await;
    // POST, http, /graphql, authority a.
    let fields = [&[0x83, 0x86, 0x04, 8][..], b"/graphql", &[0x01, 1], b"a"].concat();
    for n in 0..20_000 {
        let stream = 2 * n + 1;
        let both =
            [frame(HEADERS, 4, stream, &fields), frame(RESET, 0, stream, &8u32.to_be_bytes())].concat();
        if wire.stream.write_all(&both).await.is_err() {
            break;
        }
    }
    while wire.receive().await {}
    let mut rest = wire.read.as_slice();
    let mut goes_away = false;
    while let [a, b, c, kind, _, _, _, _, _, payload @ ..] = rest {
        let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
        goes_away |= *kind == GO_AWAY && payload.get(4..8) == Some(&11u32.to_be_bytes());
        rest = payload.get(length..).unwrap_or_default();
    }
    assert!(goes_away, "the gateway tells that it has had enough");
    still_serves(&installation).await;
}
