//! People with ten thousand hugs.

use hugs::Hugs;
use ids::UserId;
use serde_json::json;
use service::Subgraph as _;
use testkit::{List, Statements, TestApp, connection_fields, fill_all};

use crate::world::{WARM_HUG, World};

const TABLES: [&str; 13] = [
    "hugs",
    "hug_sides",
    "hug_requests",
    "hug_request_targets",
    "group_hugs",
    "group_hug_participants",
    "group_hug_invitations",
    "live_log",
    "live_counters",
    "hug_consents",
    "hug_disclosures",
    "known_follows",
    "known_blocks",
];
const HUGS: usize = 10_000;
/// Of what somebody has less than hugs.
const OWN: usize = 300;
/// Of what a busy service has told: so much that PostgreSQL doesn't rather read all of it, to find the little that is due.
const TOLD: usize = 100_000;

fn literal(world: &World, hex: &str) -> String {
    if world.db.is_sqlite() { format!("X'{hex}'") } else { format!("'{hex}'::uuid") }
}

/// Ten thousand hugs that `ada` received, from as many people whom she follows, each a second after the other; as many group
/// hugs, requests and follows; and some that are hers, or name her. Some are over, or long ago.
async fn crowd(world: &World, ada: UserId) {
    let ada = literal(world, &ada.as_uuid().simple().to_string());
    let warm = literal(world, WARM_HUG.trim_start_matches("hgt_"));
    let hug = |id: &str, sender: &str, recipient: &str, filtered: &str| {
        format!("{{id {id} n}}, {sender}, {recipient}, {warm}, {filtered}, {{at -n - 100}}")
    };
    let side = |id: &str, person: &str, other: &str, side: &str| {
        format!("{{id {id} n}}, {person}, {other}, '{side}', {{at -n - 100}}")
    };
    let group = |id: &str, host: &str, audience: &str| {
        let (state, opens) = (
            "CASE n % 100 WHEN 98 THEN 'SCHEDULED' ELSE 'OPEN' END",
            "{at CASE WHEN n % 5000 = 98 THEN -30 ELSE 300 END}",
        );
        let expires = "{at CASE WHEN n % 5000 = 99 THEN -30 ELSE 3600 + n END}";
        format!(
            "{{id {id} n}}, {host}, {host}, {warm}, '{audience}', 9, 1, {state}, {{at -n - 100}}, {opens}, {expires}"
        )
    };
    let request = |id: &str, requester: &str, audience: &str| {
        let expires = "{at CASE WHEN n % 5000 = 99 THEN -30 ELSE 3600 + n END}";
        format!("{{id {id} n}}, {requester}, '{audience}', 'LOW', {{at -n - 100}}, {expires}")
    };
    let someone = "{id 1 n}";
    let hugs = "id, sender_id, recipient_id, type_id, filtered, sent_at";
    let sides = "hug_id, person_id, other_id, side, sent_at";
    let groups = "id, creator_id, host_id, type_id, audience, capacity, taken, state, created_at, opens_at, expires_at";
    let requests = "id, requester_id, audience, urgency, created_at, expires_at";
    let (joined, invited) =
        ("group_hug_id, person_id, joined_at", "group_hug_id, person_id, quietly, invited_at");
    let log = "'SEEN', {id 3 n}, {at CASE WHEN n % 5000 = 0 THEN -86400 * 31 ELSE -n END}";
    fill_all(
        &world.db,
        &[
            ("hugs", hugs, &hug("3", someone, &ada, "FALSE"), HUGS),
            ("hug_sides", sides, &side("3", &ada, someone, "RECEIVED"), HUGS),
            ("hug_sides", sides, &side("3", someone, &ada, "SENT"), HUGS),
            ("hugs", hugs, &hug("a", &ada, someone, "FALSE"), OWN),
            ("hug_sides", sides, &side("a", &ada, someone, "SENT"), OWN),
            ("hugs", hugs, &hug("b", someone, &ada, "TRUE"), OWN),
            ("hug_sides", sides, &side("b", &ada, someone, "FILTERED"), OWN),
            (
                "hug_consents",
                "person_id, other_id, anonymous, consent, at",
                &format!("{someone}, {ada}, FALSE, 'KNOWN', {{at -n}}"),
                HUGS,
            ),
            ("group_hugs", groups, &group("4", someone, "PUBLIC"), HUGS),
            ("group_hugs", groups, &group("c", &ada, "PUBLIC"), OWN),
            ("group_hugs", groups, &group("d", someone, "PRIVATE"), OWN),
            ("group_hug_participants", joined, &format!("{{id 4 n}}, {someone}, {{at -n}}"), HUGS),
            ("group_hug_participants", joined, &format!("{{id c n}}, {ada}, {{at -n}}"), OWN),
            ("group_hug_participants", joined, &format!("{{id d n}}, {someone}, {{at -n}}"), OWN),
            ("group_hug_invitations", invited, "{id 4 n}, {id 1 n + 1}, FALSE, {at -n}", HUGS),
            ("group_hug_invitations", invited, &format!("{{id d n}}, {ada}, FALSE, {{at -n}}"), OWN),
            ("hug_requests", requests, &request("3", someone, "PUBLIC"), HUGS),
            ("hug_requests", requests, &request("a", &ada, "PUBLIC"), OWN),
            ("hug_requests", requests, &request("b", someone, "PRIVATE"), OWN),
            ("hug_request_targets", "request_id, person_id", "{id 3 n}, {id 1 n + 1}", HUGS),
            ("hug_request_targets", "request_id, person_id", &format!("{{id b n}}, {ada}"), OWN),
            ("known_follows", "follower_id, followed_id", &format!("{ada}, {someone}"), HUGS),
            ("known_follows", "follower_id, followed_id", "{id 1 n}, {id 1 n + 1}", 2 * HUGS),
            ("known_blocks", "blocker_id, blocked_id", "{id 2 n}, {id 1 n + 1}", HUGS),
            (
                "hug_disclosures",
                "id, hug_id, moderator_id, reason, at",
                "{id 5 n}, {id 3 n}, {id 6 n}, 'reported', {at -n - 100}",
                HUGS,
            ),
            ("live_counters", "topic_id, last", "{id 1 n}, 1", HUGS),
            ("live_log", "topic_id, number, kind, hug_id, at", &format!("{{id 1 n}}, 1, {log}"), HUGS),
        ],
    )
    .await;
}

