//! Patterns in moods, as their owner reads, dismisses and refreshes them.

use chrono::{Days, NaiveDate, TimeDelta};
use ids::UserId;
use moods::Moods;
use serde_json::{Value, json};
use testkit::{Client, TestApp, eventually};

use crate::{log, mutate};

const INSIGHT: &str = "id kind direction measure sentence factor { kind code name } weekday partOfDay date effect
    interval { low high confidence } standardizedEffect { g interval { low high } } p pStandardError adjustedP n
    window { from to days } method reference action foundAt dismissedAt";
const REFRESH: &str = "mutation {
    refreshMoodInsights { insights { edges { node { id kind sentence } } } state { computedAt isStale } errors { code } }
}";
const STATE: &str = "query($user: ID!) {
    _entities(representations: [{ __typename: \"User\", id: $user }]) { ... on User { moodInsightState { computedAt isStale } } }
}";
const DISMISS: &str = "mutation($input: DismissMoodInsightInput!) {
    dismissMoodInsight(input: $input) { insight { id dismissedAt } errors { code path } }
}";
const RESTORE: &str = "mutation($input: RestoreMoodInsightInput!) {
    restoreMoodInsight(input: $input) { insight { id dismissedAt } errors { code path } }
}";

/// Whether the day has tea: by no rhythm of its own.
pub(crate) fn has_tea(day: u64) -> bool {
    (((day + 3).pow(3) * 2_654_435_761) >> 11).is_multiple_of(3)
}

fn date(day: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1)
        .and_then(|first| first.checked_add_days(Days::new(day)))
        .expect("a date")
}

/// Logs two months in which days with tea are two points better, and gives the entries with tea.
pub(crate) async fn log_tea(client: &Client) -> Vec<Value> {
    let mut with_tea = Vec::new();
    for day in 0..60 {
        let score = if has_tea(day) { 4 } else { 2 } + i32::from(day * 7 % 3 == 0);
        let tags = if has_tea(day) { json!(["Tea"]) } else { json!([]) };
        let at = format!("{}T10:00:00Z", date(day));
        let mood = log(client, json!({ "score": score, "occurredAt": at, "tags": tags })).await;
        if has_tea(day) {
            with_tea.push(mood["id"].clone());
        }
    }
    with_tea
}

/// Logs two months of scores that come and go by no rule.
async fn log_noise(client: &Client) {
    for day in 0..60_u64 {
        let score = 1 + (day * day * 31 + day * 17) % 97 % 5;
        let at = format!("{}T10:00:00Z", date(day));
        let tags = if (day * 5 + day / 7) % 4 == 0 { json!(["tea"]) } else { json!([]) };
        log(client, json!({ "score": score, "occurredAt": at, "tags": tags })).await;
    }
}

async fn insights(client: &Client, user: UserId, dismissed: bool) -> Value {
    let query = format!(
        "query($user: ID!, $dismissed: Boolean) {{ _entities(representations: [{{ __typename: \"User\", id: $user }}]) {{
            ... on User {{ moodInsights(first: 100, includeDismissed: $dismissed) {{ edges {{ node {{ {INSIGHT} }} }} }} }}
        }} }}"
    );
    let mut data = client.data(&query, json!({ "user": user, "dismissed": dismissed })).await;
    data["_entities"][0]["moodInsights"].take()
}

fn nodes(page: &Value) -> Vec<&Value> {
    page["edges"].as_array().expect("a list of edges").iter().map(|edge| &edge["node"]).collect()
}

fn of_kind<'page>(page: &'page Value, kind: &str) -> &'page Value {
    nodes(page).into_iter().find(|node| node["kind"] == kind).unwrap_or_else(|| panic!("no {kind}: {page:#}"))
}

