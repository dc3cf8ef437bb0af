//! Following people who decide for themselves.

use events::{
    moods::MoodVisibility,
    social::{FollowCreated, FollowRemoved, FollowRequested},
    users::{HugPolicy, HugPolicyAction, SettingsChanged},
};
use ids::UserId;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use social::Social;
use testkit::TestApp;

use crate::people::{act, does, mutation, person, refusal, see};

const TIES: &str = "viewerRelationship { following followedBy requested requestedBy }";

pub(crate) fn settings(user_id: UserId, approves_followers: bool, is_suggested: bool) -> SettingsChanged {
    let accept = HugPolicyAction::Accept;
    SettingsChanged {
        user_id,
        timezone: "UTC".to_owned(),
        day_start_hour: 0,
        hug_policy: HugPolicy {
            not_followed: accept,
            not_following: accept,
            new_accounts: accept,
            anonymous: accept,
        },
        approves_followers,
        is_suggested,
        mood_visibility: MoodVisibility::Private,
    }
}

/// Somebody who wants to be asked.
pub(crate) async fn private_person(app: &TestApp, name: &str) -> UserId {
    let user = person(app, name).await;
    app.tell(&settings(user, true, true)).await;
    user
}

async fn ties(app: &TestApp, who: UserId, whom: UserId) -> [bool; 4] {
    let seen = see(app, who, whom, TIES).await;
    ["following", "followedBy", "requested", "requestedBy"]
        .map(|part| seen["viewerRelationship"][part].as_bool().expect("a relationship"))
}

async fn requests(app: &TestApp, who: UserId, direction: &str) -> Vec<String> {
    let query = format!(
        "{{ followRequests(direction: {direction}) {{ edges {{ node {{ user {{ id }} requestedAt }} }} }} }}"
    );
    let answer = app.as_user(who).data(&query, json!({})).await;
    let edges = answer["followRequests"]["edges"].as_array().expect("edges").clone();
    edges.iter().map(|edge| edge["node"]["user"]["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn settings_that_are_heard_late_let_nobody_follow_unasked() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let late = app.envelope(&settings(ada, false, true));
    app.tell(&settings(ada, true, true)).await;
    app.tell_envelope(late).await;
    does(&app, bo, "follow", ada).await;
    assert_eq!(ties(&app, bo, ada).await, [false, false, true, false]);
    app.finish().await;
}

#[tokio::test]
async fn a_follow_of_somebody_who_wants_to_be_asked_waits_for_their_consent() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (private_person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, bo, "follow", ada).await;
    does(&app, bo, "follow", ada).await;
    assert_eq!(ties(&app, bo, ada).await, [false, false, true, false]);
    assert_eq!(ties(&app, ada, bo).await, [false, false, false, true]);
    assert_eq!(requests(&app, ada, "INCOMING").await, [bo.to_string()]);
    assert_eq!(requests(&app, bo, "OUTGOING").await, [ada.to_string()]);
    let at = app.foundation.clock.now();
    let asked = FollowRequested { requester_id: bo, target_id: ada, at };
    assert_eq!(app.events::<FollowRequested>().await, [asked]);
    assert_eq!(app.events::<FollowCreated>().await, []);

    does(&app, ada, "acceptFollowRequest", bo).await;
    does(&app, ada, "acceptFollowRequest", bo).await;
    assert_eq!(ties(&app, ada, bo).await, [false, true, false, false]);
    assert_eq!(requests(&app, ada, "INCOMING").await, [] as [&str; 0]);
    let created = FollowCreated { follower_id: bo, followed_id: ada, at };
    assert_eq!(app.events::<FollowCreated>().await, [created]);
    app.finish().await;
}

#[tokio::test]
async fn who_is_turned_down_or_removed_is_a_stranger_and_may_ask_again() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (private_person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, bo, "follow", ada).await;
    does(&app, ada, "rejectFollowRequest", bo).await;
    assert_eq!(ties(&app, bo, ada).await, [false; 4]);
    assert_eq!(refusal(&app, ada, "acceptFollowRequest", bo).await, "FOLLOW_REQUEST_NOT_FOUND");
    assert_eq!(app.envelopes().await.len(), 1, "being turned down is told to nobody");

    does(&app, bo, "follow", ada).await;
    does(&app, ada, "acceptFollowRequest", bo).await;
    does(&app, ada, "removeFollower", bo).await;
    does(&app, ada, "removeFollower", bo).await;
    assert_eq!(ties(&app, bo, ada).await, [false; 4]);
    assert_eq!(app.events::<FollowRemoved>().await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn who_waits_can_stop_waiting_by_either_name() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (private_person(&app, "Ada").await, person(&app, "Bo").await);
    for action in ["withdrawFollowRequest", "unfollow"] {
        does(&app, bo, "follow", ada).await;
        does(&app, bo, action, ada).await;
        assert_eq!(ties(&app, bo, ada).await, [false; 4], "{action}");
    }
    assert_eq!(app.events::<FollowRemoved>().await, []);
    app.finish().await;
}

#[tokio::test]
async fn requests_wait_on_when_nobody_has_to_ask_any_more_and_asking_again_is_following() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (private_person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, bo, "follow", ada).await;
    app.tell(&settings(ada, false, true)).await;
    assert_eq!(requests(&app, ada, "INCOMING").await, [bo.to_string()]);
    does(&app, bo, "follow", ada).await;
    assert_eq!(ties(&app, bo, ada).await, [true, false, false, false]);

    app.tell(&settings(ada, true, true)).await;
    assert_eq!(ties(&app, bo, ada).await, [true, false, false, false], "who follows keeps following");
    app.finish().await;
}