async fn asked(world: &World, person: UserId, query: &str) -> (serde_json::Value, Statements) {
    let watch = world.watch();
    let answer = world.as_user(person).data(query, json!({})).await;
    (answer, watch.statements())
}

/// The tables that every subgraph has of events and of what clients asked.
const OF_EVENTS: [&str; 3] = ["outbox", "inbox", "idempotency_keys"];

/// What was told and heard in the last month, and what clients asked in the last day.
async fn told(world: &World) {
    let event = "{id 7 n}, 'hugs', 'HugSeen', 1, {at -5 * n}, 'pair', 'null',
        {at CASE WHEN n < 50 THEN -86400 * 8 ELSE -5 * n END}";
    fill_all(
        &world.db,
        &[
            (
                "outbox",
                "event_id, producer, kind, version, occurred_at, aggregate_id, data, relayed_at",
                event,
                TOLD,
            ),
            (
                "inbox",
                "consumer, event_id, handled_at",
                "'hugs.people', {id 8 n}, {at CASE WHEN n < 50 THEN -86400 * 31 ELSE -n END}",
                TOLD,
            ),
            (
                "idempotency_keys",
                "user_id, key, fingerprint, result, created_at",
                "{id 1 n}, 'key', '', 'null', {at -n / 2}",
                TOLD,
            ),
        ],
    )
    .await;
}

/// Every list of the schema, by every way of choosing from it, and how many rows a page of it may look at.
const LISTS: [(&str, &str, u64); 16] = [
    ("hugs", "direction: ALL", 500),
    ("hugs", "direction: RECEIVED", 500),
    ("hugs", "direction: SENT", 1_000),
    ("hugs", "direction: FILTERED", 1_000),
    ("hugs", "filter: { status: SENT, anonymous: false }", 500),
    (
        "hugs",
        "filter: { answersRequest: false, from: \"2026-02-01T00:00:00Z\", until: \"2026-03-01T11:50:00Z\" }",
        500,
    ),
    ("groupHugs", "filter: null", 3_000),
    ("groupHugs", "filter: { scope: HOSTED }", 3_000),
    // Those that go on are passed over along with those that somebody takes part in, is invited to or asked for.
    ("groupHugs", "filter: { scope: JOINED }", 25_000),
    ("groupHugs", "filter: { scope: INVITED }", 25_000),
    ("groupHugs", "filter: { states: [OPEN, EXPIRED] }", 3_000),
    ("hugRequests", "scope: ALL", 3_000),
    // The latest requests are looked for of each of those whom somebody follows, who are mostly fewer than requests.
    ("hugRequests", "scope: FOLLOWED", 300_000),
    ("hugRequests", "scope: MINE", 1_000),
    ("hugRequests", "scope: TARGETED", 25_000),
    ("hugRequests", "scope: null", 3_000),
];

