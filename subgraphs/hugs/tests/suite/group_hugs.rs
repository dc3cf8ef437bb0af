//! Group hugs: their life, their capacity, and who may see whom in them.

use chrono::{SecondsFormat, TimeDelta};
use clock::Clock as _;
use events::{
    hugs::{GroupHugChanged, GroupHugJoined, GroupHugLeft, GroupHugState},
    users::HugPolicyAction,
};
use futures::future::join_all;
use ids::UserId;
use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::{EventStream, eventually};

use crate::world::{WARM_HUG, World, ids, next_event, refusal};

const FIELDS: &str =
    "id state message audience capacity participantCount viewerJoined opensAt expiresAt endedAt
    host { id } participants { id } invitees { id }";
const UPDATES: &str = "subscription($id: ID!, $after: Cursor) { groupHugUpdated(id: $id, after: $after) {
    cursor kind groupHug { id state participantCount } participant { id } } }";

async fn create(world: &World, person: UserId, input: Value) -> Value {
    let mut all = json!({ "typeId": WARM_HUG, "audience": "PUBLIC", "capacity": 5 });
    all.as_object_mut().expect("an object").extend(input.as_object().expect("an object").clone());
    let query = format!(
        "mutation($i: CreateGroupHugInput!) {{ createGroupHug(input: $i) {{ groupHug {{ {FIELDS} }} errors {{ code path retryAfterSeconds }} }} }}"
    );
    world.as_user(person).data(&query, json!({ "i": all })).await["createGroupHug"].take()
}

async fn made(world: &World, person: UserId, input: Value) -> String {
    let payload = create(world, person, input).await;
    payload["groupHug"]["id"].as_str().unwrap_or_else(|| panic!("no group hug: {payload:#}")).to_owned()
}

/// One of the mutations that take nothing but the group hug: the payload.
async fn act(world: &World, person: UserId, mutation: &str, group: &str) -> Value {
    let query = format!(
        "mutation($g: ID!) {{ {mutation}(input: {{groupHugId: $g}}) {{ groupHug {{ {FIELDS} }} errors {{ code path }} }} }}"
    );
    world.as_user(person).data(&query, json!({ "g": group })).await[mutation].take()
}

async fn invite(world: &World, host: UserId, group: &str, people: &[UserId]) -> Value {
    let query = "mutation($i: InviteToGroupHugInput!) { inviteToGroupHug(input: $i) {
        groupHug { id } errors { code path } } }";
    let input = json!({ "groupHugId": group, "inviteeIds": people });
    world.as_user(host).data(query, json!({ "i": input })).await["inviteToGroupHug"].take()
}

async fn see(world: &World, person: UserId, group: &str) -> Value {
    let query = format!("query($id: ID!) {{ groupHug(id: $id) {{ {FIELDS} }} }}");
    world.as_user(person).data(&query, json!({ "id": group })).await["groupHug"].take()
}

async fn list(world: &World, person: UserId, filter: Value) -> Vec<String> {
    let query = "query($f: GroupHugFilter) { groupHugs(filter: $f, first: 50) { edges { node { id } } } }";
    ids(&world.as_user(person).data(query, json!({ "f": filter })).await["groupHugs"])
}

/// Waits until the clock's work has been written.
async fn written(world: &World, person: UserId, group: &str, state: &str) {
    eventually("the group hug to be written", || async {
        let found = list(world, person, json!({ "states": [state] })).await;
        found.iter().any(|id| id == group).then_some(())
    })
    .await;
}

async fn updates(world: &World, person: UserId, group: &str, after: &Value) -> EventStream {
    world.as_user(person).subscribe(UPDATES, json!({ "id": group, "after": after })).await
}

async fn updates_from_now(world: &World, person: UserId, group: &str) -> EventStream {
    let query = "query($id: ID!) { groupHugCursor(id: $id) }";
    let cursor = world.as_user(person).data(query, json!({ "id": group })).await["groupHugCursor"].take();
    updates(world, person, group, &cursor).await
}

async fn next_update(stream: &mut EventStream) -> (String, Value) {
    let event = stream.next_data().await["groupHugUpdated"].take();
    (event["kind"].as_str().expect("a text").to_owned(), event["participant"]["id"].clone())
}

