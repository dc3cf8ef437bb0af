//! What a list costs doesn't grow with it.

use events::{auth::UserErased, social::FollowCreated};
use ids::UserId;
use serde_json::{Value, json};
use service::Subgraph as _;
use streaks::Streaks;
use testkit::{Client, List, TestApp, connection_fields, fill_all};

use crate::{CHECK_IN, CONSENT, PAUSE, REDEEM, RESUME, hug, log_days_until_today, mutate};

/// How many statements a query runs, without what the background does meanwhile.
async fn statements(app: &TestApp, client: &Client, query: &str, variables: Value) -> usize {
    let watch = app.watch();
    client.data(query, variables).await;
    let statements = watch.statements();
    statements.texts().filter(|text| !text.contains("\"breaks_at\" <=")).count()
}

const BADGES: &str = "query($people: [_Any!]!) { _entities(representations: $people) { ... on User { badges { badge { code } } } } }";

#[tokio::test]
async fn the_badges_of_many_people_cost_as_many_statements_as_those_of_two() {
    let app = TestApp::start::<Streaks>().await;
    let people: Vec<UserId> = (0..20).map(|_| app.new_user()).collect();
    for person in &people {
        app.tell(&hug(&app, *person)).await;
    }
    let client = app.as_user(people[0]);
    let of = |people: &[UserId]| {
        let representations: Vec<_> =
            people.iter().map(|id| json!({ "__typename": "User", "id": id })).collect();
        json!({ "people": representations })
    };
    let two = statements(&app, &client, BADGES, of(&people[..2])).await;
    let many = statements(&app, &client, BADGES, of(&people)).await;
    assert_eq!((two, many), (3, 3));
    app.finish().await;
}

#[tokio::test]
async fn a_leaderboard_of_many_costs_as_many_statements_as_one_of_two() {
    let app = TestApp::start::<Streaks>().await;
    let people: Vec<UserId> = (0..15).map(|_| app.new_user()).collect();
    for person in &people {
        log_days_until_today(&app, *person, 1).await;
        mutate(&app.as_user(*person), CONSENT, json!({ "consents": true })).await;
    }
    let viewer = people[0];
    let query = "{ leaderboard(kind: MOOD_LOGGING) { current user { id } } }";
    let mut counts = Vec::new();
    for followed in &people[1..] {
        let at = clock::Clock::now(app.clock.as_ref());
        app.tell(&FollowCreated { follower_id: viewer, followed_id: *followed, at }).await;
        counts.push(statements(&app, &app.as_user(viewer), query, json!({})).await);
    }
    assert_eq!(counts, vec![3; 14]);
    app.finish().await;
}

const TABLES: [&str; 9] = [
    "qualifying_days",
    "holds",
    "standings",
    "members",
    "points",
    "badge_awards",
    "settings",
    "known_follows",
    "known_blocks",
];
const SOME: usize = 20_000;
const MANY: usize = 10_000;

/// The id that the crowd's person of this number has. The first one has earned points ten thousand times and follows as many.
fn member(number: usize) -> UserId {
    let hex = format!("0190{number:08x}70008001{number:012x}");
    UserId::from_uuid(hex.parse().expect("an id"))
}

