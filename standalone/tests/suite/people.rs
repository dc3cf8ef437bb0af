//! People and what they are to the product: roles, settings, pictures, badges, and who is there.

use serde_json::{Value, json};

use crate::{
    client::{BLOCK, Client, Person, Socket, until},
    journeys,
    world::World,
};

journeys!(
    an_operators_admin_makes_moderators_and_nobody_else_does,
    a_picture_goes_from_a_form_to_an_address_and_away_again,
    a_form_that_any_page_could_send_sets_no_picture,
    who_is_there_is_seen_as_it_changes_and_no_longer_by_the_blocked,
    settings_are_kept_and_seen_by_their_owner_alone,
    moods_are_shared_as_the_settings_say_from_then_on,
    badges_are_known_by_their_code_and_names_can_be_tried,
);

const SET_ROLES: &str =
    "mutation S($i: SetRolesInput!) { setRoles(input: $i) { roles user { id username } errors { code } } }";
const SET_AVATAR: &str = "mutation A($f: Upload!) { setAvatar(input: {file: $f}) { user { username avatar(size: 64) { url width } } errors { code } } }";
const WATCH: &str = "subscription P($u: [ID!]!) { presenceChanged(userIds: $u) { presence user { username hugStats { sent } } } }";
const HEARTBEAT: &str =
    "mutation H($i: HeartbeatInput!) { heartbeat(input: $i) { presence errors { code } } }";

/// A PNG of one pixel.
const PIXEL: [u8; 67] = [
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3A, 0x7E, 0x9B, 0x55, 0x00,
    0x00, 0x00, 0x0A, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81,
    0x77, 0xCD, 0x72, 0xB6, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
];

async fn an_operators_admin_makes_moderators_and_nobody_else_does(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let input = json!({ "i": { "userId": bo.id, "roles": ["MODERATOR"] } });
    let refused = ada.client.graphql(SET_ROLES, input.clone()).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHORIZED_FIELD_OR_TYPE", "{refused:#}");

    let admin = world.grant(&ada, "admin").await;
    let set = admin.client.data(SET_ROLES, input).await["setRoles"].take();
    let user = json!({ "id": bo.id, "username": "bo" });
    assert_eq!(set, json!({ "roles": ["MODERATOR"], "user": user, "errors": [] }));
    let own = "query R { me { account { roles email } } }";
    let again = bo.log_in_again(&world.client()).await.client.data(own, Value::Null).await;
    assert_eq!(again["me"]["account"], json!({ "roles": ["MODERATOR"], "email": bo.email }));
    world.finish().await;
}

async fn a_picture_goes_from_a_form_to_an_address_and_away_again(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let preflight = ("apollo-require-preflight", "true");
    let (status, answer) = ada.client.send_file(SET_AVATAR, &PIXEL, &[preflight]).await;
    assert_eq!(status.as_u16(), 200, "{answer:#}");
    let set = &answer["data"]["setAvatar"];
    assert_eq!((&set["errors"], &set["user"]["username"]), (&json!([]), &json!("ada")), "{answer:#}");
    assert_eq!(set["user"]["avatar"]["width"], 64);
    let path = set["user"]["avatar"]["url"].as_str().expect("an address").to_owned();
    let seen = "query U { user(username: \"ada\") { avatar(size: 64) { url } } }";
    assert_eq!(bo.client.data(seen, Value::Null).await["user"]["avatar"]["url"], path.as_str());

    let url = format!("{}{path}", world.pictures_url());
    let response = reqwest::get(&url).await.expect("an answer");
    assert_eq!(response.status().as_u16(), 200, "{url}");
    assert_eq!(response.headers()["content-type"], "image/jpeg");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let jpeg = response.bytes().await.expect("a picture");
    assert!(jpeg.starts_with(&[0xFF, 0xD8, 0xFF]) && jpeg.ends_with(&[0xFF, 0xD9]));

    let (_, answer) = ada.client.send_file(SET_AVATAR, b"<svg/>", &[preflight]).await;
    assert_eq!(answer["data"]["setAvatar"]["errors"][0]["code"], "AVATAR_FORMAT_UNKNOWN", "{answer:#}");
    ada.client.data("mutation R { removeAvatar { errors { code } } }", Value::Null).await;
    testkit::eventually("the picture to be gone", || async {
        (reqwest::get(&url).await.ok()?.status().as_u16() == 404).then_some(())
    })
    .await;
    world.finish().await;
}

async fn a_form_that_any_page_could_send_sets_no_picture(world: World) {
    let ada = world.client().register("ada").await;
    let (status, answer) = ada.client.send_file(SET_AVATAR, &PIXEL, &[]).await;
    assert_eq!(status.as_u16(), 403, "{answer:#}");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "CSRF_PREVENTED");
    let visitor = world.client();
    let (_, answer) = visitor.send_file(SET_AVATAR, &PIXEL, &[("apollo-require-preflight", "true")]).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answer:#}");
    let own = "query O { me { avatar { url } } }";
    assert_eq!(ada.client.data(own, Value::Null).await["me"]["avatar"], Value::Null);
    world.finish().await;
}

