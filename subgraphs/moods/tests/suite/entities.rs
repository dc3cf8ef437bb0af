//! Moods as the gateway asks for them.

use moods::Moods;
use serde_json::{Value, json};
use service::Subgraph as _;
use testkit::TestApp;

use crate::log;

const ENTITIES: &str = "query($of: [_Any!]!) {
    _entities(representations: $of) {
        __typename
        ... on MoodEntry { id score }
        ... on User { id }
    }
}";

#[tokio::test]
async fn an_entry_and_a_person_are_found_by_their_ids() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let mood = log(&client, json!({ "score": 5 })).await;
    let of = json!([
        { "__typename": "User", "id": ada },
        { "__typename": "MoodEntry", "id": mood["id"] },
        { "__typename": "MoodEntry", "id": "mood_00000000000000000000000000000000" },
        { "__typename": "MoodEntry", "id": ada },
        { "__typename": "User", "id": "nonsense" },
    ]);
    let found = client.data(ENTITIES, json!({ "of": of })).await;
    let expected = json!([
        { "__typename": "User", "id": ada.to_string() },
        { "__typename": "MoodEntry", "id": mood["id"], "score": 5 },
        null,
        null,
        null,
    ]);
    assert_eq!(found["_entities"], expected);
    let of = json!([{ "__typename": "MoodEntry", "id": mood["id"] }]);
    let stranger = app.as_user(app.new_user()).data(ENTITIES, json!({ "of": of })).await;
    assert_eq!(stranger["_entities"], json!([Value::Null]));
    app.finish().await;
}

#[test]
fn the_schema_names_the_keys_of_its_entities() {
    let sdl = Moods::sdl();
    assert!(sdl.contains(r#"type User @key(fields: "id")"#), "{sdl}");
    assert!(sdl.contains(r#"type MoodEntry @key(fields: "id")"#), "{sdl}");
    // Others add to a day; nothing leads back.
    assert!(sdl.contains(r#"type MoodDay @key(fields: "user { id } date", resolvable: false) {"#), "{sdl}");
}
