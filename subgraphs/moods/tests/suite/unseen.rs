//! Another person's moods, on every path that the schema has: root fields, entities, mutations, streams, whatever can be reached by
//! an id of theirs. The paths are read from the schema itself, so a field that is new is walked as well.
//!
//! What somebody may not see is absent: the answer is that of an id which never was. And what they may see is all there is: the
//! answer about Ada is that about a twin who has logged nothing else, in every list, count and number made of it.

mod known;
mod people;
mod schema;

use moods::Moods;
use serde_json::{Value, json};
use service::Subgraph as _;
use testkit::EventStream;

use self::{
    known::{ENTITIES, Kind, REQUIRED},
    people::{Person, Viewer, World, text, world},
    schema::{Place, Schema, name},
};
use crate::{log, mutate};

const VISIBILITIES: [&str; 3] = ["PRIVATE", "FOLLOWERS", "PUBLIC"];

/// What viewers note of their own before Ada does something, and afterwards.
const NOTES: [&str; 2] = ["mine from before", "mine from afterwards"];

/// An id of Ada's, and what it must be answered like.
struct Pair {
    hers: String,
    like: String,
}

impl World {
    /// The ids of Ada's that a viewer may try, each with one that has to be answered alike: of their twin's where they may see
    /// it, of nothing where they may not.
    fn pairs(&self, viewer: &Viewer, kind: Kind, may_be_seen: bool) -> Vec<Pair> {
        let pair = |visibility| {
            let seen = may_be_seen && viewer.sees.contains(&visibility);
            // Their twin is a person like any other, whatever they have logged.
            let like = if seen || kind == Kind::Person { &viewer.twin } else { &self.nobody };
            Pair {
                hers: self.ada.ids[&(visibility, kind)].clone(),
                like: like.ids[&(visibility, kind)].clone(),
            }
        };
        VISIBILITIES.into_iter().map(pair).collect()
    }

    /// What two operations answer a viewer must be the same, but for ids, and hold nothing that is hidden from them.
    async fn assert_alike(&self, viewer: &Viewer, hers: &str, like: &str) {
        let asked = viewer.client.graphql(hers, json!({})).await;
        let expected = viewer.client.graphql(like, json!({})).await;
        let (asked, expected) = (without_ids(asked), without_ids(expected));
        let who = viewer.who;
        assert_ne!(asked["errors"][0]["extensions"]["code"], json!("BAD_USER_INPUT"), "{hers}: {asked:#}");
        assert_eq!(asked, expected, "{who} can tell that there is something: {hers}");
        self.assert_keeps_secrets(viewer, hers, &asked);
    }

    fn assert_keeps_secrets(&self, viewer: &Viewer, asked: &str, answer: &Value) {
        let answer = answer.to_string();
        for secret in viewer.secrets(&self.ada) {
            assert!(!answer.contains(&secret), "{} is told `{secret}` by {asked}", viewer.who);
        }
    }
}

/// The answer with each id and cursor as what it is, not as which.
fn without_ids(answer: Value) -> Value {
    match answer {
        Value::Array(items) => items.into_iter().map(without_ids).collect(),
        Value::Object(fields) => {
            let field = |(name, value): (String, Value)| {
                let is_cursor = name.to_lowercase().ends_with("cursor") && value.is_string();
                (name, if is_cursor { json!("a cursor") } else { without_ids(value) })
            };
            Value::Object(fields.into_iter().map(field).collect())
        }
        Value::String(text) => match text.split_once('_') {
            Some((prefix, digits)) if digits.len() == 32 && digits.chars().all(|c| c.is_ascii_hexdigit()) => {
                json!(prefix)
            }
            _ => json!(text),
        },
        leaf => leaf,
    }
}

fn entity(of_type: &str, id: &str, selection: &str) -> String {
    let told: Vec<String> = REQUIRED.iter().map(|(field, value)| format!(", {field}: {value}")).collect();
    let told = if of_type == "User" { told.concat() } else { String::new() };
    format!(
        "{{ _entities(representations: [{{ __typename: \"{of_type}\", id: \"{id}\"{told} }}]) {{ __typename ... on {of_type} {{ {selection} }} }} }}"
    )
}

