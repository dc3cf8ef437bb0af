//! Files that somebody made to do harm, or that were never files of moods.

use moods::Moods;
use serde_json::{Value, json};
use testkit::TestApp;

use super::{content, import, problems};

fn of(format: &str, content: &str) -> Value {
    json!({ "format": format, "content": content })
}

#[tokio::test]
async fn what_is_no_file_of_its_format_is_a_problem_with_a_line() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let deep_field = format!("[{{\"occurredAt\":\"2026-02-01T08:00:00Z\",\"score\":3,\"tags\":{deep}}}]");
    let file = |line, field: &str, code: &str| vec![(line, field.to_owned(), code.to_owned())];
    let malformed = |line| file(line, "", "FILE_MALFORMED");
    for (format, content, expected) in [
        ("CSV", "", malformed(1)),
        ("DAYLIO", "\n\n", malformed(1)),
        ("JSON", "", malformed(1)),
        ("JSON", "[\n{},\n", malformed(3)),
        ("JSON", "42", malformed(1)),
        ("JSON", &deep, malformed(1)),
        ("JSON", &deep_field, file(1, "tags", "FIELD_MALFORMED")),
        ("FHIR", "", malformed(1)),
        ("FHIR", "{\"resourceType\":\"Bundle\",\n\"entry\":3}", malformed(2)),
        ("FHIR", &deep, malformed(1)),
        ("CSV", "occurredAt,score,valance\n", file(1, "valance", "COLUMN_UNKNOWN")),
        ("CSV", "occurredAt,score,score\n", file(1, "score", "COLUMN_UNKNOWN")),
        ("CSV", "score\n1\n", file(1, "occurredAt", "COLUMN_MISSING")),
        ("CSV", "occurredAt,score\n2026-02-01T08:00:00Z,3,more\n", malformed(2)),
    ] {
        assert_eq!(problems(&client, of(format, content)).await, expected, "{format} {content:.60}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_header_alone_is_a_file_without_moods() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    for (format, content) in [
        ("CSV", "occurredAt,score\n"),
        ("CSV", "occurredAt,score\n,\n,,\n"),
        ("DAYLIO", "full_date,mood"),
        ("JSON", "[]"),
        ("FHIR", "{\"resourceType\":\"Bundle\"}"),
    ] {
        let mut input = of(format, content);
        input["dryRun"] = json!(false);
        let answer = import(&client, input).await;
        assert_eq!((&answer["report"]["lines"], &answer["errors"]), (&json!(0), &json!([])), "{answer:#}");
    }
    app.finish().await;
}

#[tokio::test]
async fn bytes_that_no_database_takes_are_refused_by_line() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let expected = [
        (2, "tags", "TAG_INVALID"),
        (2, "note", "NOTE_MALFORMED"),
        (3, "customMood", "CUSTOM_MOOD_NOT_FOUND"),
        (4, "timezone", "UNKNOWN_TIME_ZONE"),
    ];
    let expected = expected.map(|(line, field, code)| (line, field.to_owned(), code.to_owned()));
    let csv = "occurredAt,score,tags,note,customMood,timezone\n\
        2026-02-01T08:00:00Z,3,a\0b,n\0te,,\n2026-02-01T08:00:00Z,3,,,\0,\n2026-02-01T08:00:00Z,3,,,,U\0TC\n";
    assert_eq!(problems(&client, of("CSV", csv)).await, expected);
    let at = "\"occurredAt\":\"2026-02-01T08:00:00Z\",\"score\":3";
    let json = format!(
        "[\n{{{at},\"tags\":[\"a\\u0000b\"],\"note\":\"n\\u0000te\"}},\n{{{at},\"customMood\":\"\\u0000\"}},\n\
        {{{at},\"timezone\":\"U\\u0000TC\"}}]"
    );
    let mut input = of("JSON", &json);
    assert_eq!(problems(&client, input.clone()).await, expected);
    input["dryRun"] = json!(false);
    assert_eq!(import(&client, input).await["imported"], json!(0));
    assert_eq!(content(&client, ada).await.len(), 0);
    app.finish().await;
}

#[tokio::test]
async fn fields_that_nobody_knows_and_numbers_that_are_none_are_refused() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let lines = "{\"occurredAt\":\"2026-02-01T08:00:00Z\",\"score\":3,\"mood\":\"x\"}\n\n\
        {\"occurredAt\":\"2026-02-01T08:00:00Z\",\"score\":3.5,\"valence\":1e999,\"note\":7}\n\
        {\"occurredAt\":\"2026-02-01T08:00:00Z\",\"score\":3,\"dayStartHour\":24,\"visibility\":\"secret\"}\n";
    let expected = [
        (1, "mood", "FIELD_UNKNOWN"),
        (3, "score", "FIELD_MALFORMED"),
        (3, "note", "FIELD_MALFORMED"),
        (3, "valence", "VALENCE_OUT_OF_RANGE"),
        (4, "visibility", "FIELD_MALFORMED"),
        (4, "dayStartHour", "DAY_START_HOUR_INVALID"),
    ];
    let expected = expected.map(|(line, field, code)| (line, field.to_owned(), code.to_owned()));
    assert_eq!(problems(&client, of("JSON", lines)).await, expected);
    app.finish().await;
}

#[tokio::test]
async fn a_line_of_nine_megabytes_is_refused_unread() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let content = format!("occurredAt,score,note\n2026-02-01T08:00:00Z,3,{}", "x".repeat(9 * 1024 * 1024));
    let answer = import(&client, of("CSV", &content)).await;
    assert_eq!(answer["errors"][0]["code"], json!("FILE_TOO_LARGE"));
    assert_eq!((&answer["report"], &answer["imported"]), (&Value::Null, &json!(0)));
    let shorter = format!("occurredAt,score,note\n2026-02-01T08:00:00Z,3,{}", "x".repeat(3 * 1024 * 1024));
    let expected = [(2, "note".to_owned(), "NOTE_TOO_LONG".to_owned())];
    assert_eq!(problems(&client, of("CSV", &shorter)).await, expected);
    app.finish().await;
}
