//! A walk through the whole schema: of two whom a block parts, each is to the other as somebody who never was.
//!
//! The same story is told twice, once with the other person and a block, once without them. Whatever can be asked is asked
//! in both, and the answers must be the same. What the schema gains is asked by itself; where a field needs an argument that
//! nobody has thought of yet, the walk fails.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use events::{
    auth::ExportRequested,
    hugs::{HugRequestAudience, HugRequestPosted},
    moods::MoodVisibility,
};
use ids::{ExportId, HugRequestId, UserId};
use serde_json::{Value, json};
use social::Social;
use testkit::TestApp;

use crate::{
    people::{does, person},
    sharing::{hug, mood, post, shared},
};

const INTROSPECTION: &str = "{ __schema { types { name kind possibleTypes { name } fields { name
    args { name type { kind } defaultValue } type { name kind ofType { name kind ofType { name kind ofType { name kind } } } } } } } }";

/// How far the walk goes from where it begins.
const DEPTH: usize = 5;

/// Cursors hold ids that differ from world to world; `nodes` says what `edges` does.
const SAID_ELSEWHERE: [&str; 5] = ["cursor", "startCursor", "endCursor", "nodes", "_service"];

struct Field {
    name: String,
    of: String,
    needs: Vec<String>,
}

#[derive(Default)]
struct Schema {
    fields: BTreeMap<String, Vec<Field>>,
    unions: BTreeMap<String, Vec<String>>,
}

impl Schema {
    async fn read(app: &TestApp) -> Self {
        let answer = app.anonymous().data(INTROSPECTION, json!({})).await;
        let mut schema = Self::default();
        for kind in answer["__schema"]["types"].as_array().expect("types") {
            let name = text(&kind["name"]);
            if kind["kind"] == "UNION" {
                let members = kind["possibleTypes"].as_array().expect("members");
                schema.unions.insert(name, members.iter().map(|member| text(&member["name"])).collect());
            } else if let Some(fields) = kind["fields"].as_array() {
                schema.fields.insert(name, fields.iter().map(Field::read).collect());
            }
        }
        schema
    }

    /// Everything that can be selected of `kind`; nothing of a kind that has no parts. `None` when nothing is in reach.
    fn selection(&self, kind: &str, depth: usize) -> Option<String> {
        if let Some(members) = self.unions.get(kind) {
            let parts = members.iter().filter_map(|member| {
                Some(format!("... on {member} {{ {} }}", self.fields_of(member, depth)?))
            });
            return Some(format!("{{ __typename {} }}", parts.collect::<Vec<_>>().join(" ")));
        }
        if !self.fields.contains_key(kind) {
            return Some(String::new());
        }
        Some(format!("{{ {} }}", self.fields_of(kind, depth)?))
    }

