//! Everything that a viewer can listen to, while the other does what would be heard of.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    schema::{Told, innermost, name},
    story::{Story, THIRD, does},
    walk::Walk,
};
use crate::{
    client::{Person, Socket},
    world::World,
};

/// What the streams tell of.
const STREAMS: &[(&str, Of)] = &[
    ("badgeAwarded", Of::Oneself),
    ("feedItemAdded", Of::Others),
    ("groupHugUpdated", Of::Others),
    ("hugEvents", Of::Others),
    ("moodExport", Of::Oneself),
    ("moodLogged", Of::Oneself),
    ("presenceChanged", Of::Others),
    ("streakChanged", Of::Oneself),
];

#[derive(PartialEq)]
enum Of {
    Oneself,
    /// The walk hears the third before it listens for the other.
    Others,
}

const LAST: &str = "the last of it";

pub(super) async fn tell_nothing_of_the_other(walk: &Walk<'_>, world: &World) {
    let third = walk.story.person(THIRD);
    let guest = world.client().register(&format!("guest_{}", walk.viewer)).await;
    let group = json!({ "typeId": walk.story.hug_type, "audience": "PUBLIC", "capacity": 9 });
    let group = does(third, "createGroupHug", group, "groupHug").await;
    let mut socket = walk.story.person(walk.viewer).client.socket().await;
    for field in walk.schema.fields("Subscription") {
        let known = STREAMS.iter().any(|(stream, _)| *stream == name(field));
        assert!(known, "say in `STREAMS` of whom {} tells, and have the other do what it tells", name(field));
        let payload = json!({ "query": listening(walk, field, &group) });
        socket.send(json!({ "type": "subscribe", "id": name(field), "payload": payload })).await;
    }
    let mut heard = hear_the_third(walk, &mut socket, &guest, &group).await;
    other_acts(walk, &group).await;
    assert_eq!(third.hug(walk.story.person(walk.viewer), LAST).await["errors"], json!([]));
    let mood = does(third, "logMood", json!({ "score": 3, "visibility": "PUBLIC" }), "mood").await;
    let post = json!({ "moodId": mood, "visibility": "PUBLIC", "text": LAST });
    does(third, "createPost", post, "post").await;
    // What follows on what the other did tells that that was passed over: the last hug, and the last post.
    let mut lasts = BTreeSet::new();
    while lasts.len() < 2 {
        let message = socket.receive().await;
        if message.to_string().contains(LAST) {
            lasts.insert(message["id"].to_string());
        }
        heard.push(message);
    }
    for message in &heard {
        says_nothing(walk, message);
    }
}

/// A subscription to everything that a stream says.
fn listening(walk: &Walk<'_>, field: &Value, group: &str) -> String {
    let people = [walk.other, THIRD].map(|name| format!("\"{}\"", walk.story.person(name).id)).join(", ");
    let arguments = match name(field) {
        "groupHugUpdated" => vec![format!("id: \"{group}\"")],
        "presenceChanged" => vec![format!("userIds: [{people}]")],
        _ => {
            let told = Told { place: &[], value: "", ids: &std::collections::BTreeMap::new() };
            walk.schema.arguments("Subscription", field, &told)
        }
    };
    let arguments = arguments.join(", ");
    let arguments = if arguments.is_empty() { arguments } else { format!("({arguments})") };
    let selection = walk.schema.payload(innermost(&field["type"]));
    format!("subscription Walk {{ {}{arguments} {selection} }}", name(field))
}

/// Has the third and a guest do things until each stream has told of one: a subscription isn't acknowledged.
async fn hear_the_third(walk: &Walk<'_>, socket: &mut Socket, guest: &Person, group: &str) -> Vec<Value> {
    let of_others =
        STREAMS.iter().filter(|(_, of)| *of == Of::Others).map(|(stream, _)| (*stream).to_owned());
    let mut unheard: BTreeSet<String> = of_others.collect();
    let mut heard = Vec::new();
    for (turn, act) in ["joinGroupHug", "leaveGroupHug"].into_iter().cycle().enumerate() {
        third_acts(walk.story, walk.viewer, turn % 2 == 0).await;
        does(guest, act, json!({ "groupHugId": group }), "").await;
        while let Some(message) = socket.receive_within_a_moment().await {
            assert_eq!(message["payload"].get("errors"), None, "{message:#}");
            let stream = message["id"].as_str().expect("a stream");
            if stream != "presenceChanged" || message.to_string().contains(THIRD) {
                unheard.remove(stream);
            }
            heard.push(message);
        }
        if unheard.is_empty() {
            break;
        }
    }
    heard
}

/// What the third does for each of the streams that tell of others.
async fn third_acts(story: &Story, viewer: &str, away: bool) {
    let third = story.person(THIRD);
    does(third, "heartbeat", json!({ "connectionId": "phone", "away": away }), "").await;
    let mood = does(third, "logMood", json!({ "score": 3, "visibility": "PUBLIC" }), "mood").await;
    does(third, "createPost", json!({ "moodId": mood, "visibility": "PUBLIC" }), "post").await;
    assert_eq!(third.hug(story.person(viewer), "Are you there?").await["errors"], json!([]));
}

/// What the other does that would show in each of the streams, whether or not it is refused now.
async fn other_acts(walk: &Walk<'_>, group: &str) {
    let (viewer, other) = (walk.story.person(walk.viewer), walk.story.person(walk.other));
    let mood = json!({ "score": 3, "visibility": "PUBLIC", "note": walk.other });
    let mood = does(other, "logMood", mood, "mood").await;
    let post = json!({ "moodId": mood, "visibility": "PUBLIC", "text": walk.other });
    does(other, "createPost", post, "post").await;
    let request = json!({ "audience": "PUBLIC", "message": walk.other });
    does(other, "createHugRequest", request, "request").await;
    let hosted =
        json!({ "typeId": walk.story.hug_type, "audience": "PUBLIC", "capacity": 2, "message": walk.other });
    does(other, "createGroupHug", hosted, "groupHug").await;
    does(other, "heartbeat", json!({ "connectionId": "phone", "away": true }), "").await;
    other.hug(viewer, walk.other).await;
    let join = "mutation J($g: ID!) { joinGroupHug(input: { groupHugId: $g }) { errors { code } } }";
    other.client.data(join, json!({ "g": group })).await;
}

fn says_nothing(walk: &Walk<'_>, message: &Value) {
    let mut told = message.clone();
    let change = &mut told["payload"]["data"]["presenceChanged"];
    // Who is asked about is named again, as somebody who never was would be.
    if change["userId"] == json!(walk.story.person(walk.other).id) {
        for said in ["presence", "user", "lastSeenAt"] {
            assert_eq!(change[said], Value::Null, "{message:#}");
        }
        change["userId"] = Value::Null;
    }
    assert!(!walk.has_trace(&told, None), "{told:#}");
}