fn in_time(world: &World, by: TimeDelta) -> String {
    (world.clock.now() + by).to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn people(group: &Value) -> Vec<String> {
    let people = group["participants"].as_array().expect("a list");
    people.iter().map(|person| person["id"].as_str().expect("a text").to_owned()).collect()
}

#[tokio::test]
async fn a_group_hug_is_made_joined_started_and_completed() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let payload = create(&world, ada, json!({ "message": " all of us " })).await;
    let group = &payload["groupHug"];
    let id = group["id"].as_str().unwrap();
    assert!(id.starts_with("ghg_"));
    assert_eq!((&group["state"], &group["message"]), (&json!("OPEN"), &json!("all of us")));
    assert_eq!((&group["host"]["id"], people(group)), (&json!(ada), vec![ada.to_string()]));
    assert_eq!(refusal(&act(&world, ada, "startGroupHug", id).await), "GROUP_TOO_SMALL");
    let joined = act(&world, bo, "joinGroupHug", id).await;
    assert_eq!(
        (&joined["groupHug"]["participantCount"], &joined["groupHug"]["viewerJoined"]),
        (&json!(2), &json!(true))
    );
    for mutation in ["startGroupHug", "completeGroupHug", "cancelGroupHug"] {
        assert_eq!(refusal(&act(&world, bo, mutation, id).await), "NOT_GROUP_HOST");
    }
    assert_eq!(refusal(&act(&world, ada, "completeGroupHug", id).await), "GROUP_HUG_NOT_STARTED");
    for _ in 0..2 {
        assert_eq!(act(&world, ada, "startGroupHug", id).await["groupHug"]["state"], "ACTIVE");
    }
    // There is room yet.
    act(&world, cy, "joinGroupHug", id).await;
    for _ in 0..2 {
        let over = act(&world, ada, "completeGroupHug", id).await;
        assert_eq!(over["groupHug"]["state"], "COMPLETED");
        assert!(over["groupHug"]["endedAt"].is_string());
    }
    for (person, mutation) in
        [(cy, "leaveGroupHug"), (cy, "joinGroupHug"), (ada, "startGroupHug"), (ada, "cancelGroupHug")]
    {
        assert_eq!(refusal(&act(&world, person, mutation, id).await), "GROUP_HUG_ENDED");
    }
    let told = world.events::<GroupHugChanged>().await;
    let states: Vec<_> = told.iter().map(|changed| changed.state).collect();
    assert_eq!(states, [GroupHugState::Open, GroupHugState::Active, GroupHugState::Completed]);
    assert_eq!(told[2].participant_ids.len(), 3);
    assert_eq!(world.events::<GroupHugJoined>().await.len(), 2);
    let query =
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { hugStats { groups } } } }";
    for (viewer, groups) in [(bo, json!(1)), (cy, Value::Null)] {
        let user = json!({ "r": [{ "__typename": "User", "id": bo }] });
        let data = world.as_user(viewer).data(query, user).await;
        assert_eq!(data["_entities"][0]["hugStats"]["groups"], groups);
    }
    world.finish().await;
}

#[tokio::test]
async fn joining_again_and_leaving_again_change_nothing_and_tell_nobody() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let group = made(&world, ada, json!({})).await;
    let first = act(&world, bo, "joinGroupHug", &group).await;
    assert_eq!(act(&world, bo, "joinGroupHug", &group).await, first);
    for _ in 0..2 {
        assert_eq!(act(&world, bo, "leaveGroupHug", &group).await["groupHug"]["participantCount"], 1);
    }
    assert_eq!(world.events::<GroupHugJoined>().await.len(), 1);
    assert_eq!(world.events::<GroupHugLeft>().await.len(), 1);
    // The place is free again.
    act(&world, bo, "joinGroupHug", &group).await;
    assert_eq!(see(&world, ada, &group).await["participantCount"], 2);
    world.finish().await;
}

