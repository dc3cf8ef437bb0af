//! Moods: described, shared, watched, taken away; and support for whoever has many low days.

use serde_json::{Value, json};

use crate::{
    client::{Client, Person, until},
    journeys,
    world::World,
};

journeys!(
    a_mood_is_seen_by_those_it_is_shared_with_and_its_rest_by_its_owner_alone,
    what_somebody_wrote_is_read_after_a_restart,
    a_mood_logged_on_one_device_shows_on_the_other,
    a_mood_that_is_taken_away_no_longer_counts_for_the_streak,
    support_is_there_for_everybody_and_offered_after_many_low_days,
    tags_are_made_renamed_merged_and_taken_away,
    what_was_logged_and_how_it_is_called_can_be_changed,
);

const LOG: &str = "mutation M($i: LogMoodInput!) { logMood(input: $i) {
    mood { id note labels associations tags customMood { name } } supportPrompt { message } errors { code path }
} }";
const OF_USER: &str = "query U($id: ID!) { user(id: $id) {
    moods { edges { node { id note tags labels user { username } } } }
    moodCalendar(from: \"2026-01-01\", to: \"2026-12-31\") { date entries }
    moodTags { edges { node { name entries } } }
    customMoods { name }
} }";

async fn log(person: &Person, input: Value) -> Value {
    let mut answer = person.client.data(LOG, json!({ "i": input })).await;
    assert_eq!(answer["logMood"]["errors"], json!([]), "{answer:#}");
    answer["logMood"].take()
}

/// Ada with a mood for her followers and one of her own.
async fn ada(client: &Client) -> (Person, Value, Value) {
    let ada = client.register("ada").await;
    let custom = "mutation C { createCustomMood(input: { name: \"Cosy\", emoji: \"🧣\", score: 4 }) { customMood { id } } }";
    let cosy = ada.client.data(custom, Value::Null).await["createCustomMood"]["customMood"]["id"].take();
    let shared = json!({
        "score": 4, "note": "tea by the fire", "labels": ["calm"], "associations": ["selfCare"], "tags": ["Tea"],
        "customMoodId": cosy, "visibility": "FOLLOWERS", "occurredAt": "2026-02-01T12:00:00Z", "timezone": "UTC",
    });
    let shared = log(&ada, shared).await["mood"].take();
    let own = json!({ "score": 2, "note": "my own", "tags": ["tea"], "occurredAt": "2026-02-01T13:00:00Z", "timezone": "UTC" });
    let own = log(&ada, own).await["mood"].take();
    (ada, shared, own)
}

async fn a_mood_is_seen_by_those_it_is_shared_with_and_its_rest_by_its_owner_alone(world: World) {
    let (ada, shared, own) = ada(&world.client()).await;
    assert_eq!(shared["customMood"], json!({ "name": "Cosy" }));
    let (bo, cy) = (world.client().register("bo").await, world.client().register("cy").await);
    let follow = "mutation F($u: ID!) { follow(input: {userId: $u}) { errors { code } } }";
    bo.client.data(follow, json!({ "u": ada.id })).await;

    let for_bo = bo.client.data(OF_USER, json!({ "id": ada.id })).await["user"].take();
    let seen = json!([{ "node": {
        "id": shared["id"], "note": "tea by the fire", "tags": ["Tea"], "labels": ["calm"], "user": { "username": "ada" },
    } }]);
    assert_eq!(for_bo["moods"]["edges"], seen);
    assert_eq!(for_bo["moodCalendar"], json!([{ "date": "2026-02-01", "entries": 1 }]));
    let for_cy = cy.client.data(OF_USER, json!({ "id": ada.id })).await["user"].take();
    assert_eq!((&for_cy["moods"]["edges"], &for_cy["moodCalendar"]), (&json!([]), &json!([])));
    for others in [&for_bo, &for_cy] {
        assert_eq!((&others["moodTags"], &others["customMoods"]), (&Value::Null, &Value::Null));
    }
    let single = "query M($id: ID!) { mood(id: $id) { note } }";
    for person in [&bo, &cy] {
        assert_eq!(person.client.data(single, json!({ "id": own["id"] })).await["mood"], Value::Null);
    }
    let for_ada = ada.client.data(OF_USER, json!({ "id": ada.id })).await["user"].take();
    assert_eq!(for_ada["moodCalendar"], json!([{ "date": "2026-02-01", "entries": 2 }]));
    assert_eq!(for_ada["moodTags"]["edges"], json!([{ "node": { "name": "Tea", "entries": 2 } }]));
    world.finish().await;
}

