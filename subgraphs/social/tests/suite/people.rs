//! People to test with, and what they do and see.

use events::auth::UserRegistered;
use ids::UserId;
use serde_json::{Value, json};
use testkit::TestApp;

/// Somebody who has registered.
pub(crate) async fn person(app: &TestApp, name: &str) -> UserId {
    let user_id = app.new_user();
    app.tell(&registration(app, user_id, name)).await;
    user_id
}

pub(crate) fn registration(app: &TestApp, user_id: UserId, name: &str) -> UserRegistered {
    UserRegistered {
        user_id,
        username: name.to_lowercase(),
        display_name: name.to_owned(),
        registered_at: app.foundation.clock.now(),
    }
}

/// The mutation `follow`, `unfollow`, `block` or `unblock`, as a document.
pub(crate) fn mutation(action: &str) -> String {
    let mut kind = action.to_owned();
    kind[..1].make_ascii_uppercase();
    format!(
        "mutation Change($input: {kind}Input!) {{ {action}(input: $input) {{
            relationship {{ id following followedBy blocking }} errors {{ code path }}
        }} }}"
    )
}

/// What came of it: the payload.
pub(crate) async fn act(app: &TestApp, who: UserId, action: &str, whom: UserId) -> Value {
    let input = json!({ "input": { "userId": whom.to_string() } });
    app.as_user(who).data(&mutation(action), input).await[action].take()
}

/// Does it; the test fails when that is refused.
pub(crate) async fn does(app: &TestApp, who: UserId, action: &str, whom: UserId) {
    let payload = act(app, who, action, whom).await;
    assert_eq!(payload["errors"], json!([]), "{action} was refused");
}

/// The code of the refusal.
pub(crate) async fn refusal(app: &TestApp, who: UserId, action: &str, whom: UserId) -> String {
    let payload = act(app, who, action, whom).await;
    assert_eq!(payload["relationship"], Value::Null);
    payload["errors"][0]["code"].as_str().expect("a refusal").to_owned()
}

/// Fields of `whom`, as `who` sees them.
pub(crate) async fn see(app: &TestApp, who: UserId, whom: UserId, fields: &str) -> Value {
    look(&app.as_user(who), &[whom], fields).await[0].take()
}

/// Fields of several users at once.
pub(crate) async fn look(client: &testkit::Client, users: &[UserId], fields: &str) -> Value {
    let query = format!(
        "query Look($users: [_Any!]!) {{ _entities(representations: $users) {{ ... on User {{ {fields} }} }} }}"
    );
    let users: Vec<Value> =
        users.iter().map(|id| json!({ "__typename": "User", "id": id.to_string() })).collect();
    client.data(&query, json!({ "users": users })).await["_entities"].take()
}

/// `following`, `followedBy`, `blocking`.
pub(crate) async fn relationship(app: &TestApp, who: UserId, whom: UserId) -> [bool; 3] {
    let seen = see(app, who, whom, "viewerRelationship { following followedBy blocking }").await;
    ["following", "followedBy", "blocking"]
        .map(|part| seen["viewerRelationship"][part].as_bool().expect("a relationship"))
}
