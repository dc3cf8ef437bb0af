//! From one account into another.

use moods::Moods;
use serde_json::json;
use testkit::{Client, TestApp};

use super::{content, file, imported};
use crate::log;

const ODD: [&str; 5] = [
    "=HYPERLINK(\"http://example.org\")\r\n\tand, more; still | there \\ 'quoted'",
    "'=1",
    "-1 👩‍👩‍👧 é\u{301}\u{2028}",
    "{\"a\": [1]}\n\n<br>&amp;",
    "@me",
];

/// Logs what every format has to escape; twice in the hour that Berlin has twice.
async fn log_odd_moods(client: &Client) {
    let create =
        "mutation { createCustomMood(input: { name: \"+1, \\\"so\\\"\", score: 4 }) { customMood { id } } }";
    let mood = client.data(create, json!({})).await["createCustomMood"]["customMood"]["id"].take();
    for (number, note) in ODD.iter().enumerate() {
        let hour = number % 2;
        let input = json!({
            "score": 1 + number, "valence": 0.1 * 3.0 - 0.5, "energy": if number == 0 { json!(-1e-7) } else { json!(null) },
            "note": note, "labels": ["sad", "calm"], "associations": ["currentEvents"],
            "tags": ["=tag", "a|b\\c", "'", format!("n{number}")],
            "occurredAt": format!("2025-10-26T0{hour}:30:0{number}.123456Z"), "timezone": "Europe/Berlin",
            "kind": if number == 1 { "DAILY" } else { "MOMENT" },
            "visibility": (["PRIVATE", "FOLLOWERS", "PUBLIC"][number % 3]),
            "customMoodId": if number == 2 { mood.clone() } else { json!(null) },
        });
        log(client, input).await;
    }
    log(client, json!({ "score": 2, "occurredAt": "2026-02-01T08:00:00Z" })).await;
}

#[tokio::test]
async fn what_one_person_exports_another_imports_in_every_format() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log_odd_moods(&client).await;
    let original = content(&client, ada).await;
    assert_eq!(original.len(), ODD.len() + 1);
    for format in ["CSV", "JSON", "FHIR"] {
        let written = file(&client, format).await;
        let other = app.new_user();
        let of_other = app.as_user(other);
        let create = "mutation { createCustomMood(input: { name: \"+1, \\\"so\\\"\", score: 1 }) { errors { code } } }";
        of_other.data(create, json!({})).await;
        let input = json!({ "format": format, "content": written });
        assert_eq!(imported(&of_other, input.clone()).await, (6, 0), "{format}: {written}");
        assert_eq!(content(&of_other, other).await, original, "{format}: {written}");
        // Their own file brings nothing new, and says the same.
        assert_eq!(imported(&of_other, input.clone()).await, (0, 6));
        assert_eq!(imported(&client, input).await, (0, 6));
        let again = file(&of_other, format).await;
        if format == "FHIR" {
            assert_eq!(again.len(), written.len(), "ids differ, and nothing else");
        } else {
            assert_eq!(again, written);
        }
    }
    app.finish().await;
}
