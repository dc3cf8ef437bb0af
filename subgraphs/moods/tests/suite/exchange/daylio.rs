//! What Daylio exports.

use moods::Moods;
use serde_json::{Value, json};
use testkit::TestApp;

use super::{content, imported, problems};

fn daylio(content: &str) -> Value {
    json!({ "format": "DAYLIO", "content": content, "timezone": "Europe/Berlin" })
}

#[tokio::test]
async fn a_diary_comes_over_with_its_moods_activities_titles_and_times() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let create = "mutation { createCustomMood(input: { name: \"Zen\", score: 5 }) { customMood { id } } }";
    client.data(create, json!({})).await;
    // A byte order mark, Windows' line ends, both clocks, renamed moods, markup, and the hour that is there twice.
    let file = "\u{feff}full_date,date,weekday,time,mood,activities,note_title,note\r\n\
        2026-02-20,February 20,Friday,10:13 pm,Zen,\"yoga | movies / tv\",Sum,\"one<br>two &amp; three\"\r\n\
        2025-10-26,October 26,Sunday,02:30,meh,,,\r\n\
        2025-03-30,March 30,Sunday,02:30,AWFUL,,,\r\n\
        2025-03-01,March 1,Saturday,07:05,so-so,family,,\r\n";
    let unknown = problems(&client, daylio(file)).await;
    assert_eq!(unknown, [(5, "customMood".to_owned(), "CUSTOM_MOOD_NOT_FOUND".to_owned())]);
    let mut input = daylio(file);
    input["customMoods"] = json!([{ "name": "so-so", "score": 3 }]);
    assert_eq!(imported(&client, input.clone()).await, (4, 0));
    assert_eq!(imported(&client, input).await, (0, 4));
    let all = content(&client, ada).await;
    let first = &all[0];
    assert_eq!((&first["score"], &first["customMood"]["name"]), (&json!(5), &json!("Zen")));
    assert_eq!(first["tags"], json!(["yoga", "movies / tv"]));
    assert_eq!(first["note"], json!("Sum\n\none\ntwo & three"));
    let rest: Vec<_> =
        all.iter().map(|entry| (entry["score"].clone(), entry["occurredAt"].clone())).collect();
    let expected = [
        (5, "2026-02-20T21:13:00+00:00"),
        (3, "2025-10-26T00:30:00+00:00"),
        (1, "2025-03-30T01:00:00+00:00"),
        (3, "2025-03-01T06:05:00+00:00"),
    ];
    assert_eq!(rest, expected.map(|(score, at)| (json!(score), json!(at))));
    app.finish().await;
}

#[tokio::test]
async fn a_diary_that_is_damaged_is_reported_line_by_line() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let activities = (0..21).map(|number| format!("a{number}")).collect::<Vec<_>>().join(" | ");
    let file = format!(
        "full_date,time,mood,activities\n2026-02-30,10:00,good,\n2026-02-20,25:00,good,\n2026-02-20,10:00,,\n\
        2026-02-20,10:00,rad,{activities}\n"
    );
    let expected = [
        (2, "occurredAt", "FIELD_MALFORMED"),
        (3, "occurredAt", "FIELD_MALFORMED"),
        (4, "score", "FIELD_MISSING"),
        (5, "tags", "TOO_MANY_TAGS"),
    ];
    let expected = expected.map(|(line, field, code)| (line, field.to_owned(), code.to_owned()));
    assert_eq!(problems(&client, daylio(&file)).await, expected);
    let lacking = problems(&client, daylio("date,weekday\n")).await;
    let expected = ["full_date", "mood"].map(|name| (1, name.to_owned(), "COLUMN_MISSING".to_owned()));
    assert_eq!(lacking, expected);
    app.finish().await;
}
