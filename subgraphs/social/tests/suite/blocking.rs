//! Blocking and its end.

use events::social::{Blocked, FollowRemoved, Unblocked};
use social::Social;
use testkit::TestApp;

use crate::people::{does, person, refusal, relationship};

#[tokio::test]
async fn a_block_ends_the_follows_of_both_directions() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, ada, "follow", bo).await;
    does(&app, bo, "follow", ada).await;
    does(&app, ada, "block", bo).await;
    assert_eq!(relationship(&app, ada, bo).await, [false, false, true]);
    let removed = app.events::<FollowRemoved>().await;
    let mut ended: Vec<_> = removed.iter().map(|event| (event.follower_id, event.followed_id)).collect();
    ended.sort_unstable();
    assert_eq!(ended, [(ada, bo), (bo, ada)]);
    let kinds: Vec<_> = app.envelopes().await.into_iter().map(|envelope| envelope.kind).collect();
    let told = ["FollowCreated", "FollowCreated", "FollowRemoved", "FollowRemoved", "Blocked"];
    assert_eq!(kinds, told, "the follows end before the block begins");
    app.finish().await;
}

#[tokio::test]
async fn blocking_and_unblocking_twice_is_told_once() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    for action in ["block", "block", "unblock", "unblock"] {
        does(&app, ada, action, bo).await;
    }
    let at = app.foundation.clock.now();
    assert_eq!(app.events::<Blocked>().await, [Blocked { blocker_id: ada, blocked_id: bo, at }]);
    assert_eq!(app.events::<Unblocked>().await, [Unblocked { blocker_id: ada, blocked_id: bo, at }]);
    app.finish().await;
}

#[tokio::test]
async fn after_a_block_has_ended_people_are_strangers_and_may_follow_again() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, bo, "follow", ada).await;
    does(&app, ada, "block", bo).await;
    does(&app, ada, "unblock", bo).await;
    assert_eq!(relationship(&app, bo, ada).await, [false, false, false]);
    does(&app, bo, "follow", ada).await;
    assert_eq!(relationship(&app, ada, bo).await, [false, true, false]);
    app.finish().await;
}

#[tokio::test]
async fn who_blocks_somebody_is_told_to_unblock_before_following() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, ada, "block", bo).await;
    assert_eq!(refusal(&app, ada, "follow", bo).await, "USER_BLOCKED");
    app.finish().await;
}
