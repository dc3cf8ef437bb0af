//! What moods say, as their owner reads it: the numbers of the crate `statistics`, of the series that were logged.

use chrono::{Days, NaiveDate};
use ids::UserId;
use moods::Moods;
use serde_json::{Value, json};
use statistics::{Bounds, Daily, Lag, Observation};
use testkit::{Client, TestApp};

use crate::log;

pub(crate) const ALL: &str = "query($user: ID!, $from: LocalDate, $to: LocalDate, $timezone: TimeZone, $of: MoodMeasure) {
    _entities(representations: [{ __typename: \"User\", id: $user }]) { ... on User {
        moodAnalytics(from: $from, to: $to, timezone: $timezone, of: $of) {
            window { from to days } measure entries loggedDays coverage
            mean { __typename ... on MoodStatistic { n coverage method reference window { days } }
                ... on MoodMean { mean interval { low high confidence } standardError autocorrelation effectiveN }
                ... on InsufficientData { have need counted message } }
            spread { __typename ... on MoodSpread { n standardDeviation relative } ... on InsufficientData { have need counted } }
            instability { __typename ... on MoodInstability { n rmssd } ... on InsufficientData { have need counted } }
            acuteChange { __typename ... on MoodAcuteChange { n share threshold } ... on InsufficientData { have need counted } }
            inertia { __typename ... on MoodInertia { n correlation } ... on InsufficientData { have need counted } }
            trend { __typename ... on MoodTrend { n slopePer30Days tau p spanDays } ... on InsufficientData { have need counted } }
            weekdays { __typename ... on MoodWeekdays { n h test { p exact } weekdays { weekday mean n } } ... on InsufficientData { have need counted } }
            partsOfDay { __typename ... on MoodPartsOfDay { n h partsOfDay { partOfDay n } } ... on InsufficientData { have need counted } }
            rhythm { __typename ... on MoodRhythm { n mesor amplitude peakHour p } ... on InsufficientData { have need counted } }
            associations { __typename ... on MoodAssociations { n lag significantQ
                tested { factor { kind code name } difference cliffsDelta test { p exact } q significant nWith nWithout effect { g } }
                insufficient { factor { name } lacking { have need counted } } } ... on InsufficientData { have need counted } }
            nextDay: associations(lag: NEXT_DAY) { __typename ... on MoodAssociations { lag tested { difference } } }
            changePoints { __typename ... on MoodChangePoints { n changes { date difference } segments { from to n } } ... on InsufficientData { have need counted } }
            anomalies { __typename ... on MoodAnomalies { n median deviation days { date score } } ... on InsufficientData { have need counted } }
            comparison { __typename ... on MoodComparison { n difference nBefore nAfter windowBefore { from to } } ... on InsufficientData { have need counted } }
        }
    } }
}";

async fn analytics(client: &Client, user: UserId, mut variables: Value) -> Value {
    variables["user"] = json!(user);
    client.data(ALL, variables).await["_entities"][0]["moodAnalytics"].take()
}

/// The first of January, in 2026, and so many days later.
fn date(day: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1)
        .and_then(|first| first.checked_add_days(Days::new(day)))
        .expect("a date")
}

/// What is logged: day, hour, score. Four times a day for eight weeks with a gap, better from the fifth week on.
fn logged() -> Vec<(u64, u32, i32)> {
    let days = (0..56).filter(|day| !(20..23).contains(day));
    let entries = days.flat_map(|day| [2, 8, 14, 20].map(|hour| (day, hour)));
    let scored = entries.map(|(day, hour)| {
        let noise = (day * 31 + u64::from(hour) * 17) % 3;
        let score = 1 + i32::try_from(noise).expect("small") + i32::from(day >= 28) + i32::from(hour == 14);
        (day, hour, score)
    });
    scored.collect()
}