async fn cited(client: &Client, user: UserId, id: &Value, paging: &str) -> Value {
    let query = format!(
        "query($user: ID!) {{ _entities(representations: [{{ __typename: \"User\", id: $user }}]) {{ ... on User {{
            moodInsights(first: 100) {{ edges {{ node {{ id entries({paging}) {{
                edges {{ cursor node {{ id tags }} }} pageInfo {{ hasNextPage endCursor }}
            }} }} }} }}
        }} }} }}"
    );
    let data = client.data(&query, json!({ "user": user })).await;
    let page = data["_entities"][0]["moodInsights"].clone();
    let insight = nodes(&page).into_iter().find(|node| node["id"] == *id).expect("the insight").clone();
    insight["entries"].clone()
}

async fn is_stale(client: &Client, user: UserId) -> bool {
    let data = client.data(STATE, json!({ "user": user })).await;
    data["_entities"][0]["moodInsightState"]["isStale"].as_bool().expect("a state")
}

#[tokio::test]
async fn what_was_planted_is_found_with_all_that_it_rests_on() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let with_tea = log_tea(&client).await;
    let refreshed = client.data(REFRESH, Value::Null).await["refreshMoodInsights"].take();
    assert_eq!((&refreshed["errors"], &refreshed["state"]["isStale"]), (&json!([]), &json!(false)));
    let page = insights(&client, ada, false).await;
    let tea = of_kind(&page, "ASSOCIATION");
    assert_eq!(nodes(&refreshed["insights"]).len(), nodes(&page).len());
    assert_eq!(tea["factor"], json!({ "kind": "TAG", "code": null, "name": "Tea" }));
    assert_eq!(
        (&tea["direction"], &tea["measure"], &tea["action"]),
        (&json!("HIGHER"), &json!("SCORE"), &json!("PLAN"))
    );
    assert_eq!((&tea["n"], &tea["window"]["to"]), (&json!(60), &json!("2026-03-01")));
    let (low, effect) = (tea["interval"]["low"].as_f64(), tea["effect"].as_f64());
    assert!(effect > Some(1.5) && low > Some(0.5) && low < effect, "{tea:#}");
    assert!(
        tea["standardizedEffect"]["g"].as_f64() > Some(1.0) && tea["adjustedP"].as_f64() <= Some(0.03),
        "{tea:#}"
    );
    let sentence = tea["sentence"].as_str().expect("a sentence");
    for part in [
        "“Tea”",
        "points higher",
        "60 days",
        "95 % interval",
        "p = 0.0167",
        "A pattern, not a cause.",
        "If you like",
    ] {
        assert!(sentence.contains(part), "{part} is not in: {sentence}");
    }
    assert!(tea["method"].as_str().is_some_and(|text| text.contains("circular shifts")));
    assert!(tea["reference"].as_str().is_some_and(|text| text.contains("Westfall")));

    // Its entries are those with tea, newest first, page by page.
    let mut seen: Vec<Value> = Vec::new();
    let mut paging = "first: 5".to_owned();
    loop {
        let page = cited(&client, ada, &tea["id"], &paging).await;
        seen.extend(nodes(&page).into_iter().map(|node| node["id"].clone()));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        paging = format!("first: 5, after: {}", page["pageInfo"]["endCursor"]);
    }
    seen.reverse();
    assert_eq!(seen, with_tea);
    app.finish().await;
}

#[tokio::test]
async fn days_without_moods_change_nothing_in_what_is_said() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log_tea(&client).await;
    client.data(REFRESH, Value::Null).await;
    let before = insights(&client, ada, true).await;
    for _ in 0..3 {
        app.clock.advance(TimeDelta::days(1));
        client.data(REFRESH, Value::Null).await;
        assert_eq!(insights(&client, ada, true).await, before);
    }
    // Computed anew from the same moods, they are the same, too: a tag that no mood has changes nothing.
    let tag = "mutation($input: CreateMoodTagInput!) { createMoodTag(input: $input) { tag { id } errors { code } } }";
    let unused = mutate(&client, tag, json!({ "name": "unused" })).await["tag"]["id"].take();
    let delete = "mutation($input: DeleteMoodTagInput!) { deleteMoodTag(input: $input) { deletedId errors { code } } }";
    mutate(&client, delete, json!({ "id": unused })).await;
    assert!(is_stale(&client, ada).await);
    client.data(REFRESH, Value::Null).await;
    assert_eq!(insights(&client, ada, true).await, before);
    app.finish().await;
}

