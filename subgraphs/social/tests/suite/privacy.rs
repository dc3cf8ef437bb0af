//! A blocked pair: whoever is blocked can't tell the other from nobody at all.

use serde_json::{Value, json};
use social::Social;
use testkit::TestApp;

use crate::people::{act, does, person, see};

const EVERYTHING: &str = "viewerRelationship { following followedBy blocking } followersCount followingCount \
    followers { edges { node { id } } pageInfo { hasNextPage hasPreviousPage } } \
    following(last: 5) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage } }";

#[tokio::test]
async fn somebody_who_blocks_the_viewer_is_in_everything_like_an_id_that_nobody_has() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    does(&app, ada, "follow", cy).await;
    does(&app, cy, "follow", ada).await;
    does(&app, bo, "follow", ada).await;
    does(&app, ada, "block", bo).await;
    let nobody = app.new_user();
    for action in ["follow", "unfollow", "block", "unblock"] {
        assert_eq!(act(&app, bo, action, ada).await, act(&app, bo, action, nobody).await, "{action}");
    }
    assert_eq!(see(&app, bo, ada, EVERYTHING).await, see(&app, bo, nobody, EVERYTHING).await);
    app.finish().await;
}

#[tokio::test]
async fn neither_of_a_blocked_pair_finds_the_other_in_lists_or_counts_of_a_third() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    for who in [ada, bo] {
        does(&app, who, "follow", cy).await;
        does(&app, cy, "follow", who).await;
    }
    does(&app, ada, "block", bo).await;
    for viewer in [ada, bo] {
        let seen = see(&app, viewer, cy, EVERYTHING).await;
        let only_oneself = json!([{ "node": { "id": viewer.to_string() } }]);
        assert_eq!(seen["followersCount"], 1);
        assert_eq!(seen["followingCount"], 1);
        assert_eq!(seen["followers"]["edges"], only_oneself);
        assert_eq!(seen["following"]["edges"], only_oneself);
    }
    assert_eq!(see(&app, cy, cy, "followersCount").await["followersCount"], 2, "the third one sees both");
    app.finish().await;
}

#[tokio::test]
async fn nobody_has_a_relationship_with_herself() {
    let app = TestApp::start::<Social>().await;
    let ada = person(&app, "Ada").await;
    let seen = see(&app, ada, ada, "viewerRelationship { following }").await;
    assert_eq!(seen["viewerRelationship"], Value::Null);
    app.finish().await;
}