/// Whether the mood of this day and hour is tagged as tea, and as the only coffee.
fn tags(day: u64, hour: u32) -> Vec<&'static str> {
    let mut tags = Vec::new();
    if day.is_multiple_of(3) && hour == 8 {
        tags.push("tea");
    }
    if (day, hour) == (5, 8) {
        tags.push("coffee");
    }
    tags
}

async fn log_all(client: &Client) {
    for (day, hour, score) in logged() {
        let at = format!("{}T{hour:02}:00:00Z", date(day));
        let associations = if day.is_multiple_of(2) { json!(["work"]) } else { json!([]) };
        let input = json!({
            "score": score, "occurredAt": at, "tags": tags(day, hour), "associations": associations,
            "valence": f64::from(score - 3) / 2.0,
        });
        log(client, input).await;
    }
}

fn observations() -> Vec<Observation> {
    let number = |day: u64| i32::try_from(day).expect("small");
    let observation = |(day, hour, score): (u64, u32, i32)| Observation {
        day: number(day),
        hour: f64::from(hour),
        value: f64::from(score),
    };
    logged().into_iter().map(observation).collect()
}

fn daily() -> Vec<Daily> {
    statistics::by_day(&observations())
}

#[track_caller]
fn assert_close(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap_or_else(|| panic!("no number: {found}"));
    assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
}

#[tokio::test]
async fn each_number_is_the_statistic_of_what_was_logged() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log_all(&client).await;
    let found = analytics(&client, ada, json!({ "from": "2026-01-01", "to": "2026-02-25" })).await;
    let (days, moments) = (daily(), observations());
    assert_eq!(found["window"], json!({ "from": "2026-01-01", "to": "2026-02-25", "days": 56 }));
    assert_eq!((&found["entries"], &found["loggedDays"]), (&json!(212), &json!(53)));
    assert_close(&found["coverage"], 53.0 / 56.0);

    let mean = statistics::mean(&days).expect("enough");
    assert_eq!((&found["mean"]["__typename"], &found["mean"]["n"]), (&json!("MoodMean"), &json!(53)));
    assert_close(&found["mean"]["mean"], mean.mean);
    assert_close(&found["mean"]["interval"]["low"], mean.interval.low);
    assert_close(&found["mean"]["effectiveN"], mean.effective_n);
    assert!(found["mean"]["reference"].as_str().is_some_and(|text| text.contains("Bayley")));
    let spread = statistics::spread(&days, Bounds { min: 1.0, max: 5.0 }).expect("enough");
    assert_close(&found["spread"]["standardDeviation"], spread.standard_deviation);
    assert_close(&found["spread"]["relative"], spread.relative.expect("within the scale"));
    let instability = statistics::instability(&moments).expect("enough");
    assert_close(&found["instability"]["rmssd"], instability.rmssd);
    let acute = statistics::acute_change(&moments, 2.0).expect("enough");
    assert_close(&found["acuteChange"]["share"], acute.share);
    let inertia = statistics::inertia(&moments).expect("enough");
    assert_close(&found["inertia"]["correlation"], inertia.correlation.expect("they vary"));
    let trend = statistics::trend(&days).expect("enough");
    assert_close(&found["trend"]["slopePer30Days"], trend.slope_per_30_days);
    assert_close(&found["trend"]["p"], trend.p.expect("they vary"));
    let rhythm = statistics::rhythm(&moments).expect("enough");
    assert_close(&found["rhythm"]["amplitude"], rhythm.amplitude);
    assert_close(&found["rhythm"]["peakHour"], rhythm.peak_hour.expect("it swings"));
    // The fifth of January was a Monday: four days after the first.
    let weekdays = statistics::weekday(&days, 4).expect("enough");
    assert_close(&found["weekdays"]["h"], weekdays.h.expect("they vary"));
    assert_eq!(found["weekdays"]["weekdays"][0]["weekday"], json!("MONDAY"));
    assert_close(&found["weekdays"]["weekdays"][0]["mean"], weekdays.levels[0].mean);
    let parts = statistics::part_of_day(&moments).expect("enough");
    assert_close(&found["partsOfDay"]["h"], parts.h.expect("they vary"));
    let changes = statistics::change_points(&days).expect("enough");
    let segments = found["changePoints"]["segments"].as_array().expect("a list");
    let begin: Vec<Value> = segments.iter().map(|segment| segment["from"].clone()).collect();
    let day = |day: i32| json!(date(u64::try_from(day).expect("not before the first")));
    let expected: Vec<Value> = changes.segments.iter().map(|segment| day(segment.first_day)).collect();
    assert_eq!(begin, expected);
    let anomalies = statistics::anomalies(&days).expect("enough");
    assert_close(&found["anomalies"]["median"], anomalies.median);
    app.finish().await;
}

