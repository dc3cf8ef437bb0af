//! Exporting, part by part.

use chrono::{DateTime, TimeDelta, Utc};
use clock::Clock as _;
use ids::{MoodId, UserId};
use moods::Moods;
use sea_orm::{
    ConnectionTrait as _, Value as Bound,
    sea_query::{Expr, Query},
};
use serde_json::{Value, json};
use testkit::TestApp;

use super::{EXPORT, export, file};
use crate::log;

const TEN_YEARS: usize = 20_000;
const A_PART: usize = 200;
const COLUMNS: [&str; 13] = [
    "id",
    "user_id",
    "score",
    "kind",
    "occurred_at",
    "timezone",
    "day_start_hour",
    "local_date",
    "visibility",
    "revision",
    "created_at",
    "updated_at",
    "note",
];

/// Puts as many moods as somebody logs in ten years straight into the table, four hours apart.
async fn fill(app: &TestApp, owner: UserId) {
    let now = app.clock.now();
    let work = app.db.begin().await.expect("a transaction");
    for first in (0..TEN_YEARS).step_by(1_000) {
        let mut insert = Query::insert();
        insert.into_table("mood_entries").columns(COLUMNS);
        for number in first..first + 1_000 {
            insert.values_panic(row(owner, now, number).map(Expr::val));
        }
        work.execute(&insert).await.expect("rows are inserted");
    }
    work.commit().await.expect("a commit");
}

/// The oldest is number 0.
fn row(owner: UserId, now: DateTime<Utc>, number: usize) -> [Bound; COLUMNS.len()] {
    let ago = i64::try_from(TEN_YEARS - number).expect("small");
    let at = now - TimeDelta::hours(4 * ago);
    [
        MoodId::at(at).as_uuid().into(),
        owner.as_uuid().into(),
        3_i16.into(),
        "MOMENT".into(),
        at.into(),
        "UTC".into(),
        0_i16.into(),
        at.date_naive().into(),
        "PRIVATE".into(),
        1_i32.into(),
        now.into(),
        now.into(),
        format!("note {number}").into(),
    ]
}

#[tokio::test]
async fn ten_years_are_read_part_by_part_and_only_as_they_are_taken() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    fill(&app, ada).await;
    let client = app.as_user(ada);
    let mut stream = client.subscribe(EXPORT, json!({ "format": "CSV", "after": "" })).await;
    let (mut lines, mut done) = (0, false);
    for part in 0..TEN_YEARS / A_PART {
        let watch = app.watch();
        let chunk = stream.next_data().await["moodExport"].take();
        let statements = watch.statements();
        // A page of entries and their tags, and none of those that come after.
        statements.assert_count(2);
        assert!(statements.texts().any(|text| text.contains("LIMIT")), "{statements}");
        let text = chunk["text"].as_str().expect("a text");
        assert_eq!(chunk["entries"], json!(A_PART), "part {part}");
        assert!(text.len() < A_PART * 150, "part {part} is {} bytes long", text.len());
        lines += text.lines().count();
        done = chunk["done"] == json!(true);
        assert_eq!(done, part + 1 == TEN_YEARS / A_PART);
    }
    assert!(done);
    assert_eq!(lines, TEN_YEARS + 1);
    assert_eq!(stream.try_next().await, None);
    assert!(stream.is_completed());
    drop(stream);
    app.finish().await;
}

#[tokio::test]
async fn a_file_goes_on_after_its_last_cursor_and_not_in_another_format() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    fill(&app, ada).await;
    let client = app.as_user(ada);
    let range = json!({ "format": "JSON", "after": "", "from": "2026-01-01T00:00:00Z", "to": "2026-03-01T00:00:00Z" });
    let chunks = export(&client, range.clone()).await;
    assert_eq!(chunks.len(), 2);
    let whole: String = chunks.iter().filter_map(|chunk| chunk["text"].as_str()).collect();
    let entries: Vec<Value> = serde_json::from_str(&whole).expect("JSON");
    assert_eq!(entries.len(), 59 * 6);
    assert_eq!(entries[0]["occurredAt"], json!("2026-01-01T00:00:00Z"));
    let mut rest = range.clone();
    rest["after"] = chunks[0]["cursor"].clone();
    assert_eq!(export(&client, rest.clone()).await, chunks[1..]);
    rest["format"] = json!("CSV");
    let mut refused = client.subscribe(EXPORT, rest).await;
    assert_eq!(refused.next().await["errors"][0]["extensions"]["code"], json!("BAD_USER_INPUT"));
    let mut end = range;
    end["after"] = chunks[1]["cursor"].clone();
    assert_eq!(export(&client, end).await, Vec::<Value>::new());
    // Of somebody else's cursor nothing is to be had but one's own.
    let theirs = json!({ "format": "JSON", "after": chunks[0]["cursor"] });
    let of_bo = export(&app.as_user(app.new_user()), theirs).await;
    assert_eq!((of_bo.len(), &of_bo[0]["entries"]), (1, &json!(0)));
    drop(refused);
    app.finish().await;
}

