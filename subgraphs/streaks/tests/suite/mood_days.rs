//! Which day in a row a day with moods was.

use chrono::{Days, NaiveDate};
use ids::UserId;
use serde_json::{Value, json};
use service::Subgraph as _;
use streaks::Streaks;
use testkit::{Client, TestApp};

use crate::{Logger, TRACK, log_days_until_today, mutate};

const DAYS: &str = "query($days: [_Any!]!) { _entities(representations: $days) { ... on MoodDay { user { id } date streakDay } } }";

/// The days of `owner` as the gateway asks for them: by what `moods` says of them.
async fn days<D: ToString>(client: &Client, owner: UserId, dates: impl IntoIterator<Item = D>) -> Vec<Value> {
    let day = |date: D| {
        let user = json!({ "__typename": "User", "id": owner });
        json!({ "__typename": "MoodDay", "user": user, "date": date.to_string() })
    };
    let days: Vec<_> = dates.into_iter().map(day).collect();
    let mut found = client.data(DAYS, json!({ "days": days })).await["_entities"].take();
    found.as_array_mut().expect("a list").iter_mut().map(Value::take).collect()
}

fn numbers(days: &[Value]) -> Vec<Value> {
    days.iter().map(|day| day["streakDay"].clone()).collect()
}

#[tokio::test]
async fn a_day_is_numbered_within_its_days_in_a_row_and_one_that_does_not_count_is_not() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    for date in ["2026-02-20", "2026-02-21", "2026-02-24", "2026-02-25", "2026-02-26"] {
        app.tell(&ada.logged(&app, date)).await;
    }
    let dates = ["2026-02-19", "2026-02-20", "2026-02-21", "2026-02-22", "2026-02-24", "2026-02-26"];
    let found = days(&app.as_user(ada.user_id), ada.user_id, dates).await;
    assert_eq!(numbers(&found), [json!(null), json!(1), json!(2), json!(null), json!(1), json!(3)]);
    assert_eq!(found[1], json!({ "user": { "id": ada.user_id }, "date": "2026-02-20", "streakDay": 1 }));
    app.finish().await;
}

#[tokio::test]
async fn nobody_else_is_told_and_nothing_of_a_streak_that_is_not_wanted() {
    let app = TestApp::start::<Streaks>().await;
    let (ada, bo) = (Logger::new(&app), app.new_user());
    app.tell(&ada.logged(&app, "2026-03-01")).await;
    let owner = app.as_user(ada.user_id);
    for (client, number) in
        [(&owner, json!(1)), (&app.as_user(bo), json!(null)), (&app.anonymous(), json!(null))]
    {
        assert_eq!(numbers(&days(client, ada.user_id, ["2026-03-01"]).await), [number]);
    }
    mutate(&owner, TRACK, json!({ "kind": "MOOD_LOGGING", "tracked": false })).await;
    assert_eq!(numbers(&days(&owner, ada.user_id, ["2026-03-01"]).await), [json!(null)]);
    app.finish().await;
}

#[tokio::test]
async fn a_year_of_days_takes_as_many_statements_as_one_day() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    log_days_until_today(&app, ada, 9).await;
    let today: NaiveDate = "2026-03-01".parse().expect("a date");
    let client = app.as_user(ada);
    let mut counts = Vec::new();
    for count in [1, 365] {
        let dates = (0..count).map(|ago| today - Days::new(ago));
        let watch = app.watch();
        let found = days(&client, ada, dates).await;
        let statements = watch.statements();
        counts.push(statements.texts().filter(|text| !text.contains("\"breaks_at\" <=")).count());
        assert_eq!(found[0]["streakDay"], 10);
        assert_eq!(found.len(), usize::try_from(count).expect("a small number"));
    }
    assert_eq!(counts[0], counts[1]);
    app.finish().await;
}

#[test]
fn the_key_of_a_day_reaches_into_its_owner() {
    let sdl = Streaks::sdl();
    assert!(sdl.contains(r#"type MoodDay @key(fields: "user { id } date") {"#), "{sdl}");
}