#[tokio::test]
async fn tags_and_associations_are_tested_and_corrected_for_being_many() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log_all(&client).await;
    let found = analytics(&client, ada, json!({ "from": "2026-01-01", "to": "2026-02-25" })).await;
    let associations = &found["associations"];
    assert_eq!((&associations["lag"], &associations["significantQ"]), (&json!("SAME_DAY"), &json!(0.1)));
    let tested = associations["tested"].as_array().expect("a list");
    let of = |name: &str| tested.iter().find(|one| one["factor"]["name"] == name).expect("it was tested");
    let days: Vec<i32> = daily().iter().map(|daily| daily.day).filter(|day| day % 3 == 0).collect();
    let tea = statistics::association(&daily(), &days, Lag::SameDay).expect("enough");
    assert_close(&of("tea")["difference"], tea.difference);
    assert_close(&of("tea")["test"]["p"], tea.p.p);
    assert_eq!(of("tea")["nWith"], json!(tea.n_with));
    assert_eq!(of("Work")["factor"], json!({ "kind": "ASSOCIATION", "code": "work", "name": "Work" }));
    let p: Vec<f64> = tested.iter().map(|one| one["test"]["p"].as_f64().expect("a number")).collect();
    for (one, q) in tested.iter().zip(statistics::benjamini_hochberg(&p)) {
        assert_close(&one["q"], q);
    }
    let coffee = json!([{ "factor": { "name": "coffee" }, "lacking": { "have": 1, "need": 5, "counted": "DAYS_WITH" } }]);
    assert_eq!(associations["insufficient"], coffee);
    assert_eq!(found["nextDay"]["lag"], json!("NEXT_DAY"));
    app.finish().await;
}

#[tokio::test]
async fn too_little_is_said_to_be_too_little_and_never_a_zero() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let nothing = analytics(&client, ada, json!({})).await;
    for field in [
        "mean",
        "spread",
        "instability",
        "acuteChange",
        "inertia",
        "trend",
        "weekdays",
        "partsOfDay",
        "rhythm",
        "associations",
        "changePoints",
        "anomalies",
        "comparison",
    ] {
        assert_eq!(nothing[field]["__typename"], json!("InsufficientData"), "{field}");
        assert_eq!(nothing[field]["have"], json!(0), "{field}");
    }
    for day in 0..13 {
        log(&client, json!({ "score": 3, "occurredAt": format!("{}T12:00:00Z", date(day)) })).await;
    }
    let range = json!({ "from": "2026-01-01", "to": "2026-01-31" });
    let thirteen = analytics(&client, ada, range.clone()).await;
    let expected = json!({
        "__typename": "InsufficientData", "have": 13, "need": 14, "counted": "DAYS",
        "message": "13 of the 14 days that are needed",
    });
    assert_eq!(thirteen["mean"], expected);
    assert_eq!(thirteen["spread"]["__typename"], json!("MoodSpread"));
    log(&client, json!({ "score": 3, "occurredAt": format!("{}T12:00:00Z", date(13)) })).await;
    let fourteen = analytics(&client, ada, range).await;
    assert_eq!((&fourteen["mean"]["__typename"], &fourteen["mean"]["n"]), (&json!("MoodMean"), &json!(14)));
    // What has no value although there is enough is null: a constant has no unusual days and nothing to scale them by.
    assert_eq!(fourteen["anomalies"]["deviation"], Value::Null);
    assert_eq!(fourteen["trend"]["counted"], json!("SPAN_DAYS"));
    app.finish().await;
}

