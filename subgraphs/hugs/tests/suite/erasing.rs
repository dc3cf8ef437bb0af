//! What is left of somebody who is gone.

use clock::Clock as _;
use events::{
    auth::UserErased,
    hugs::{ErasureCompleted, GroupHugChanged},
};
use ids::UserId;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use testkit::{DEADLINE, fill_all};

use crate::world::{SEND, WARM_HUG, World, refusal};

const COLUMNS: [(&str, &str); 18] = [
    ("hugs", "sender_id"),
    ("hugs", "recipient_id"),
    ("hug_sides", "person_id"),
    ("hug_sides", "other_id"),
    ("hug_consents", "person_id"),
    ("hug_consents", "other_id"),
    ("hug_requests", "requester_id"),
    ("hug_request_targets", "person_id"),
    ("group_hugs", "host_id"),
    ("group_hugs", "creator_id"),
    ("group_hug_participants", "person_id"),
    ("group_hug_invitations", "person_id"),
    ("live_counters", "topic_id"),
    ("live_log", "topic_id"),
    ("live_log", "person_id"),
    ("people", "id"),
    ("known_follows", "follower_id"),
    ("known_blocks", "blocker_id"),
];

/// The columns in which somebody stands.
async fn traces(world: &World, person: UserId) -> Vec<String> {
    let hex = person.as_uuid().simple();
    let id = if world.db.is_sqlite() { format!("X'{hex}'") } else { format!("'{hex}'") };
    let mut found = Vec::new();
    for (table, column) in COLUMNS {
        let count = format!("SELECT COUNT(*) AS number FROM {table} WHERE {column} = {id}");
        let count = Statement::from_string(world.db.backend(), count);
        let row = world.db.reader().query_one_raw(count).await.expect("an answer").expect("a row");
        if row.try_get::<i64>("", "number").expect("a number") > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

async fn group(world: &World, host: UserId, guests: &[UserId], message: &str) -> String {
    let query = "mutation($i: CreateGroupHugInput!) { createGroupHug(input: $i) { groupHug { id } } }";
    let input = json!({
        "typeId": WARM_HUG, "audience": "PUBLIC", "capacity": 9, "message": message, "inviteeIds": guests,
    });
    let made = world.as_user(host).data(query, json!({ "i": input })).await;
    let id = made["createGroupHug"]["groupHug"]["id"].as_str().expect("a text").to_owned();
    for guest in guests {
        let join = "mutation($g: ID!) { joinGroupHug(input: {groupHugId: $g}) { errors { code } } }";
        world.as_user(*guest).data(join, json!({ "g": id })).await;
    }
    id
}

#[tokio::test]
async fn of_somebody_who_is_gone_nothing_is_left_and_late_events_bring_nothing_back() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    world.follow(ada, bo).await;
    world.block(ada, world.person().await).await;
    let hug = world.hug(bo, ada).await;
    world.return_hug(ada, &hug).await;
    world.change(ada, "thankHug", &hug).await;
    world.hug_anonymously(ada, cy).await;
    let stays = world.hug(bo, cy).await;
    let post = "mutation($i: CreateHugRequestInput!) { createHugRequest(input: $i) { errors { code } } }";
    for (person, target) in [(ada, bo), (bo, ada)] {
        let input = json!({ "i": { "audience": "PRIVATE", "targetIds": [target] } });
        world.as_user(person).data(post, input).await;
    }
    let hosted = group(&world, ada, &[bo], "Ada's words").await;
    let joined = group(&world, bo, &[ada, cy], "Bo's words").await;
    let over = group(&world, ada, &[bo], "over").await;
    for mutation in ["startGroupHug", "completeGroupHug"] {
        let act =
            format!("mutation($g: ID!) {{ {mutation}(input: {{groupHugId: $g}}) {{ errors {{ code }} }} }}");
        world.as_user(ada).data(&act, json!({ "g": over })).await;
    }
    let alone = group(&world, ada, &[], "nobody's").await;
    assert_eq!(traces(&world, ada).await.len(), COLUMNS.len(), "{:?}", traces(&world, ada).await);

    let erased_at = world.clock.now();
    world.tell(&UserErased { user_id: ada, erased_at }).await;
    assert_eq!(traces(&world, ada).await, [] as [&str; 0]);
    let completed = ErasureCompleted { user_id: ada, completed_at: erased_at };
    assert_eq!(world.events::<ErasureCompleted>().await, [completed]);
    let handed_over: Vec<_> = world.events::<GroupHugChanged>().await;
    for id in [&hosted, &over] {
        let last = handed_over.iter().rfind(|told| told.group_hug_id.to_string() == *id).expect("an event");
        assert_eq!((last.host_id, &last.participant_ids), (bo, &vec![bo]), "{id}");
    }
    assert_eq!(world.history(bo, "ALL").await, [stays]);
    let query = "query($id: ID!) { groupHug(id: $id) { message host { id } participantCount } }";
    for (id, message, people) in [(hosted, json!(null), 1), (joined, json!("Bo's words"), 2)] {
        let seen = world.as_user(bo).data(query, json!({ "id": id })).await;
        let whole = json!({ "message": message, "host": { "id": bo }, "participantCount": people });
        assert_eq!(seen["groupHug"], whole);
    }
    assert!(world.as_user(bo).data(query, json!({ "id": alone })).await["groupHug"].is_null());

    world.follow(bo, ada).await;
    world.block(ada, bo).await;
    assert_eq!(traces(&world, ada).await, [] as [&str; 0]);
    assert_eq!(refusal(&world.try_hug(bo, ada).await), "HUG_NOT_ALLOWED");
    let input = json!({ "i": { "recipientId": bo, "typeId": WARM_HUG } });
    assert_eq!(world.as_user(ada).failure(SEND, input).await, "UNAUTHENTICATED");
    for mutation in ["acceptHugsFrom", "declineHugsFrom"] {
        let mutation =
            format!("mutation {{ {mutation}(input: {{ userId: \"{bo}\" }}) {{ errors {{ code }} }} }}");
        assert_eq!(world.as_user(ada).failure(&mutation, json!({})).await, "UNAUTHENTICATED");
    }
    assert_eq!(traces(&world, ada).await, [] as [&str; 0]);
    world.finish().await;
}

#[tokio::test]
async fn whoever_asked_for_hugs_without_end_is_forgotten_as_well() {
    let world = World::start().await;
    let ada = world.person().await;
    let hex = ada.as_uuid().simple();
    let id = if world.db.is_sqlite() { format!("X'{hex}'") } else { format!("'{hex}'::uuid") };
    let request = format!("{{id 3 n}}, {id}, 'PUBLIC', 'LOW', {{at -n - 100}}, {{at -n}}, {{at -n}}");
    let columns = "id, requester_id, audience, urgency, created_at, expires_at, closed_at";
    // More than a statement can name.
    fill_all(&world.db, &[("hug_requests", columns, &request, 66_000)]).await;
    world.tell(&UserErased { user_id: ada, erased_at: world.clock.now() }).await;
    assert_eq!(traces(&world, ada).await, [] as [&str; 0]);
    world.finish().await;
}

#[tokio::test]
async fn the_stream_of_a_group_hug_ends_when_nobody_is_left_in_it() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let alone = group(&world, ada, &[], "Ada's words").await;
    let query = "subscription($id: ID!) { groupHugUpdated(id: $id) { kind } }";
    let mut watching = world.as_user(bo).subscribe(query, json!({ "id": alone })).await;
    watching.expect_quiet().await;
    world.tell(&UserErased { user_id: ada, erased_at: world.clock.now() }).await;
    let end = async { while watching.try_next().await.is_some() {} };
    tokio::time::timeout(DEADLINE, end).await.expect("an end");
    assert!(watching.is_completed());
    world.finish().await;
}