#[tokio::test]
async fn a_host_who_leaves_hands_over_to_whoever_was_there_longest_and_the_last_one_cancels() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let group = made(&world, ada, json!({})).await;
    for person in [cy, bo] {
        world.clock.advance(TimeDelta::seconds(1));
        act(&world, person, "joinGroupHug", &group).await;
    }
    assert_eq!(act(&world, ada, "leaveGroupHug", &group).await["groupHug"]["host"]["id"], json!(cy));
    assert_eq!(act(&world, cy, "startGroupHug", &group).await["groupHug"]["state"], "ACTIVE");
    act(&world, bo, "leaveGroupHug", &group).await;
    assert_eq!(act(&world, cy, "leaveGroupHug", &group).await["groupHug"]["state"], "CANCELLED");
    let left = world.events::<GroupHugLeft>().await;
    assert_eq!(left.iter().map(|left| left.host_id).collect::<Vec<_>>(), [cy, cy, cy]);
    let changed = world.events::<GroupHugChanged>().await;
    assert_eq!(changed.last().unwrap().state, GroupHugState::Cancelled);
    world.finish().await;
}

#[tokio::test]
async fn it_opens_and_expires_at_its_times_whoever_looks() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let times = json!({
        "opensAt": in_time(&world, TimeDelta::hours(2)), "expiresAt": in_time(&world, TimeDelta::hours(3)),
    });
    let group = made(&world, ada, times).await;
    assert_eq!(see(&world, bo, &group).await["state"], "SCHEDULED");
    assert_eq!(refusal(&act(&world, bo, "joinGroupHug", &group).await), "GROUP_HUG_NOT_OPEN");
    assert_eq!(refusal(&act(&world, ada, "startGroupHug", &group).await), "GROUP_HUG_NOT_OPEN");
    world.clock.advance(TimeDelta::hours(2));
    assert_eq!(see(&world, bo, &group).await["state"], "OPEN");
    assert_eq!(act(&world, bo, "joinGroupHug", &group).await["errors"], json!([]));
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(see(&world, bo, &group).await["state"], "EXPIRED");
    assert_eq!(refusal(&act(&world, bo, "leaveGroupHug", &group).await), "GROUP_HUG_ENDED");
    written(&world, bo, &group, "EXPIRED").await;
    let states: Vec<_> = world.events::<GroupHugChanged>().await.iter().map(|told| told.state).collect();
    assert_eq!(states, [GroupHugState::Scheduled, GroupHugState::Open, GroupHugState::Expired]);
    assert_eq!(list(&world, bo, Value::Null).await, [] as [&str; 0]);
    world.finish().await;
}

#[tokio::test]
async fn what_nobody_looks_at_opens_and_expires_all_the_same() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let opens = json!({ "opensAt": in_time(&world, TimeDelta::hours(2)), "inviteeIds": [bo] });
    let group = made(&world, ada, opens).await;
    let (mut ada_hears, mut bo_hears) = (world.events_from_now(ada).await, world.events_from_now(bo).await);
    world.clock.advance(TimeDelta::hours(2));
    for events in [&mut ada_hears, &mut bo_hears] {
        assert_eq!(next_event(events).await["kind"], "GROUP_HUG_OPENED");
    }
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(next_event(&mut ada_hears).await["kind"], "GROUP_HUG_ENDED");
    written(&world, ada, &group, "EXPIRED").await;
    bo_hears.expect_quiet().await;
    assert_eq!(world.events::<GroupHugChanged>().await.len(), 3);
    world.finish().await;
}