#[tokio::test]
async fn a_period_is_compared_with_the_one_before() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log_all(&client).await;
    let found = analytics(&client, ada, json!({ "from": "2026-01-29", "to": "2026-02-25" })).await;
    let days = daily();
    let (before, after): (Vec<Daily>, Vec<Daily>) = days.iter().partition(|daily| daily.day < 28);
    let expected = statistics::comparison(&before, &after).expect("enough");
    assert_close(&found["comparison"]["difference"], expected.difference);
    assert_eq!((&found["comparison"]["nBefore"], &found["comparison"]["nAfter"]), (&json!(25), &json!(28)));
    assert_eq!(found["comparison"]["windowBefore"], json!({ "from": "2026-01-01", "to": "2026-01-28" }));
    app.finish().await;
}

#[tokio::test]
async fn days_and_hours_are_taken_anew_in_a_zone_that_is_asked_for() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    // Half past eleven in the evening of the first, in London; the second in Auckland.
    log(&client, json!({ "score": 2, "occurredAt": "2026-01-01T23:30:00Z", "timezone": "Europe/London" }))
        .await;
    let of_day = async |day: &str, zone: Value| {
        let found = analytics(&client, ada, json!({ "from": day, "to": day, "timezone": zone })).await;
        found["entries"].clone()
    };
    assert_eq!(of_day("2026-01-01", Value::Null).await, json!(1));
    assert_eq!(of_day("2026-01-02", Value::Null).await, json!(0));
    assert_eq!(of_day("2026-01-01", json!("Pacific/Auckland")).await, json!(0));
    assert_eq!(of_day("2026-01-02", json!("Pacific/Auckland")).await, json!(1));
    assert_eq!(of_day("2026-01-01", json!("America/Los_Angeles")).await, json!(1));
    app.finish().await;
}

#[tokio::test]
async fn a_measure_that_was_never_said_has_no_days() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log_all(&client).await;
    let range = json!({ "from": "2026-01-01", "to": "2026-02-25", "of": "VALENCE" });
    let valence = analytics(&client, ada, range).await;
    assert_eq!((&valence["measure"], &valence["loggedDays"]), (&json!("VALENCE"), &json!(53)));
    assert_close(&valence["acuteChange"]["threshold"], 1.0);
    let energy =
        analytics(&client, ada, json!({ "from": "2026-01-01", "to": "2026-02-25", "of": "ENERGY" })).await;
    assert_eq!((&energy["entries"], &energy["mean"]["__typename"]), (&json!(0), &json!("InsufficientData")));
    app.finish().await;
}

#[tokio::test]
async fn the_last_ninety_days_are_analysed_when_nothing_is_said() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let found = analytics(&app.as_user(ada), ada, json!({})).await;
    assert_eq!(found["window"], json!({ "from": "2025-12-02", "to": "2026-03-01", "days": 90 }));
    app.finish().await;
}

#[tokio::test]
async fn nobody_else_reads_what_moods_say_even_when_they_are_public() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    log(&app.as_user(ada), json!({ "score": 3, "visibility": "PUBLIC" })).await;
    for client in [app.as_user(app.new_user()), app.anonymous()] {
        assert_eq!(analytics(&client, ada, json!({})).await, Value::Null);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_period_that_is_none_is_the_clients_mistake() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    for (from, to, zone) in [
        ("2026-02-01", "2026-01-31", Value::Null),
        ("2015-01-01", "2026-01-31", Value::Null),
        ("2026-01-01", "2026-01-31", json!("Mars/Olympus")),
    ] {
        let variables = json!({ "user": ada, "from": from, "to": to, "timezone": zone });
        assert_eq!(app.as_user(ada).failure(ALL, variables).await, "BAD_USER_INPUT");
    }
    app.finish().await;
}
