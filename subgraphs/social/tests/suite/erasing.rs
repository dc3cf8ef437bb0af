//! What is left of somebody who is gone.

use events::{
    auth::UserErased,
    social::{ErasureCompleted, PostRemoved},
};
use ids::UserId;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use social::Social;
use testkit::TestApp;

use crate::{
    consent::{private_person, settings},
    muting::mute,
    people::{act, does, person, registration},
    sharing::{award, extend_streak, feed, hug, mood, post, see_post, shared},
};

/// What stays: who is gone, and what moderators did.
const STAYING: [&str; 2] = ["tombstones", "audit_entries"];

/// The columns of all tables that hold ids.
async fn id_columns(app: &TestApp) -> Vec<(String, String)> {
    let query = if app.db.is_sqlite() {
        "SELECT m.name AS a, c.name AS b FROM sqlite_master m, pragma_table_info(m.name) c
            WHERE m.type = 'table' AND lower(c.type) LIKE '%uuid%'"
    } else {
        "SELECT table_name::text AS a, column_name::text AS b FROM information_schema.columns
            WHERE table_schema = current_schema() AND data_type = 'uuid'"
    };
    let statement = Statement::from_string(app.db.backend(), query);
    let rows = app.db.reader().query_all_raw(statement).await.expect("the columns");
    rows.iter()
        .map(|row| (row.try_get("", "a").expect("a table"), row.try_get("", "b").expect("a column")))
        .collect()
}

/// Where `user` still stands.
async fn traces(app: &TestApp, user: UserId) -> Vec<String> {
    let hex = user.as_uuid().simple().to_string();
    let id = if app.db.is_sqlite() { format!("X'{hex}'") } else { format!("'{hex}'") };
    let columns = id_columns(app).await;
    assert!(columns.len() > 20, "the columns aren't found: {columns:?}");
    let mut traces = Vec::new();
    for (table, column) in columns {
        let query = format!("SELECT 1 FROM {table} WHERE {column} = {id}");
        let statement = Statement::from_string(app.db.backend(), query);
        let found = app.db.reader().query_all_raw(statement).await.expect("the rows");
        if !found.is_empty() && !STAYING.contains(&table.as_str()) && table != "outbox" {
            traces.push(format!("{table}.{column}"));
        }
    }
    traces
}

#[tokio::test]
async fn nothing_is_left_of_who_is_gone_and_nothing_told_late_brings_them_back() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let (cy, di) = (private_person(&app, "Cy").await, person(&app, "Di").await);
    app.tell(&settings(ada, false, true)).await;
    for (who, action, whom) in
        [(ada, "follow", bo), (bo, "follow", ada), (ada, "follow", cy), (ada, "block", di)]
    {
        does(&app, who, action, whom).await;
    }
    mute(&app, ada, bo, None).await;
    mute(&app, bo, ada, None).await;
    extend_streak(&app, ada, 3).await;
    award(&app, ada, "first-hug").await;
    let hug = hug(&app, ada, bo, false).await.to_string();
    let gone = [
        post(&app, ada, "PUBLIC").await,
        shared(&app, bo, json!({ "hugId": hug, "visibility": "PUBLIC" })).await,
    ];
    let stays = post(&app, bo, "PUBLIC").await;
    let react = "mutation R($i: AddReactionInput!) { addReaction(input: $i) { errors { code } } }";
    for (who, target) in [(ada, &stays), (bo, &gone[0]), (bo, &hug), (ada, &hug)] {
        app.as_user(who).data(react, json!({ "i": { "targetId": target, "kind": "HUG" } })).await;
    }
    let report = "mutation R($i: ReportInput!) { report(input: $i) { reportId errors { code } } }";
    for (who, whom) in [(ada, bo), (bo, ada)] {
        let input =
            json!({ "i": { "targetId": whom.to_string(), "reason": "OTHER", "idempotencyKey": "k" } });
        app.as_user(who).data(report, input).await;
    }

    let erased_at = app.foundation.clock.now();
    app.tell(&UserErased { user_id: ada, erased_at }).await;
    assert_eq!(traces(&app, ada).await, [] as [&str; 0]);
    let completed = ErasureCompleted { user_id: ada, completed_at: erased_at };
    assert_eq!(app.events::<ErasureCompleted>().await, [completed]);
    assert_eq!(app.events::<PostRemoved>().await.len(), gone.len());
    assert_eq!(feed(&app.as_user(bo), "publicFeed").await, [stays.as_str()]);
    let seen = see_post(&app.as_user(bo), &stays, "reactions { count }").await;
    assert_eq!(seen["reactions"], json!([]));

    app.tell(&registration(&app, ada, "Ada")).await;
    mood(&app, ada, events::moods::MoodVisibility::Public).await;
    assert_eq!(traces(&app, ada).await, [] as [&str; 0]);
    assert_eq!(act(&app, bo, "follow", ada).await["errors"][0]["code"], "USER_NOT_FOUND");
    let input = json!({ "input": { "userId": bo.to_string() } });
    let late = app.as_user(ada).failure(&crate::people::mutation("follow"), input).await;
    assert_eq!(late, "UNAUTHENTICATED");
    let missing = see_post(&app.as_user(bo), &gone[0], "id").await;
    assert_eq!(missing, Value::Null);
    app.finish().await;
}
