//! Notes as they lie in the database.

use moods::Moods;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use testkit::{TestApp, eventually};

use crate::{log, moods, notes};

const OLD: &str = "old:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const ROTATED: &str = "new:ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100,\
    old:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const NEW: &str = "new:ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

/// Each note as it lies there, and the key that it names.
async fn kept(app: &TestApp) -> Vec<(String, Option<String>)> {
    let select = "SELECT note, note_key FROM mood_entries WHERE note IS NOT NULL ORDER BY id";
    let rows = app.db.reader().query_all_raw(Statement::from_string(app.db.backend(), select)).await;
    let rows = rows.expect("the table is readable");
    let read = |row: &sea_orm::QueryResult| Ok((row.try_get("", "note")?, row.try_get("", "note_key")?));
    rows.iter().map(read).collect::<Result<_, sea_orm::DbErr>>().expect("two texts")
}

#[tokio::test]
async fn what_somebody_writes_is_not_to_be_read_in_the_database() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    for _ in 0..2 {
        log(&client, json!({ "score": 3, "note": "a secret about the river" })).await;
    }
    let kept = kept(&app).await;
    assert!(
        kept.iter().all(|(note, key)| !note.contains("river") && key.as_deref() == Some("test")),
        "{kept:?}"
    );
    assert_ne!(kept[0].0, kept[1].0);
    app.finish().await;
}

#[tokio::test]
async fn a_new_key_takes_over_without_a_note_being_lost() {
    let app = TestApp::builder::<Moods>().data_keys(OLD).start().await;
    let ada = app.new_user();
    for note in ["one", "two", "from before notes were sealed"] {
        app.clock.advance(chrono::TimeDelta::minutes(1));
        log(&app.as_user(ada), json!({ "score": 3, "note": note })).await;
    }
    let unsealed = "UPDATE mood_entries SET note = 'from before notes were sealed', note_key = NULL
        WHERE occurred_at = (SELECT MAX(occurred_at) FROM mood_entries)";
    app.db.reader().execute_unprepared(unsealed).await.expect("the row is there");
    let database = app.stop().await;

    let app = TestApp::builder::<Moods>().database(database).data_keys(ROTATED).start().await;
    eventually("every note to be sealed with the new key", || async {
        kept(&app).await.iter().all(|(_, key)| key.as_deref() == Some("new")).then_some(())
    })
    .await;
    let database = app.stop().await;

    let app = TestApp::builder::<Moods>().database(database).data_keys(NEW).start().await;
    let page = moods(&app.as_user(ada), json!({ "user": ada })).await;
    assert_eq!(notes(&page), ["from before notes were sealed", "two", "one"]);
    app.finish().await;
}

#[tokio::test]
async fn a_note_whose_key_is_gone_is_left_alone_and_not_shown() {
    let app = TestApp::builder::<Moods>().data_keys(OLD).start().await;
    let ada = app.new_user();
    log(&app.as_user(ada), json!({ "score": 3, "note": "locked" })).await;
    let before = kept(&app).await;
    let database = app.stop().await;

    let app = TestApp::builder::<Moods>().database(database).data_keys(NEW).start().await;
    let query = crate::HISTORY;
    assert_eq!(app.as_user(ada).failure(query, json!({ "user": ada })).await, "INTERNAL");
    assert_eq!(kept(&app).await, before);
    app.finish().await;
}
