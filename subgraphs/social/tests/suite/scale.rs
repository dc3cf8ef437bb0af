//! People with ten thousand posts, who follow ten thousand, and whom a hundred thousand follow.

use std::fmt::Write as _;

use events::auth::UserErased;
use ids::UserId;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use service::Subgraph as _;
use social::Social;
use testkit::{Client, List, Statements, TestApp, connection_fields, fill_all};

use crate::{people::person, sharing::feed};

const TABLES: [&str; 17] = [
    "posts",
    "follows",
    "follow_requests",
    "blocks",
    "mutes",
    "reactions",
    "settings",
    "dismissals",
    "reports",
    "audit_entries",
    "people",
    "pairs",
    "moods",
    "moments",
    "moment_people",
    "streaks",
    "badges",
];
const MANY: usize = 10_000;

/// Ids that no person of the tests has, in the order of their numbers.
fn id(app: &TestApp, kind: u8, number: usize) -> String {
    let hex = format!("0190{number:08x}7000800{kind:x}{number:012x}");
    if app.db.is_sqlite() { format!("X'{hex}'") } else { format!("'{hex}'") }
}

fn id_of(app: &TestApp, user: UserId) -> String {
    let hex = user.as_uuid().simple().to_string();
    if app.db.is_sqlite() { format!("X'{hex}'") } else { format!("'{hex}'") }
}

/// Writes rows in a few large statements.
async fn write(app: &TestApp, table: &str, rows: Vec<String>) {
    let transaction = app.db.begin().await.expect("a transaction");
    for rows in rows.chunks(1000) {
        let mut statement = format!("INSERT INTO {table} VALUES ");
        for (number, row) in rows.iter().enumerate() {
            let _ = write!(statement, "{}({row})", if number == 0 { "" } else { "," });
        }
        transaction.execute_unprepared(&statement).await.expect("the rows are written");
    }
    transaction.commit().await.expect("the rows are committed");
}

const AT: &str = "'2026-03-01 12:00:00+00:00'";
const PERSON: u8 = 1;
const FOLLOW: u8 = 2;
const POST: u8 = 3;
const REQUEST: u8 = 4;

/// `celebrity` has ten thousand posts and a hundred thousand followers; `viewer` follows them and ten thousand others, who have
/// a post each and follow a hundred others.
async fn crowd(app: &TestApp, celebrity: UserId, viewer: UserId) {
    let (celebrity, viewer) = (id_of(app, celebrity), id_of(app, viewer));
    let someone = |number| id(app, PERSON, number);
    let mut follows = 0;
    let mut follow = |follower: &str, followed: &str| {
        follows += 1;
        format!("{},{follower},{followed},{AT}", id(app, FOLLOW, follows))
    };
    let mut rows: Vec<String> = (0..100_000).map(|number| follow(&someone(number), &celebrity)).collect();
    rows.push(follow(&viewer, &celebrity));
    rows.extend((0..10_000).map(|number| follow(&viewer, &someone(number))));
    for number in 9_900..10_000 {
        rows.extend((0..100).map(|other| follow(&someone(number), &someone(20_000 + number + other))));
    }
    write(app, "follows", rows).await;
    let mut posts = 0;
    let mut post = |author: &str, reach: u8| {
        posts += 1;
        format!("{},{author},NULL,{reach},{reach},'badge',NULL,'first-hug',NULL,{AT}", id(app, POST, posts))
    };
    let mut rows: Vec<String> =
        (0..10_000).map(|number| post(&someone(number), 1 + u8::from(number % 2 == 0))).collect();
    rows.extend((0..10_000).map(|_| post(&celebrity, 2)));
    write(app, "posts", rows).await;
    // What others are to each other, so that no table is too small to be looked into by an index.
    let pairs = || (30_000..40_000).map(|number| (someone(number), someone(number + 20_000)));
    write(app, "blocks", pairs().map(|(one, other)| format!("{one},{other},{AT}")).collect()).await;
    write(app, "dismissals", pairs().map(|(one, other)| format!("{one},{other},{AT}")).collect()).await;
    write(app, "mutes", pairs().map(|(one, other)| format!("{one},{other},NULL,{AT}")).collect()).await;
    let asked = |(number, (one, other))| format!("{},{one},{other},{AT}", id(app, REQUEST, number));
    write(app, "follow_requests", pairs().enumerate().map(asked).collect()).await;
    let set =
        |number| format!("{},FALSE,{},0", someone(number), if number % 100 == 0 { "FALSE" } else { "TRUE" });
    write(app, "settings", (30_000..40_000).map(set).collect()).await;
    let reacted = |number| format!("{},{},'heart',{AT}", id(app, POST, number), someone(number));
    write(app, "reactions", (1..20_000).map(reacted).collect()).await;
}

