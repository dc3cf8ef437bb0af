//! Moods in files: streamed out of one account through the gateway, and imported into another.

use serde_json::{Value, json};

use crate::{
    client::{Client, Person},
    journeys,
    world::World,
};

journeys!(what_one_account_exports_another_imports, an_import_says_what_is_wrong_and_keeps_its_hands_off);

const IMPORT: &str = "mutation I($i: ImportMoodsInput!) { importMoods(input: $i) {
    report { lines valid duplicates problemCount problems { line field code } } imported errors { code path }
} }";
const EXPORT: &str = "subscription E($f: MoodExportFormat!, $a: Cursor!) {
    moodExport(format: $f, after: $a) { text entries done cursor mediaType }
}";
const MOODS: &str = "query M($after: String) { me { moods(first: 100, after: $after) {
    edges { node { score valence energy kind labels associations tags note occurredAt timezone localDate visibility } }
    pageInfo { hasNextPage endCursor }
} } }";
/// More than two parts of a file.
const MANY: usize = 450;

async fn import(person: &Person, input: Value) -> Value {
    person.client.data(IMPORT, json!({ "i": input })).await["importMoods"].take()
}

/// The file, and in how many parts it came.
async fn export(client: &Client, format: &str) -> (String, usize) {
    let mut socket = client.socket().await;
    let payload = json!({ "query": EXPORT, "variables": { "f": format, "a": "" } });
    socket.send(json!({ "type": "subscribe", "id": "export", "payload": payload })).await;
    let (mut file, mut parts, mut done) = (String::new(), 0, false);
    loop {
        let message = socket.receive().await;
        if message["type"] == "complete" {
            assert!(done, "the last part says so");
            return (file, parts);
        }
        let part = &message["payload"]["data"]["moodExport"];
        file.push_str(part["text"].as_str().unwrap_or_else(|| panic!("{message:#}")));
        done = part["done"] == json!(true);
        parts += 1;
    }
}

async fn moods(client: &Client) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = client.data(MOODS, json!({ "after": after })).await["me"]["moods"].take();
        all.extend(page["edges"].as_array().into_iter().flatten().cloned());
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            return all;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// A table of as many moods as there are `numbers`, with what tables have to escape.
fn table(numbers: std::ops::Range<usize>) -> String {
    let row = |number: usize| {
        let (day, hour) = (1 + number / 24, number % 24);
        format!(
            "2026-01-{day:02}T{hour:02}:00:00Z,Europe/Berlin,{},-0.1,calm|sad,a\\|b|{},\"'=1, \"\"two\"\"\nthree\"\n",
            1 + number % 5,
            number % 7
        )
    };
    format!("occurredAt,timezone,score,valence,labels,tags,note\n{}", numbers.map(row).collect::<String>())
}

async fn what_one_account_exports_another_imports(world: World) {
    let ada = world.client().register("ada").await;
    let input =
        json!({ "format": "CSV", "content": table(0..MANY), "dryRun": false, "idempotencyKey": "all" });
    let first = import(&ada, input.clone()).await;
    assert_eq!((&first["imported"], &first["errors"]), (&json!(MANY), &json!([])), "{first:#}");
    assert_eq!(import(&ada, input).await, first);
    let original = moods(&ada.client).await;
    assert_eq!(original.len(), MANY);
    for (format, name) in [("CSV", "bo"), ("JSON", "cy"), ("FHIR", "dee")] {
        let (file, parts) = export(&ada.client, format).await;
        assert_eq!(parts, 3, "{format}");
        let other = world.client().register(name).await;
        let input = json!({ "format": format, "content": file });
        let dry = import(&other, input.clone()).await;
        assert_eq!((&dry["report"]["valid"], &dry["imported"]), (&json!(MANY), &json!(0)), "{dry:#}");
        assert_eq!(moods(&other.client).await.len(), 0);
        let mut input = input;
        input["dryRun"] = json!(false);
        assert_eq!(import(&other, input.clone()).await["imported"], json!(MANY));
        assert_eq!(moods(&other.client).await, original, "{format}");
        let again = import(&other, input).await;
        assert_eq!((&again["report"]["duplicates"], &again["imported"]), (&json!(MANY), &json!(0)));
    }
    world.finish().await;
}

async fn an_import_says_what_is_wrong_and_keeps_its_hands_off(world: World) {
    let ada = world.client().register("ada").await;
    let file = "full_date,date,weekday,time,mood,activities,note_title,note\n\
        2026-02-20,February 20,Friday,10:13 pm,rad,tea,,\n2026-02-21,February 21,Saturday,late,grim,,,\n";
    let input = json!({ "format": "DAYLIO", "content": file, "timezone": "Europe/Berlin", "dryRun": false });
    let refused = import(&ada, input).await;
    assert_eq!(refused["errors"], json!([{ "code": "IMPORT_HAS_PROBLEMS", "path": ["input", "content"] }]));
    let problems = json!([
        { "line": 3, "field": "occurredAt", "code": "FIELD_MALFORMED" },
        { "line": 3, "field": "customMood", "code": "CUSTOM_MOOD_NOT_FOUND" },
    ]);
    assert_eq!((&refused["report"]["problems"], &refused["imported"]), (&problems, &json!(0)));
    assert_eq!(moods(&ada.client).await.len(), 0);
    let (file, parts) = export(&ada.client, "JSON").await;
    assert_eq!((serde_json::from_str::<Value>(&file).ok(), parts), (Some(json!([])), 1));
    world.finish().await;
}
