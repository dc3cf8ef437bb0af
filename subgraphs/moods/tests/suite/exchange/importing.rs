//! Importing: dry first, then all or nothing.

use events::{
    moods::{MoodLogged, MoodVisibility},
    users::SettingsChanged,
};
use moods::Moods;
use serde_json::{Value, json};
use testkit::TestApp;

use super::{content, import, imported, problems};
use crate::logging::settings;

const GOOD: &str = "occurredAt,timezone,score,note,tags\r\n\
    2026-02-01T08:00:00+01:00,Europe/Berlin,4,tea,Morning|Tea\r\n\
    2026-02-02T08:00:00Z,,2,rain,\r\n";
const BAD: &str = "occurredAt,score,valence,labels,note\n\
    2026-02-01T08:00:00Z,4,,,\n\
    yesterday,9,x,gloomy,\n\
    2026-02-02T08:00:00Z,,,,\"two\nlines\"\n\
    2027-02-02T08:00:00Z,3,-1.5,sad|calm,\n";

fn csv(content: &str) -> Value {
    json!({ "format": "CSV", "content": content })
}

#[tokio::test]
async fn a_dry_run_says_what_would_come_of_it_and_writes_nothing() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let answer = import(&client, csv(GOOD)).await;
    let report = json!({ "lines": 2, "valid": 2, "duplicates": 0, "problemCount": 0, "problems": [] });
    assert_eq!(answer, json!({ "report": report, "imported": 0, "errors": [] }));
    assert_eq!(content(&client, ada).await.len(), 0);
    assert_eq!(app.events::<MoodLogged>().await.len(), 0);
    app.finish().await;
}

#[tokio::test]
async fn every_line_that_is_wrong_is_named_with_everything_that_is_wrong_with_it() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let expected = [
        (3, "occurredAt", "FIELD_MALFORMED"),
        (3, "valence", "FIELD_MALFORMED"),
        (3, "score", "SCORE_OUT_OF_RANGE"),
        (3, "labels", "LABEL_UNKNOWN"),
        (4, "score", "FIELD_MISSING"),
        (6, "occurredAt", "OCCURRED_IN_FUTURE"),
        (6, "valence", "VALENCE_OUT_OF_RANGE"),
    ];
    let expected = expected.map(|(line, field, code)| (line, field.to_owned(), code.to_owned()));
    assert_eq!(problems(&client, csv(BAD)).await, expected);
    app.finish().await;
}

#[tokio::test]
async fn a_file_with_one_bad_line_is_not_imported_at_all() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let mut input = csv(BAD);
    input["dryRun"] = json!(false);
    input["idempotencyKey"] = json!("k");
    let answer = import(&client, input.clone()).await;
    assert_eq!(answer["errors"][0]["code"], json!("IMPORT_HAS_PROBLEMS"));
    assert_eq!(answer["errors"][0]["path"], json!(["input", "content"]));
    assert_eq!((&answer["imported"], &answer["report"]["problemCount"]), (&json!(0), &json!(7)));
    assert_eq!((&answer["report"]["lines"], &answer["report"]["valid"]), (&json!(4), &json!(1)));
    assert_eq!(content(&client, ada).await.len(), 0);
    assert_eq!(app.events::<MoodLogged>().await.len(), 0);
    // The key was not used up.
    input["content"] = json!(GOOD);
    assert_eq!(imported(&client, input).await, (2, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_report_lists_a_hundred_problems_and_counts_all() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let content = format!("occurredAt,score\n{}", "2026-02-01T08:00:00Z,7\n".repeat(150));
    let answer = import(&client, csv(&content)).await;
    assert_eq!(answer["report"]["problems"].as_array().map(Vec::len), Some(100));
    assert_eq!(answer["report"]["problemCount"], json!(150));
    app.finish().await;
}

#[tokio::test]
async fn what_is_imported_is_logged_as_if_it_had_been_logged() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    app.tell(&settings(ada, "Asia/Tokyo", 4)).await;
    let client = app.as_user(ada);
    assert_eq!(imported(&client, csv(GOOD)).await, (2, 0));
    let all = content(&client, ada).await;
    let (rain, tea) = (&all[0], &all[1]);
    assert_eq!(
        (&tea["occurredAt"], &tea["tags"]),
        (&json!("2026-02-01T07:00:00+00:00"), &json!(["Morning", "Tea"]))
    );
    assert_eq!((&tea["timezone"], &rain["timezone"]), (&json!("Europe/Berlin"), &json!("Asia/Tokyo")));
    assert_eq!((&rain["visibility"], &rain["kind"]), (&json!("PRIVATE"), &json!("MOMENT")));
    let mut logged = app.events::<MoodLogged>().await;
    logged.sort_by_key(|event| event.local_date);
    let days: Vec<_> =
        logged.iter().map(|event| (event.local_date.to_string(), event.day_start_hour)).collect();
    assert_eq!(days, [("2026-02-01".to_owned(), 4), ("2026-02-02".to_owned(), 4)]);
    app.finish().await;
}