/// The answer, and the statements that it took.
async fn asked(app: &TestApp, client: &Client, query: &str) -> (Value, Statements) {
    let watch = app.watch();
    let answer = client.data(query, json!({})).await;
    (answer, watch.statements())
}

const POSTS: &str = "edges { node { id author { id } reactions { kind count } viewerReaction
    shared { __typename } } } pageInfo { hasNextPage endCursor }";

#[tokio::test]
async fn feeds_lists_and_suggestions_of_a_crowd_take_no_more_statements_and_read_no_table_as_a_whole() {
    let app = TestApp::start::<Social>().await;
    let (celebrity, viewer) = (person(&app, "Celebrity").await, person(&app, "Viewer").await);
    let newcomer = person(&app, "Newcomer").await;
    crate::people::does(&app, newcomer, "follow", viewer).await;
    crate::sharing::post(&app, viewer, "PUBLIC").await;
    crowd(&app, celebrity, viewer).await;
    let (few, many) = (app.as_user(newcomer), app.as_user(viewer));
    for (field, size) in [("homeFeed", 20), ("homeFeed", 100), ("publicFeed", 100)] {
        let query = format!("{{ {field}(first: {size}) {{ {POSTS} }} }}");
        let (_, of_few) = asked(&app, &few, &query).await;
        let (page, of_many) = asked(&app, &many, &query).await;
        assert_eq!(page[field]["edges"].as_array().map(Vec::len), Some(size), "{field}");
        of_many.assert_as_many_as(&of_few);
        app.assert_no_full_scan(&of_many, &TABLES).await;
        let after = page[field]["pageInfo"]["endCursor"].clone();
        let query = format!("{{ {field}(first: {size}, after: {after}) {{ {POSTS} }} }}");
        let (_, second) = asked(&app, &many, &query).await;
        second.assert_as_many_as(&of_many);
        app.assert_no_full_scan(&second, &TABLES).await;
    }
    let query = format!(
        "{{ _entities(representations: [{{ __typename: \"User\", id: \"{celebrity}\" }}]) {{ ... on User {{
            followersCount followingCount }} }} }}"
    );
    let (profile, statements) = asked(&app, &many, &query).await;
    assert_eq!(profile["_entities"][0]["followersCount"], 100_001);
    app.assert_no_full_scan(&statements, &TABLES).await;

    let (found, statements) = asked(&app, &many, "{ suggestions { user { id } mutuals } }").await;
    assert_eq!(found["suggestions"][0]["mutuals"], 100);
    app.assert_no_full_scan(&statements, &TABLES).await;
    app.finish().await;
}

/// What `viewer` asked and is asked, what was reported and what moderators did about it, and what others have.
async fn more(app: &TestApp, viewer: UserId) {
    let viewer = id_of(app, viewer);
    let viewer = if app.db.is_sqlite() { viewer } else { format!("{viewer}::uuid") };
    let request = "id, requester_id, target_id, requested_at";
    let report = "id, reporter_id, target_kind, target_id, subject_id, reason, state, reported_at";
    let reported = "'post', {id 3 n}, {id 1 n + 1}, 'spam', CASE WHEN n % 2 = 0 THEN 'open' ELSE 'dismissed' END, {at n}";
    let entry = "id, moderator_id, action, target_kind, target_id, subject_id, report_id, reason, acted_at";
    let warned = |id: &str, subject: &str| {
        format!(
            "{{id {id} n}}, {{id 1 n % 10}}, 'warn', 'post', {{id 3 n}}, {subject}, {{id 5 n}}, 'no', {{at n}}"
        )
    };
    fill_all(
        &app.db,
        &[
            ("follow_requests", request, &format!("{{id 6 n}}, {{id 1 n}}, {viewer}, {{at n}}"), MANY),
            (
                "follow_requests",
                request,
                &format!("{{id 7 n}}, {viewer}, {{id 1 n + 20000}}, {{at n}}"),
                MANY,
            ),
            ("reports", report, &format!("{{id 5 n}}, {{id 1 n}}, {reported}"), 2 * MANY),
            ("audit_entries", entry, &warned("8", &viewer), MANY),
            ("audit_entries", entry, &warned("9", "{id 1 n}"), MANY),
            ("people", "user_id, registered_at", "{id 1 n}, {at -n}", MANY),
            ("pairs", "low_id, high_id, touched_at", "{id 1 n}, {id 1 n + 1}, {at -n}", MANY),
            ("moods", "mood_id, owner_id, visibility", "{id 5 n}, {id 1 n}, 2", MANY),
            ("moments", "id, kind, owner_id, audience", "{id 5 n}, 'hug', {id 1 n}, 2", MANY),
            ("moment_people", "moment_id, user_id", "{id 5 n}, {id 1 n}", MANY),
            ("streaks", "user_id, kind, days", "{id 1 n}, 'hugging', 7", MANY),
            ("badges", "user_id, badge", "{id 1 n}, 'first-hug'", MANY),
        ],
    )
    .await;
}

