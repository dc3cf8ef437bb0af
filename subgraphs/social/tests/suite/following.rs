//! Following and its end.

use events::social::{FollowCreated, FollowRemoved};
use serde_json::{Value, json};
use social::Social;
use testkit::TestApp;

use crate::people::{act, does, look, mutation, person, refusal, relationship, see};

#[tokio::test]
async fn a_follow_is_seen_from_both_sides_and_told() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let payload = act(&app, ada, "follow", bo).await;
    let expected = json!({ "id": bo.to_string(), "following": true, "followedBy": false, "blocking": false });
    assert_eq!(payload["relationship"], expected);
    assert_eq!(relationship(&app, ada, bo).await, [true, false, false]);
    assert_eq!(relationship(&app, bo, ada).await, [false, true, false]);
    let at = app.foundation.clock.now();
    assert_eq!(
        app.events::<FollowCreated>().await,
        [FollowCreated { follower_id: ada, followed_id: bo, at }]
    );
    app.finish().await;
}

#[tokio::test]
async fn following_twice_is_one_follow_and_one_event() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, ada, "follow", bo).await;
    does(&app, ada, "follow", bo).await;
    assert_eq!(see(&app, ada, bo, "followersCount").await["followersCount"], 1);
    assert_eq!(app.events::<FollowCreated>().await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn unfollowing_ends_one_direction_and_is_told_once() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, ada, "follow", bo).await;
    does(&app, bo, "follow", ada).await;
    does(&app, ada, "unfollow", bo).await;
    does(&app, ada, "unfollow", bo).await;
    assert_eq!(relationship(&app, ada, bo).await, [false, true, false]);
    let removed = app.events::<FollowRemoved>().await;
    assert_eq!(removed.len(), 1);
    assert_eq!((removed[0].follower_id, removed[0].followed_id), (ada, bo));
    app.finish().await;
}

#[tokio::test]
async fn nobody_follows_themselves_or_somebody_who_is_not_there() {
    let app = TestApp::start::<Social>().await;
    let ada = person(&app, "Ada").await;
    assert_eq!(refusal(&app, ada, "follow", ada).await, "CANNOT_FOLLOW_SELF");
    assert_eq!(refusal(&app, ada, "block", ada).await, "CANNOT_BLOCK_SELF");
    let nobody = app.new_user();
    for action in ["follow", "unfollow", "block", "unblock"] {
        assert_eq!(refusal(&app, ada, action, nobody).await, "USER_NOT_FOUND");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_text_that_is_no_user_id_is_the_clients_mistake() {
    let app = TestApp::start::<Social>().await;
    let ada = person(&app, "Ada").await;
    let input = json!({ "input": { "userId": "hug_00000000000000000000000000000000" } });
    assert_eq!(app.as_user(ada).failure(&mutation("follow"), input).await, "BAD_USER_INPUT");
    let query = r#"{ _entities(representations: [{ __typename: "User", id: "nonsense" }]) { __typename } }"#;
    assert_eq!(app.as_user(ada).data(query, json!({})).await["_entities"], json!([null]));
    app.finish().await;
}

#[tokio::test]
async fn nothing_changes_for_who_is_not_logged_in() {
    let app = TestApp::start::<Social>().await;
    let bo = person(&app, "Bo").await;
    let input = json!({ "input": { "userId": bo.to_string() } });
    for action in ["follow", "unfollow", "block", "unblock"] {
        let failure = app.anonymous().failure(&mutation(action), input.clone()).await;
        assert_eq!(failure, "UNAUTHENTICATED");
    }
    let seen = look(&app.anonymous(), &[bo], "viewerRelationship { following }").await;
    assert_eq!(seen[0]["viewerRelationship"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_key_gives_the_first_answer_again_and_is_refused_for_somebody_else() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    let follow = async |whom: ids::UserId, key: &str| {
        let input = json!({ "input": { "userId": whom.to_string(), "idempotencyKey": key } });
        app.as_user(ada).data(&mutation("follow"), input).await["follow"].take()
    };
    let first = follow(bo, "k").await;
    does(&app, ada, "unfollow", bo).await;
    assert_eq!(follow(bo, "k").await, first, "the stored answer, not a second follow");
    assert_eq!(relationship(&app, ada, bo).await, [false, false, false]);
    let reused = follow(cy, "k").await;
    assert_eq!(
        reused["errors"],
        json!([{ "code": "IDEMPOTENCY_KEY_REUSED", "path": ["input", "idempotencyKey"] }])
    );
    assert_eq!(follow(cy, "").await["errors"][0]["code"], "IDEMPOTENCY_KEY_MALFORMED");
    app.finish().await;
}
