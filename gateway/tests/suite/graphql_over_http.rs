//! GraphQL over HTTP: methods, media types, statuses.

use reqwest::{
    Method,
    header::{ACCEPT, ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE},
};
use serde_json::{Value, json};

use crate::{
    client::{Socket, code, post, query},
    fixture::{Installation, supergraph},
};

const RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

#[tokio::test]
async fn a_query_over_both_subgraphs_is_answered_in_the_clients_order() {
    for installation in [Installation::start("").await, Installation::in_process().await] {
        let body = query(&installation, "{ letterCount person(id: 1) { letters name id } }").await;
        let text = body.to_string();
        let expected =
            r#"{"data":{"letterCount":7,"person":{"letters":["letter to 1"],"name":"person 1","id":"1"}}}"#;
        assert_eq!(text, expected);
    }
}

#[tokio::test]
async fn the_status_follows_the_accepted_media_type() {
    let installation = Installation::start("").await;
    let table = [
        (json!({ "query": "{ echo }" }), RESPONSE, 200),
        (json!({ "query": "{ echo }" }), JSON, 200),
        (json!({ "query": "{ nothing }" }), RESPONSE, 400),
        (json!({ "query": "{ nothing }" }), JSON, 200),
        (json!({ "query": "{" }), RESPONSE, 400),
        (json!({ "query": "{" }), JSON, 200),
        (json!({ "query": "query A($i: ID!) { person(id: $i) { id } }" }), RESPONSE, 400),
        (json!({ "query": "query A { echo } query B { echo }" }), RESPONSE, 400),
        (json!({ "query": "subscription { ticks { n } }" }), RESPONSE, 406),
        (json!({}), RESPONSE, 400),
        (json!({}), JSON, 400),
        (json!({ "query": 7 }), JSON, 400),
        (json!({ "query": "{ echo }", "variables": "x" }), JSON, 400),
        (json!({ "query": "{ echo }", "extensions": 1 }), RESPONSE, 400),
        (json!({ "query": "{ echo }", "operationName": 1 }), RESPONSE, 400),
        (json!([{ "query": "{ echo }" }]), JSON, 400),
        (json!({ "query": "{ echo }" }), "*/*", 200),
        (json!({ "query": "{ echo }" }), "text/plain", 406),
    ];
    for (body, accept, expected) in table {
        let (status, answer) = post(&installation, &body, &[("accept", accept)]).await;
        assert_eq!(status, expected, "{body} as {accept}: {answer}");
        let refused = status != 200;
        assert!(!refused || (answer.get("data").is_none() && !code(&answer).is_empty()), "{answer}");
    }
}