async fn what_somebody_wrote_is_read_after_a_restart(mut world: World) {
    let (ada, ..) = ada(&world.client()).await;
    let notes = "query N { me { moods(filter: { tags: [\"TEA\"] }) { edges { node { note } } } } }";
    let before = ada.client.data(notes, Value::Null).await;
    world.restart().await;
    let after = until(&ada.client, notes, |answer| answer["data"] == before).await;
    let edges = json!([{ "node": { "note": "my own" } }, { "node": { "note": "tea by the fire" } }]);
    assert_eq!(after["data"]["me"]["moods"]["edges"], edges);
    world.finish().await;
}

async fn a_mood_logged_on_one_device_shows_on_the_other(world: World) {
    let ada = world.client().register("ada").await;
    let mut tablet = ada.client.socket().await;
    let payload = json!({ "query": "subscription L { moodLogged { id note user { username } } }" });
    tablet.send(json!({ "type": "subscribe", "id": "moods", "payload": payload })).await;
    // A subscription isn't acknowledged: what is logged before it listens doesn't show.
    let (mut logged, mut shown) = (Vec::new(), None);
    while shown.is_none() {
        let mood = log(&ada, json!({ "score": 3, "note": "from the phone" })).await["mood"].take();
        logged.push(mood["id"].clone());
        shown = tablet.receive_within_a_moment().await;
    }
    let shown = shown.expect("a message");
    let mood = &shown["payload"]["data"]["moodLogged"];
    assert!(logged.contains(&mood["id"]), "{shown:#}");
    assert_eq!((&mood["note"], &mood["user"]), (&json!("from the phone"), &json!({ "username": "ada" })));
    world.finish().await;
}

async fn a_mood_that_is_taken_away_no_longer_counts_for_the_streak(world: World) {
    let ada = world.client().register("ada").await;
    let streaks = "query S { me { streaks { current } } }";
    let mood = log(&ada, json!({ "score": 3 })).await["mood"].take();
    until(&ada.client, streaks, |answer| answer["data"]["me"]["streaks"] == json!([{ "current": 1 }])).await;
    let delete = "mutation D($i: DeleteMoodInput!) { deleteMood(input: $i) { deletedId errors { code } } }";
    let deleted = ada.client.data(delete, json!({ "i": { "id": mood["id"], "revision": 1 } })).await;
    assert_eq!(deleted["deleteMood"], json!({ "deletedId": mood["id"], "errors": [] }));
    until(&ada.client, streaks, |answer| answer["data"]["me"]["streaks"] == json!([])).await;
    world.finish().await;
}

async fn support_is_there_for_everybody_and_offered_after_many_low_days(world: World) {
    let query = "query S { supportResources(country: \"DE\") { country name source verifiedAt } }";
    let resources = world.client().data(query, Value::Null).await["supportResources"].take();
    assert!(resources.as_array().is_some_and(|list| !list.is_empty()), "{resources:#}");

    let ada = world.client().register("ada").await;
    for day in 1..=7 {
        let input =
            json!({ "score": 2, "occurredAt": format!("2026-02-{day:02}T12:00:00Z"), "timezone": "UTC" });
        let offered = log(&ada, input).await["supportPrompt"].take();
        assert_eq!(offered.is_null(), day < 7, "day {day}: {offered:#}");
    }
    world.finish().await;
}