#[tokio::test]
async fn noise_says_nothing() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let nothing = json!({ "edges": [] });
    client.data(REFRESH, Value::Null).await;
    assert_eq!(insights(&client, ada, true).await, nothing);
    log_noise(&client).await;
    client.data(REFRESH, Value::Null).await;
    assert_eq!(insights(&client, ada, true).await, nothing);
    app.finish().await;
}

#[tokio::test]
async fn what_is_dismissed_stays_away_while_its_evidence_is_what_it_was() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let with_tea = log_tea(&client).await;
    client.data(REFRESH, Value::Null).await;
    let before = insights(&client, ada, false).await;
    let id = of_kind(&before, "ASSOCIATION")["id"].clone();
    let dismissed = mutate(&client, DISMISS, json!({ "id": id })).await;
    assert_eq!(dismissed["insight"], json!({ "id": id, "dismissedAt": "2026-03-01T12:00:00+00:00" }));
    let again = mutate(&client, DISMISS, json!({ "id": id })).await;
    assert_eq!(again, dismissed);
    let is_shown = async |dismissed: bool| {
        let page = insights(&client, ada, dismissed).await;
        nodes(&page).iter().any(|node| node["id"] == id)
    };
    assert!(!is_shown(false).await && is_shown(true).await);

    // One more day of the same kind doesn't bring it back.
    app.clock.advance(TimeDelta::days(1));
    log(&client, json!({ "score": 2 })).await;
    client.data(REFRESH, Value::Null).await;
    assert!(!is_shown(false).await && is_shown(true).await);

    // Days with tea that were not that good after all do: it is another effect now.
    for mood in with_tea.iter().rev().take(5) {
        let update = "mutation($input: UpdateMoodInput!) { updateMood(input: $input) { mood { id } errors { code } } }";
        mutate(&client, update, json!({ "id": mood, "revision": 1, "score": 2 })).await;
    }
    client.data(REFRESH, Value::Null).await;
    assert!(is_shown(false).await, "{:#}", insights(&client, ada, true).await);
    app.finish().await;
}

#[tokio::test]
async fn what_was_dismissed_can_be_brought_back() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log_tea(&client).await;
    client.data(REFRESH, Value::Null).await;
    let before = insights(&client, ada, false).await;
    let id = of_kind(&before, "ASSOCIATION")["id"].clone();
    mutate(&client, DISMISS, json!({ "id": id })).await;
    let restored = mutate(&client, RESTORE, json!({ "id": id })).await;
    assert_eq!(restored, json!({ "insight": { "id": id, "dismissedAt": null }, "errors": [] }));
    assert_eq!(insights(&client, ada, false).await, before);
    log(&client, json!({ "score": 2 })).await;
    client.data(REFRESH, Value::Null).await;
    of_kind(&insights(&client, ada, false).await, "ASSOCIATION");
    app.finish().await;
}

#[tokio::test]
async fn nobody_else_reads_dismisses_or_computes_them() {
    let app = TestApp::start::<Moods>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    let client = app.as_user(ada);
    log_tea(&client).await;
    client.data(REFRESH, Value::Null).await;
    let id = of_kind(&insights(&client, ada, false).await, "ASSOCIATION")["id"].clone();
    for other in [app.as_user(bo), app.anonymous()] {
        assert_eq!(insights(&other, ada, true).await, Value::Null);
        let state = other.data(STATE, json!({ "user": ada })).await;
        assert_eq!(state["_entities"][0]["moodInsightState"], Value::Null);
        let recommended = other.data(
            "query($user: ID!) { _entities(representations: [{ __typename: \"User\", id: $user }]) { ... on User { recommendations { id } } } }",
            json!({ "user": ada }),
        );
        assert_eq!(recommended.await["_entities"][0]["recommendations"], Value::Null);
    }
    let missing = json!([{ "code": "MOOD_INSIGHT_NOT_FOUND", "path": ["input", "id"] }]);
    for mutation in [DISMISS, RESTORE] {
        for id in [id.clone(), json!("ins_none")] {
            let refused = mutate(&app.as_user(bo), mutation, json!({ "id": id })).await;
            assert_eq!((&refused["insight"], &refused["errors"]), (&Value::Null, &missing));
        }
        let input = json!({ "input": { "id": id } });
        assert_eq!(app.anonymous().failure(mutation, input).await, "UNAUTHENTICATED");
    }
    assert_eq!(app.anonymous().failure(REFRESH, Value::Null).await, "UNAUTHENTICATED");
    app.finish().await;
}