/// Every list of the schema, by every way of choosing from it, with how many rows a page of it may look at. Of whom somebody
/// follows, the latest post is looked for; of nobody else.
const LISTS: [(&str, &str, &str, u64); 12] = [
    ("Query.homeFeed", "", OF_POST, 150_000),
    ("Query.publicFeed", "", OF_POST, 1_500),
    ("Query.followRequests", "direction: INCOMING,", "requestedAt user { id }", 1_500),
    ("Query.followRequests", "direction: OUTGOING,", "requestedAt user { id }", 1_500),
    ("Query.moderationNotices", "", "action reason at", 1_500),
    ("Query.auditLog", "", "id action reason at", 1_500),
    ("Query.reports", "", "id reason state reportedAt", 1_500),
    ("Query.reports", "state: DISMISSED,", "id reason state reportedAt", 1_500),
    ("User.followers", "", "id", 1_500),
    ("User.following", "", "id", 1_500),
    ("User.posts", "", OF_POST, 1_500),
    ("User.posts", "", "id", 1_500),
];
const OF_POST: &str = "id author { id } shared { __typename }";

#[tokio::test]
async fn every_page_of_every_list_costs_as_much_as_the_first() {
    let app = TestApp::start::<Social>().await;
    let (celebrity, viewer) = (person(&app, "Celebrity").await, person(&app, "Viewer").await);
    crowd(&app, celebrity, viewer).await;
    more(&app, viewer).await;
    let mut gone_through = Vec::new();
    for (field, chosen, nodes, rows) in LISTS {
        let page = "first: $first, after: $after, last: $last, before: $before";
        let (owner, name) = field.split_once('.').expect("a type and a field");
        let of_page = "$first: Int, $after: String, $last: Int, $before: String";
        let list = format!(
            "{name}({chosen} {page}) {{ edges {{ node {{ {nodes} }} }} pageInfo {{ startCursor endCursor }} }}"
        );
        let (query, at) = if owner == "Query" {
            (format!("query({of_page}) {{ {list} }}"), format!("/{name}"))
        } else {
            let of_user = "_entities(representations: [{ __typename: \"User\", id: $user }])";
            let query =
                format!("query($user: ID!, {of_page}) {{ {of_user} {{ ... on User {{ {list} }} }} }}");
            (query, format!("/_entities/0/{name}"))
        };
        // Who follows is who the celebrity's lists are of; whom somebody follows, the viewer's.
        let user = if name == "following" { viewer } else { celebrity };
        let variables = if owner == "Query" { json!({}) } else { json!({ "user": user }) };
        // When most rows of a table are somebody's, PostgreSQL goes along its key and passes over those of others, who here came last.
        let rows = if app.db.is_sqlite() { rows } else { rows.max(2 * MANY as u64 + 500) };
        let list = List { field, query: &query, variables, at: &at, rows };
        // The log is read along its key, and so may be reports when most are in one state: how far, the rows say.
        let along_key = match name {
            "auditLog" => "audit_entries",
            "reports" => "reports",
            _ => "",
        };
        let tables: Vec<&str> = TABLES.into_iter().filter(|table| *table != along_key).collect();
        app.assert_list_is_cheap(&app.as_moderator(viewer), &list, &tables).await;
        gone_through.push(field.to_owned());
    }
    assert_eq!(connection_fields(&Social::sdl()), gone_through.into_iter().collect());

    let watch = app.watch_all();
    crate::people::does(&app, viewer, "unfollow", celebrity).await;
    crate::people::does(&app, viewer, "block", celebrity).await;
    app.tell(&UserErased { user_id: celebrity, erased_at: app.foundation.clock.now() }).await;
    app.assert_no_full_scan(&watch.statements(), &TABLES).await;
    app.finish().await;
}

#[tokio::test]
async fn the_home_feed_of_who_follows_ten_thousand_is_in_the_order_of_posting() {
    let app = TestApp::start::<Social>().await;
    let (celebrity, viewer) = (person(&app, "Celebrity").await, person(&app, "Viewer").await);
    crowd(&app, celebrity, viewer).await;
    let seen = feed(&app.as_user(viewer), "homeFeed(first: 100)").await;
    assert_eq!(seen.len(), 100);
    assert!(seen.is_sorted_by(|newer, older| newer > older));
    app.finish().await;
}
