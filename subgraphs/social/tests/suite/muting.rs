//! Muting: seen by whoever mutes, and by nobody else.

use chrono::{DateTime, TimeDelta, Utc};
use events::social::{Muted, Unmuted};
use ids::UserId;
use serde_json::{Value, json};
use social::Social;
use testkit::TestApp;

use crate::people::{does, person, refusal, see};

const MUTE: &str = "viewerRelationship { muting muteExpiresAt following followedBy blocking }";

pub(crate) async fn mute(app: &TestApp, who: UserId, whom: UserId, until: Option<DateTime<Utc>>) -> Value {
    let mutation = "mutation M($i: MuteUserInput!) { muteUser(input: $i) {
        relationship { muting muteExpiresAt } errors { code path } } }";
    let input = json!({ "i": { "userId": whom.to_string(), "until": until } });
    app.as_user(who).data(mutation, input).await["muteUser"].take()
}

async fn muting(app: &TestApp, who: UserId, whom: UserId) -> (bool, Value) {
    let mut seen = see(app, who, whom, MUTE).await["viewerRelationship"].take();
    (seen["muting"].as_bool().expect("a relationship"), seen["muteExpiresAt"].take())
}

#[tokio::test]
async fn a_mute_lasts_until_it_is_ended_and_the_muted_sees_nothing_of_it() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, ada, "follow", bo).await;
    let before = see(&app, bo, ada, MUTE).await;
    let payload = mute(&app, ada, bo, None).await;
    assert_eq!(payload["relationship"], json!({ "muting": true, "muteExpiresAt": null }));
    mute(&app, ada, bo, None).await;
    assert_eq!(see(&app, bo, ada, MUTE).await, before);
    assert_eq!(muting(&app, ada, bo).await, (true, Value::Null));
    for _ in 0..2 {
        does(&app, ada, "unmuteUser", bo).await;
    }
    assert_eq!(muting(&app, ada, bo).await, (false, Value::Null));
    let at = app.foundation.clock.now();
    assert_eq!(app.events::<Muted>().await, [Muted { muter_id: ada, muted_id: bo, until: None, at }]);
    assert_eq!(app.events::<Unmuted>().await, [Unmuted { muter_id: ada, muted_id: bo, at }]);
    app.finish().await;
}

#[tokio::test]
async fn a_mute_with_an_end_ends_by_itself_and_can_be_begun_anew() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let hour = TimeDelta::hours(1);
    let until = app.foundation.clock.now() + hour;
    mute(&app, ada, bo, Some(until)).await;
    assert!(muting(&app, ada, bo).await.0);
    app.clock.advance(hour);
    assert_eq!(muting(&app, ada, bo).await, (false, Value::Null));
    let later = until + hour;
    assert_eq!(mute(&app, ada, bo, Some(later)).await["relationship"]["muting"], true);
    assert_eq!(mute(&app, ada, bo, None).await["relationship"]["muteExpiresAt"], Value::Null);
    let ends: Vec<_> = app.events::<Muted>().await.into_iter().map(|muted| muted.until).collect();
    assert_eq!(ends, [Some(until), Some(later), None]);
    app.finish().await;
}

#[tokio::test]
async fn nobody_mutes_themselves_nobody_at_all_or_into_the_past() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    for action in ["muteUser", "unmuteUser"] {
        assert_eq!(refusal(&app, ada, action, ada).await, "CANNOT_MUTE_SELF");
        assert_eq!(refusal(&app, ada, action, app.new_user()).await, "USER_NOT_FOUND");
    }
    let refused = mute(&app, ada, bo, Some(app.foundation.clock.now())).await;
    assert_eq!(refused["errors"], json!([{ "code": "MUTE_END_INVALID", "path": ["input", "until"] }]));
    app.finish().await;
}