#[tokio::test]
async fn each_audience_sees_what_is_meant_for_it_and_invitations_let_in_anybody() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    world.follow(bo, ada).await;
    let public = made(&world, ada, json!({})).await;
    world.clock.advance(TimeDelta::seconds(1));
    let followers = made(&world, ada, json!({ "audience": "FOLLOWERS" })).await;
    world.clock.advance(TimeDelta::seconds(1));
    let private = made(&world, ada, json!({ "audience": "PRIVATE", "inviteeIds": [cy] })).await;
    assert_eq!(list(&world, bo, Value::Null).await, [followers.clone(), public.clone()]);
    assert_eq!(list(&world, cy, Value::Null).await, [private.clone(), public.clone()]);
    assert_eq!(list(&world, cy, json!({ "scope": "INVITED" })).await, [private.as_str()]);
    assert_eq!(list(&world, ada, json!({ "scope": "HOSTED" })).await.len(), 3);
    assert_eq!(list(&world, bo, json!({ "scope": "JOINED" })).await, [] as [&str; 0]);
    assert!(see(&world, bo, &private).await.is_null());
    let missing = act(&world, bo, "joinGroupHug", "ghg_0192f000000070008000000000000001").await;
    assert_eq!(refusal(&missing), "GROUP_HUG_NOT_FOUND");
    assert_eq!(act(&world, bo, "joinGroupHug", &private).await, missing);
    assert_eq!(act(&world, bo, "leaveGroupHug", &private).await, missing);
    assert_eq!(see(&world, cy, &private).await["invitees"], json!([]), "only the host may know");

    assert_eq!(refusal(&invite(&world, bo, &public, &[cy]).await), "NOT_GROUP_HOST");
    let mut bo_hears = world.events_from_now(bo).await;
    for _ in 0..2 {
        assert_eq!(invite(&world, ada, &private, &[bo]).await["errors"], json!([]));
    }
    let heard = next_event(&mut bo_hears).await;
    assert_eq!((&heard["kind"], &heard["groupHug"]["id"]), (&json!("GROUP_HUG_POSTED"), &json!(private)));
    bo_hears.expect_quiet().await;
    assert_eq!(act(&world, bo, "joinGroupHug", &private).await["errors"], json!([]));
    assert_eq!(see(&world, ada, &private).await["invitees"].as_array().unwrap().len(), 2);
    world.finish().await;
}

async fn host_and_message(world: &World, person: UserId, group: &str) -> Value {
    let seen = see(world, person, group).await;
    json!({ "host": seen["host"], "message": seen["message"] })
}

#[tokio::test]
async fn who_is_blocked_with_the_host_reads_nothing_of_theirs_when_it_is_over_either() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let group = made(&world, ada, json!({ "message": "come" })).await;
    act(&world, bo, "joinGroupHug", &group).await;
    act(&world, ada, "startGroupHug", &group).await;
    act(&world, ada, "completeGroupHug", &group).await;
    let shown = json!({ "host": { "id": ada }, "message": "come" });
    assert_eq!(host_and_message(&world, bo, &group).await, shown);
    world.block(ada, bo).await;
    assert_eq!(host_and_message(&world, bo, &group).await, json!({ "host": null, "message": null }));
    world.unblock(ada, bo).await;
    assert_eq!(host_and_message(&world, bo, &group).await, shown);
    world.finish().await;
}

#[tokio::test]
async fn a_blocked_pair_never_meet_in_a_group_hug() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let group = made(&world, ada, json!({ "inviteeIds": [bo], "message": "come" })).await;
    let missing = act(&world, bo, "joinGroupHug", "ghg_0192f000000070008000000000000001").await;
    // With the host in a blocked pair there is no such group hug, invited or not.
    world.block(ada, bo).await;
    assert!(see(&world, bo, &group).await.is_null());
    assert_eq!(act(&world, bo, "joinGroupHug", &group).await, missing);
    assert_eq!(list(&world, bo, json!({ "scope": "INVITED" })).await, [] as [&str; 0]);
    assert_eq!(see(&world, ada, &group).await["invitees"], json!([]));
    world.unblock(ada, bo).await;
    // Nor with anybody who takes part.
    act(&world, cy, "joinGroupHug", &group).await;
    world.block(bo, cy).await;
    assert!(see(&world, bo, &group).await.is_null());
    assert_eq!(act(&world, bo, "joinGroupHug", &group).await, missing);
    world.unblock(bo, cy).await;
    // Two who are in it already don't see each other from then on; the others see both.
    act(&world, bo, "joinGroupHug", &group).await;
    let mut bo_hears = updates_from_now(&world, bo, &group).await;
    world.block(bo, cy).await;
    assert_eq!(people(&see(&world, bo, &group).await), [ada.to_string(), bo.to_string()]);
    assert_eq!(see(&world, cy, &group).await["participantCount"], 2);
    assert_eq!(see(&world, ada, &group).await["participantCount"], 3);
    act(&world, cy, "leaveGroupHug", &group).await;
    bo_hears.expect_quiet().await;
    // Who is in a blocked pair with the host keeps their place, and can leave.
    world.block(bo, ada).await;
    assert!(see(&world, bo, &group).await["host"].is_null());
    assert_eq!(host_and_message(&world, bo, &group).await, json!({ "host": null, "message": null }));
    assert_eq!(act(&world, bo, "leaveGroupHug", &group).await["errors"], json!([]));
    assert!(see(&world, bo, &group).await.is_null());
    world.finish().await;
}