    fn fields_of(&self, kind: &str, depth: usize) -> Option<String> {
        let asked = self.fields[kind].iter().filter(|field| !SAID_ELSEWHERE.contains(&field.name.as_str()));
        let parts: Vec<String> = asked
            .filter_map(|field| {
                assert!(field.needs.is_empty(), "what to ask {kind}.{} for?", field.name);
                Some(format!("{} {}", field.name, self.selection(&field.of, depth.checked_sub(1)?)?))
            })
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

impl Field {
    fn read(field: &Value) -> Self {
        let mut of = &field["type"];
        while !of["ofType"].is_null() {
            of = &of["ofType"];
        }
        let arguments = field["args"].as_array().expect("arguments").iter();
        let needed =
            arguments.filter(|arg| arg["type"]["kind"] == "NON_NULL" && arg["defaultValue"].is_null());
        Self {
            name: text(&field["name"]),
            of: text(&of["name"]),
            needs: needed.map(|arg| text(&arg["name"])).collect(),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    /// The other one was there, and blocked the viewer in the end.
    Blocked,
    /// The other one was there, and the viewer blocked them in the end.
    Blocking,
    /// There never was another one.
    Alone,
}

struct World {
    app: TestApp,
    schema: Schema,
    viewer: UserId,
    third: UserId,
    other: UserId,
    /// Ids that have a name of their own, whatever they are in this world.
    names: Vec<(String, &'static str)>,
    /// Of somebody else, and so there in every story.
    post: String,
    request: String,
    export: String,
    /// Of the other one.
    others_post: String,
    hug_with_other: String,
}

impl World {
    async fn tell(story: Story) -> Self {
        let app = TestApp::start::<Social>().await;
        let schema = Schema::read(&app).await;
        let (viewer, third) = (person(&app, "Viewer").await, person(&app, "Third").await);
        let own = post(&app, viewer, "PUBLIC").await;
        let post_of_third = post(&app, third, "PUBLIC").await;
        does(&app, viewer, "follow", third).await;
        does(&app, third, "follow", viewer).await;
        let request = HugRequestPosted {
            request_id: HugRequestId::at(app.foundation.clock.now()),
            requester_id: third,
            audience: HugRequestAudience::Public,
            target_ids: Vec::new(),
            expires_at: app.foundation.clock.now(),
        };
        app.tell(&request).await;
        let now = app.foundation.clock.now();
        let (export_id, expires_at) = (ExportId::at(now), now + TimeDelta::days(7));
        let export = ExportRequested { export_id, user_id: third, requested_at: now, expires_at };
        app.tell(&export).await;
        let mut world = Self {
            names: vec![
                (viewer.to_string(), "the viewer"),
                (third.to_string(), "the third"),
                (own, "the viewer's post"),
                (post_of_third.clone(), "the third's post"),
            ],
            post: post_of_third,
            request: request.request_id.to_string(),
            export: export.export_id.to_string(),
            others_post: ids::PostId::at(app.foundation.clock.now()).to_string(),
            hug_with_other: ids::HugId::at(app.foundation.clock.now()).to_string(),
            other: app.new_user(),
            app,
            schema,
            viewer,
            third,
        };
        world.names.push((world.request.clone(), "the third's request"));
        world.names.push((world.export.clone(), "the third's export"));
        if story != Story::Alone {
            world.add_other(third).await;
            let (viewer, other) = (world.viewer, world.other);
            let (blocker, blocked) = if story == Story::Blocked { (other, viewer) } else { (viewer, other) };
            does(&world.app, blocker, "block", blocked).await;
        }
        // What the third shares of the other one is seen, and the other one in it isn't.
        let with = if story == Story::Alone { world.app.new_user() } else { world.other };
        let hug = hug(&world.app, with, third, story == Story::Alone).await.to_string();
        let shared = shared(&world.app, third, json!({ "hugId": hug, "visibility": "PUBLIC" })).await;
        world.names.extend([(hug, "the third's hug"), (shared, "the third's post of a hug")]);
        world
    }

    /// Somebody who takes part in everything.
    async fn add_other(&mut self, third: UserId) {
        let app = &self.app;
        let other = person(app, "Other").await;
        for (who, whom) in [(other, third), (third, other), (other, self.viewer), (self.viewer, other)] {
            does(app, who, "follow", whom).await;
        }
        self.others_post = post(app, other, "PUBLIC").await;
        post(app, other, "FOLLOWERS").await;
        self.hug_with_other = hug(app, other, self.viewer, false).await.to_string();
        let react = "mutation R($i: AddReactionInput!) { addReaction(input: $i) { errors { code } } }";
        for target in [&self.names[2].0, &self.post, &self.request] {
            let input = json!({ "i": { "targetId": target, "kind": "HEART" } });
            let done = app.as_user(other).data(react, input).await;
            assert_eq!(done["addReaction"]["errors"], json!([]));
        }
        self.other = other;
    }

    /// What the viewer is answered, by what was asked, with names in the place of ids.
    async fn walk(&self, viewer: UserId) -> BTreeMap<String, Value> {
        let mut answers = BTreeMap::new();
        let client = self.app.as_moderator(viewer);
        for field in &self.schema.fields["Query"] {
            let arguments = match field.name.as_str() {
                // Entities are asked for below; the last two are for moderators, who see across blocks.
                "_service" | "_entities" | "reports" | "auditLog" => continue,
                "post" => format!("(id: \"{}\")", self.post),
                _ => String::new(),
            };
            let known = field.needs.is_empty() || !arguments.is_empty();
            assert!(known, "what to ask Query.{} for?", field.name);
            let selection = self.schema.selection(&field.of, DEPTH).expect("something to ask for");
            let query = format!("{{ {}{arguments} {selection} }}", field.name);
            answers.insert(field.name.clone(), self.named(&client.data(&query, json!({})).await));
        }
        for kind in &self.schema.unions["_Entity"] {
            let ids = match kind.as_str() {
                "User" => vec![&self.names[0].0, &self.names[1].0],
                "Post" => vec![&self.names[2].0, &self.names[3].0],
                "HugMoment" => vec![&self.request],
                "AccountExport" => vec![&self.export],
                other => panic!("which {other} to ask for?"),
            };
            let selection = self.schema.fields_of(kind, DEPTH).expect("something to ask for");
            let query = format!(
                "query E($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on {kind} {{ {selection} }} }} }}"
            );
            let representations: Vec<Value> =
                ids.into_iter().map(|id| json!({ "__typename": kind, "id": id })).collect();
            let answer = client.data(&query, json!({ "r": representations })).await;
            answers.insert(format!("entity {kind}"), self.named(&answer));
        }
        answers
    }

    /// What comes of trying to do something to the other one, by what was tried.
    async fn try_everything(&self) -> BTreeMap<String, Value> {
        let mut answers = BTreeMap::new();
        for field in &self.schema.fields["Mutation"] {
            let input = match field.name.as_str() {
                // For moderators, by reports alone.
                "resolveReport" => continue,
                "follow"
                | "unfollow"
                | "withdrawFollowRequest"
                | "acceptFollowRequest"
                | "rejectFollowRequest"
                | "removeFollower"
                | "block"
                | "unblock"
                | "muteUser"
                | "unmuteUser"
                | "dismissSuggestion" => {
                    json!({ "userId": self.other.to_string() })
                }
                "createPost" => json!({ "hugId": self.hug_with_other, "visibility": "PUBLIC" }),
                "deletePost" => json!({ "id": self.others_post }),
                "updatePostVisibility" => json!({ "id": self.others_post, "visibility": "PRIVATE" }),
                "addReaction" => json!({ "targetId": self.others_post, "kind": "HUG" }),
                "removeReaction" => json!({ "targetId": self.others_post }),
                "report" => json!({ "targetId": self.other.to_string(), "reason": "SPAM" }),
                other => panic!("how to try {other}?"),
            };
            let mut kind = field.name.clone();
            kind[..1].make_ascii_uppercase();
            let selection = self.schema.selection(&field.of, 2).expect("something to ask for");
            let mutation =
                format!("mutation M($i: {kind}Input!) {{ {}(input: $i) {selection} }}", field.name);
            let answer = self.app.as_user(self.viewer).data(&mutation, json!({ "i": input })).await;
            answers.insert(field.name.clone(), self.named(&answer));
        }
        answers
    }

    fn named(&self, answer: &Value) -> Value {
        let mut text = answer.to_string();
        for (id, name) in &self.names {
            text = text.replace(id, name);
        }
        serde_json::from_str(&text).expect("still JSON")
    }
}

#[tokio::test]
async fn of_a_blocked_pair_neither_finds_a_trace_of_the_other_anywhere_in_the_schema() {
    let alone = World::tell(Story::Alone).await;
    let expected = alone.walk(alone.viewer).await;
    for story in [Story::Blocked, Story::Blocking] {
        let world = World::tell(story).await;
        for (asked, answer) in world.walk(world.viewer).await {
            assert_eq!(forget_moods(answer), forget_moods(expected[&asked].clone()), "{asked}, {story:?}");
        }
        // Whoever is not part of it sees both: the walk comes to where there is something to see.
        let seen = world.walk(world.third).await;
        for asked in ["homeFeed", "publicFeed", "entity User"] {
            assert!(seen[asked].to_string().contains(&world.other.to_string()), "{asked}, {story:?}");
        }
        world.app.finish().await;
    }
    alone.app.finish().await;
}

/// Moods are named by ids of their own, which differ from world to world.
fn forget_moods(answer: Value) -> Value {
    match answer {
        Value::String(text) if text.starts_with("mood_") => json!("a mood"),
        Value::Array(items) => items.into_iter().map(forget_moods).collect(),
        Value::Object(parts) => parts.into_iter().map(|(name, part)| (name, forget_moods(part))).collect(),
        other => other,
    }
}

#[tokio::test]
async fn whatever_the_blocked_try_comes_to_the_same_as_with_nobody() {
    let blocked = World::tell(Story::Blocked).await;
    let alone = World::tell(Story::Alone).await;
    let expected = alone.try_everything().await;
    for (tried, answer) in blocked.try_everything().await {
        assert_eq!(answer, expected[&tried], "{tried}");
    }
    blocked.app.finish().await;
    alone.app.finish().await;
}

#[tokio::test]
async fn no_stream_tells_a_blocked_pair_of_each_other() {
    let world = World::tell(Story::Blocked).await;
    for field in &world.schema.fields["Subscription"] {
        assert_eq!(field.name, "feedItemAdded", "what happens in this stream?");
        let mut stream = crate::feeds::listening(&world.app, world.viewer).await;
        mood(&world.app, world.other, MoodVisibility::Public).await;
        post(&world.app, world.other, "PUBLIC").await;
        stream.expect_quiet().await;
        drop(stream);
    }
    world.app.finish().await;
}
