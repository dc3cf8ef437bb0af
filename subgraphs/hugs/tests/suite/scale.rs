//! People with ten thousand hugs.

use std::fmt::Write as _;

use ids::UserId;
use sea_orm::ConnectionTrait as _;
use serde_json::json;
use testkit::Statements;

use crate::world::{WARM_HUG, World, ids};

const TABLES: [&str; 9] = [
    "hugs",
    "hug_sides",
    "hug_requests",
    "hug_request_targets",
    "group_hugs",
    "group_hug_participants",
    "group_hug_invitations",
    "live_log",
    "hug_consents",
];
const HUGS: usize = 10_000;

fn literal(world: &World, hex: &str) -> String {
    if world.db.is_sqlite() { format!("X'{hex}'") } else { format!("'{hex}'") }
}

async fn write(world: &World, table: &str, columns: &str, rows: &[String]) {
    let transaction = world.db.begin().await.expect("a transaction");
    for rows in rows.chunks(1_000) {
        let mut statement = format!("INSERT INTO {table} ({columns}) VALUES ");
        for (number, row) in rows.iter().enumerate() {
            let _ = write!(statement, "{}({row})", if number == 0 { "" } else { "," });
        }
        transaction.execute_unprepared(&statement).await.expect("the rows are written");
    }
    transaction.commit().await.expect("the rows are committed");
}

/// Ten thousand hugs that `ada` received, from as many people, each a second after the other, and as many group hugs.
async fn crowd(world: &World, ada: UserId) {
    let person = |number: usize| literal(world, &format!("0190{number:08x}70008001{number:012x}"));
    let hug = |number: usize| literal(world, &format!("0190{number:08x}70008003{number:012x}"));
    let group = |number: usize| literal(world, &format!("0190{number:08x}70008004{number:012x}"));
    let ada = literal(world, &ada.as_uuid().simple().to_string());
    let kind = literal(world, WARM_HUG.trim_start_matches("hgt_"));
    let (mut hugs, mut sides, mut groups, mut joined) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut requests, mut targets, mut invited) = (Vec::new(), Vec::new(), Vec::new());
    let mut consents = Vec::new();
    for number in 0..HUGS {
        let (id, other, group) = (hug(number), person(number), group(number));
        let (hour, minute, second) = (number / 3_600, number / 60 % 60, number % 60);
        let at = format!("'2026-03-01 {hour:02}:{minute:02}:{second:02}+00:00'");
        hugs.push(format!("{id},{other},{ada},{kind},FALSE,{at}"));
        sides.push(format!("{id},{ada},{other},'RECEIVED',{at}"));
        sides.push(format!("{id},{other},{ada},'SENT',{at}"));
        groups.push(format!(
            "{group},{other},{other},{kind},'PUBLIC',9,1,'OPEN',{at},{at},'2027-01-01 00:00:00+00:00'"
        ));
        requests.push(format!("{id},{other},'PUBLIC','LOW',{at},'2026-03-05 00:00:00+00:00'"));
        targets.push(format!("{id},{other}"));
        invited.push(format!("{group},{other},FALSE,{at}"));
        consents.push(format!("{other},{ada},FALSE,'KNOWN',{at}"));
        joined.push(format!("{group},{other},{at}"));
    }
    write(world, "hugs", "id,sender_id,recipient_id,type_id,filtered,sent_at", &hugs).await;
    write(world, "hug_sides", "hug_id,person_id,other_id,side,sent_at", &sides).await;
    write(world, "hug_consents", "person_id,other_id,anonymous,consent,at", &consents).await;
    let columns = "id,requester_id,audience,urgency,created_at,expires_at";
    write(world, "hug_requests", columns, &requests).await;
    write(world, "hug_request_targets", "request_id,person_id", &targets).await;
    let columns = "group_hug_id,person_id,quietly,invited_at";
    write(world, "group_hug_invitations", columns, &invited).await;
    let columns =
        "id,creator_id,host_id,type_id,audience,capacity,taken,state,created_at,opens_at,expires_at";
    write(world, "group_hugs", columns, &groups).await;
    write(world, "group_hug_participants", "group_hug_id,person_id,joined_at", &joined).await;
}

