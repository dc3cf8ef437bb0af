//! Who sees whose moods.

use events::social::{Blocked, FollowCreated, FollowRemoved, Unblocked};
use ids::UserId;
use moods::Moods;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use crate::{log, moods, notes};

struct People {
    app: TestApp,
    ada: UserId,
    bo: UserId,
    entries: Vec<Value>,
}

/// Ada has logged a private, a shared and a public mood; Bo is somebody else.
async fn people() -> People {
    let app = TestApp::start::<Moods>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    let mut entries = Vec::new();
    for visibility in ["PRIVATE", "FOLLOWERS", "PUBLIC"] {
        app.clock.advance(chrono::TimeDelta::minutes(1));
        let input = json!({ "score": 2, "note": visibility, "visibility": visibility });
        entries.push(log(&app.as_user(ada), input).await);
    }
    People { app, ada, bo, entries }
}

impl People {
    /// The notes that somebody sees, as a list and one by one; both must agree.
    async fn seen_by(&self, client: &Client) -> Vec<String> {
        let page = moods(client, json!({ "user": self.ada })).await;
        let listed: Vec<String> = notes(&page).into_iter().map(str::to_owned).collect();
        let mut found = Vec::new();
        for entry in self.entries.iter().rev() {
            let query = "query($id: ID!) { mood(id: $id) { note } }";
            let data = client.data(query, json!({ "id": entry["id"] })).await;
            found.extend(data["mood"]["note"].as_str().map(str::to_owned));
        }
        assert_eq!(listed, found);
        listed
    }

    async fn follow(&self) {
        let at = self.app.clock.as_ref();
        let at = clock::Clock::now(at);
        self.app.tell(&FollowCreated { follower_id: self.bo, followed_id: self.ada, at }).await;
    }
}

#[tokio::test]
async fn the_owner_sees_everything() {
    let people = people().await;
    let seen = people.seen_by(&people.app.as_user(people.ada)).await;
    assert_eq!(seen, ["PUBLIC", "FOLLOWERS", "PRIVATE"]);
    people.app.finish().await;
}

#[tokio::test]
async fn a_follower_sees_what_is_shared_until_they_no_longer_follow() {
    let people = people().await;
    let bo = people.app.as_user(people.bo);
    assert_eq!(people.seen_by(&bo).await, ["PUBLIC"]);
    people.follow().await;
    assert_eq!(people.seen_by(&bo).await, ["PUBLIC", "FOLLOWERS"]);
    let at = clock::Clock::now(people.app.clock.as_ref());
    people.app.tell(&FollowRemoved { follower_id: people.bo, followed_id: people.ada, at }).await;
    assert_eq!(people.seen_by(&bo).await, ["PUBLIC"]);
    // Being followed by Ada opens nothing of hers.
    people.app.tell(&FollowCreated { follower_id: people.ada, followed_id: people.bo, at }).await;
    assert_eq!(people.seen_by(&bo).await, ["PUBLIC"]);
    people.app.finish().await;
}

#[tokio::test]
async fn a_block_in_either_direction_hides_everything() {
    let people = people().await;
    people.follow().await;
    let bo = people.app.as_user(people.bo);
    let at = clock::Clock::now(people.app.clock.as_ref());
    for (blocker_id, blocked_id) in [(people.ada, people.bo), (people.bo, people.ada)] {
        people.app.tell(&Blocked { blocker_id, blocked_id, at }).await;
        assert_eq!(people.seen_by(&bo).await, [""; 0]);
        people.app.tell(&Unblocked { blocker_id, blocked_id, at }).await;
        assert_eq!(people.seen_by(&bo).await, ["PUBLIC", "FOLLOWERS"]);
    }
    people.app.finish().await;
}

#[tokio::test]
async fn somebody_who_is_not_logged_in_sees_nothing() {
    let people = people().await;
    assert_eq!(people.seen_by(&people.app.anonymous()).await, [""; 0]);
    people.app.finish().await;
}

#[tokio::test]
async fn hidden_moods_leave_no_trace_in_the_pages() {
    let people = people().await;
    let page = moods(&people.app.as_user(people.bo), json!({ "user": people.ada, "first": 1 })).await;
    assert_eq!(notes(&page), ["PUBLIC"]);
    assert_eq!(page["pageInfo"]["hasNextPage"], json!(false));
    let stranger = people.app.new_user();
    let of_nobody = moods(&people.app.as_user(people.bo), json!({ "user": stranger })).await;
    let expected = json!({
        "edges": [],
        "pageInfo": { "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null },
    });
    assert_eq!(of_nobody, expected);
    people.app.finish().await;
}
