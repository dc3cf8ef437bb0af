//! A hundred thousand people: whoever looks for one of them, or at a hundred, costs as much as among a few; so does what time
//! does to them.

use events::{auth::UserErased, streaks::BadgeAwarded};
use ids::UserId;
use serde_json::{Value, json};
use service::Subgraph as _;
use testkit::{Client, List, Statements, TestApp, connection_fields, fill_all};
use users::Users;

use crate::client::{app, auth, beat, block, follow, person, reserve, set_privacy, update_profile};

const PEOPLE: usize = 100_000;
const SOME: usize = 20_000;

/// The tables that grow with people.
const TABLES: [&str; 12] = [
    "profiles",
    "search_terms",
    "settings",
    "username_claims",
    "username_reservations",
    "connections",
    "last_seen",
    "told_presence",
    "discarded_avatars",
    "awarded_badges",
    "known_follows",
    "known_blocks",
];

const SETTINGS: &str = "user_id, timezone, day_start_hour, hugs_not_followed, hugs_not_following, hugs_new_accounts, hugs_anonymous,
    presence_shown_to, last_seen_shown_to";
const SET: &str = "{id 1 n}, 'UTC', 4, 'ACCEPT', 'ACCEPT', 'ACCEPT', 'ACCEPT', 'FOLLOWED', 'EVERYONE'";

/// What is there of everybody. Names of people `1234` are `person1234` and `Member 1234`.
async fn crowd(app: &TestApp, people: usize) {
    // The last ones are silent for a minute already, and a few names have waited for long enough.
    let seen = format!("CASE WHEN n < {} THEN -(n % 30) ELSE -60 END", SOME - 50);
    let connection = format!("{{id 1 n}}, 'tab', FALSE, {{at {seen}}}");
    let waiting = format!(
        "{{id 2 n}}, 'waiting' || n, 'Waiting', {{at -n}}, {{at 900 - n % 900 + 900 * (n % {SOME} / 50)}}"
    );
    fill_all(
        &app.db,
        &[
            (
                "profiles",
                "user_id, username, display_name, joined_at",
                "{id 1 n}, 'person' || n, 'Member ' || n, {at -n}",
                people,
            ),
            ("search_terms", "term, user_id", "'person' || n, {id 1 n}", people),
            ("username_claims", "skeleton, user_id", "'person' || n, {id 1 n}", people),
            ("settings", SETTINGS, SET, SOME),
            (
                "username_reservations",
                "user_id, username, display_name, reserved_at, expires_at",
                &waiting,
                SOME,
            ),
            ("connections", "user_id, connection_id, away, seen_at", &connection, SOME),
            ("last_seen", "user_id, at", "{id 1 n}, {at -n}", SOME),
            ("told_presence", "user_id, status", "{id 1 n}, 'ONLINE'", SOME),
            ("awarded_badges", "user_id, badge, awarded_at", "{id 1 n}, 'hug-7', {at -n}", SOME),
            ("discarded_avatars", "avatar_id, delete_at", "{id 3 n}, {at n - 50}", SOME),
            ("known_follows", "follower_id, followed_id", "{id 1 n}, {id 1 n + 1}", SOME),
            ("known_blocks", "blocker_id, blocked_id", "{id 1 n}, {id 1 n + 7}", SOME),
        ],
    )
    .await;
}

/// The id that the crowd's person of this number has.
fn member(number: usize) -> UserId {
    let hex = format!("0190{number:08x}70008001{number:012x}");
    UserId::from_uuid(hex.parse().expect("an id"))
}

async fn asked(app: &TestApp, client: &Client, query: &str, variables: Value) -> (Value, Statements) {
    let watch = app.watch();
    let data = client.data(query, variables).await;
    (data, watch.statements())
}

