//! What somebody does on two devices at the same time: on PostgreSQL, where several write at once, held up where it matters.
//! SQLite has one writer, and there the one comes after the other.

use std::{cell::Cell, future::Future};

use futures::join;
use ids::UserId;
use moods::Moods;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, Statement};
use serde_json::{Value, json};
use testkit::{TestApp, eventually, fill};

use crate::{log, mutate};

/// Keeps others from what `lock` locks, until the transaction ends.
async fn hold(app: &TestApp, lock: &str) -> DatabaseTransaction {
    let held = app.db.begin().await.expect("a transaction");
    if !app.db.is_sqlite() {
        held.execute_unprepared(lock).await.expect("a lock");
    }
    held
}

/// How many of the database's connections wait for what others hold.
async fn waiting(app: &TestApp) -> i64 {
    let count = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let count = Statement::from_string(app.db.backend(), count);
    let row = app.db.reader().query_one_raw(count).await.expect("an answer").expect("a row");
    row.try_get_by_index(0).expect("a number")
}

async fn until(app: &TestApp, what: &str, holds: impl Fn(i64) -> bool) {
    if app.db.is_sqlite() {
        return;
    }
    eventually(what, async || holds(waiting(app).await).then_some(())).await;
}

/// Begins `second` once `held` has held up `first`, and lets go once both wait, or the second is through.
async fn race<A, B>(
    app: &TestApp,
    held: DatabaseTransaction,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let through = Cell::new(false);
    let second = async {
        until(app, "the first to be held up", |waiting| waiting > 0).await;
        let second = second.await;
        through.set(true);
        second
    };
    let letting_go = async {
        until(app, "the second to wait or to be through", |waiting| waiting > 1 || through.get()).await;
        held.commit().await.expect("the end of the transaction");
    };
    let (first, second, ()) = join!(first, second, letting_go);
    (first, second)
}

fn literal(app: &TestApp, user: UserId) -> String {
    let hex = user.as_uuid().simple();
    if app.db.is_sqlite() { format!("X'{hex}'") } else { format!("'{hex}'::uuid") }
}

/// A transaction that has made something of this name of `owner`'s, and isn't over.
async fn made(app: &TestApp, table: &str, owner: UserId, name: &str) -> DatabaseTransaction {
    let held = app.db.begin().await.expect("a transaction");
    let (columns, rest) = match table {
        "mood_tags" => ("id, user_id, name, folded_name, created_at", String::new()),
        _ => ("id, user_id, name, folded_name, created_at, score, archived", ", 3, FALSE".to_owned()),
    };
    let row = format!("{{id 9 n}}, {}, '{name}', '{name}', {{at 0}}{rest}", literal(app, owner));
    fill(&held, table, columns, &row, 1).await;
    held
}

#[tokio::test]
async fn moods_with_the_same_new_tags_never_wait_for_each_other() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let held = made(&app, "mood_tags", ada, "music").await;
    let one = log(&client, json!({ "score": 3, "tags": ["alone", "music", "zoo"] }));
    let other = log(&client, json!({ "score": 3, "tags": ["zoo", "alone"] }));
    let (one, other) = race(&app, held, one, other).await;
    assert_eq!((&one["tags"], &other["tags"]), (&json!(["alone", "music", "zoo"]), &json!(["zoo", "alone"])));
    app.finish().await;
}

#[tokio::test]
async fn of_two_who_make_the_last_mood_of_ones_own_that_there_is_room_for_one_does() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let work = app.db.begin().await.unwrap();
    let row = format!("{{id 8 n}}, {}, 'mood ' || n, 'mood ' || n, {{at 0}}, 3, FALSE", literal(&app, ada));
    fill(&work, "custom_moods", "id, user_id, name, folded_name, created_at, score, archived", &row, 99)
        .await;
    work.commit().await.unwrap();
    let create =
        "mutation($input: CreateCustomMoodInput!) { createCustomMood(input: $input) { errors { code } } }";
    let one = mutate(&client, create, json!({ "name": "one", "score": 3 }));
    let other = mutate(&client, create, json!({ "name": "other", "score": 3 }));
    let held = hold(&app, "LOCK TABLE custom_moods IN SHARE MODE").await;
    let (one, other) = race(&app, held, one, other).await;
    let mut errors = [&one, &other].map(|made: &Value| made["errors"].to_string());
    errors.sort();
    assert_eq!(errors, ["[]", r#"[{"code":"TOO_MANY_CUSTOM_MOODS"}]"#]);
    app.finish().await;
}

#[tokio::test]
async fn a_name_that_is_just_being_taken_is_taken() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let tag = "mutation($input: CreateMoodTagInput!) { createMoodTag(input: $input) { tag { id } } }";
    let tag = mutate(&client, tag, json!({ "name": "tea" })).await["tag"]["id"].take();
    let mood =
        "mutation($input: CreateCustomMoodInput!) { createCustomMood(input: $input) { customMood { id } } }";
    let mood = mutate(&client, mood, json!({ "name": "cosy", "score": 3 })).await["customMood"]["id"].take();
    let rename = "mutation($input: RenameMoodTagInput!) { renameMoodTag(input: $input) { errors { code } } }";
    let update =
        "mutation($input: UpdateCustomMoodInput!) { updateCustomMood(input: $input) { errors { code } } }";
    for (table, mutation, id, code) in
        [("mood_tags", rename, tag, "TAG_NAME_TAKEN"), ("custom_moods", update, mood, "MOOD_NAME_TAKEN")]
    {
        let held = made(&app, table, ada, "calm").await;
        let renaming = mutate(&client, mutation, json!({ "id": id, "name": "Calm" }));
        let letting_go = async {
            until(&app, "the name to be waited for", |waiting| waiting > 0).await;
            held.commit().await.expect("the end of the transaction");
        };
        let (refused, ()) = join!(renaming, letting_go);
        assert_eq!(refused["errors"], json!([{ "code": code }]));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_tag_that_is_merged_while_a_mood_is_logged_with_it_is_merged_there_as_well() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let create = "mutation($input: CreateMoodTagInput!) { createMoodTag(input: $input) { tag { id } } }";
    let mut ids = Vec::new();
    for name in ["tea", "drinks"] {
        ids.push(mutate(&client, create, json!({ "name": name })).await["tag"]["id"].take());
    }
    let merge = "mutation($input: MergeMoodTagsInput!) { mergeMoodTags(input: $input) {
        tag { name entries } errors { code } } }";
    let held = hold(&app, "LOCK TABLE mood_entries IN SHARE MODE").await;
    let logging = log(&client, json!({ "score": 3, "tags": ["tea"] }));
    let merging = mutate(&client, merge, json!({ "from": [ids[0]], "into": ids[1] }));
    let (mood, merged) = race(&app, held, logging, merging).await;
    assert_eq!(merged["errors"], json!([]));
    let query = "query($id: ID!) { mood(id: $id) { tags } }";
    let read = client.data(query, json!({ "id": mood["id"] })).await;
    // Where the merging came first, the mood has a tag of that name anew.
    let expected = if merged["tag"]["entries"] == json!(1) { "drinks" } else { "tea" };
    assert_eq!(read["mood"]["tags"], json!([expected]));
    assert!(app.db.is_sqlite() || expected == "drinks", "{merged:#}");
    app.finish().await;
}
