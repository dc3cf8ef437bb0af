//! The life of the supergraph: replaced while it serves, and no request notices.

mod file;

use std::sync::{Arc, atomic::Ordering};

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    client::{code, post, query},
    fixture::{DEADLINE, Installation},
};

#[tokio::test]
async fn another_supergraph_is_served_from_the_next_request_on() {
    let installation = Installation::start("").await;
    assert_eq!(query(&installation, "{ letterCount }").await["data"]["letterCount"], 7);
    let mut servings = installation.gateway.servings();
    let poorer = installation.supergraph_without("letterCount");
    assert_eq!(installation.gateway.replace_supergraph(poorer).await.unwrap(), 2);
    timeout(DEADLINE, servings.changed()).await.expect("who listens is told").unwrap();
    assert_eq!(servings.borrow().generation, 2);
    let (_, body) = post(&installation, &json!({ "query": "{ letterCount }" }), &[]).await;
    assert_eq!(code(&body), "GRAPHQL_VALIDATION_FAILED", "{body}");
}

#[tokio::test]
async fn a_query_that_runs_ends_with_the_plan_it_began_with() {
    let installation = Installation::start("").await;
    let body = json!({ "query": "{ held { id letters } }" });
    let asking = post(&installation, &body, &[]);
    let replacing = async {
        installation.people.streams(1).await;
        let without_letters = installation.supergraph_without("letters");
        installation.gateway.replace_supergraph(without_letters).await.unwrap();
        let (_, refused) = post(&installation, &body, &[]).await;
        installation.people.release.notify_one();
        refused
    };
    let ((status, held), refused) = tokio::join!(asking, replacing);
    let data = json!({ "held": { "id": "held", "letters": ["letter to held"] } });
    assert_eq!((status, held), (200, json!({ "data": data })));
    assert_eq!(code(&refused), "GRAPHQL_VALIDATION_FAILED", "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_replacements_in_a_row_fail_no_query() {
    let installation = Installation::start("").await;
    let texts = [installation.supergraph_without("long"), installation.supergraph()];
    let asking = async {
        for round in 0..25 {
            let ask = |client: usize| {
                let id = round * 8 + client;
                let text = format!("{{ person(id: {id}) {{ name letters }} letterCount }}");
                let installation = &installation;
                async move {
                    let answer = query(installation, &text).await;
                    let person =
                        json!({ "name": format!("person {id}"), "letters": [format!("letter to {id}")] });
                    assert_eq!(answer, json!({ "data": { "person": person, "letterCount": 7 } }));
                }
            };
            futures::future::join_all((0..8).map(ask)).await;
        }
    };
    let replacing = async {
        for text in texts.iter().cycle().take(20) {
            installation.gateway.replace_supergraph(text.clone()).await.unwrap();
        }
    };
    tokio::join!(asking, replacing);
    assert_eq!(installation.gateway.serving().generation, 21);
}

#[tokio::test]
async fn an_open_circuit_stays_open_when_the_supergraph_is_replaced() {
    let config = "traffic: {retries: 0, breaker: {failures: 2, open_ms: 600000}}";
    let installation = Installation::start(config).await;
    installation.letters.status.store(500, Ordering::SeqCst);
    for _ in 0..2 {
        query(&installation, "{ letterCount }").await;
    }
    installation.gateway.replace_supergraph(installation.supergraph()).await.unwrap();
    query(&installation, "{ letterCount }").await;
    assert_eq!(installation.letters.requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_subgraph_that_moves_is_asked_at_its_new_address() {
    let (installation, elsewhere) = (Installation::start("").await, Installation::start("").await);
    installation.gateway.replace_supergraph(elsewhere.supergraph()).await.unwrap();
    query(&installation, "{ letterCount }").await;
    let requests = |world: &crate::fixture::World| world.requests.load(Ordering::SeqCst);
    assert_eq!((requests(&installation.letters), requests(&elsewhere.letters)), (0, 1));
}

#[tokio::test]
async fn a_replaced_supergraph_is_freed_with_its_last_request() {
    let installation = Installation::start("").await;
    query(&installation, "{ letterCount }").await;
    let first = Arc::downgrade(&installation.gateway.serving());
    let held = first.upgrade().expect("it serves");
    installation.gateway.replace_supergraph(installation.supergraph()).await.unwrap();
    assert_eq!((held.generation, installation.gateway.serving().generation), (1, 2));
    drop(held);
    assert!(first.upgrade().is_none(), "nothing else holds it");
}

#[tokio::test]
async fn a_bad_supergraph_is_refused_with_its_reason_and_the_old_one_serves() {
    let installation = Installation::start("").await;
    let sound = installation.supergraph();
    let first_url = installation.people_url();
    let bad = [
        ("type Query {".to_owned(), "does not parse"),
        ("type Query { a: Int }".to_owned(), "join__Graph"),
        (panics_in_the_planner(&sound), "Invalid percentage value"),
        (sound.replace(&format!("url: \"{first_url}\""), "url: \"\""), "people has no URL"),
        (sound.replace("http://", "ftp://"), "it has to begin with http://"),
        (sound.replace("type Query", "type Question"), "no query type"),
    ];
    for (text, reason) in bad {
        let error = installation.gateway.replace_supergraph(text).await.unwrap_err().to_string();
        assert!(error.contains(reason) && !error.contains('\n'), "{error}");
        assert_eq!(query(&installation, "{ letterCount }").await["data"]["letterCount"], 7);
        let ready = health(&installation, "ready").await;
        assert_eq!((&ready["status"], &ready["supergraph"]["generation"]), (&json!("UP"), &json!(1)));
        assert_eq!(ready["supergraph"]["refused"]["reason"], error.as_str(), "{ready}");
        assert!(ready["supergraph"]["refused"]["at"].is_string(), "{ready}");
    }
    assert_eq!(health(&installation, "services").await["status"], "DEGRADED");
    installation.gateway.replace_supergraph(sound).await.unwrap();
    let services = health(&installation, "services").await;
    assert_eq!((&services["status"], &services["supergraph"]["refused"]), (&json!("UP"), &Value::Null));
}

#[tokio::test]
async fn operations_in_use_are_planned_before_a_new_supergraph_takes_over() {
    let installation = Installation::start("").await;
    for text in ["{ letterCount }", "{ long(length: 1) }", "{ echo }", "{ not valid }"] {
        post(&installation, &json!({ "query": text }), &[]).await;
    }
    let poorer = installation.supergraph_without("long");
    installation.gateway.replace_supergraph(poorer).await.unwrap();
    assert_eq!(health(&installation, "ready").await["supergraph"]["warmed_up"], 2);
    // Nobody asked meanwhile, and they are known all the same.
    installation.gateway.replace_supergraph(installation.supergraph()).await.unwrap();
    assert_eq!(health(&installation, "ready").await["supergraph"]["warmed_up"], 2);
}

#[tokio::test]
async fn the_most_used_operations_come_first_and_only_as_many_as_configured() {
    for (config, warmed_up) in [("{warm_up_operations: 1}", 1), ("{warm_up_budget_ms: 0}", 0)] {
        let installation = Installation::start(&format!("supergraph: {config}")).await;
        for text in ["{ echo }", "{ letterCount }", "{ letterCount }"] {
            query(&installation, text).await;
        }
        // Were the other one the hottest, none would fit the schema.
        let poorer = installation.supergraph_without("echo");
        installation.gateway.replace_supergraph(poorer).await.unwrap();
        assert_eq!(installation.gateway.serving().warmed_up, warmed_up);
    }
}

#[tokio::test]
async fn a_supergraph_on_which_nothing_in_use_can_be_planned_is_refused() {
    let installation = Installation::start("").await;
    query(&installation, "{ letterCount }").await;
    let nowhere =
        with_letter_count(&installation.supergraph(), "@join__field(graph: LETTERS, external: true)");
    let error = installation.gateway.replace_supergraph(nowhere).await.unwrap_err().to_string();
    assert!(error.contains("none of the operations in use can be planned"), "{error}");
    assert_eq!(query(&installation, "{ letterCount }").await["data"]["letterCount"], 7);
}

/// It parses and names its subgraphs, so that only the planner finds out.
fn panics_in_the_planner(sound: &str) -> String {
    let overridden = r#"@join__field(graph: LETTERS, override: "people", overrideLabel: "percent(150)")"#;
    with_letter_count(sound, overridden)
}

fn with_letter_count(sound: &str, directive: &str) -> String {
    let line = sound.lines().find(|line| line.contains("letterCount")).expect("the field stands on one line");
    sound.replace(line, &format!("  letterCount: Int {directive}"))
}

/// What a health endpoint says.
async fn health(installation: &Installation, name: &str) -> Value {
    let response = reqwest::get(installation.url(&format!("/health/{name}"))).await.expect("it answers");
    assert_eq!(response.status().as_u16(), 200);
    serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON")
}