fn nodes(list: &str) -> &'static str {
    match list {
        "hugs" => "id status message sender { id } recipient { id }",
        "groupHugs" => "id state message",
        _ => "id status message",
    }
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
    let mut gone_through = Vec::new();
    for (name, chosen, rows) in LISTS {
        let page = "first: $first, after: $after, last: $last, before: $before";
        let query = format!(
            "query($first: Int, $after: String, $last: Int, $before: String) {{ {name}({chosen}, {page}) {{
                edges {{ node {{ {} }} }} pageInfo {{ startCursor endCursor }} }} }}",
            nodes(name)
        );
        let field = format!("Query.{name}");
        let at = format!("/{name}");
        let list = List { field: &field, query: &query, variables: json!({}), at: &at, rows };
        // Among those that are over the latest are looked for along the index of time: how far, the rows say.
        let along_time = chosen.contains("states");
        let tables: Vec<&str> =
            TABLES.into_iter().filter(|table| !along_time || *table != "group_hugs").collect();
        world.assert_list_is_cheap(&world.as_user(ada), &list, &tables).await;
        gone_through.push(field);
    }
    let query = "query($first: Int, $after: String, $last: Int, $before: String) {
        hugDisclosures(first: $first, after: $after, last: $last, before: $before) {
            edges { node { hugId moderator { id } reason at } } pageInfo { startCursor endCursor } } }";
    let (field, at) = ("Query.hugDisclosures", "/hugDisclosures");
    let list = List { field, query, variables: json!({}), at, rows: 500 };
    // Along its key, as far as the rows say.
    let others: Vec<&str> = TABLES.into_iter().filter(|table| *table != "hug_disclosures").collect();
    world.assert_list_is_cheap(&world.with_scope(newcomer, "moderation"), &list, &others).await;
    gone_through.push(field.to_owned());
    assert_eq!(connection_fields(&Hugs::sdl()), gone_through.into_iter().collect());
    for name in ["hugs", "groupHugs", "hugRequests"] {
        let query = format!("{{ {name}(first: 100) {{ edges {{ node {{ {} }} }} }} }}", nodes(name));
        let (_, of_few) = asked(&world, newcomer, &query).await;
        let (_, of_many) = asked(&world, ada, &query).await;
        of_many.assert_as_many_as(&of_few);
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
    // Without those that wait.
    assert_eq!(answer["_entities"][0]["hugStats"]["received"], HUGS);
    assert_eq!(answer["_entities"][0]["receivedHugInstants"].as_array().unwrap().len(), 2_000);
    world.assert_no_full_scan(&statements, &TABLES).await;
    let watch = world.watch();
    world.hug(bo, ada).await;
    world.assert_no_full_scan(&watch.statements(), &TABLES).await;
    world.finish().await;
}

#[tokio::test]
async fn what_the_clock_does_reads_what_is_due_and_no_table() {
    let before = World::start().await;
    // Nothing is due yet.
    before.clock.advance(-chrono::TimeDelta::days(1));
    let ada = before.person().await;
    crowd(&before, ada).await;
    told(&before).await;
    let app = TestApp::builder::<Hugs>().database(before.stop().await).watched().start().await;
    let statements = app
        .of_workers(&[
            "'SCHEDULED'",
            "UPDATE \"group_hugs\"",
            "UPDATE \"hug_requests\"",
            "DELETE FROM \"live_log\"",
            "DELETE FROM \"outbox\"",
            "DELETE FROM \"inbox\"",
        ])
        .await;
    app.assert_no_full_scan(&statements, &TABLES).await;
    app.assert_no_full_scan(&statements, &OF_EVENTS).await;
    // What every subgraph has besides: the keys of clients, and what happened since for a stream that is taken up again.
    let watch = app.watch_all();
    let request = "mutation { createHugRequest(input: { audience: PUBLIC, idempotencyKey: \"once\" }) { errors { code } } }";
    app.as_user(ada).data(request, json!({})).await;
    let hour_ago = clock::Clock::now(&*app.clock) - chrono::TimeDelta::hours(1);
    for kind in [None, Some("HugSent")] {
        app.foundation.outbox.archive().since(kind, hour_ago).await.expect("what was told");
    }
    app.assert_no_full_scan(&watch.statements(), &OF_EVENTS).await;
    app.finish().await;
}