/// The id of something of the viewer's own.
fn own(viewer: &Viewer) -> impl Fn(Kind) -> String {
    |kind| viewer.own.ids[&("PRIVATE", kind)].clone()
}

/// Calls of a field that give each of its places an id of Ada's, beside those that give it one to be answered like.
fn calls(
    world: &World,
    schema: &Schema,
    viewer: &Viewer,
    (of_type, field): (&str, &Value),
    may_be_seen: bool,
) -> Vec<(String, String)> {
    let call = |place: &Place, id: &str| schema.call(of_type, field, Some((place, id)), &own(viewer));
    let places = schema.places(of_type, field);
    let of_place = |place: &Place| {
        let pairs = world.pairs(viewer, place.kind, may_be_seen);
        pairs.iter().map(|pair| (call(place, &pair.hers), call(place, &pair.like))).collect::<Vec<_>>()
    };
    places.iter().flat_map(of_place).collect()
}

/// Everything that Ada sees of herself.
async fn all_of(world: &World, schema: &Schema, ada: &Person) -> Vec<Value> {
    let client = world.app.as_user(ada.id);
    let mut all = Vec::new();
    for field in schema.fields("User") {
        let asked =
            entity("User", &ada.id.to_string(), &schema.call("User", field, None, &|_| String::new()));
        all.push(client.data(&asked, json!({})).await);
    }
    all
}

/// What the viewer's stream says, but for moods of their own, up to one that they log from now on with this note; or to its end.
async fn heard(stream: &mut EventStream, viewer: &Viewer, note: &str) -> Vec<Value> {
    let mut heard = Vec::new();
    loop {
        // A stream begins when it is first read: what is logged before that it doesn't say, so they go on logging.
        tokio::select! {
            biased;
            said = stream.try_next() => match said {
                None => return heard,
                Some(said) if said.to_string().contains(note) => return heard,
                Some(said) if NOTES.iter().any(|note| said.to_string().contains(note)) => {}
                Some(said) => heard.push(said),
            },
            _ = log(&viewer.client, json!({ "score": 3, "note": note })) => {}
        }
    }
}

#[tokio::test]
async fn every_query_by_an_id_of_anothers_answers_what_may_be_seen_and_nothing_else() {
    let world = world().await;
    for viewer in &world.viewers {
        let schema = Schema::of(&viewer.client).await;
        for field in schema.fields("Query") {
            for (hers, like) in calls(&world, &schema, viewer, ("Query", field), true) {
                world.assert_alike(viewer, &format!("{{ {hers} }}"), &format!("{{ {like} }}")).await;
            }
            if schema.places("Query", field).is_empty() {
                let asked = format!("{{ {} }}", schema.call("Query", field, None, &own(viewer)));
                let answer = viewer.client.graphql(&asked, json!({})).await;
                world.assert_keeps_secrets(viewer, &asked, &answer);
            }
        }
    }
    world.app.finish().await;
}

#[tokio::test]
async fn every_field_of_an_entity_of_anothers_answers_what_may_be_seen_and_nothing_else() {
    let world = world().await;
    for viewer in &world.viewers {
        let schema = Schema::of(&viewer.client).await;
        for of_type in schema.entities() {
            let kind = ENTITIES.iter().find(|(known, _)| *known == of_type).map(|(_, kind)| *kind);
            let kind = kind.unwrap_or_else(|| panic!("say in `known.rs` what the entity {of_type} is"));
            for field in schema.fields(of_type) {
                for Pair { hers, like } in world.pairs(viewer, kind, true) {
                    let selected = schema.call(of_type, field, None, &own(viewer));
                    let (hers, like) = (entity(of_type, &hers, &selected), entity(of_type, &like, &selected));
                    world.assert_alike(viewer, &hers, &like).await;
                }
                if of_type == "User" {
                    for (hers, like) in calls(&world, &schema, viewer, (of_type, field), true) {
                        let hers = entity(of_type, &world.ada.id.to_string(), &hers);
                        let like = entity(of_type, &viewer.twin.id.to_string(), &like);
                        world.assert_alike(viewer, &hers, &like).await;
                    }
                }
            }
        }
    }
    world.app.finish().await;
}

