//! A running subgraph with people in it.

use std::ops::Deref;

use chrono::TimeDelta;
use clock::Clock as _;
use events::{
    auth::UserRegistered,
    moods::MoodVisibility,
    social::{Blocked, FollowCreated, Unblocked},
    users::{HugPolicy, HugPolicyAction, SettingsChanged},
};
use hugs::Hugs;
use identity::{Caller, Viewer};
use ids::UserId;
use serde_json::{Value, json};
use testkit::{Client, EventStream, TestApp, TestDatabase};

/// The first of the seeded types.
pub(crate) const WARM_HUG: &str = "hgt_0192f000000070008000000000000001";

pub(crate) const SEND: &str = "mutation($i: SendHugInput!) { sendHug(input: $i) {
    hug { id status message sentAt filtered type { name emoji } sender { id } recipient { id } }
    errors { code message path retryAfterSeconds } } }";
pub(crate) const HUG: &str =
    "query($id: ID!) { hug(id: $id) { id status message filtered seenAt thankedAt cancelledAt } }";
pub(crate) const HISTORY: &str =
    "query($direction: HugDirection, $first: Int, $after: String, $last: Int, $before: String) {
    hugs(direction: $direction, first: $first, after: $after, last: $last, before: $before) {
        edges { node { id status filtered } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
pub(crate) const EVENTS: &str = "subscription($after: Cursor) { hugEvents(after: $after) {
    cursor kind at hug { id status message } request { id message status }
    groupHug { id } participant { id } } }";

pub(crate) struct World {
    app: TestApp,
}

