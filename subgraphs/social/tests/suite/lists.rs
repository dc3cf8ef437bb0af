//! Followers and followed people, page by page.

use ids::UserId;
use serde_json::{Value, json};
use social::Social;
use testkit::TestApp;

use crate::people::{does, look, person, see};

fn ids(connection: &Value) -> Vec<String> {
    let edges = connection["edges"].as_array().expect("edges");
    edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").to_owned()).collect()
}

async fn followers(app: &TestApp, of: UserId, count: usize) -> Vec<String> {
    let mut followers = Vec::new();
    for number in 0..count {
        let follower = person(app, &format!("F{number}")).await;
        does(app, follower, "follow", of).await;
        followers.insert(0, follower.to_string());
    }
    followers
}

#[tokio::test]
async fn followers_are_paged_in_both_directions_newest_first() {
    let app = TestApp::start::<Social>().await;
    let ada = person(&app, "Ada").await;
    let newest_first = followers(&app, ada, 5).await;
    let page = async |arguments: &str| {
        let fields = format!(
            "followers({arguments}) {{ edges {{ node {{ id }} }} pageInfo {{ hasNextPage endCursor startCursor }} }}"
        );
        see(&app, ada, ada, &fields).await["followers"].take()
    };
    let first = page("first: 2").await;
    assert_eq!(ids(&first), newest_first[..2]);
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let rest = page(&format!("first: 100, after: {}", first["pageInfo"]["endCursor"])).await;
    assert_eq!(ids(&rest), newest_first[2..]);
    assert_eq!(rest["pageInfo"]["hasNextPage"], false);
    let back = page(&format!("last: 2, before: {}", rest["pageInfo"]["startCursor"])).await;
    assert_eq!(ids(&back), newest_first[..2]);
    app.finish().await;
}

#[tokio::test]
async fn counts_and_relationships_of_many_people_come_in_one_answer() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    does(&app, ada, "follow", bo).await;
    does(&app, ada, "follow", cy).await;
    does(&app, cy, "follow", bo).await;
    let fields = "followersCount followingCount viewerRelationship { following }";
    let seen = look(&app.as_user(ada), &[ada, bo, cy, app.new_user()], fields).await;
    let expected = json!([
        { "followersCount": 0, "followingCount": 2, "viewerRelationship": null },
        { "followersCount": 2, "followingCount": 0, "viewerRelationship": { "following": true } },
        { "followersCount": 1, "followingCount": 1, "viewerRelationship": { "following": true } },
        { "followersCount": 0, "followingCount": 0, "viewerRelationship": { "following": false } },
    ]);
    assert_eq!(seen, expected);
    let public = look(&app.anonymous(), &[bo], "followersCount followers { nodes { id } }").await;
    assert_eq!(public[0]["followersCount"], 2);
    app.finish().await;
}

#[tokio::test]
async fn a_page_that_is_too_large_and_a_foreign_cursor_are_refused() {
    let app = TestApp::start::<Social>().await;
    let ada = person(&app, "Ada").await;
    for arguments in ["first: 101", "first: -1", "first: 1, last: 1", r#"after: "nonsense""#] {
        let query = format!(
            r#"{{ _entities(representations: [{{ __typename: "User", id: "{ada}" }}]) {{
                ... on User {{ followers({arguments}) {{ nodes {{ id }} }} }} }} }}"#
        );
        assert_eq!(app.as_user(ada).failure(&query, json!({})).await, "BAD_USER_INPUT", "{arguments}");
    }
    app.finish().await;
}