#[tokio::test]
async fn each_format_has_its_media_type_and_an_empty_file_is_a_file() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    for (format, media_type, name) in [
        ("CSV", "text/csv", "moods-2026-03-01.csv"),
        ("JSON", "application/json", "moods-2026-03-01.json"),
        ("FHIR", "application/fhir+json", "moods-2026-03-01.fhir.json"),
    ] {
        let chunks = export(&client, json!({ "format": format, "after": "" })).await;
        assert_eq!(chunks.len(), 1);
        let chunk = &chunks[0];
        assert_eq!((&chunk["mediaType"], &chunk["fileName"]), (&json!(media_type), &json!(name)));
        assert_eq!((&chunk["entries"], &chunk["done"]), (&json!(0), &json!(true)));
        let text = chunk["text"].as_str().expect("a text");
        assert_eq!(format == "CSV", serde_json::from_str::<Value>(text).is_err(), "{text}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_spreadsheet_is_shown_no_formula() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let input = json!({ "score": 3, "valence": -0.5, "note": "=cmd()", "tags": ["@a"], "occurredAt": "2026-02-01T08:00:00Z" });
    log(&client, input).await;
    let text = file(&client, "CSV").await;
    let row = text.lines().nth(1).expect("a row");
    assert_eq!(
        row,
        "\"2026-02-01T08:00:00Z\",\"UTC\",0,\"2026-02-01\",\"MOMENT\",3,-0.5,,,,,\"'@a\",\"'=cmd()\",\"PRIVATE\""
    );
    app.finish().await;
}

#[tokio::test]
async fn a_bundle_holds_what_the_profile_asks_for() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    log(
        &client,
        json!({ "score": 4, "labels": ["calm"], "occurredAt": "2026-02-01T08:00:00Z", "note": "tea" }),
    )
    .await;
    let bundle: Value = serde_json::from_str(&file(&client, "FHIR").await).expect("JSON");
    assert_eq!((&bundle["resourceType"], &bundle["type"]), (&json!("Bundle"), &json!("collection")));
    let (patient, entry) = (&bundle["entry"][0], &bundle["entry"][1]);
    assert_eq!(patient["resource"]["resourceType"], json!("Patient"));
    let observation = &entry["resource"];
    assert_eq!(observation["subject"]["reference"], patient["fullUrl"]);
    assert_eq!(observation["category"][0]["coding"][0]["code"], json!("survey"));
    assert_eq!(observation["code"]["coding"][0]["code"], json!("stateOfMind"));
    assert_eq!(observation["effectiveDateTime"], json!("2026-02-01T08:00:00Z"));
    assert_eq!(observation["note"], json!([{ "text": "tea" }]));
    let components = observation["component"].as_array().expect("components");
    let codes: Vec<&Value> =
        components.iter().map(|component| &component["code"]["coding"][0]["code"]).collect();
    assert_eq!(codes, ["kind", "valence", "valenceClassification", "labels", "associations"]);
    assert_eq!(components[1]["valueQuantity"], json!({ "value": 0.5 }));
    assert_eq!(components[2]["valueCodeableConcept"]["coding"][0]["code"], json!("pleasant"));
    assert_eq!(components[3]["valueCodeableConcept"]["coding"][0]["display"], json!("Calm"));
    assert!(
        components[4].get("dataAbsentReason").is_some()
            && components[4].get("valueCodeableConcept").is_none()
    );
    app.finish().await;
}

#[tokio::test]
async fn somebody_who_is_not_logged_in_exports_nothing() {
    let app = TestApp::start::<Moods>().await;
    let mut stream = app.anonymous().subscribe(EXPORT, json!({ "format": "CSV", "after": "" })).await;
    assert_eq!(stream.next().await["errors"][0]["extensions"]["code"], json!("UNAUTHENTICATED"));
    drop(stream);
    app.finish().await;
}

#[tokio::test]
async fn an_export_breaks_off_when_the_server_stops_so_that_it_is_taken_up_again() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    fill(&app, ada).await;
    let mut stream = app.as_user(ada).subscribe(EXPORT, json!({ "format": "CSV", "after": "" })).await;
    stream.next_data().await;
    app.finish().await;
    assert_eq!(stream.try_next().await, None);
    assert!(!stream.is_completed());
}
