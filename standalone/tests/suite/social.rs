//! People among each other: asking to follow, sharing, reacting, watching; reporting, and what moderators make of it.

use serde_json::{Value, json};

use crate::{
    client::{Person, until},
    journeys,
    world::World,
};

journeys!(
    a_shared_mood_reaches_whoever_was_let_follow_and_a_hug_is_reacted_to,
    a_reported_post_is_taken_away_by_a_moderator_and_the_log_tells,
    asking_to_follow_ends_in_whichever_way_either_of_them_wants,
    who_is_muted_is_missing_from_the_feed_and_hears_nothing_of_it,
    a_post_is_for_whom_its_author_says_until_it_is_taken_back,
    people_are_suggested_until_they_are_waved_off,
);

const FOLLOW: &str = "mutation F($u: ID!) { follow(input: {userId: $u}) { relationship { following requested } errors { code } } }";
const LOG: &str = "mutation M($i: LogMoodInput!) { logMood(input: $i) { mood { id } errors { code } } }";
const SHARE: &str =
    "mutation C($i: CreatePostInput!) { createPost(input: $i) { post { id } errors { code } } }";
const HOME: &str = "query H { homeFeed { edges { node { id text author { username } shared { ... on SharedMood { mood { id score note } } } } } } }";

/// A post of a mood, both as visible as that, by its id.
async fn share_a_mood(person: &Person, visibility: &str) -> String {
    share_a_mood_less(person, visibility, visibility).await
}

async fn share_a_mood_less(person: &Person, of_mood: &str, visibility: &str) -> String {
    let mood = json!({ "score": 5, "note": "sun at last", "visibility": of_mood });
    let mood = person.client.data(LOG, json!({ "i": mood })).await["logMood"]["mood"]["id"].take();
    let input = json!({ "i": { "moodId": mood, "visibility": visibility, "text": "look" } });
    let shared = person.client.data(SHARE, input).await["createPost"].take();
    assert_eq!(shared["errors"], json!([]), "{shared:#}");
    shared["post"]["id"].as_str().expect("an id").to_owned()
}

async fn a_shared_mood_reaches_whoever_was_let_follow_and_a_hug_is_reacted_to(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let ask =
        "mutation S { updateSettings(input: { privacy: { approvesFollowers: true } }) { errors { code } } }";
    let settled = ada.client.data(ask, Value::Null).await;
    assert_eq!(settled["updateSettings"]["errors"], json!([]), "{settled:#}");
    let asked = bo.client.data(FOLLOW, json!({ "u": ada.id })).await["follow"].take();
    assert_eq!(asked["relationship"], json!({ "following": false, "requested": true }), "{asked:#}");
    let shared = share_a_mood(&ada, "FOLLOWERS").await;
    assert_eq!(bo.client.data(HOME, Value::Null).await["homeFeed"]["edges"], json!([]));

    let requests = "query R { followRequests { edges { node { user { username } } } } }";
    let waiting = ada.client.data(requests, Value::Null).await;
    let expected = json!([{ "node": { "user": { "username": "bo" } } }]);
    assert_eq!(waiting["followRequests"]["edges"], expected);
    let accept = "mutation A($u: ID!) { acceptFollowRequest(input: {userId: $u}) { errors { code } } }";
    ada.client.data(accept, json!({ "u": bo.id })).await;
    let mood =
        |answer: &Value| answer["data"]["homeFeed"]["edges"][0]["node"]["shared"]["mood"]["note"].clone();
    let seen = until(&bo.client, HOME, |answer| mood(answer) == "sun at last").await;
    let post = &seen["data"]["homeFeed"]["edges"][0]["node"];
    assert_eq!((&post["id"], &post["text"]), (&json!(shared), &json!("look")));
    assert_eq!(post["author"], json!({ "username": "ada" }));

    // Watched live: what is shared before the stream listens doesn't show.
    let mut socket = bo.client.socket().await;
    let payload = json!({ "query": "subscription F { feedItemAdded { id author { username } } }" });
    socket.send(json!({ "type": "subscribe", "id": "feed", "payload": payload })).await;
    let (mut added, mut shown) = (Vec::new(), None);
    while shown.is_none() {
        added.push(json!(share_a_mood(&ada, "PUBLIC").await));
        shown = socket.receive_within_a_moment().await;
    }
    let shown = shown.expect("a message");
    let item = &shown["payload"]["data"]["feedItemAdded"];
    assert!(added.contains(&item["id"]), "{shown:#}");
    assert_eq!(item["author"], json!({ "username": "ada" }));

    let hug = ada.hug(&bo, "for you").await["hug"]["id"].take();
    let react = "mutation R($i: AddReactionInput!) { addReaction(input: $i) { errors { code } } }";
    let reacted = bo.client.data(react, json!({ "i": { "targetId": hug, "kind": "HEART" } })).await;
    assert_eq!(reacted["addReaction"]["errors"], json!([]), "{reacted:#}");
    let read = "query H($id: ID!) { hug(id: $id) { message reactions { kind count } viewerReaction } }";
    let read = ada.client.data(read, json!({ "id": hug })).await["hug"].take();
    let reactions = json!([{ "kind": "HEART", "count": 1 }]);
    assert_eq!(read, json!({ "message": "for you", "reactions": reactions, "viewerReaction": null }));
    world.finish().await;
}

