//! What a list costs doesn't grow with it.

use events::social::FollowCreated;
use ids::UserId;
use serde_json::{Value, json};
use streaks::Streaks;
use testkit::{Client, TestApp};

use crate::{CONSENT, hug, log_days_until_today, mutate};

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

#[tokio::test]
async fn no_question_reads_a_whole_table() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    log_days_until_today(&app, ada, 2).await;
    let client = app.as_user(ada);
    mutate(&client, CONSENT, json!({ "consents": true })).await;
    let watch = app.watch();
    client.data("{ leaderboard(kind: MOOD_LOGGING) { current } }", json!({})).await;
    let fields = "streaks { current } points pointsHistory { edges { cursor } } badges { awardedAt } streakSettings { tracked }";
    crate::of_user(&client, ada, fields).await;
    let tables = [
        "qualifying_days",
        "holds",
        "standings",
        "members",
        "points",
        "badge_awards",
        "known_follows",
        "known_blocks",
    ];
    if app.db.is_sqlite() {
        app.assert_no_full_scan(&watch.statements(), &tables).await;
    }
    app.finish().await;
}
