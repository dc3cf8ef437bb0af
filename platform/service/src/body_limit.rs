//! How much of a request's body a subgraph reads.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Json,
    body::{Body, HttpBody as _},
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::json;

/// The largest request body that a subgraph reads. A picture is a file of up to 5 MiB within a form; moods to import are a
/// text of up to 4 MiB within JSON, where its quotes and ends of lines take two bytes each.
pub(crate) const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// Middleware: refuses larger bodies, by what they say of themselves or as soon as they turn out to be. axum's own limit
/// binds only its own extractors, and async-graphql's is none of them.
pub(crate) async fn limit(request: Request, next: Next) -> Response {
    let declared = request.body().size_hint().lower();
    if usize::try_from(declared).is_ok_and(|declared| declared > MAX_BODY_BYTES) {
        return refusal();
    }
    let exceeded = Arc::new(AtomicBool::new(false));
    let noticed = Arc::clone(&exceeded);
    let limited = request.map(|body| {
        Body::new(Limited::new(body, MAX_BODY_BYTES).map_err(move |error| {
            noticed.fetch_or(error.is::<LengthLimitError>(), Ordering::Relaxed);
            error
        }))
    });
    let response = next.run(limited).await;
    // Whoever read the body can only have said that it broke off.
    if exceeded.load(Ordering::Relaxed) { refusal() } else { response }
}

fn refusal() -> Response {
    let message = format!("the body is too large: at most {} MiB are read", MAX_BODY_BYTES / 1024 / 1024);
    let body = json!({ "errors": [{ "message": message, "extensions": { "code": "PAYLOAD_TOO_LARGE" } }] });
    (StatusCode::PAYLOAD_TOO_LARGE, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};

    use axum::{Router, middleware, routing::post};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
    };
    use tokio_util::sync::CancellationToken;

    use super::*;

    /// A service that says how much it read, or that its body broke off, as async-graphql does.
    async fn serve() -> SocketAddr {
        let read = async |request: Request| match request.into_body().collect().await {
            Ok(body) => (StatusCode::OK, body.to_bytes().len().to_string()),
            Err(error) => (StatusCode::BAD_REQUEST, error.to_string()),
        };
        let router = Router::new().route("/", post(read)).layer(middleware::from_fn(limit));
        let listener = crate::bind(IpAddr::V4(Ipv4Addr::LOCALHOST), 0).await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        tokio::spawn(crate::serve(listener, router, CancellationToken::new()));
        address
    }

    /// Sends a request's headers and these parts of its body; its end is up to the parts.
    async fn answer(address: SocketAddr, header: &str, parts: &[&[u8]]) -> String {
        let mut socket = TcpStream::connect(address).await.expect("it listens");
        let head = format!("POST / HTTP/1.1\r\nhost: it\r\nconnection: close\r\n{header}\r\n\r\n");
        socket.write_all(head.as_bytes()).await.expect("it reads");
        for part in parts {
            socket.write_all(part).await.expect("it reads");
        }
        let mut text = String::new();
        socket.read_to_string(&mut text).await.expect("it answers");
        text
    }

    fn chunk(length: usize) -> Vec<u8> {
        [format!("{length:x}\r\n").into_bytes(), vec![b'x'; length], b"\r\n".to_vec()].concat()
    }

    #[tokio::test]
    async fn the_largest_body_is_read_whole() {
        let address = serve().await;
        let length = format!("content-length: {MAX_BODY_BYTES}");
        let text = answer(address, &length, &[&vec![b'x'; MAX_BODY_BYTES]]).await;
        assert!(text.starts_with("HTTP/1.1 200") && text.ends_with(&MAX_BODY_BYTES.to_string()), "{text}");
        let chunked = [chunk(MAX_BODY_BYTES), chunk(0)].concat();
        let text = answer(address, "transfer-encoding: chunked", &[&chunked]).await;
        assert!(text.starts_with("HTTP/1.1 200") && text.contains(&MAX_BODY_BYTES.to_string()), "{text}");
    }

    #[tokio::test]
    async fn a_larger_body_is_refused_by_what_it_says_of_itself_before_any_of_it_is_there() {
        let text = answer(serve().await, &format!("content-length: {}", MAX_BODY_BYTES + 1), &[]).await;
        assert!(text.starts_with("HTTP/1.1 413"), "{text}");
        assert!(text.contains(r#""code":"PAYLOAD_TOO_LARGE""#) && text.contains("10 MiB"), "{text}");
    }

    #[tokio::test]
    async fn a_body_that_turns_out_larger_is_refused_in_the_same_words() {
        let parts = [chunk(MAX_BODY_BYTES), chunk(1)];
        let text = answer(serve().await, "transfer-encoding: chunked", &[&parts[0], &parts[1]]).await;
        assert!(text.starts_with("HTTP/1.1 413"), "{text}");
        assert!(text.contains(r#""code":"PAYLOAD_TOO_LARGE""#), "{text}");
    }

    #[tokio::test]
    async fn an_error_of_another_kind_stays_the_services_own() {
        let address = serve().await;
        let mut socket = TcpStream::connect(address).await.expect("it listens");
        let head = "POST / HTTP/1.1\r\nhost: it\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n";
        socket.write_all(head.as_bytes()).await.expect("it reads");
        let mut text = String::new();
        socket.read_to_string(&mut text).await.expect("it answers");
        assert!(text.starts_with("HTTP/1.1 400"), "{text}");
    }
}