async fn asked(world: &World, person: UserId, query: &str) -> (serde_json::Value, Statements) {
    let watch = world.watch();
    let answer = world.as_user(person).data(query, json!({})).await;
    (answer, watch.statements())
}

#[tokio::test]
async fn lists_of_ten_thousand_take_no_more_statements_and_read_no_table_as_a_whole() {
    let world = World::start().await;
    let (ada, bo, newcomer) = (world.person().await, world.person().await, world.person().await);
    world.hug(bo, newcomer).await;
    let create = "mutation($i: CreateGroupHugInput!) { createGroupHug(input: $i) { groupHug { id } } }";
    let input = json!({ "i": { "typeId": WARM_HUG, "audience": "PUBLIC", "capacity": 9 } });
    world.as_user(newcomer).data(create, input).await;
    let request = "mutation { createHugRequest(input: { audience: PUBLIC }) { errors { code } } }";
    world.as_user(newcomer).data(request, json!({})).await;
    crowd(&world, ada).await;
    let hugs = "edges { node { id status message sender { id } recipient { id } } } pageInfo { endCursor }";
    let requests = "edges { node { id status message } } pageInfo { endCursor }";
    let groups = "edges { node { id state message } } pageInfo { endCursor }";
    for (field, nodes, size) in [
        ("hugs(direction: ALL, ", hugs, 20),
        ("hugs(direction: RECEIVED, ", hugs, 100),
        ("hugs(filter: { status: SENT, anonymous: false }, ", hugs, 100),
        ("groupHugs(", groups, 100),
        ("hugRequests(", requests, 100),
    ] {
        let name = field.split('(').next().unwrap();
        let (_, of_few) =
            asked(&world, newcomer, &format!("{{ {field}first: {size}) {{ {nodes} }} }}")).await;
        let (page, of_many) = asked(&world, ada, &format!("{{ {field}first: {size}) {{ {nodes} }} }}")).await;
        assert_eq!(ids(&page[name]).len(), size, "{field}");
        of_many.assert_as_many_as(&of_few);
        world.assert_no_full_scan(&of_many, &TABLES).await;
        let after = &page[name]["pageInfo"]["endCursor"];
        let (page, second) =
            asked(&world, ada, &format!("{{ {field}first: {size}, after: {after}) {{ {nodes} }} }}")).await;
        assert_eq!(ids(&page[name]).len(), size);
        second.assert_as_many_as(&of_many);
        world.assert_no_full_scan(&second, &TABLES).await;
    }
    // What a list's items have besides is read for many at a time, for how many is a matter of time.
    for query in [
        "{ hugs(first: 100) { edges { node { type { name } returns { id } returnedWith { id } } } } }",
        "{ groupHugs(first: 100) { edges { node { host { id } participants { id } invitees { id } } } } }",
    ] {
        let (_, statements) = asked(&world, ada, query).await;
        assert!(statements.count() < 100, "one by one:\n{statements}");
        world.assert_no_full_scan(&statements, &TABLES).await;
    }
    let stats = format!(
        "{{ _entities(representations: [{{ __typename: \"User\", id: \"{ada}\" }}]) {{ ... on User {{
            hugStats {{ sent received byType {{ sent received }} }} receivedHugInstants }} }} }}"
    );
    let (answer, statements) = asked(&world, ada, &stats).await;
    assert_eq!(answer["_entities"][0]["hugStats"]["received"], HUGS);
    assert_eq!(answer["_entities"][0]["receivedHugInstants"].as_array().unwrap().len(), 2_000);
    world.assert_no_full_scan(&statements, &TABLES).await;
    let watch = world.watch();
    world.hug(bo, ada).await;
    world.assert_no_full_scan(&watch.statements(), &TABLES).await;
    world.finish().await;
}