#[tokio::test]
async fn every_mutation_takes_an_id_of_anothers_for_one_that_never_was() {
    let world = world().await;
    let schema = Schema::of(&world.app.as_user(world.ada.id)).await;
    let before = all_of(&world, &schema, &world.ada).await;
    for viewer in &world.viewers {
        for field in schema.fields("Mutation") {
            for (hers, like) in calls(&world, &schema, viewer, ("Mutation", field), false) {
                let (hers, like) = (format!("mutation {{ {hers} }}"), format!("mutation {{ {like} }}"));
                world.assert_alike(viewer, &hers, &like).await;
            }
        }
    }
    assert_eq!(all_of(&world, &schema, &world.ada).await, before);
    world.app.finish().await;
}

#[tokio::test]
async fn every_stream_is_silent_about_what_another_does() {
    let world = world().await;
    let ada = world.app.as_user(world.ada.id);
    let schema = Schema::of(&ada).await;
    for field in schema.fields("Subscription") {
        let mut streams = Vec::new();
        for viewer in world.viewers.iter().filter(|viewer| viewer.who != "a visitor") {
            let hers = |kind| world.ada.ids[&("PUBLIC", kind)].clone();
            let asked = format!("subscription {{ {} }}", schema.call("Subscription", field, None, &hers));
            let mut stream = viewer.client.subscribe(&asked, json!({})).await;
            for of_their_own in heard(&mut stream, viewer, NOTES[0]).await {
                world.assert_keeps_secrets(viewer, &asked, &of_their_own);
            }
            streams.push((viewer, stream));
        }
        let entry = log(&ada, json!({ "score": 4, "visibility": "PUBLIC" })).await;
        let update = "mutation($input: UpdateMoodInput!) { updateMood(input: $input) { mood { revision } errors { code } } }";
        mutate(&ada, update, json!({ "id": entry["id"], "revision": 1, "score": 1 })).await;
        let delete =
            "mutation($input: DeleteMoodInput!) { deleteMood(input: $input) { deletedId errors { code } } }";
        mutate(&ada, delete, json!({ "id": entry["id"] })).await;
        for (viewer, stream) in &mut streams {
            assert_eq!(
                heard(stream, viewer, NOTES[1]).await,
                [Value::Null; 0],
                "of Ada, in the stream {}",
                name(field)
            );
        }
        let visitor = &world.viewers.last().expect("a visitor").client;
        let asked =
            format!("subscription {{ {} }}", schema.call("Subscription", field, None, &|_| String::new()));
        let refused = visitor.subscribe(&asked, json!({})).await.next().await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], json!("UNAUTHENTICATED"), "{asked}");
    }
    world.app.finish().await;
}

#[test]
fn what_fields_require_of_others_is_told() {
    let sdl = Moods::sdl();
    for required in sdl.split("@requires(fields: \"").skip(1) {
        let fields = required.split('"').next().unwrap_or_default();
        for field in fields.split(' ') {
            let known = REQUIRED.iter().any(|(known, _)| *known == field);
            assert!(known, "say in `known.rs` what others tell as `{field}`");
        }
    }
}

#[tokio::test]
async fn what_is_shared_is_there_for_those_it_is_shared_with() {
    let world = world().await;
    for viewer in &world.viewers {
        for visibility in VISIBILITIES {
            let id = &world.ada.ids[&(visibility, Kind::Entry)];
            let query = format!("{{ mood(id: \"{id}\") {{ visibility customMood {{ name }} }} }}");
            let found = viewer.client.data(&query, json!({})).await;
            let seen = viewer.sees.contains(&visibility);
            let expected = json!({ "visibility": visibility, "customMood": { "name": format!("ada's mood {visibility}") } });
            assert_eq!(found["mood"], if seen { expected } else { Value::Null }, "{}", viewer.who);
        }
        let query = entity("User", &world.ada.id.to_string(), "moods(first: 100) { nodes { visibility } }");
        let listed = viewer.client.data(&query, json!({})).await;
        let nodes = listed["_entities"][0]["moods"]["nodes"].as_array().expect("nodes").clone();
        for visibility in VISIBILITIES {
            let listed = nodes.iter().any(|node| text(&node["visibility"]) == visibility);
            assert_eq!(listed, viewer.sees.contains(&visibility), "{} {visibility}", viewer.who);
        }
    }
    world.app.finish().await;
}