async fn who_is_there_is_seen_as_it_changes_and_no_longer_by_the_blocked(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let mut socket = watch(&bo, &ada).await;
    assert_eq!(next_presence(&mut socket).await, json!({ "presence": "OFFLINE", "user": shown("ada") }));
    beat(&ada.client, "laptop", false).await;
    assert_eq!(next_presence(&mut socket).await["presence"], "ONLINE");
    beat(&ada.client, "phone", true).await;
    beat(&ada.client, "laptop", true).await;
    assert_eq!(next_presence(&mut socket).await["presence"], "AWAY");
    ada.client.data(BLOCK, json!({ "u": bo.id })).await;
    assert_eq!(next_presence(&mut socket).await, json!({ "presence": null, "user": null }));
    world.finish().await;
}

fn shown(username: &str) -> Value {
    json!({ "username": username, "hugStats": { "sent": 0 } })
}

async fn watch(viewer: &Person, person: &Person) -> Socket {
    let mut socket = viewer.client.socket().await;
    let payload = json!({ "query": WATCH, "variables": { "u": [person.id] } });
    socket.send(json!({ "type": "subscribe", "id": "presence", "payload": payload })).await;
    socket
}

async fn next_presence(socket: &mut Socket) -> Value {
    let mut message = socket.receive().await;
    assert_eq!(message["type"], "next", "{message:#}");
    assert!(message["payload"].get("errors").is_none(), "{message:#}");
    message["payload"]["data"]["presenceChanged"].take()
}

async fn beat(client: &Client, connection: &str, away: bool) {
    let input = json!({ "i": { "connectionId": connection, "away": away } });
    assert_eq!(client.data(HEARTBEAT, input).await["heartbeat"]["errors"], json!([]));
}

async fn settings_are_kept_and_seen_by_their_owner_alone(mut world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let update = "mutation S($i: UpdateSettingsInput!) { updateSettings(input: $i) { errors { code } } }";
    let input = json!({
        "privacy": { "presence": "FOLLOWED", "approvesFollowers": true, "isSuggested": false },
        "notifications": [{ "kind": "STREAK_AT_RISK", "push": false, "email": true }],
    });
    let updated = ada.client.data(update, json!({ "i": input })).await;
    assert_eq!(updated["updateSettings"]["errors"], json!([]));
    let fields = "settings { privacy { presence lastSeen approvesFollowers isSuggested } notifications { kind push email } }";
    let own = format!("query O {{ me {{ {fields} }} }}");
    let before = ada.client.data(&own, Value::Null).await;
    let privacy = json!({ "presence": "FOLLOWED", "lastSeen": "EVERYONE", "approvesFollowers": true, "isSuggested": false });
    assert_eq!(before["me"]["settings"]["privacy"], privacy);
    let at_risk = json!({ "kind": "STREAK_AT_RISK", "push": false, "email": true });
    let notifications = before["me"]["settings"]["notifications"].as_array().expect("a list");
    assert!(notifications.contains(&at_risk), "{before:#}");
    let others = format!("query U {{ user(username: \"ada\") {{ presence {fields} }} }}");
    let seen = bo.client.data(&others, Value::Null).await;
    assert_eq!(seen["user"], json!({ "presence": null, "settings": null }));
    world.restart().await;
    until(&ada.client, &own, |answer| answer["data"] == before).await;
    world.finish().await;
}

async fn moods_are_shared_as_the_settings_say_from_then_on(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let log = "mutation L($n: String!) { logMood(input: { score: 4, note: $n }) { mood { visibility } errors { code } } }";
    let update = "mutation S { updateSettings(input: { privacy: { moodVisibility: PUBLIC } }) {
        settings { privacy { moodVisibility } } errors { code } } }";
    let before = ada.client.data(log, json!({ "n": "before" })).await;
    assert_eq!(before["logMood"]["mood"]["visibility"], "PRIVATE");
    let updated = ada.client.data(update, Value::Null).await["updateSettings"].take();
    let settings = json!({ "privacy": { "moodVisibility": "PUBLIC" } });
    assert_eq!(updated, json!({ "settings": settings, "errors": [] }));
    let after = ada.client.data(log, json!({ "n": "after" })).await;
    assert_eq!(after["logMood"]["mood"]["visibility"], "PUBLIC");
    let seen = "query U { user(username: \"ada\") { moods { edges { node { note } } } } }";
    let seen = bo.client.data(seen, Value::Null).await["user"]["moods"]["edges"].take();
    assert_eq!(seen, json!([{ "node": { "note": "after" } }]));
    world.finish().await;
}

async fn badges_are_known_by_their_code_and_names_can_be_tried(world: World) {
    let ada = world.client().register("ada").await;
    let visitor = world.client();
    let query = "query B { badges { code name } free: usernameAvailability(username: \"Lovelace\") { username available } \
        taken: usernameAvailability(username: \"ADA\") { available problem } user(username: \"ada\") { badges { badge { code } } } }";
    let answer = visitor.data(query, Value::Null).await;
    let badges = answer["badges"].as_array().expect("a list");
    assert!(badges.contains(&json!({ "code": "mood-7", "name": "A week of moods" })), "{answer:#}");
    assert_eq!(answer["free"], json!({ "username": "lovelace", "available": true }));
    assert_eq!(answer["taken"], json!({ "available": false, "problem": "TAKEN" }));
    assert_eq!(answer["user"]["badges"], json!([]));
    // A first hug is a badge: awarded by streaks, described by users.
    let bo = visitor.register("bo").await;
    ada.hug(&bo, "Hello").await;
    let own = "query O { me { badges { badge { code name emoji } } } }";
    let first = json!([{ "badge": { "code": "hug-first", "name": "First hug", "emoji": "🤗" } }]);
    until(&ada.client, own, |answer| answer["data"]["me"]["badges"] == first).await;
    world.finish().await;
}
