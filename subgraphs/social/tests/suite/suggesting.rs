//! Whom to follow.

use ids::UserId;
use serde_json::{Value, json};
use social::Social;
use testkit::TestApp;

use crate::{
    consent::{private_person, settings},
    muting::mute,
    people::{does, person},
};

async fn suggestions(app: &TestApp, who: UserId) -> Vec<(String, i64)> {
    let query = "{ suggestions { user { id } mutuals } }";
    let found = app.as_user(who).data(query, json!({})).await["suggestions"].take();
    let suggestion = |found: &Value| {
        let id = found["user"]["id"].as_str().expect("an id").to_owned();
        (id, found["mutuals"].as_i64().expect("a number"))
    };
    found.as_array().expect("a list").iter().map(suggestion).collect()
}

const DISMISS: &str = "mutation D($i: DismissSuggestionInput!) { dismissSuggestion(input: $i) {
    dismissed { id } errors { code } } }";

async fn dismiss(app: &TestApp, who: UserId, whom: UserId) -> Value {
    let input = json!({ "i": { "userId": whom.to_string() } });
    app.as_user(who).data(DISMISS, input).await["dismissSuggestion"].take()
}

#[tokio::test]
async fn those_whom_most_of_ones_friends_follow_come_first() {
    let app = TestApp::start::<Social>().await;
    let ada = person(&app, "Ada").await;
    let (bo, cy) = (person(&app, "Bo").await, person(&app, "Cy").await);
    let (di, ed) = (person(&app, "Di").await, person(&app, "Ed").await);
    for friend in [bo, cy] {
        does(&app, ada, "follow", friend).await;
        does(&app, friend, "follow", ed).await;
        does(&app, friend, "follow", ada).await;
    }
    does(&app, bo, "follow", di).await;
    does(&app, bo, "follow", cy).await;
    assert_eq!(suggestions(&app, ada).await, [(ed.to_string(), 2), (di.to_string(), 1)]);
    let one = app.as_user(ada).data("{ suggestions(first: 1) { mutuals } }", json!({})).await;
    assert_eq!(one["suggestions"], json!([{ "mutuals": 2 }]));
    assert_eq!(
        app.as_user(ada).failure("{ suggestions(first: 51) { mutuals } }", json!({})).await,
        "BAD_USER_INPUT"
    );
    assert_eq!(app.anonymous().failure("{ suggestions { mutuals } }", json!({})).await, "UNAUTHENTICATED");
    app.finish().await;
}

#[tokio::test]
async fn nobody_is_suggested_who_is_hidden_asked_muted_dismissed_or_doesnt_want_to_be() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, ada, "follow", bo).await;
    let mut people = Vec::new();
    for name in ["Blocked", "Blocking", "Muted", "Dismissed", "Unwilling", "Left"] {
        let other = person(&app, name).await;
        does(&app, bo, "follow", other).await;
        people.push(other);
    }
    let asked = private_person(&app, "Asked").await;
    does(&app, bo, "follow", asked).await;
    does(&app, asked, "acceptFollowRequest", bo).await;
    assert_eq!(suggestions(&app, ada).await.len(), 7);
    does(&app, ada, "block", people[0]).await;
    does(&app, people[1], "block", ada).await;
    mute(&app, ada, people[2], None).await;
    assert_eq!(
        dismiss(&app, ada, people[3]).await,
        json!({ "dismissed": { "id": people[3].to_string() }, "errors": [] })
    );
    dismiss(&app, ada, people[3]).await;
    app.tell(&settings(people[4], false, false)).await;
    does(&app, ada, "follow", asked).await;
    assert_eq!(suggestions(&app, ada).await, [(people[5].to_string(), 1)]);
    for nobody in [app.new_user(), people[1]] {
        assert_eq!(dismiss(&app, ada, nobody).await["errors"], json!([{ "code": "USER_NOT_FOUND" }]));
    }
    app.finish().await;
}