#[tokio::test]
async fn headers_of_an_answer_say_what_it_is_and_that_it_is_not_to_be_kept() {
    let installation = Installation::start("").await;
    let request = |accept: &str| {
        reqwest::Client::new()
            .post(installation.url("/graphql"))
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .header(ACCEPT, accept)
            .header("x-request-id", "my-request")
            .body(r#"{"query":"{ echo(text: \"ä\") }"}"#)
            .send()
    };
    for (accept, expected) in [
        ("*/*", "application/json; charset=utf-8"),
        (RESPONSE, "application/graphql-response+json; charset=utf-8"),
    ] {
        let response = request(accept).await.unwrap();
        assert_eq!(response.headers()[CONTENT_TYPE], expected);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()["x-request-id"], "my-request");
        assert_eq!(response.text().await.unwrap(), r#"{"data":{"echo":"ä"}}"#);
    }
}

#[tokio::test]
async fn bodies_that_are_not_json_are_refused_by_kind() {
    let installation = Installation::start("http: {max_body_bytes: 1000}").await;
    let send = async |content_type: Option<&str>, body: String| {
        let mut request = reqwest::Client::new().post(installation.url("/graphql")).body(body);
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        request.send().await.unwrap().status().as_u16()
    };
    let query = || r#"{"query":"{ echo }"}"#.to_owned();
    assert_eq!(send(Some(JSON), query()).await, 200);
    assert_eq!(send(None, query()).await, 415);
    assert_eq!(send(Some("text/plain"), query()).await, 415);
    assert_eq!(send(Some("application/x-www-form-urlencoded"), "query={echo}".to_owned()).await, 415);
    assert_eq!(send(Some("application/json; charset=utf-16"), query()).await, 415);
    assert_eq!(send(Some(JSON), "{".to_owned()).await, 400);
    assert_eq!(send(Some(JSON), String::new()).await, 400);
    assert_eq!(send(Some(JSON), format!(r#"{{"query":"{{ echo }}{}"}}"#, " ".repeat(2_000))).await, 413);
}

#[tokio::test]
async fn a_get_serves_queries_and_nothing_else() {
    let installation = Installation::start("").await;
    let get = async |pairs: &[(&str, &str)], headers: &[(&str, &str)]| {
        let mut url = reqwest::Url::parse(&installation.url("/graphql")).unwrap();
        url.query_pairs_mut().extend_pairs(pairs);
        let mut request = reqwest::Client::new().get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let echo = ("query", "query A($t: String) { echo(text: $t) }");
    let (status, body) = get(&[echo, ("variables", r#"{"t":"a"}"#), ("operationName", "A")], &[]).await;
    assert_eq!((status, body.as_str()), (200, r#"{"data":{"echo":"a"}}"#));
    let mutation = ("query", "mutation { rename(id: 1, name: \"x\") { id } }");
    assert_eq!(get(&[mutation], &[]).await.0, 405);
    assert_eq!(get(&[], &[]).await.0, 400);
    assert_eq!(get(&[echo, ("variables", "[]")], &[]).await.0, 400);
    assert_eq!(get(&[echo], &[("sec-fetch-site", "cross-site")]).await.0, 403);
    let asked = [("sec-fetch-site", "cross-site"), ("apollo-require-preflight", "1")];
    assert_eq!(get(&[echo], &asked).await.0, 200);
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_are_served() {
    let installation = Installation::start("sse: {single_connection: false}").await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD] {
        let request = reqwest::Client::new().request(method.clone(), installation.url("/graphql"));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 405, "{method}");
        assert_eq!(response.headers()[ALLOW], "GET, POST");
    }
}

#[tokio::test]
async fn other_sites_get_no_permission_unless_they_are_listed() {
    let closed = Installation::start("").await;
    let open = Installation::start("cors: {origins: ['https://app.example']}").await;
    let preflight = async |installation: &Installation, origin: &str| {
        let request = reqwest::Client::new()
            .request(Method::OPTIONS, installation.url("/graphql"))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,authorization");
        let response = request.send().await.unwrap();
        response
            .headers()
            .get("access-control-allow-origin")
            .map(|origin| origin.to_str().unwrap().to_owned())
    };
    assert_eq!(preflight(&closed, "https://app.example").await, None);
    assert_eq!(preflight(&open, "https://evil.example").await, None);
    assert_eq!(preflight(&open, "https://app.example").await.as_deref(), Some("https://app.example"));
}

#[tokio::test]
async fn a_compressed_body_is_read_and_bounded_by_what_it_holds() {
    let installation = Installation::start("http: {max_body_bytes: 10000}").await;
    let send = async |body: Vec<u8>| {
        let request = reqwest::Client::new().post(installation.url("/graphql"));
        let request = request.header(CONTENT_TYPE, JSON).header(CONTENT_ENCODING, "gzip").body(body);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(send(gzipped(r#"{"query":"{ echo }"}"#)).await, 200);
    assert_eq!(send(gzipped(&format!(r#"{{"query":"{{ echo }}{}"}}"#, " ".repeat(20_000)))).await, 413);
}

/// A gzip member with one stored block: no compression library needed. The text is shorter than 64 KiB.
fn gzipped(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a short text");
    let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    member.extend(length.to_le_bytes());
    member.extend((!length).to_le_bytes());
    member.extend(text.as_bytes());
    let mut crc = u32::MAX;
    for byte in text.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    member.extend((!crc).to_le_bytes());
    member.extend(u32::from(length).to_le_bytes());
    member
}

#[tokio::test]
async fn an_encoding_that_is_not_known_is_refused_with_the_one_that_is() {
    let installation = Installation::start("").await;
    for encoding in ["br", "zstd", "gzip, gzip", "x"] {
        let request = reqwest::Client::new().post(installation.url("/graphql")).header(CONTENT_TYPE, JSON);
        let request = request.header(CONTENT_ENCODING, encoding).body(r#"{"query":"{ echo }"}"#);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 415, "{encoding}");
        assert_eq!(response.headers()[ACCEPT_ENCODING], "gzip");
        assert_eq!(code(&response.json().await.unwrap()), "UNSUPPORTED_MEDIA_TYPE");
    }
}

#[tokio::test]
async fn a_large_answer_is_compressed_for_who_accepts_it_and_a_stream_never_is() {
    let installation = Installation::start("").await;
    let encoding = async |query: &str, headers: &[(&str, &str)]| {
        let request = reqwest::Client::new().post(installation.url("/graphql"));
        let mut request = request.json(&json!({ "query": query }));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let encoding =
            response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        (encoding, response.bytes().await.unwrap().len())
    };
    let gzip = [("accept-encoding", "gzip, br")];
    let long = "{ long(length: 100000) }";
    let (compressed, length) = encoding(long, &gzip).await;
    assert!(compressed.as_deref() == Some("gzip") && length < 2_000, "{length}");
    assert_eq!(encoding(long, &[]).await, (None, 100_020));
    assert_eq!(encoding(long, &[("accept-encoding", "identity")]).await.0, None);
    assert_eq!(encoding("{ long(length: 900) }", &gzip).await.0, None);
    for accept in ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"] {
        assert_eq!(encoding(long, &[("accept", accept), gzip[0]]).await.0, None, "{accept}");
    }
    let off = Installation::start("compression: {enabled: false}").await;
    let request = reqwest::Client::new().post(off.url("/graphql")).header(ACCEPT_ENCODING, "gzip");
    let response = request.json(&json!({ "query": long })).send().await.unwrap();
    assert!(!response.headers().contains_key(CONTENT_ENCODING));
}

#[tokio::test]
async fn deferred_and_streamed_parts_are_refused_by_name_on_every_transport() {
    let installation = Installation::start("").await;
    for document in [
        "{ person(id: 1) { id ... @defer { name } } }",
        "{ person(id: 1) { id ...F @defer(label: \"x\", if: false) } } fragment F on Person { name }",
        "{ person(id: 1) { letters @stream(initialCount: 1) } }",
        "{ ...F } fragment F on Query { person(id: 1) { ... @defer { name } } }",
    ] {
        let (status, body) =
            post(&installation, &json!({ "query": document }), &[("accept", RESPONSE)]).await;
        assert_eq!((status, code(&body)), (400, "INCREMENTAL_DELIVERY_NOT_SUPPORTED"), "{document}");
        assert!(body["errors"][0]["message"].as_str().unwrap().contains("is not supported"), "{body}");
        let accept = [("accept", "multipart/mixed;deferSpec=20220824,application/json")];
        let (status, body) = post(&installation, &json!({ "query": document }), &accept).await;
        assert_eq!((status, code(&body)), (200, "INCREMENTAL_DELIVERY_NOT_SUPPORTED"));
        let request =
            reqwest::Client::new().post(installation.url("/graphql")).header(ACCEPT, "text/event-stream");
        let events = request.json(&json!({ "query": document })).send().await.unwrap().text().await.unwrap();
        assert!(events.contains("INCREMENTAL_DELIVERY_NOT_SUPPORTED") && events.contains("event: complete"));
        let mut socket = Socket::acknowledged(&installation).await;
        socket.subscribe("1", document).await;
        let refused = socket.receive().await;
        assert_eq!(refused["payload"][0]["extensions"]["code"], "INCREMENTAL_DELIVERY_NOT_SUPPORTED");
    }
}

#[tokio::test]
async fn the_front_page_is_a_playground_for_browsers_and_a_line_for_others() {
    let config = "playground: {title: Letters, tabs: [{name: First, query: 'query First { echo }'}]}";
    let installation = Installation::start(config).await;
    let get = async |path: &str, accept: &str| {
        let request = reqwest::Client::new().get(installation.url(path)).header(ACCEPT, accept);
        request.send().await.unwrap().text().await.unwrap()
    };
    let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    let page = get("/", browser).await;
    assert_eq!(get("/graphql", browser).await, page, "a visitor of the GraphQL path is led there");
    assert!(page.contains("query First { echo }") && page.contains("Letters"), "{page}");
    let line = get("/", "*/*").await;
    assert!(line.contains("/graphql") && !line.contains('<'));
}

#[tokio::test]
async fn health_tells_of_the_gateway_and_of_each_subgraph() {
    let installation = Installation::start("").await;
    query(&installation, "{ echo }").await;
    let get = async |path: &str| {
        let response = reqwest::get(installation.url(path)).await.unwrap();
        (
            response.status().as_u16(),
            serde_json::from_slice::<Value>(&response.bytes().await.unwrap()).unwrap(),
        )
    };
    assert_eq!(get("/health/live").await, (200, json!({ "service": "gateway", "status": "UP" })));
    assert_eq!(get("/health/ready").await.0, 200);
    let (status, services) = get("/health/services").await;
    assert_eq!((status, &services["status"]), (200, &json!("UP")));
    assert_eq!(services["subgraphs"][0]["name"], "letters");
    assert_eq!(services["subgraphs"][0]["last_success"], Value::Null);
    assert_eq!(services["subgraphs"][1]["breaker"], "closed");
    assert!(services["subgraphs"][1]["last_success"].is_string());
    installation.gateway.drain(crate::fixture::DEADLINE).await;
    assert_eq!(get("/health/ready").await.0, 503);
}

#[tokio::test]
async fn a_supergraph_or_configuration_that_makes_no_sense_is_refused_in_one_line() {
    let refusal = |supergraph_sdl: &str, config: &str| {
        let config = match gateway::config::Config::from_yaml(config) {
            Ok(config) => config,
            Err(error) => return error.to_string(),
        };
        let options = gateway::GatewayOptions {
            supergraph_sdl: supergraph_sdl.to_owned(),
            config,
            identity_secret: None,
            transports: std::collections::HashMap::new(),
            clock: clock::SystemClock::shared(),
        };
        gateway::Gateway::try_new(options).unwrap_err().to_string()
    };
    let sound = supergraph("http://127.0.0.1:1/graphql", "http://127.0.0.1:2/graphql");
    for (sdl, config, expected) in [
        ("type Query {", "", "does not parse"),
        ("type Query { a: Int }", "", "not a supergraph"),
        (sound.as_str(), "subgraphs: {nobody: {timeout_ms: 1}}", "nobody"),
        (sound.as_str(), "subgraphs: {people: {url: 'localhost:1'}}", "http://"),
        (sound.as_str(), "http: {path: graphql}", "slash"),
        (sound.as_str(), "cors: {origins: ['app.example']}", "not an origin"),
        (sound.as_str(), "authentication: {jwks: {subgraph: nobody}}", "no subgraph nobody"),
    ] {
        let refusal = refusal(sdl, config);
        assert!(refusal.contains(expected) && !refusal.contains('\n'), "{refusal}");
    }
}
