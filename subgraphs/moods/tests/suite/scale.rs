//! Lists, insights and recommendations of who has ten thousand moods: a page from deep within costs as much as the first, and what
//! is computed reads what its window holds; so does what time does.

use moods::Moods;
use serde_json::json;
use service::Subgraph as _;
use testkit::{List, TestApp, connection_fields, eventually, fill_all};

use crate::crowd::{Crowd, crowd};

const SOME: usize = 20_000;
/// The tables of [`crowd`](crate::crowd::TABLES), and those that it leaves empty.
const TABLES: [&str; 10] = [
    "mood_entries",
    "mood_tags",
    "mood_entry_tags",
    "custom_moods",
    "known_follows",
    "known_blocks",
    "insights",
    "insight_states",
    "insight_dismissals",
    "recommendation_ratings",
];
/// The lists of the schema: those that hold what somebody logged, and those that hold what was found in it, which is never much.
const LISTS: [&str; 5] = [
    "MoodInsight.entries",
    "RefreshMoodInsightsPayload.insights",
    "User.moodInsights",
    "User.moodTags",
    "User.moods",
];

/// What was found for others, and when it is to be looked at again: for a few, now.
async fn found(crowd: &Crowd) {
    let due = format!("{{at CASE WHEN n < {} THEN 600 + n ELSE -60 END}}", SOME - 20);
    let state = format!("{{id 1 n}}, 1, 0, {due}, '[]'");
    let (ratings, rating) =
        ("user_id, recommendation_id, rating, rated_at", "{id 1 n}, {id 4 n}, 'helpful', {at -n}");
    let (insights, insight) =
        ("id, user_id, position, finding, found_at", "{id 2 n}, {id 1 n}, 0, '', {at -n}");
    let (dismissals, dismissal) =
        ("insight_id, user_id, finding, dismissed_at", "{id 3 n}, {id 1 n}, '', {at -n}");
    fill_all(
        &crowd.app.db,
        &[
            ("insights", insights, insight, SOME),
            ("insight_dismissals", dismissals, dismissal, SOME),
            ("insight_states", "user_id, changes, computed, due_at, helpful", &state, SOME),
            ("recommendation_ratings", ratings, rating, SOME),
        ],
    )
    .await;
}

fn of_user(fields: &str, variables: &str) -> String {
    format!(
        "query($user: ID!{variables}) {{ _entities(representations: [{{ __typename: \"User\", id: $user }}]) {{
            ... on User {{ {fields} }} }} }}"
    )
}

#[tokio::test]
async fn every_page_of_what_somebody_logged_costs_as_much_as_the_first() {
    let crowd = crowd().await;
    let page = "first: $first, after: $after, last: $last, before: $before";
    let of_page = ", $first: Int, $after: String, $last: Int, $before: String";
    let info = "pageInfo { startCursor endCursor }";
    for (field, chosen, node, rows) in [
        ("User.moods", "", "id note tags", 1_000),
        ("User.moods", "from: \"2020-10-01T00:00:00Z\", to: \"2026-02-28T00:00:00Z\",", "id tags", 1_000),
        ("User.moods", "from: \"2026-01-01T00:00:00Z\",", "id", 1_000),
        // How often each was used is counted.
        ("User.moodTags", "", "name entries", 60_000),
    ] {
        let name = field.trim_start_matches("User.");
        let fields = format!("{name}({chosen} {page}) {{ edges {{ node {{ {node} }} }} {info} }}");
        let query = of_user(&fields, of_page);
        let at = format!("/_entities/0/{name}");
        let list = List { field, query: &query, variables: json!({ "user": crowd.ada }), at: &at, rows };
        crowd.app.assert_list_is_cheap(&crowd.app.as_user(crowd.ada), &list, &TABLES[..6]).await;
    }
    assert_eq!(connection_fields(&Moods::sdl()).into_iter().collect::<Vec<_>>(), LISTS);
    crowd.app.finish().await;
}

#[tokio::test]
async fn insights_and_recommendations_read_what_their_window_holds_however_much_there_is() {
    const REFRESH: &str =
        "mutation { refreshMoodInsights { errors { code } insights { edges { node { id } } } } }";
    let crowd = crowd().await;
    let background = crowd.app.watch_all();
    found(&crowd).await;
    let insights = "moodInsights(first: 100, includeDismissed: true) { edges { node { id sentence
        entries(first: 20) { edges { cursor node { id tags } } pageInfo { endCursor } } } } }
        moodInsightState { isStale } recommendations { id origin rating }";
    let query = of_user(insights, "");
    let mut counts = Vec::new();
    for owner in [crowd.cy, crowd.ada] {
        let client = crowd.app.as_user(owner);
        let watch = crowd.app.watch();
        client.data(REFRESH, json!({})).await;
        let refreshed = watch.statements();
        // Ninety days of five moods with two tags each, for the moods and once more for their tags. PostgreSQL rightly joins all
        // tags of a table that is as small as this.
        let rows = crowd.app.rows_looked_at(&refreshed).await;
        assert!(rows < 9_000 || !crowd.app.db.is_sqlite(), "{rows} rows:\n{refreshed}");
        let watch = crowd.app.watch();
        client.data(&query, json!({ "user": owner })).await;
        let read = watch.statements();
        crowd.app.assert_no_full_scan(&refreshed.clone().and(read.clone()), &TABLES).await;
        let of_entries = read.texts().filter(|text| text.contains("mood_entr")).count();
        counts.push((refreshed.count(), read.count() - of_entries));
    }
    // Whoever has insights has them written, and those of nobody are not.
    assert!(counts[1].0 <= counts[0].0 + 1 && counts[0].1 == counts[1].1, "{counts:?}");
    let of_background = eventually("insights to be computed", || async {
        let statements = background.so_far();
        let written = statements.texts().any(|text| text.starts_with("UPDATE \"insight_states\""));
        written.then_some(statements)
    })
    .await;
    crowd.app.assert_no_full_scan(&of_background, &TABLES).await;
    crowd.app.finish().await;
}

#[tokio::test]
async fn notes_of_another_key_are_looked_for_by_an_index() {
    let before = crowd().await;
    let app = TestApp::builder::<Moods>().database(before.app.stop().await).watched().start().await;
    let statements = app.of_workers(&["COALESCE", "UPDATE \"mood_entries\""]).await;
    app.assert_no_full_scan(&statements, &["mood_entries"]).await;
    app.finish().await;
}