#[tokio::test]
async fn what_is_there_already_is_passed_over() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    assert_eq!(imported(&client, csv(GOOD)).await, (2, 0));
    assert_eq!(imported(&client, csv(GOOD)).await, (0, 2));
    // Whatever the case of its tags, and twice in one file; another note is another entry.
    let more = format!(
        "{GOOD}2026-02-01T07:00:00Z,UTC,4,tea,TEA|morning\r\n2026-02-02T08:00:00Z,,2,snow,\r\n2026-02-02T08:00:00Z,,2,snow,\r\n"
    );
    let dry = import(&client, csv(&more)).await;
    assert_eq!((&dry["report"]["valid"], &dry["report"]["duplicates"]), (&json!(5), &json!(4)));
    assert_eq!(imported(&client, csv(&more)).await, (1, 4));
    assert_eq!(content(&client, ada).await.len(), 3);
    assert_eq!(app.events::<MoodLogged>().await.len(), 3);
    // Somebody else's entries are none of theirs.
    assert_eq!(imported(&app.as_user(app.new_user()), csv(GOOD)).await, (2, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_key_makes_an_import_happen_once_and_answers_the_same() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let mut input = csv(GOOD);
    input["idempotencyKey"] = json!("from my old phone");
    input["dryRun"] = json!(false);
    let first = import(&client, input.clone()).await;
    assert_eq!(first["imported"], json!(2));
    assert_eq!(import(&client, input.clone()).await, first);
    assert_eq!(content(&client, ada).await.len(), 2);
    input["content"] = json!("occurredAt,score\n2026-02-05T08:00:00Z,3\n");
    let other = import(&client, input).await;
    assert_eq!(other["errors"][0]["code"], json!("IDEMPOTENCY_KEY_REUSED"));
    assert_eq!((&other["report"], &other["imported"]), (&Value::Null, &json!(0)));
    app.finish().await;
}

#[tokio::test]
async fn two_imports_of_the_same_file_at_once_bring_it_once() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let (one, other) = tokio::join!(imported(&client, csv(GOOD)), imported(&client, csv(GOOD)));
    assert_eq!((one.0 + other.0, one.1 + other.1), (2, 2));
    assert_eq!(content(&client, ada).await.len(), 2);
    app.finish().await;
}

#[tokio::test]
async fn ten_thousand_lines_go_in_with_a_few_statements() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let row = |number: usize| {
        let (day, minute) = (1 + number / 400, number % 400);
        format!(
            "2026-01-{day:02}T{:02}:{:02}:00Z,3,note {number},tag {}|daily\n",
            minute / 60,
            minute % 60,
            number % 50
        )
    };
    let content = format!("occurredAt,score,note,tags\n{}", (0..10_000).map(row).collect::<String>());
    let watch = app.watch();
    assert_eq!(imported(&client, csv(&content)).await, (10_000, 0));
    let statements = watch.statements().count();
    assert!(statements < 250, "{statements} statements");
    assert_eq!(app.events::<MoodLogged>().await.len(), 10_000);
    app.finish().await;
}