async fn tags_are_made_renamed_merged_and_taken_away(world: World) {
    let ada = world.client().register("ada").await;
    log(&ada, json!({ "score": 4, "tags": ["tee", "sea"] })).await;
    let tags = async || {
        let query = "query T { me { moodTags { edges { node { id name entries } } } } }";
        let mut answer = ada.client.data(query, Value::Null).await;
        let edges = answer["me"]["moodTags"]["edges"].take();
        edges.as_array().expect("edges").iter().map(|edge| edge["node"].clone()).collect::<Vec<_>>()
    };
    let act = async |mutation: &str, input: Value| {
        let name = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation A($i: {name}Input!) {{ {mutation}(input: $i) {{ errors {{ code }} {} }} }}",
            if mutation == "deleteMoodTag" { "deletedId" } else { "tag { id name entries }" }
        );
        let mut answer = ada.client.data(&query, json!({ "i": input })).await;
        assert_eq!(answer[mutation]["errors"], json!([]), "{answer:#}");
        answer[mutation].take()
    };
    let made = act("createMoodTag", json!({ "name": "Tea" })).await["tag"].take();
    assert_eq!((&made["name"], &made["entries"]), (&json!("Tea"), &json!(0)));
    let seen = tags().await;
    let id = |name: &str| seen.iter().find(|tag| tag["name"] == name).expect("the tag")["id"].clone();
    let merged = act("mergeMoodTags", json!({ "from": [id("tee")], "into": made["id"] })).await;
    assert_eq!(merged["tag"], json!({ "id": made["id"], "name": "Tea", "entries": 1 }));
    let renamed = act("renameMoodTag", json!({ "id": made["id"], "name": "Green tea" })).await;
    assert_eq!(renamed["tag"]["name"], "Green tea");
    assert_eq!(act("deleteMoodTag", json!({ "id": id("sea") })).await["deletedId"], id("sea"));
    assert_eq!(tags().await, [json!({ "id": made["id"], "name": "Green tea", "entries": 1 })]);
    let logged = "query M { me { moods { edges { node { tags } } } } }";
    let logged = ada.client.data(logged, Value::Null).await;
    assert_eq!(logged["me"]["moods"]["edges"], json!([{ "node": { "tags": ["Green tea"] } }]));
    world.finish().await;
}

async fn what_was_logged_and_how_it_is_called_can_be_changed(world: World) {
    let (ada, _, own) = ada(&world.client()).await;
    let words = "query V { moodVocabulary { labels { code } associations { code } } }";
    let words = world.client().data(words, Value::Null).await["moodVocabulary"].take();
    let label = &words["labels"][0]["code"];
    let update = "mutation U($i: UpdateMoodInput!) { updateMood(input: $i) { mood { score labels note revision } errors { code } } }";
    let input = json!({ "id": own["id"], "revision": 1, "score": 3, "labels": [label] });
    let updated = ada.client.data(update, json!({ "i": input })).await["updateMood"].take();
    let mood = json!({ "score": 3, "labels": [label], "note": "my own", "revision": 2 });
    assert_eq!(updated, json!({ "mood": mood, "errors": [] }));
    // From a device that hasn't heard of it.
    let late = ada.client.data(update, json!({ "i": input })).await["updateMood"].take();
    assert_eq!(late, json!({ "mood": mood, "errors": [{ "code": "REVISION_CONFLICT" }] }));

    let customs =
        "query C { me { customMoods { id name score } moods { edges { node { customMood { name } } } } } }";
    let before = ada.client.data(customs, Value::Null).await["me"].take();
    let rename = "mutation R($i: UpdateCustomMoodInput!) { updateCustomMood(input: $i) { customMood { name score } errors { code } } }";
    let input = json!({ "id": before["customMoods"][0]["id"], "name": "Snug" });
    let renamed = ada.client.data(rename, json!({ "i": input })).await["updateCustomMood"].take();
    assert_eq!(renamed, json!({ "customMood": { "name": "Snug", "score": 4 }, "errors": [] }));
    let after = ada.client.data(customs, Value::Null).await["me"]["moods"]["edges"].take();
    let names = json!([{ "node": { "customMood": null } }, { "node": { "customMood": { "name": "Snug" } } }]);
    assert_eq!(after, names);
    world.finish().await;
}