/// People with a streak each, of whom the last ones' should have ended a minute ago.
async fn crowd(app: &TestApp) {
    let ends = format!("{{at CASE WHEN n < {} THEN 86400 + n ELSE -60 END}}", SOME - 20);
    let standing = format!("{{id 1 n}}, 'MOOD_LOGGING', TRUE, 1 + n % 300, {ends}");
    let point = "'freeze ' || n, 1, 'MOOD_LOGGING', {at -n}";
    let day = "'MOOD_LOGGING', {id 2 n}, {id 1 n}, '2026-02-28', 'UTC', 4, FALSE, {at -n}, n";
    let days = "kind, source_id, user_id, local_date, timezone, day_start_hour, gone, told_at, seq";
    let points = "id, user_id, reason_key, amount, kind, made_at";
    let hold = "{id 4 n}, {id 1 n}, 'MOOD_LOGGING', 'freeze', '2026-01-01', '2026-01-01', {at -n}";
    fill_all(
        &app.db,
        &[
            ("qualifying_days", days, day, SOME),
            ("standings", "user_id, kind, is_tracked, current, breaks_at", &standing, SOME),
            ("members", "user_id, shows_badges, on_leaderboard", "{id 1 n}, TRUE, TRUE", SOME),
            ("settings", "user_id, timezone, day_start_hour, seq", "{id 1 n}, 'UTC', 4, n", SOME),
            ("holds", "id, user_id, kind, hold, first_date, last_date, made_at", hold, SOME),
            ("points", points, &format!("{{id 5 n}}, {{id 1 0}}, {point}"), MANY),
            ("points", points, &format!("{{id 6 n}}, {{id 1 n + 1}}, {point}"), SOME),
            ("badge_awards", "user_id, badge, awarded_at", "{id 1 n}, 'mood-7', {at -n}", SOME),
            ("known_follows", "follower_id, followed_id", "{id 1 0}, {id 1 n + 1}", MANY),
            ("known_follows", "follower_id, followed_id", "{id 1 n + 1}, {id 1 n + 2}", SOME),
            ("known_blocks", "blocker_id, blocked_id", "{id 1 n}, {id 1 n + 7}", SOME),
        ],
    )
    .await;
}

#[tokio::test]
async fn no_question_of_who_has_and_follows_ten_thousand_reads_a_whole_table() {
    let app = TestApp::start::<Streaks>().await;
    crowd(&app).await;
    let ada = member(0);
    let client = app.as_user(ada);
    let query = "query($user: ID!, $first: Int, $after: String, $last: Int, $before: String) {
        _entities(representations: [{ __typename: \"User\", id: $user }]) { ... on User {
            pointsHistory(first: $first, after: $after, last: $last, before: $before) {
                edges { node { amount reason kind at } } pageInfo { hasNextPage startCursor endCursor } } } } }";
    let points = List {
        field: "User.pointsHistory",
        query,
        variables: json!({ "user": ada }),
        at: "/_entities/0/pointsHistory",
        rows: 100,
    };
    app.assert_list_is_cheap(&client, &points, &TABLES).await;
    assert_eq!(connection_fields(&Streaks::sdl()).into_iter().collect::<Vec<_>>(), [points.field]);

    let watch = app.watch_all();
    let found = client.data("{ leaderboard(kind: MOOD_LOGGING) { current user { id } } }", json!({})).await;
    assert!(found["leaderboard"].as_array().is_some_and(|list| list.len() > 10), "{found:#}");
    let fields = "streaks { current } points badges { awardedAt } streakSettings { tracked }";
    crate::of_user(&client, ada, fields).await;
    mutate(&client, CONSENT, json!({ "consents": true })).await;
    mutate(&client, CHECK_IN, json!({})).await;
    mutate(&client, PAUSE, json!({ "kind": "MOOD_LOGGING", "from": "2026-03-10", "to": "2026-03-12" })).await;
    mutate(&client, RESUME, json!({ "kind": "MOOD_LOGGING" })).await;
    mutate(&client, REDEEM, json!({ "kind": "MOOD_LOGGING", "reward": "FREEZE" })).await;
    log_days_until_today(&app, ada, 2).await;
    app.tell(&hug(&app, ada)).await;
    app.tell(&UserErased { user_id: member(5), erased_at: clock::Clock::now(app.clock.as_ref()) }).await;
    app.assert_no_full_scan(&watch.statements(), &TABLES).await;
    app.finish().await;
}

#[tokio::test]
async fn streaks_that_should_have_ended_are_found_by_an_index() {
    let before = TestApp::start::<Streaks>().await;
    // Nothing is due yet.
    before.clock.advance(-chrono::TimeDelta::days(1));
    crowd(&before).await;
    let app = TestApp::builder::<Streaks>().database(before.stop().await).watched().start().await;
    let statements = app.of_workers(&["\"breaks_at\" <=", "INSERT INTO \"standings\""]).await;
    app.assert_no_full_scan(&statements, &TABLES).await;
    app.finish().await;
}
