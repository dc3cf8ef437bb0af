//! Files: from a client's form to the subgraph that takes them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, header},
    routing::post,
};
use clock::SystemClock;
use federation_composition::{CompositionResult, ServiceDefinition, compose_services, graphql_core};
use gateway::{Gateway, GatewayOptions, config::Config};
use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    client::code,
    fixture::{Installation, Server, any_port},
};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
scalar Upload
scalar JSON
"#;
const PICTURES: &str = "type Query { ok(file: Upload): Boolean }
input Profile { name: String avatars: [Upload!] }
type Mutation {
    setAvatar(file: Upload!): Boolean
    setAll(files: [Upload!]!, note: String): Boolean
    setProfile(profile: Profile!): Boolean
    setJson(value: JSON): Boolean
}";
const PAPERS: &str = "type Query { papers: Int } type Mutation { attach(file: Upload!): Boolean }";

/// The rest of a part's `content-disposition`, and what follows.
type Part<'text> = (&'text str, &'text str);

/// What a subgraph was sent: content type and body.
type Seen = Arc<Mutex<Vec<(String, String)>>>;

struct Files {
    edge: Server,
    _pictures: Server,
    seen: Seen,
}

impl Files {
    async fn start(config: &str) -> Self {
        let seen = Seen::default();
        let answer = async |State(seen): State<Seen>, headers: HeaderMap, body: Bytes| {
            let content_type = headers[header::CONTENT_TYPE].to_str().expect("a media type").to_owned();
            let body = String::from_utf8_lossy(&body).into_owned();
            seen.lock().expect("no test panicked").push((content_type, body));
            let fields = ["setAvatar", "setAll", "setProfile", "setJson", "attach"].map(|name| (name, true));
            axum::Json(json!({ "data": HashMap::from(fields) }))
        };
        let router = Router::new().route("/graphql", post(answer)).with_state(Arc::clone(&seen));
        let pictures = Server::start(any_port(), router).await;
        let url = format!("http://{}/graphql", pictures.address);
        let service = |name: &str, sdl: &str| {
            let document = graphql_core::parse(&format!("{LINK}{sdl}")).expect("the SDL parses");
            ServiceDefinition::new(name, document).with_url(url.as_str())
        };
        let services = [service("pictures", PICTURES), service("papers", PAPERS)];
        let CompositionResult::Success(composed) = compose_services(&services).expect("composition runs")
        else {
            panic!("the subgraphs compose");
        };
        let gateway = Gateway::try_new(GatewayOptions {
            supergraph_sdl: composed.supergraph_sdl().to_string(),
            config: Config::from_yaml(config).expect("the test's configuration"),
            identity_secret: None,
            transports: HashMap::new(),
            clock: SystemClock::shared(),
        });
        let edge = Server::start(any_port(), gateway.expect("the supergraph is served").router()).await;
        Self { edge, _pictures: pictures, seen }
    }

    /// Posts a form of these parts.
    async fn post(&self, parts: &[Part<'_>]) -> (u16, Value) {
        let mut body = String::new();
        for (disposition, content) in parts {
            body.push_str("--b\r\ncontent-disposition: form-data; ");
            body.push_str(disposition);
            body.push_str("\r\n\r\n");
            body.push_str(content);
            body.push_str("\r\n");
        }
        body.push_str("--b--\r\n");
        self.send("multipart/form-data; boundary=b", body, true).await
    }

    async fn send(&self, content_type: &str, body: String, preflight: bool) -> (u16, Value) {
        let url = format!("http://{}/graphql", self.edge.address);
        let mut request = Client::new().post(url).header("content-type", content_type).body(body);
        if preflight {
            request = request.header("apollo-require-preflight", "1");
        }
        let response = request.send().await.expect("the gateway answers");
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON"))
    }

    fn seen(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.seen.lock().expect("no test panicked"))
    }
}

const ON: &str = "uploads: {enabled: true, max_files: 3, max_file_bytes: 2000, max_total_bytes: 5000}";
const AVATAR: &str = r#"{"query":"mutation($f: Upload!) { setAvatar(file: $f) }","variables":{"f":null}}"#;