#[tokio::test]
async fn an_import_has_a_largest_size() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let content = format!("occurredAt,score\n{}", "2026-02-01T08:00:00Z,3\n".repeat(20_001));
    let answer = import(&client, csv(&content)).await;
    assert_eq!(answer["errors"][0]["code"], json!("TOO_MANY_ENTRIES"));
    assert_eq!(answer["report"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn names_of_moods_mean_ones_own_or_what_is_said() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let create = "mutation { createCustomMood(input: { name: \"Cosy\", score: 4 }) { customMood { id } } }";
    let cosy = client.data(create, json!({})).await["createCustomMood"]["customMood"]["id"].take();
    let file = "occurredAt,customMood,score\n\
        2026-02-01T08:00:00Z,cosy,\n2026-02-02T08:00:00Z,Snug,\n2026-02-03T08:00:00Z,Flat,2\n2026-02-04T08:00:00Z,Grim,\n";
    let unknown = problems(&client, csv(file)).await;
    let missing = |line| (line, "customMood".to_owned(), "CUSTOM_MOOD_NOT_FOUND".to_owned());
    assert_eq!(unknown, [missing(3), missing(4), missing(5)]);
    let mut input = csv(file);
    input["customMoods"] = json!([
        { "name": "SNUG", "customMoodId": cosy }, { "name": "flat", "score": 5 }, { "name": "Grim", "score": 1 },
    ]);
    assert_eq!(imported(&client, input.clone()).await, (4, 0));
    let all = content(&client, ada).await;
    let seen: Vec<_> = all.iter().map(|entry| (&entry["customMood"]["name"], &entry["score"])).collect();
    let (none, name) = (Value::Null, json!("Cosy"));
    assert_eq!(seen, [(&none, &json!(1)), (&none, &json!(2)), (&name, &json!(4)), (&name, &json!(4))]);
    for (wrong, code, path) in [
        (json!({ "name": "x" }), "MOOD_MAPPING_INVALID", json!(["input", "customMoods", "0"])),
        (
            json!({ "name": "x", "score": 6 }),
            "SCORE_OUT_OF_RANGE",
            json!(["input", "customMoods", "0", "score"]),
        ),
        (
            json!({ "name": "x", "customMoodId": "nobody's" }),
            "CUSTOM_MOOD_NOT_FOUND",
            json!(["input", "customMoods", "0", "customMoodId"]),
        ),
    ] {
        input["customMoods"] = json!([wrong]);
        let error = import(&client, input.clone()).await["errors"][0].take();
        assert_eq!((&error["code"], &error["path"]), (&json!(code), &path));
    }
    let mut of_bo = csv(file);
    of_bo["customMoods"] = json!([{ "name": "Snug", "customMoodId": cosy }]);
    let error = import(&app.as_user(app.new_user()), of_bo).await["errors"][0]["code"].take();
    assert_eq!(error, json!("CUSTOM_MOOD_NOT_FOUND"));
    app.finish().await;
}

#[tokio::test]
async fn somebody_who_is_not_logged_in_imports_nothing() {
    let app = TestApp::start::<Moods>().await;
    let variables = json!({ "input": csv(GOOD) });
    assert_eq!(app.anonymous().failure(super::IMPORT, variables).await, "UNAUTHENTICATED");
    let mut input = csv(GOOD);
    input["timezone"] = json!("Mars/Olympus");
    let answer = import(&app.as_user(app.new_user()), input).await;
    assert_eq!(answer["errors"][0]["code"], json!("UNKNOWN_TIME_ZONE"));
    app.finish().await;
}

#[tokio::test]
async fn entries_of_which_the_file_does_not_say_who_may_see_them_go_by_the_settings() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let followers = SettingsChanged { mood_visibility: MoodVisibility::Followers, ..settings(ada, "UTC", 0) };
    app.tell(&followers).await;
    let file = "occurredAt,score,visibility\n2026-02-01T08:00:00Z,4,\n2026-02-02T08:00:00Z,4,public\n";
    assert_eq!(imported(&client, csv(file)).await, (2, 0));
    let seen: Vec<_> = content(&client, ada).await.iter().map(|entry| entry["visibility"].clone()).collect();
    assert_eq!(seen, ["PUBLIC", "FOLLOWERS"]);
    app.finish().await;
}
