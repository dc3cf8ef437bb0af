//! What the clock does, whatever stands in its way.

use chrono::{SecondsFormat, TimeDelta};
use clock::Clock as _;
use events::hugs::{GroupHugChanged, GroupHugState, HugRequestEnded};
use ids::UserId;
use serde_json::json;
use testkit::{eventually, fill_all};

use crate::world::{WARM_HUG, World};

/// A group hug and a request that are due before all others, of an audience that nobody knows: as a newer process may have
/// written them.
async fn unreadable(world: &World, person: UserId) {
    let literal = |hex: &str| {
        if world.db.is_sqlite() { format!("X'{hex}'") } else { format!("'{hex}'::uuid") }
    };
    let person = literal(&person.as_uuid().simple().to_string());
    let warm = literal(WARM_HUG.trim_start_matches("hgt_"));
    let group = format!(
        "{{id 4 n}}, {person}, {person}, {warm}, 'NOBODY', 9, 1, 'SCHEDULED', {{at -100}}, {{at -30}}, {{at 7200}}"
    );
    let request = format!("{{id 3 n}}, {person}, 'NOBODY', 'LOW', {{at -100}}, {{at -30}}");
    let groups = "id, creator_id, host_id, type_id, audience, capacity, taken, state, created_at, opens_at, expires_at";
    let requests = "id, requester_id, audience, urgency, created_at, expires_at";
    let tables = [("group_hugs", groups, group.as_str(), 2), ("hug_requests", requests, &request, 2)];
    fill_all(&world.db, &tables).await;
}

#[tokio::test]
async fn what_can_not_be_read_keeps_nothing_else_from_its_time() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    unreadable(&world, bo).await;
    let in_an_hour = (world.clock.now() + TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let create = "mutation($g: CreateGroupHugInput!, $r: CreateHugRequestInput!) {
        createGroupHug(input: $g) { errors { code } } createHugRequest(input: $r) { errors { code } } }";
    let group = json!({ "typeId": WARM_HUG, "audience": "PUBLIC", "capacity": 5, "opensAt": in_an_hour });
    let request = json!({ "audience": "PUBLIC", "expiresAt": in_an_hour });
    world.as_user(ada).data(create, json!({ "g": group, "r": request })).await;
    world.clock.advance(TimeDelta::minutes(61));
    eventually("the group hug to open and the request to expire", async || {
        let opened = world.events::<GroupHugChanged>().await;
        let opened = opened.iter().any(|changed| changed.state == GroupHugState::Open);
        (opened && !world.events::<HugRequestEnded>().await.is_empty()).then_some(())
    })
    .await;
    world.finish().await;
}