#[tokio::test]
async fn those_in_it_hear_of_it_live_and_whoever_was_away_gets_what_they_missed() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let group = made(&world, ada, json!({})).await;
    let start = world.as_user(cy).data(&format!("{{ groupHugCursor(id: \"{group}\") }}"), json!({})).await;
    let start = &start["groupHugCursor"];
    let mut watching = updates(&world, cy, &group, start).await;
    let mut ada_hears = world.events_from_now(ada).await;
    act(&world, bo, "joinGroupHug", &group).await;
    assert_eq!(next_update(&mut watching).await, ("JOINED".to_owned(), json!(bo)));
    let joined = next_event(&mut ada_hears).await;
    assert_eq!((&joined["kind"], &joined["participant"]["id"]), (&json!("GROUP_HUG_JOINED"), &json!(bo)));
    drop(watching);
    act(&world, ada, "startGroupHug", &group).await;
    act(&world, bo, "leaveGroupHug", &group).await;
    act(&world, ada, "completeGroupHug", &group).await;
    let mut watching = updates(&world, cy, &group, start).await;
    let mut kinds = Vec::new();
    for _ in 0..4 {
        kinds.push(next_update(&mut watching).await.0);
    }
    assert_eq!(kinds, ["JOINED", "STARTED", "LEFT", "ENDED"]);
    assert_eq!(watching.try_next().await, None);
    assert!(watching.is_completed(), "nothing comes after its end");
    // Whoever comes after its end is told so at once.
    let mut late = updates(&world, cy, &group, &Value::Null).await;
    assert_eq!(late.try_next().await, None);
    assert!(late.is_completed());
    // What is older than the log is a gap that is said.
    world.clock.advance(TimeDelta::days(31));
    let mut old = updates(&world, cy, &group, start).await;
    assert_eq!(next_update(&mut old).await.0, "GAP");
    assert_eq!(old.try_next().await, None);
    world.finish().await;
}