#[tokio::test]
async fn a_mood_that_is_taken_away_is_cited_no_more() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let with_tea = log_tea(&client).await;
    client.data(REFRESH, Value::Null).await;
    let id = of_kind(&insights(&client, ada, false).await, "ASSOCIATION")["id"].clone();
    let delete =
        "mutation($input: DeleteMoodInput!) { deleteMood(input: $input) { deletedId errors { code } } }";
    let gone = with_tea.last().expect("some");
    mutate(&client, delete, json!({ "id": gone })).await;
    let count = async || {
        let page = cited(&client, ada, &id, "first: 100").await;
        assert!(nodes(&page).iter().all(|node| node["id"] != *gone));
        nodes(&page).len()
    };
    // At once, and when they are computed anew.
    assert_eq!(count().await, with_tea.len() - 1);
    assert!(is_stale(&client, ada).await);
    client.data(REFRESH, Value::Null).await;
    assert_eq!(count().await, with_tea.len() - 1);
    app.finish().await;
}

#[tokio::test]
async fn they_are_computed_in_the_background_a_little_after_moods_have_changed() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    assert!(!is_stale(&client, ada).await);
    log_tea(&client).await;
    // Nobody waited for them: the clock hasn't moved.
    assert!(is_stale(&client, ada).await);
    assert_eq!(insights(&client, ada, false).await, json!({ "edges": [] }));
    let told = app.envelopes().await.len();
    app.clock.advance(TimeDelta::minutes(1));
    eventually("the insights to be computed", || async { (!is_stale(&client, ada).await).then_some(()) })
        .await;
    of_kind(&insights(&client, ada, false).await, "ASSOCIATION");
    assert_eq!(app.envelopes().await.len(), told, "nothing of them is told to anybody");

    // Without the entries there is nothing to say.
    let retag = "query($user: ID!) { _entities(representations: [{ __typename: \"User\", id: $user }]) { ... on User { moodTags { edges { node { id } } } } } }";
    let tags = client.data(retag, json!({ "user": ada })).await;
    let tag = tags["_entities"][0]["moodTags"]["edges"][0]["node"]["id"].clone();
    let delete = "mutation($input: DeleteMoodTagInput!) { deleteMoodTag(input: $input) { deletedId errors { code } } }";
    mutate(&client, delete, json!({ "id": tag })).await;
    app.clock.advance(TimeDelta::minutes(1));
    eventually("the insights to be computed again", || async {
        (!is_stale(&client, ada).await).then_some(())
    })
    .await;
    let page = insights(&client, ada, true).await;
    assert!(nodes(&page).iter().all(|node| node["kind"] != "ASSOCIATION"), "{page:#}");
    app.finish().await;
}

#[tokio::test]
async fn what_was_due_when_a_process_stopped_is_computed_by_the_next() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log_tea(&client).await;
    let database = app.stop().await;
    // As after an update: nobody has been told of any change since the process started.
    let app = TestApp::builder::<Moods>().database(database).start().await;
    app.clock.advance(TimeDelta::minutes(1));
    let client = app.as_user(ada);
    eventually("the insights to be computed", || async { (!is_stale(&client, ada).await).then_some(()) })
        .await;
    of_kind(&insights(&client, ada, false).await, "ASSOCIATION");
    app.finish().await;
}