#[tokio::test]
async fn whoever_is_looked_for_among_a_hundred_thousand_is_found_by_an_index() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Bo").await);
    follow(&app, ada, member(3)).await;
    block(&app, member(7), ada).await;
    crowd(&app, PEOPLE).await;
    let client = app.as_user(ada);

    let query = "query($search: String!, $first: Int, $after: String) { users(search: $search, first: $first, after: $after) {
        edges { node { id username displayName } } pageInfo { hasNextPage endCursor } } }";
    let mut lists = Vec::new();
    for search in ["p", "@Person", "person1"] {
        let list = List {
            field: "Query.users",
            query,
            variables: json!({ "search": search }),
            at: "/users",
            rows: 1_000,
        };
        app.assert_list_is_cheap(&client, &list, &TABLES).await;
        lists.push(list.field.to_owned());
    }
    assert_eq!(connection_fields(&Users::sdl()), lists.into_iter().collect());

    let mut statements = Statements::default();
    for (query, variables) in [
        (
            "query($name: String!) { user(username: $name) { id badges { awardedAt } } }",
            json!({ "name": "Person77" }),
        ),
        ("query($name: String!) { user(username: $name) { id } }", json!({ "name": "nobody77" })),
        (
            "query($name: String!) { usernameAvailability(username: $name) { available } }",
            json!({ "name": "person99999" }),
        ),
        (
            "query($id: ID!) { user(id: $id) { username badges { badge { code } } } }",
            json!({ "id": member(500) }),
        ),
        ("{ badges { code } me { settings { timezone } } }", json!({})),
    ] {
        statements = statements.and(asked(&app, &client, query, variables).await.1);
    }
    assert!(app.rows_looked_at(&statements).await < 200, "{statements}");

    let watch = app.watch();
    update_profile(&client, json!({ "username": "lovelace", "displayName": "Ada Lovelace" })).await;
    assert_eq!(reserve(&auth(&app), app.new_user(), "newcomer", "New").await.0, 200);
    assert_eq!(reserve(&auth(&app), app.new_user(), "person5", "New").await.0, 409);
    set_privacy(&client, json!({ "presence": "FOLLOWED" })).await;
    beat(&client, "tab", false).await;
    statements = statements.and(watch.statements());
    app.assert_no_full_scan(&statements, &TABLES).await;
    // What events do, which is known of nobody who asks.
    let everything = app.watch_all();
    app.tell(&BadgeAwarded {
        user_id: bo,
        badge: "hug-7".to_owned(),
        awarded_at: clock::Clock::now(&*app.clock),
    })
    .await;
    app.tell(&UserErased { user_id: bo, erased_at: clock::Clock::now(&*app.clock) }).await;
    app.assert_no_full_scan(&everything.statements(), &TABLES).await;
    app.finish().await;
}

#[tokio::test]
async fn a_hundred_people_cost_as_many_statements_as_two() {
    const PRESENT: &str = "query($people: [_Any!]!) { _entities(representations: $people) { ... on User {
        displayName presence lastSeenAt badges { badge { code } } hugPolicy { anonymous } timezone } } }";
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    follow(&app, member(3), ada).await;
    crowd(&app, SOME).await;
    let of = |people: std::ops::Range<usize>| {
        let people = people.map(|number| json!({ "__typename": "User", "id": member(number) }));
        json!({ "people": people.collect::<Vec<_>>() })
    };
    let client = app.as_user(ada);
    let (_, two) = asked(&app, &client, PRESENT, of(2..4)).await;
    let (found, hundred) = asked(&app, &client, PRESENT, of(2..102)).await;
    assert_eq!(found["_entities"][99]["displayName"], "Member 101");
    hundred.assert_as_many_as(&two);
    app.assert_no_full_scan(&hundred, &TABLES).await;
    app.finish().await;
}

#[tokio::test]
async fn what_time_does_to_a_crowd_reads_what_is_due_and_no_table() {
    let before = app().await;
    // Nothing is due yet.
    before.clock.advance(-chrono::TimeDelta::days(1));
    crowd(&before, SOME).await;
    let app = TestApp::builder::<Users>().database(before.stop().await).watched().start().await;
    let statements = app
        .of_workers(&[
            "DELETE FROM \"connections\"",
            "UPDATE \"told_presence\"",
            "FROM \"discarded_avatars\" WHERE",
            "DELETE FROM \"username_reservations\"",
            "DELETE FROM \"username_claims\"",
        ])
        .await;
    app.assert_no_full_scan(&statements, &TABLES).await;
    app.finish().await;
}