#[tokio::test]
async fn a_group_hug_that_can_not_be_seen_can_not_be_watched() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let group = made(&world, ada, json!({ "audience": "PRIVATE" })).await;
    for id in [group.as_str(), "ghg_0192f000000070008000000000000001", "no id"] {
        let mut events = world.as_user(bo).subscribe(UPDATES, json!({ "id": id })).await;
        assert_eq!(events.next().await["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }
    let foreign = world.cursor(ada).await;
    let mut events = world.as_user(ada).subscribe(UPDATES, json!({ "id": group, "after": foreign })).await;
    assert_eq!(events.next().await["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    world.finish().await;
}

#[tokio::test]
async fn a_group_hug_that_makes_no_sense_is_refused() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    world.block(cy, ada).await;
    world.policy(bo, HugPolicyAction::Drop, HugPolicyAction::Accept).await;
    let hour = |hours| in_time(&world, TimeDelta::hours(hours));
    for (input, code, path) in [
        (json!({ "typeId": "bear" }), "HUG_TYPE_NOT_FOUND", json!(["input", "typeId"])),
        (json!({ "message": "x".repeat(501) }), "MESSAGE_TOO_LONG", json!(["input", "message"])),
        (json!({ "capacity": 1 }), "CAPACITY_OUT_OF_RANGE", json!(["input", "capacity"])),
        (json!({ "capacity": 51 }), "CAPACITY_OUT_OF_RANGE", json!(["input", "capacity"])),
        (json!({ "opensAt": hour(-1) }), "OPENING_OUT_OF_RANGE", json!(["input", "opensAt"])),
        (json!({ "opensAt": hour(169) }), "OPENING_OUT_OF_RANGE", json!(["input", "opensAt"])),
        (json!({ "expiresAt": hour(25) }), "EXPIRY_OUT_OF_RANGE", json!(["input", "expiresAt"])),
        (json!({ "inviteeIds": [cy] }), "INVITEE_NOT_ALLOWED", json!(["input", "inviteeIds", "0"])),
        (json!({ "inviteeIds": [bo] }), "INVITEE_NOT_ALLOWED", json!(["input", "inviteeIds", "0"])),
        (json!({ "inviteeIds": [ada] }), "INVITEE_NOT_ALLOWED", json!(["input", "inviteeIds", "0"])),
        (
            json!({ "inviteeIds": vec![cy; 201] }),
            "INVITEE_COUNT_OUT_OF_RANGE",
            json!(["input", "inviteeIds"]),
        ),
    ] {
        let payload = create(&world, ada, input).await;
        assert_eq!(refusal(&payload), code);
        assert_eq!(payload["errors"][0]["path"], path);
    }
    for _ in 0..20 {
        made(&world, ada, json!({})).await;
    }
    let payload = create(&world, ada, json!({})).await;
    assert_eq!(refusal(&payload), "RATE_LIMITED");
    assert_eq!(payload["errors"][0]["retryAfterSeconds"], 3600);
    assert_eq!(
        world.anonymous().failure("{ groupHugs { edges { cursor } } }", json!({})).await,
        "UNAUTHENTICATED"
    );
    world.finish().await;
}

#[tokio::test]
async fn the_same_key_makes_one_group_hug() {
    let world = World::start().await;
    let ada = world.person().await;
    let first = create(&world, ada, json!({ "idempotencyKey": "k" })).await;
    assert_eq!(create(&world, ada, json!({ "idempotencyKey": "k" })).await, first);
    let other = create(&world, ada, json!({ "idempotencyKey": "k", "capacity": 6 })).await;
    assert_eq!(refusal(&other), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(world.events::<GroupHugChanged>().await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn group_hugs_are_moments_as_hugs_are() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let group = made(&world, ada, json!({ "message": "us" })).await;
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on HugMoment { id at message } } }";
    let moments = json!({ "r": [
        { "__typename": "HugMoment", "id": group }, { "__typename": "GroupHug", "id": group },
    ] });
    let data = world.as_user(bo).data(query, moments).await;
    for moment in data["_entities"].as_array().unwrap() {
        assert_eq!((&moment["__typename"], &moment["message"]), (&json!("GroupHug"), &json!("us")));
    }
    world.finish().await;
}

/// As many as want to join at once: how many got in, who was refused and how, and what the group hug says then.
async fn crowd(capacity: u8, joiners: usize, twice: bool) -> (usize, Vec<String>, Value) {
    let world = World::start().await;
    let host = world.person().await;
    let group = made(&world, host, json!({ "capacity": capacity })).await;
    let mut crowd = Vec::new();
    for _ in 0..joiners {
        let person = world.person().await;
        crowd.extend(if twice { vec![person, person] } else { vec![person] });
    }
    let answers = join_all(crowd.iter().map(|person| act(&world, *person, "joinGroupHug", &group))).await;
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer["groupHug"].is_null())
        .map(|answer| refusal(answer).to_owned())
        .collect();
    let seen = see(&world, host, &group).await;
    let joined = world.events::<GroupHugJoined>().await.len();
    world.finish().await;
    (joined, refused, seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_people_at_once_never_exceed_the_capacity() {
    let (joined, refused, seen) = crowd(10, 64, false).await;
    assert_eq!((joined, &seen["participantCount"]), (9, &json!(10)));
    assert_eq!(refused, vec!["GROUP_FULL"; 55]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_capacity_and_the_crowd_every_place_is_taken_once(capacity in 2_u8..=50, joiners in 1_usize..40, twice: bool) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let (joined, refused, seen) = runtime.block_on(crowd(capacity, joiners, twice));
        let places = usize::from(capacity) - 1;
        prop_assert_eq!(joined, joiners.min(places));
        prop_assert_eq!(people(&seen).len(), joined + 1);
        prop_assert!(refused.iter().all(|code| code == "GROUP_FULL"));
    }
}