#[tokio::test]
async fn a_file_reaches_the_subgraph_that_takes_it_as_a_form() {
    let files = Files::start(ON).await;
    let file = ("name=\"0\"; filename=\"me.png\"\r\ncontent-type: image/png", "the picture");
    let parts = [("name=\"operations\"", AVATAR), ("name=\"map\"", r#"{"0":["variables.f"]}"#), file];
    assert_eq!(files.post(&parts).await, (200, json!({ "data": { "setAvatar": true } })));
    let seen = files.seen();
    let [(content_type, body)] = seen.as_slice() else { panic!("one request: {seen:?}") };
    assert!(content_type.starts_with("multipart/form-data; boundary="), "{content_type}");
    assert!(
        body.contains(r#""variables":{"f":null}"#) && body.contains(r#"{"0":["variables.f"]}"#),
        "{body}"
    );
    assert!(body.contains("filename=\"me.png\"\r\ncontent-type: image/png\r\n\r\nthe picture\r\n"), "{body}");
}

#[tokio::test]
async fn files_of_lists_and_input_objects_keep_their_places() {
    let files = Files::start(ON).await;
    let many = r#"{"query":"mutation($f: [Upload!]!) { setAll(files: $f, note: \"x\") }","variables":{"f":[null,null]}}"#;
    let parts = [
        ("name=\"operations\"", many),
        ("name=\"map\"", r#"{"b":["variables.f.1"],"a":["variables.f.0"]}"#),
        ("name=\"a\"; filename=\"a.txt\"", "AAA"),
        ("name=\"b\"; filename=\"b.txt\"", "BBB"),
    ];
    assert_eq!(files.post(&parts).await.1, json!({ "data": { "setAll": true } }));
    let (_, body) = files.seen().remove(0);
    assert!(body.contains(r#"{"0":["variables.f.1"],"1":["variables.f.0"]}"#), "{body}");
    assert!(body.find("BBB") < body.find("AAA"), "{body}");
    let nested = r#"{"query":"mutation($p: Profile!) { setProfile(profile: $p) }","variables":{"p":{"name":"n","avatars":[null]}}}"#;
    let parts = [
        ("name=\"operations\"", nested),
        ("name=\"map\"", r#"{"0":["variables.p.avatars.0"]}"#),
        ("name=\"0\"; filename=\"a\"", "A"),
    ];
    assert_eq!(files.post(&parts).await.1, json!({ "data": { "setProfile": true } }));
}

#[tokio::test]
async fn a_file_has_to_be_in_its_place() {
    let files = Files::start(ON).await;
    let operation =
        |query: &str, variables: Value| json!({ "query": query, "variables": variables }).to_string();
    let f = || json!({ "f": null });
    let table = [
        (operation("query($f: Upload) { ok(file: $f) }", f()), "variables.f", "UPLOAD_MISPLACED"),
        (operation("mutation($f: JSON) { setJson(value: $f) }", f()), "variables.f", "UPLOAD_MISPLACED"),
        (
            operation("mutation($f: JSON) { setJson(value: $f) }", json!({ "f": { "a": null } })),
            "variables.f.a",
            "UPLOAD_MISPLACED",
        ),
        (
            operation("mutation($f: String) { setAll(files: [], note: $f) }", f()),
            "variables.f",
            "BAD_USER_INPUT",
        ),
        (
            operation("mutation($f: Upload!) { setAvatar(file: $f) attach(file: $f) }", f()),
            "variables.f",
            "UPLOAD_MISPLACED",
        ),
        (AVATAR.to_owned(), "variables.g", "BAD_REQUEST"),
        (AVATAR.to_owned(), "variables", "BAD_REQUEST"),
        (AVATAR.to_owned(), "variables.", "BAD_REQUEST"),
        (AVATAR.to_owned(), "variables.f.__proto__", "BAD_REQUEST"),
        (AVATAR.to_owned(), "query", "BAD_REQUEST"),
        (AVATAR.to_owned(), "__proto__.polluted", "BAD_REQUEST"),
        (AVATAR.replace("null", "\"x\""), "variables.f", "BAD_REQUEST"),
        (format!("[{AVATAR}]"), "0.variables.f", "BAD_REQUEST"),
    ];
    for (operations, path, expected) in table {
        let map = json!({ "0": [path] }).to_string();
        let parts = [
            ("name=\"operations\"", operations.as_str()),
            ("name=\"map\"", &map),
            ("name=\"0\"; filename=\"a\"", "A"),
        ];
        let (_, answer) = files.post(&parts).await;
        assert_eq!(code(&answer), expected, "{operations} at {path}: {answer}");
    }
    assert!(files.seen().is_empty(), "nothing of it reached a subgraph");
}

#[tokio::test]
async fn forms_that_are_not_requests_with_files_are_refused() {
    let files = Files::start(ON).await;
    let (operations, map) = (("name=\"operations\"", AVATAR), ("name=\"map\"", r#"{"0":["variables.f"]}"#));
    let file = ("name=\"0\"; filename=\"a\"", "A");
    let long = "x".repeat(2_001);
    let many = json!({ "0": ["variables.a", "variables.b", "variables.c", "variables.d"] }).to_string();
    let tables: [(&[Part<'_>], u16, &str); 13] = [
        (&[], 400, "BAD_REQUEST"),
        (&[operations], 400, "BAD_REQUEST"),
        (&[map, operations, file], 400, "BAD_REQUEST"),
        (&[operations, file, map], 400, "BAD_REQUEST"),
        (&[operations, map], 400, "BAD_REQUEST"),
        (&[operations, map, file, file], 400, "BAD_REQUEST"),
        (&[operations, map, ("name=\"1\"; filename=\"a\"", "A")], 400, "BAD_REQUEST"),
        (&[operations, ("name=\"map\"", r#"{"0":"variables.f"}"#), file], 400, "BAD_REQUEST"),
        (&[operations, ("name=\"map\"", r#"{"0":[]}"#), file], 400, "BAD_REQUEST"),
        (
            &[operations, ("name=\"map\"", r#"{"0":["variables.f"],"1":["variables.f"]}"#), file],
            400,
            "BAD_REQUEST",
        ),
        (&[("name=\"operations\"", "nonsense"), map, file], 400, "BAD_REQUEST"),
        (&[operations, ("name=\"map\"", &many), file], 413, "UPLOAD_LIMIT_EXCEEDED"),
        (&[operations, map, ("name=\"0\"; filename=\"a\"", &long)], 413, "PAYLOAD_TOO_LARGE"),
    ];
    for (parts, status, expected) in tables {
        let (answered, answer) = files.post(parts).await;
        assert_eq!((answered, code(&answer)), (status, expected), "{parts:?}: {answer}");
    }
    let form = |boundary: &str| format!("multipart/form-data; boundary={boundary}");
    for (content_type, body, expected) in [
        ("multipart/form-data".to_owned(), String::new(), (400, "BAD_REQUEST")),
        (form("\"\""), String::new(), (400, "BAD_REQUEST")),
        (form("b"), String::new(), (400, "BAD_REQUEST")),
        (form("b"), "--b\r\n".repeat(500), (400, "BAD_REQUEST")),
        (form("b"), "x".repeat(6_000), (413, "PAYLOAD_TOO_LARGE")),
        (
            form("b"),
            "--b\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{".to_owned(),
            (400, "BAD_REQUEST"),
        ),
    ] {
        let (status, answer) = files.send(&content_type, body, true).await;
        assert_eq!((status, code(&answer)), expected, "{content_type}: {answer}");
    }
    assert!(files.seen().is_empty(), "nothing of it reached a subgraph");
}

#[tokio::test]
async fn a_form_that_any_page_could_send_is_refused() {
    let files = Files::start(ON).await;
    let (status, answer) = files.send("multipart/form-data; boundary=b", String::new(), false).await;
    assert_eq!((status, code(&answer)), (403, "CSRF_PREVENTED"));
}

#[tokio::test]
async fn files_are_refused_where_they_are_off_or_the_schema_knows_none() {
    let off = Files::start("").await;
    assert_eq!(code(&off.post(&[]).await.1), "UNSUPPORTED_MEDIA_TYPE");
    let installation = Installation::start(ON).await;
    let operations = r#"{"query":"mutation($n: String!) { rename(id: 1, name: $n) { id } }","variables":{"n":"x","f":null}}"#;
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{operations}\r\n\
         --b\r\ncontent-disposition: form-data; name=\"map\"\r\n\r\n{{\"0\":[\"variables.f\"]}}\r\n\
         --b\r\ncontent-disposition: form-data; name=\"0\"; filename=\"a\"\r\n\r\nA\r\n--b--\r\n"
    );
    let request = Client::new().post(installation.url("/graphql")).body(body);
    let request = request.header("content-type", "multipart/form-data; boundary=b");
    let answer = request.header("apollo-require-preflight", "1").send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(code(&answer), "UPLOAD_MISPLACED", "{answer}");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("no scalar"));
}