async fn a_reported_post_is_taken_away_by_a_moderator_and_the_log_tells(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let mo = world.client().register("mo").await;
    let shared = share_a_mood(&ada, "PUBLIC").await;
    let report = "mutation R($i: ReportInput!) { report(input: $i) { reportId errors { code } } }";
    let input = json!({ "i": { "targetId": shared, "reason": "SPAM" } });
    let reported = bo.client.data(report, input).await["report"]["reportId"].take();

    let reports = "query R { reports { edges { node { id post { id text } reporter { username } } } } }";
    let refused = mo.client.graphql(reports, Value::Null).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHORIZED_FIELD_OR_TYPE", "{refused:#}");
    let mo = world.grant(&mo, "moderator").await;
    let found = mo.client.data(reports, Value::Null).await["reports"]["edges"].take();
    let expected = json!([{ "node": {
        "id": reported, "post": { "id": shared, "text": "look" }, "reporter": { "username": "bo" },
    } }]);
    assert_eq!(found, expected);
    let resolve = "mutation R($i: ResolveReportInput!) { resolveReport(input: $i) { report { state } errors { code } } }";
    let input =
        json!({ "i": { "reportId": reported, "resolution": "REMOVE_POST", "reason": "advertising" } });
    let resolved = mo.client.data(resolve, input).await["resolveReport"].take();
    assert_eq!(resolved, json!({ "report": { "state": "RESOLVED" }, "errors": [] }));

    let public = "query P { publicFeed { edges { node { id } } } }";
    assert_eq!(world.client().data(public, Value::Null).await["publicFeed"]["edges"], json!([]));
    let log = "query L { auditLog { edges { node { action reason moderator { username } subject { username } } } } }";
    let log = mo.client.data(log, Value::Null).await["auditLog"]["edges"].take();
    let entry = json!({
        "action": "REMOVE_POST", "reason": "advertising",
        "moderator": { "username": "mo" }, "subject": { "username": "ada" },
    });
    assert_eq!(log, json!([{ "node": entry }]));
    let notices = "query N { moderationNotices { edges { node { action reason } } } }";
    let told = ada.client.data(notices, Value::Null).await["moderationNotices"]["edges"].take();
    assert_eq!(told, json!([{ "node": { "action": "REMOVE_POST", "reason": "advertising" } }]));
    world.finish().await;
}

/// One of the mutations that take nothing but a person: the relationship that comes of it.
async fn act(person: &Person, mutation: &str, other: &Person) -> Value {
    let query = format!(
        "mutation A($u: ID!) {{ {mutation}(input: {{userId: $u}}) {{ relationship {{ following followedBy requested requestedBy muting }} errors {{ code }} }} }}"
    );
    let mut answer = person.client.data(&query, json!({ "u": other.id })).await;
    assert_eq!(answer[mutation]["errors"], json!([]), "{answer:#}");
    answer[mutation]["relationship"].take()
}

async fn asking_to_follow_ends_in_whichever_way_either_of_them_wants(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let ask =
        "mutation S { updateSettings(input: { privacy: { approvesFollowers: true } }) { errors { code } } }";
    ada.client.data(ask, Value::Null).await;
    assert_eq!(act(&bo, "follow", &ada).await["requested"], true);
    assert_eq!(act(&bo, "withdrawFollowRequest", &ada).await["requested"], false);
    assert_eq!(act(&bo, "follow", &ada).await["requested"], true);
    assert_eq!(act(&ada, "rejectFollowRequest", &bo).await["requestedBy"], false);
    assert_eq!(act(&bo, "follow", &ada).await["following"], false);
    assert_eq!(act(&ada, "acceptFollowRequest", &bo).await["followedBy"], true);
    assert_eq!(act(&ada, "removeFollower", &bo).await["followedBy"], false);
    let seen = "query R { user(username: \"ada\") { viewerRelationship { following requested } } }";
    let seen = bo.client.data(seen, Value::Null).await;
    assert_eq!(seen["user"]["viewerRelationship"], json!({ "following": false, "requested": false }));
    world.finish().await;
}

async fn who_is_muted_is_missing_from_the_feed_and_hears_nothing_of_it(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    assert_eq!(act(&bo, "follow", &ada).await["following"], true);
    let shared = share_a_mood(&ada, "FOLLOWERS").await;
    let feed = async || bo.client.data(HOME, Value::Null).await["homeFeed"]["edges"].take();
    assert_eq!(feed().await[0]["node"]["id"], shared);
    assert_eq!(act(&bo, "muteUser", &ada).await["muting"], true);
    assert_eq!(feed().await, json!([]));
    let about_bo = "query B { user(username: \"bo\") { username viewerRelationship { followedBy muting } } }";
    let about_bo = ada.client.data(about_bo, Value::Null).await["user"].take();
    let relationship = json!({ "followedBy": true, "muting": false });
    assert_eq!(about_bo, json!({ "username": "bo", "viewerRelationship": relationship }));
    assert_eq!(act(&bo, "unmuteUser", &ada).await["muting"], false);
    assert_eq!(feed().await[0]["node"]["id"], shared);
    world.finish().await;
}

async fn a_post_is_for_whom_its_author_says_until_it_is_taken_back(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let shared = share_a_mood_less(&ada, "PUBLIC", "PRIVATE").await;
    let look = "query P($id: ID!) { post(id: $id) { id reactions { kind count } viewerReaction } }";
    let seen = async || bo.client.data(look, json!({ "id": shared })).await["post"].take();
    assert_eq!(seen().await, Value::Null);
    let widen = "mutation W($i: UpdatePostVisibilityInput!) { updatePostVisibility(input: $i) { post { visibility } errors { code } } }";
    let widened = json!({ "i": { "id": shared, "visibility": "PUBLIC" } });
    let widened = ada.client.data(widen, widened).await["updatePostVisibility"].take();
    assert_eq!(widened, json!({ "post": { "visibility": "PUBLIC" }, "errors": [] }));
    assert_eq!(seen().await["reactions"], json!([]));

    let react = "mutation R($i: AddReactionInput!) { addReaction(input: $i) { errors { code } } }";
    bo.client.data(react, json!({ "i": { "targetId": shared, "kind": "HEART" } })).await;
    assert_eq!(seen().await["viewerReaction"], "HEART");
    let unreact = "mutation U($t: ID!) { removeReaction(input: {targetId: $t}) { errors { code } } }";
    let unreacted = bo.client.data(unreact, json!({ "t": shared })).await;
    assert_eq!(unreacted["removeReaction"]["errors"], json!([]));
    assert_eq!(seen().await, json!({ "id": shared, "reactions": [], "viewerReaction": null }));

    let delete = "mutation D($id: ID!) { deletePost(input: {id: $id}) { deletedId errors { code } } }";
    let gone = ada.client.data(delete, json!({ "id": shared })).await["deletePost"].take();
    assert_eq!(gone, json!({ "deletedId": shared, "errors": [] }));
    assert_eq!(seen().await, Value::Null);
    let public = "query P { publicFeed { edges { node { id } } } }";
    assert_eq!(bo.client.data(public, Value::Null).await["publicFeed"]["edges"], json!([]));
    world.finish().await;
}

async fn people_are_suggested_until_they_are_waved_off(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let cy = world.client().register("cy").await;
    act(&ada, "follow", &bo).await;
    act(&bo, "follow", &cy).await;
    let suggestions = "query S { suggestions { user { username } mutuals } }";
    let seen = ada.client.data(suggestions, Value::Null).await;
    assert_eq!(seen["suggestions"], json!([{ "user": { "username": "cy" }, "mutuals": 1 }]));
    let wave_off = "mutation D($u: ID!) { dismissSuggestion(input: {userId: $u}) { dismissed { username } errors { code } } }";
    let waved_off = ada.client.data(wave_off, json!({ "u": cy.id })).await["dismissSuggestion"].take();
    assert_eq!(waved_off, json!({ "dismissed": { "username": "cy" }, "errors": [] }));
    assert_eq!(ada.client.data(suggestions, Value::Null).await["suggestions"], json!([]));
    world.finish().await;
}
