//! Days with hugs.

use chrono::TimeDelta;
use events::hugs::{GroupHugAudience, GroupHugChanged, GroupHugState, HugCancelled};
use ids::{GroupHugId, UserId};
use serde_json::json;
use streaks::Streaks;
use testkit::TestApp;

use crate::{hug, instant, streak, streaks, upkeep::settings};

fn group_hug(app: &TestApp, state: GroupHugState, participants: &[UserId]) -> GroupHugChanged {
    let now = clock::Clock::now(app.clock.as_ref());
    GroupHugChanged {
        group_hug_id: GroupHugId::at(now),
        host_id: participants[0],
        audience: GroupHugAudience::Public,
        state,
        participant_ids: participants.to_vec(),
        changed_at: now,
    }
}

#[tokio::test]
async fn a_hug_counts_for_its_sender_on_the_day_that_it_was_for_them() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    app.tell(&settings(ada, "Asia/Kathmandu", 4)).await;
    // A quarter to four at night in Kathmandu: the first of March goes on.
    app.clock.set(instant("2026-03-01T22:00:00Z"));
    let sent = hug(&app, ada);
    app.tell(&sent).await;
    let expected = json!({
        "kind": "HUGGING", "current": 1, "longest": 1, "state": "ACTIVE",
        "deadline": "2026-03-02T22:15:00+00:00", "lastDate": "2026-03-01", "startedOn": "2026-03-01",
    });
    assert_eq!(streak(&app, ada).await, expected);
    // It stays where it was when they move.
    app.tell(&settings(ada, "Pacific/Honolulu", 0)).await;
    assert_eq!(streak(&app, ada).await["lastDate"], json!("2026-03-01"));
    assert_eq!(streaks(&app.as_user(sent.recipient_id), sent.recipient_id).await, json!([]));
    app.finish().await;
}

#[tokio::test]
async fn a_hug_that_is_taken_back_counts_no_more_whatever_is_heard_first() {
    let app = TestApp::start::<Streaks>().await;
    for cancelled_first in [false, true] {
        let ada = app.new_user();
        let sent = hug(&app, ada);
        let cancelled = HugCancelled {
            hug_id: sent.hug_id,
            sender_id: ada,
            recipient_id: sent.recipient_id,
            cancelled_at: sent.sent_at + TimeDelta::hours(1),
        };
        let mut told = [app.envelope(&sent), app.envelope(&cancelled)];
        if cancelled_first {
            told.reverse();
        }
        for envelope in told {
            app.tell_envelope(envelope).await;
        }
        assert_eq!(streaks(&app.as_user(ada), ada).await, json!([]));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_group_hug_counts_for_everybody_in_it_once_it_is_complete() {
    let app = TestApp::start::<Streaks>().await;
    let people = [app.new_user(), app.new_user(), app.new_user()];
    app.tell(&group_hug(&app, GroupHugState::Open, &people)).await;
    assert_eq!(streaks(&app.as_user(people[0]), people[0]).await, json!([]));
    app.tell(&group_hug(&app, GroupHugState::Completed, &people)).await;
    for person in people {
        let standing = streak(&app, person).await;
        assert_eq!((&standing["kind"], &standing["current"]), (&json!("HUGGING"), &json!(1)));
    }
    app.finish().await;
}