impl Deref for World {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.app
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        Self { app: TestApp::start::<Hugs>().await }
    }

    /// The same, on what was chosen for it.
    pub(crate) fn of(app: TestApp) -> Self {
        Self { app }
    }

    pub(crate) async fn finish(self) {
        self.app.finish().await;
    }

    /// Stops, and leaves its database behind.
    pub(crate) async fn stop(self) -> TestDatabase {
        self.app.stop().await
    }

    /// Somebody who registered a month ago.
    pub(crate) async fn person(&self) -> UserId {
        self.person_since(TimeDelta::days(30)).await
    }

    pub(crate) async fn person_since(&self, age: TimeDelta) -> UserId {
        let user_id = self.app.new_user();
        let registered = UserRegistered {
            user_id,
            username: "somebody".into(),
            display_name: "Somebody".into(),
            registered_at: self.app.clock.now() - age,
        };
        self.app.tell(&registered).await;
        user_id
    }

    pub(crate) async fn block(&self, blocker_id: UserId, blocked_id: UserId) {
        self.app.tell(&Blocked { blocker_id, blocked_id, at: self.app.clock.now() }).await;
    }

    pub(crate) async fn unblock(&self, blocker_id: UserId, blocked_id: UserId) {
        self.app.tell(&Unblocked { blocker_id, blocked_id, at: self.app.clock.now() }).await;
    }

    pub(crate) async fn follow(&self, follower_id: UserId, followed_id: UserId) {
        self.app.tell(&FollowCreated { follower_id, followed_id, at: self.app.clock.now() }).await;
    }

    /// Sets what happens to hugs from people whom `user_id` doesn't follow, and from new accounts.
    pub(crate) async fn policy(
        &self,
        user_id: UserId,
        not_followed: HugPolicyAction,
        new_accounts: HugPolicyAction,
    ) {
        let not_following = HugPolicyAction::Accept;
        let anonymous = HugPolicyAction::Accept;
        self.set_policy(user_id, HugPolicy { not_followed, not_following, new_accounts, anonymous }).await;
    }

    pub(crate) async fn set_policy(&self, user_id: UserId, hug_policy: HugPolicy) {
        self.app.tell(&settings(user_id, hug_policy)).await;
    }

    /// Sends a warm hug and gives back the payload.
    pub(crate) async fn try_hug(&self, sender: UserId, recipient: UserId) -> Value {
        self.send(sender, json!({ "recipientId": recipient, "typeId": WARM_HUG })).await
    }

    pub(crate) async fn send(&self, sender: UserId, input: Value) -> Value {
        self.app.as_user(sender).data(SEND, json!({ "i": input })).await["sendHug"].take()
    }

    /// Sends a warm hug and gives back its id.
    pub(crate) async fn hug(&self, sender: UserId, recipient: UserId) -> String {
        let payload = self.try_hug(sender, recipient).await;
        payload["hug"]["id"].as_str().unwrap_or_else(|| panic!("no hug: {payload:#}")).to_owned()
    }

    /// Sends a warm hug without a name and gives back its id.
    pub(crate) async fn hug_anonymously(&self, sender: UserId, recipient: UserId) -> String {
        let input = json!({ "recipientId": recipient, "typeId": WARM_HUG, "anonymous": true });
        let payload = self.send(sender, input).await;
        payload["hug"]["id"].as_str().unwrap_or_else(|| panic!("no hug: {payload:#}")).to_owned()
    }

    /// Returns a hug: the payload.
    pub(crate) async fn return_hug(&self, person: UserId, hug: &str) -> Value {
        let query = "mutation($i: ReturnHugInput!) { returnHug(input: $i) { hug { id status sender { id }
            recipient { id } returns { id status sender { id } } } errors { code path } } }";
        let input = json!({ "hugId": hug, "typeId": WARM_HUG });
        self.app.as_user(person).data(query, json!({ "i": input })).await["returnHug"].take()
    }

    /// Somebody whose token has the scope.
    pub(crate) fn with_scope(&self, user_id: UserId, scope: &str) -> Client {
        let scopes = vec![scope.to_owned()];
        self.app.as_caller(Caller::User(Viewer { user_id, session_id: None, roles: Vec::new(), scopes }))
    }

    /// One of `markHugSeen`, `thankHug`, `cancelHug`: the payload.
    pub(crate) async fn change(&self, person: UserId, mutation: &str, hug: &str) -> Value {
        let query = format!(
            "mutation($h: ID!) {{ {mutation}(input: {{hugId: $h}}) {{ hug {{ id status }} errors {{ code path }} }} }}"
        );
        self.app.as_user(person).data(&query, json!({ "h": hug })).await[mutation].take()
    }

    pub(crate) async fn see(&self, person: UserId, hug: &str) -> Value {
        self.app.as_user(person).data(HUG, json!({ "id": hug })).await["hug"].take()
    }

    /// The ids in one page of somebody's history.
    pub(crate) async fn history(&self, person: UserId, direction: &str) -> Vec<String> {
        let page =
            self.app.as_user(person).data(HISTORY, json!({ "direction": direction, "first": 100 })).await;
        ids(&page["hugs"])
    }

    /// `[sent, received, thanked]` of `person` as `viewer` sees them.
    pub(crate) async fn stats(&self, viewer: UserId, person: UserId) -> [i64; 3] {
        let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id hugStats { sent received thanked } } } }";
        let representations = json!({ "r": [{ "__typename": "User", "id": person }] });
        let data = self.app.as_user(viewer).data(query, representations).await;
        let stats = &data["_entities"][0]["hugStats"];
        ["sent", "received", "thanked"].map(|field| stats[field].as_i64().expect("a count"))
    }

    /// Where somebody's events are now.
    pub(crate) async fn cursor(&self, person: UserId) -> Value {
        self.app.as_user(person).data("{ hugEventsCursor }", json!({})).await["hugEventsCursor"].take()
    }

    pub(crate) async fn events_after(&self, person: UserId, cursor: &Value) -> EventStream {
        self.app.as_user(person).subscribe(EVENTS, json!({ "after": cursor })).await
    }

    /// Somebody's events from now on.
    pub(crate) async fn events_from_now(&self, person: UserId) -> EventStream {
        let cursor = self.cursor(person).await;
        self.events_after(person, &cursor).await
    }
}

/// What `users` tells of somebody who sets this policy.
pub(crate) fn settings(user_id: UserId, hug_policy: HugPolicy) -> SettingsChanged {
    SettingsChanged {
        user_id,
        timezone: "Europe/Berlin".into(),
        day_start_hour: 0,
        hug_policy,
        approves_followers: false,
        is_suggested: true,
        mood_visibility: MoodVisibility::Private,
    }
}

/// The ids of a connection's nodes.
pub(crate) fn ids(connection: &Value) -> Vec<String> {
    let edges = connection["edges"].as_array().expect("edges");
    edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").to_owned()).collect()
}

/// The next event of a stream.
pub(crate) async fn next_event(stream: &mut EventStream) -> Value {
    stream.next_data().await["hugEvents"].take()
}

/// The kind and the hug's id of the next event.
pub(crate) async fn next_kind(stream: &mut EventStream) -> (String, String) {
    let event = next_event(stream).await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&event["kind"]), text(&event["hug"]["id"]))
}

/// The code of the only error of a payload that has nothing else.
pub(crate) fn refusal(payload: &Value) -> &str {
    let (thing, errors) = (payload.as_object().expect("a payload"), &payload["errors"]);
    let nothing_else = thing.iter().all(|(field, value)| field == "errors" || value.is_null());
    assert!(
        nothing_else && errors.as_array().is_some_and(|errors| errors.len() == 1),
        "no refusal: {payload:#}"
    );
    errors[0]["code"].as_str().expect("a code")
}
