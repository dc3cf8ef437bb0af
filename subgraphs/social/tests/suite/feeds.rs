//! Feeds, and what comes into them live.

use chrono::TimeDelta;
use events::{
    moods::MoodVisibility,
    social::{PostShared, PostVisibility},
};
use serde_json::{Value, json};
use social::Social;
use testkit::{EventStream, TestApp};

use crate::{
    muting::mute,
    people::{does, person},
    sharing::{feed, ids, mood, post, shared},
};

const ADDED: &str = "subscription { feedItemAdded { id author { id } } }";

#[tokio::test]
async fn the_home_feed_has_ones_own_posts_and_those_of_people_one_follows_newest_first() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    does(&app, ada, "follow", bo).await;
    let mut expected = Vec::new();
    for (author, visibility, comes) in [
        (bo, "PUBLIC", true),
        (bo, "PRIVATE", false),
        (cy, "PUBLIC", false),
        (ada, "FOLLOWERS", true),
        (ada, "PRIVATE", false),
        (bo, "FOLLOWERS", true),
    ] {
        let id = post(&app, author, visibility).await;
        if comes {
            expected.insert(0, id);
        }
    }
    assert_eq!(feed(&app.as_user(ada), "homeFeed").await, expected);
    does(&app, ada, "unfollow", bo).await;
    assert_eq!(feed(&app.as_user(ada), "homeFeed").await, expected[1..2]);
    assert_eq!(
        app.anonymous().failure("{ homeFeed { edges { node { id } } } }", json!({})).await,
        "UNAUTHENTICATED"
    );
    app.finish().await;
}

#[tokio::test]
async fn the_home_feed_is_paged_in_both_directions_whoever_posted_when() {
    let app = TestApp::start::<Social>().await;
    let viewer = person(&app, "Viewer").await;
    let mut authors = Vec::new();
    for number in 0..5 {
        let author = person(&app, &format!("A{number}")).await;
        does(&app, viewer, "follow", author).await;
        authors.push(author);
    }
    // Bursts of one author, and turns of all: a page is made of few authors' posts or of many.
    let mut newest_first = Vec::new();
    for turn in [0, 0, 0, 0, 1, 2, 3, 4, 0, 1, 1, 1, 1, 2, 4, 4, 3, 0] {
        newest_first.insert(0, post(&app, authors[turn], "PUBLIC").await);
    }
    newest_first.insert(0, post(&app, viewer, "PUBLIC").await);
    let client = app.as_user(viewer);
    for size in 1..6 {
        let (mut forward, mut after) = (Vec::new(), Value::Null);
        let (mut backward, mut before) = (Vec::new(), Value::Null);
        loop {
            let query = "query F($n: Int, $a: String) { homeFeed(first: $n, after: $a) {
                edges { node { id } } pageInfo { hasNextPage endCursor } } }";
            let page = client.data(query, json!({ "n": size, "a": after })).await["homeFeed"].take();
            forward.extend(ids(&page));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        loop {
            let query = "query B($n: Int, $b: String) { homeFeed(last: $n, before: $b) {
                edges { node { id } } pageInfo { hasPreviousPage startCursor } } }";
            let page = client.data(query, json!({ "n": size, "b": before })).await["homeFeed"].take();
            backward.splice(0..0, ids(&page));
            before = page["pageInfo"]["startCursor"].clone();
            if page["pageInfo"]["hasPreviousPage"] == false {
                break;
            }
        }
        assert_eq!(forward, newest_first, "forward by {size}");
        assert_eq!(backward, newest_first, "backward by {size}");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_muted_are_in_no_feed_until_the_mute_ends_but_still_on_their_own_page() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, ada, "follow", bo).await;
    let id = post(&app, bo, "PUBLIC").await;
    let hour = TimeDelta::hours(1);
    mute(&app, ada, bo, Some(app.foundation.clock.now() + hour)).await;
    for field in ["homeFeed", "publicFeed"] {
        assert_eq!(feed(&app.as_user(ada), field).await, [] as [&str; 0], "{field}");
    }
    let page = crate::people::see(&app, ada, bo, "posts { edges { node { id } } }").await;
    assert_eq!(ids(&page["posts"]), [id.as_str()]);
    app.clock.advance(hour);
    for field in ["homeFeed", "publicFeed"] {
        assert_eq!(feed(&app.as_user(ada), field).await, [id.as_str()], "{field}");
    }
    app.finish().await;
}

