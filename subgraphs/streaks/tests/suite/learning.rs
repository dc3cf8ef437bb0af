//! A streak doesn't depend on the order in which its days become known.

use chrono::TimeDelta;
use events::Envelope;
use serde_json::{Value, json};
use streaks::Streaks;
use testkit::TestApp;

use crate::{Logger, PAUSE, REPAIR, deleted, mutate, redated, streak, streaks};

/// What happens to one person, in the order in which it does: logging, backdating, re-dating, travelling, taking away.
fn happenings(app: &TestApp) -> (Logger, Vec<Envelope>) {
    let ada = Logger::new(app);
    let abroad = Logger { timezone: "Asia/Kathmandu", ..ada };
    let today = ada.logged(app, "2026-03-01");
    let backdated = ada.logged(app, "2026-02-20");
    let travelling = abroad.logged(app, "2026-03-01");
    let told = |envelope| {
        app.clock.advance(TimeDelta::microseconds(1));
        envelope
    };
    let happened = vec![
        told(app.envelope(&today)),
        told(app.envelope(&backdated)),
        told(app.envelope(&redated(&backdated, "2026-02-28"))),
        told(app.envelope(&travelling)),
        told(app.envelope(&deleted(&today))),
    ];
    (ada, happened)
}

#[tokio::test]
async fn every_order_of_the_same_events_comes_to_the_same_streak() {
    let app = TestApp::start::<Streaks>().await;
    let orders = permutations(5);
    assert_eq!(orders.len(), 120);
    for order in orders {
        let (ada, happened) = happenings(&app);
        for index in &order {
            app.tell_envelope(happened[*index].clone()).await;
        }
        let expected = json!({
            "kind": "MOOD_LOGGING", "current": 2, "longest": 2, "state": "ACTIVE",
            // The end of the second of March in Kathmandu, where the latest mood was logged.
            "deadline": "2026-03-02T18:15:00+00:00", "lastDate": "2026-03-01", "startedOn": "2026-02-28",
        });
        assert_eq!(streak(&app, ada.user_id).await, expected, "{order:?}");
    }
    app.finish().await;
}

/// Whatever is heard, before or after its owner has repaired a day and planned a pause, comes to the same.
#[tokio::test]
async fn what_is_heard_late_and_what_its_owner_did_come_to_the_same_in_either_order() {
    let app = TestApp::start::<Streaks>().await;
    let mut results = Vec::new();
    for heard_late in [false, true] {
        let ada = Logger::new(&app);
        for date in ["2026-02-26", "2026-02-28", "2026-03-01"] {
            app.tell(&ada.logged(&app, date)).await;
        }
        let (older, oldest) = (ada.logged(&app, "2026-02-25"), ada.logged(&app, "2026-02-24"));
        let late = [
            app.envelope(&older),
            app.envelope(&oldest),
            app.envelope(&redated(&oldest, "2026-02-23")),
            app.envelope(&deleted(&older)),
            app.envelope(&ada.logged(&app, "2026-02-25")),
        ];
        let client = app.as_user(ada.user_id);
        let upkeep = async || {
            mutate(&client, REPAIR, json!({ "kind": "MOOD_LOGGING" })).await;
            let pause = json!({ "kind": "MOOD_LOGGING", "from": "2026-03-02", "to": "2026-03-05" });
            mutate(&client, PAUSE, pause).await;
        };
        if heard_late {
            upkeep().await;
        }
        for envelope in late {
            app.tell_envelope(envelope).await;
        }
        if !heard_late {
            upkeep().await;
        }
        results.push(streak(&app, ada.user_id).await);
    }
    let expected = json!({
        "kind": "MOOD_LOGGING", "current": 5, "longest": 5, "state": "ACTIVE",
        "deadline": "2026-03-07T00:00:00+00:00", "lastDate": "2026-03-01", "startedOn": "2026-02-25",
    });
    assert_eq!(results, [expected.clone(), expected]);
    app.finish().await;
}

#[tokio::test]
async fn a_day_that_loses_its_only_mood_no_longer_counts() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    let moods = ["2026-02-27", "2026-02-28", "2026-02-28", "2026-03-01"].map(|date| ada.logged(&app, date));
    for mood in &moods {
        app.tell(mood).await;
    }
    let current = async |app: &TestApp| streak(app, ada.user_id).await["current"].take();
    app.tell(&redated(&moods[1], "2026-01-01")).await;
    assert_eq!(current(&app).await, json!(3));
    app.tell(&redated(&moods[2], "2026-01-02")).await;
    let standing = streak(&app, ada.user_id).await;
    assert_eq!((&standing["current"], &standing["longest"]), (&json!(1), &json!(2)));
    app.finish().await;
}

#[tokio::test]
async fn a_mood_that_is_taken_away_counts_no_more() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    let (before, today) = (ada.logged(&app, "2026-02-28"), ada.logged(&app, "2026-03-01"));
    app.tell(&before).await;
    app.tell(&today).await;
    app.tell(&deleted(&before)).await;
    assert_eq!(streak(&app, ada.user_id).await["current"], json!(1));
    app.tell(&deleted(&today)).await;
    assert_eq!(streaks(&app.as_user(ada.user_id), ada.user_id).await, json!([]));
    app.finish().await;
}

#[tokio::test]
async fn an_edit_of_an_old_mood_from_elsewhere_moves_nobodys_day() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    let holiday = Logger { timezone: "Pacific/Kiritimati", ..ada }.logged(&app, "2026-01-05");
    app.tell(&holiday).await;
    app.tell(&ada.logged(&app, "2026-03-01")).await;
    app.clock.advance(TimeDelta::hours(1));
    app.tell(&redated(&holiday, "2026-01-05")).await;
    assert_eq!(streak(&app, ada.user_id).await["deadline"], json!("2026-03-03T00:00:00+00:00"));
    app.finish().await;
}

#[tokio::test]
async fn several_moods_of_one_day_count_once_and_each_person_for_themselves() {
    let app = TestApp::start::<Streaks>().await;
    let (ada, bo) = (Logger::new(&app), Logger::new(&app));
    for date in ["2026-03-01", "2026-03-01", "2026-02-28"] {
        app.tell(&ada.logged(&app, date)).await;
    }
    app.tell(&bo.logged(&app, "2026-02-27")).await;
    assert_eq!(streak(&app, ada.user_id).await["current"], json!(2));
    let of_bo = streak(&app, bo.user_id).await;
    assert_eq!((&of_bo["current"], &of_bo["startedOn"]), (&json!(0), &Value::Null));
    app.finish().await;
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let insert = |shorter: Vec<usize>| {
        (0..=shorter.len()).map(move |place| {
            let mut longer = shorter.clone();
            longer.insert(place, last);
            longer
        })
    };
    permutations(last).into_iter().flat_map(insert).collect()
}