#[tokio::test]
async fn a_block_ends_requests_and_nobody_asks_across_it() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (private_person(&app, "Ada").await, private_person(&app, "Bo").await);
    does(&app, bo, "follow", ada).await;
    does(&app, ada, "follow", bo).await;
    does(&app, ada, "block", bo).await;
    for who in [ada, bo] {
        for direction in ["INCOMING", "OUTGOING"] {
            assert_eq!(requests(&app, who, direction).await, [] as [&str; 0]);
        }
    }
    assert_eq!(refusal(&app, bo, "acceptFollowRequest", ada).await, "USER_NOT_FOUND");
    app.finish().await;
}

#[tokio::test]
async fn nobody_follows_unasked_while_news_of_settings_wait() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let held = app.db.begin().await.expect("a transaction");
    if !app.db.is_sqlite() {
        held.execute_unprepared("LOCK TABLE settings IN EXCLUSIVE MODE").await.expect("the table is locked");
    }
    let news = settings(ada, true, true);
    let asking = async {
        let input = json!({ "input": { "userId": ada.to_string() } });
        let failure = app.as_user(bo).failure(&mutation("follow"), input).await;
        held.rollback().await.expect("the projection moves again");
        failure
    };
    let ((), failure) = tokio::join!(app.tell(&news), asking);
    assert_eq!(failure, "UPSTREAM_UNAVAILABLE");
    does(&app, bo, "follow", ada).await;
    assert_eq!(ties(&app, bo, ada).await, [false, false, true, false]);
    app.finish().await;
}

#[tokio::test]
async fn requests_are_paged_and_only_for_those_whose_they_are() {
    let app = TestApp::start::<Social>().await;
    let ada = private_person(&app, "Ada").await;
    let mut newest_first = Vec::new();
    for name in ["Bo", "Cy", "Di"] {
        let asking = person(&app, name).await;
        does(&app, asking, "follow", ada).await;
        newest_first.insert(0, asking.to_string());
    }
    let query = "query R($after: String) { followRequests(first: 2, after: $after) {
        edges { node { user { id } } } pageInfo { hasNextPage endCursor } } }";
    let first = app.as_user(ada).data(query, json!({})).await["followRequests"].take();
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    assert_eq!(first["edges"][0]["node"]["user"]["id"], newest_first[0].as_str());
    let after = json!({ "after": first["pageInfo"]["endCursor"] });
    let second = app.as_user(ada).data(query, after).await["followRequests"].take();
    assert_eq!(second["edges"], json!([{ "node": { "user": { "id": newest_first[2] } } }]));
    assert_eq!(app.anonymous().failure(query, json!({})).await, "UNAUTHENTICATED");
    let payload = act(&app, ada, "acceptFollowRequest", ada).await;
    assert_eq!(payload["errors"][0]["code"], "CANNOT_FOLLOW_SELF");
    assert_eq!(payload["relationship"], Value::Null);
    app.finish().await;
}
