//! Somebody's moods, page by page.

use moods::Moods;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use crate::{HISTORY, log, moods, notes};

/// Logs moods noted `0`, `1`, … an hour apart, oldest first; the last two at the same instant.
async fn log_several(client: &Client, count: usize) {
    for number in 0..count {
        let hour = number.min(count - 2);
        let at = format!("2026-02-28T{hour:02}:00:00Z");
        log(client, json!({ "score": 3, "note": number.to_string(), "occurredAt": at })).await;
    }
}

#[tokio::test]
async fn the_newest_mood_comes_first_and_every_mood_once() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log_several(&client, 8).await;
    log(&app.as_user(app.new_user()), json!({ "score": 1, "note": "not hers" })).await;

    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = moods(&client, json!({ "user": ada, "first": 3, "after": after })).await;
        seen.extend(notes(&page).into_iter().map(str::to_owned));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, ["7", "6", "5", "4", "3", "2", "1", "0"]);
    app.finish().await;
}

#[tokio::test]
async fn a_history_is_read_from_its_end_as_well() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log_several(&client, 5).await;
    let end = moods(&client, json!({ "user": ada, "last": 2 })).await;
    assert_eq!(notes(&end), ["1", "0"]);
    assert_eq!(end["pageInfo"]["hasPreviousPage"], json!(true));
    let before = end["pageInfo"]["startCursor"].clone();
    let rest = moods(&client, json!({ "user": ada, "last": 10, "before": before })).await;
    assert_eq!(notes(&rest), ["4", "3", "2"]);
    assert_eq!(rest["pageInfo"]["hasPreviousPage"], json!(false));
    app.finish().await;
}

#[tokio::test]
async fn a_range_begins_with_its_first_instant_and_ends_before_its_last() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log_several(&client, 6).await;
    log(&client, json!({ "score": 3, "note": "half past", "occurredAt": "2026-02-28T02:30:00.5Z" })).await;
    let range = json!({ "user": ada, "from": "2026-02-28T01:00:00Z", "to": "2026-02-28T03:00:00Z" });
    assert_eq!(notes(&moods(&client, range).await), ["half past", "2", "1"]);
    let range = json!({ "user": ada, "first": 1, "from": "2026-02-28T02:30:00Z", "to": "2026-02-28T02:30:00.500001Z" });
    assert_eq!(notes(&moods(&client, range).await), ["half past"]);
    app.finish().await;
}

#[tokio::test]
async fn arguments_that_make_no_page_are_the_clients_mistake() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    for wrong in [json!({ "first": 101 }), json!({ "first": 1, "last": 1 }), json!({ "after": "nonsense" })] {
        let mut variables = wrong;
        variables["user"] = json!(ada);
        assert_eq!(client.failure(HISTORY, variables).await, "BAD_USER_INPUT");
    }
    app.finish().await;
}
