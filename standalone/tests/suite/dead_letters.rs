//! An event that a service can't handle, as an operator meets it.

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use testkit::eventually;

use crate::{journeys, world::World};

const MOVE: &str = "mutation M($i: UpdateSettingsInput!) { updateSettings(input: $i) { errors { code } } }";
const LOG: &str = "mutation { logMood(input: { score: 3 }) { mood { timezone } errors { code } } }";

/// Changes the schema behind the service's back, and back again.
async fn rename(world: &World, from: &str, to: &str) {
    let database = world.database("moods").await;
    let work = database.begin().await.expect("a transaction begins");
    work.execute_unprepared(&format!("ALTER TABLE {from} RENAME TO {to}")).await.expect("the table is there");
    work.commit().await.expect("the transaction commits");
    database.close().await.expect("the database closes");
}

async fn an_event_that_cannot_be_handled_is_listed_and_replayed_once_the_cause_is_gone(world: World) {
    let ada = world.client().register("ada").await;
    rename(&world, "settings", "settings_away").await;
    let lisbon = json!({ "i": { "timezone": "Europe/Lisbon" } });
    let moved = ada.client.data(MOVE, lisbon).await;
    assert_eq!(moved["updateSettings"]["errors"], json!([]), "{moved:#}");
    let listed = eventually("the event to be given up", || async {
        let listed = world.operate_on_events("moods", &["list"]).await.expect("dead letters are listed");
        listed.contains("moods.settings  users.SettingsChanged").then_some(listed)
    })
    .await;
    let id = listed.lines().nth(1).and_then(|line| line.split_whitespace().next()).expect("a number");
    let shown = world.operate_on_events("moods", &["show", id]).await.expect("one is shown");
    assert!(shown.contains(&ada.id) && shown.contains("Europe/Lisbon"), "{shown}");
    let failed =
        world.operate_on_events("moods", &["replay", id]).await.expect_err("the cause is still there");
    assert!(failed.contains("failed again"), "{failed}");

    rename(&world, "settings_away", "settings").await;
    let done = world.operate_on_events("moods", &["replay", "--all"]).await.expect("it is handled");
    assert!(done.ends_with("1 of 1 handled"), "{done}");
    let listed = world.operate_on_events("moods", &["list"]).await.expect("dead letters are listed");
    assert!(listed.contains("0 dead letters"), "{listed}");
    let logged = ada.client.data(LOG, Value::Null).await;
    assert_eq!(logged["logMood"]["mood"]["timezone"], "Europe/Lisbon", "{logged:#}");
    let missing = world.operate_on_events("moods", &["discard", id]).await.expect_err("it is gone");
    assert!(missing.contains("no such dead letter"), "{missing}");
    world.finish().await;
}

journeys!(an_event_that_cannot_be_handled_is_listed_and_replayed_once_the_cause_is_gone);