async fn next(stream: &mut EventStream) -> String {
    stream.next_data().await["feedItemAdded"]["id"].as_str().expect("an id").to_owned()
}

/// A stream of `who` that hears already, which one's own post shows.
pub(crate) async fn listening(app: &TestApp, who: ids::UserId) -> EventStream {
    let mut stream = app.as_user(who).subscribe(ADDED, json!({})).await;
    // Nothing is in it that was shared before it was first read.
    stream.expect_quiet().await;
    let own = post(app, who, "FOLLOWERS").await;
    assert_eq!(next(&mut stream).await, own);
    stream
}

#[tokio::test]
async fn what_is_shared_comes_live_to_those_who_follow_and_to_nobody_else() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    does(&app, ada, "follow", bo).await;
    let mut to_ada = listening(&app, ada).await;
    let mut to_cy = listening(&app, cy).await;
    let shown = [post(&app, bo, "PUBLIC").await, post(&app, bo, "FOLLOWERS").await];
    for who in [ada, bo] {
        post(&app, who, "PRIVATE").await;
    }
    for id in &shown {
        assert_eq!(&next(&mut to_ada).await, id);
    }
    to_ada.expect_quiet().await;
    to_cy.expect_quiet().await;

    mute(&app, ada, bo, None).await;
    post(&app, bo, "PUBLIC").await;
    to_ada.expect_quiet().await;
    does(&app, ada, "unmuteUser", bo).await;
    let id = post(&app, bo, "PUBLIC").await;
    assert_eq!(next(&mut to_ada).await, id);
    does(&app, bo, "block", ada).await;
    post(&app, bo, "PUBLIC").await;
    to_ada.expect_quiet().await;
    drop((to_ada, to_cy));
    app.finish().await;
}

async fn show(app: &TestApp, author: ids::UserId, id: &str, visibility: &str) {
    let update =
        "mutation U($i: UpdatePostVisibilityInput!) { updatePostVisibility(input: $i) { errors { code } } }";
    let input = json!({ "i": { "id": id, "visibility": visibility } });
    let shown = app.as_user(author).data(update, input).await;
    assert_eq!(shown["updatePostVisibility"]["errors"], json!([]));
}

#[tokio::test]
async fn a_post_that_was_kept_to_oneself_comes_live_when_it_is_shown_and_not_when_it_is_shown_to_more() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    does(&app, ada, "follow", bo).await;
    let (mut to_ada, mut to_cy) = (listening(&app, ada).await, listening(&app, cy).await);
    let of = mood(&app, bo, MoodVisibility::Public).await;
    let id = shared(&app, bo, json!({ "moodId": of.to_string(), "visibility": "PRIVATE" })).await;
    show(&app, bo, &id, "FOLLOWERS").await;
    assert_eq!(next(&mut to_ada).await, id);
    for visibility in ["PUBLIC", "FOLLOWERS", "PRIVATE", "PRIVATE"] {
        show(&app, bo, &id, visibility).await;
    }
    let told = app.events::<PostShared>().await;
    let told: Vec<_> = told.iter().map(|event| (event.post_id.to_string(), event.visibility)).collect();
    assert_eq!(told, [(id, PostVisibility::Followers)]);
    let other = post(&app, bo, "PUBLIC").await;
    assert_eq!(next(&mut to_ada).await, other, "nothing came in between");
    let own = post(&app, cy, "PUBLIC").await;
    assert_eq!(next(&mut to_cy).await, own, "who doesn't follow hears nothing");
    drop((to_ada, to_cy));
    app.finish().await;
}

#[tokio::test]
async fn a_stream_is_for_who_is_logged_in() {
    let app = TestApp::start::<Social>().await;
    let mut stream = app.anonymous().subscribe(ADDED, json!({})).await;
    let refused = stream.next().await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    app.finish().await;
}
