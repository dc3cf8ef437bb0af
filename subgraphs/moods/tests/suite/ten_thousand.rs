//! Ten thousand moods of one person: every list costs as many statements as with a few, on its last page as on its first, and
//! none goes through a whole table.

use ids::UserId;
use serde_json::{Value, json};
use testkit::{Client, Statements};

use crate::crowd::{Crowd, MANY, TABLES, crowd};

const PAGE: &str = "query($user: ID!, $first: Int, $after: String, $last: Int, $before: String,
        $from: DateTime, $to: DateTime, $filter: MoodFilter) {
    _entities(representations: [{ __typename: \"User\", id: $user }]) { ... on User {
        moods(first: $first, after: $after, last: $last, before: $before, from: $from, to: $to, filter: $filter) {
            edges { cursor node { id note tags labels associations user { id } customMood { name } } }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
    } }
}";

/// Entries, their tags, and the moods of their owner's own making that they were logged with.
const OF_A_PAGE: usize = 3;

impl Crowd {
    /// What a person's field answers, and what the database was asked for it.
    async fn ask(&self, client: &Client, query: &str, variables: Value) -> (Value, Statements) {
        let watch = self.app.watch();
        let mut data = client.data(query, variables).await;
        (data["_entities"][0].take(), watch.statements())
    }

    /// A page of Ada's moods, as somebody sees it.
    async fn page(&self, viewer: UserId, filter: &Value, page: Value) -> (Value, Statements) {
        let mut variables = filter.clone();
        variables["user"] = json!(self.ada);
        for (name, value) in page.as_object().into_iter().flatten() {
            variables[name] = value.clone();
        }
        let (mut person, statements) = self.ask(&self.app.as_user(viewer), PAGE, variables).await;
        (person["moods"].take(), statements)
    }

    /// Every filter there is.
    fn filters(&self) -> Vec<Value> {
        let only = |filter: Value| json!({ "filter": filter });
        vec![
            json!({}),
            json!({ "from": "2021-01-01T00:00:00Z", "to": "2025-06-01T00:00:00Z" }),
            only(json!({ "kind": "DAILY" })),
            only(json!({ "lowestScore": 4 })),
            only(json!({ "highestScore": 2 })),
            only(json!({ "labels": ["calm", "proud"] })),
            only(json!({ "associations": ["work"] })),
            only(json!({ "tags": ["Tag 000"] })),
            only(json!({ "tags": ["tag 017", "tag 042"] })),
            only(json!({ "customMoodId": self.custom_mood })),
            only(json!({ "hasNote": true })),
            only(json!({ "hasNote": false })),
            json!({ "from": "2021-01-01T00:00:00Z", "filter": {
                "kind": "MOMENT", "lowestScore": 2, "highestScore": 4, "labels": ["calm"], "associations": ["work"],
                "tags": ["tag 000"], "hasNote": false,
            } }),
        ]
    }

    async fn assert_cheap(&self, statements: &Statements) {
        self.app.assert_no_full_scan(statements, &TABLES).await;
    }
}

fn count(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn the_last_page_of_a_history_costs_as_much_as_the_first_whatever_the_filter() {
    let crowd = crowd().await;
    let mut asked = Statements::default();
    for viewer in [crowd.ada, crowd.bo] {
        for filter in crowd.filters() {
            let (end, from_the_end) = crowd.page(viewer, &filter, json!({ "last": 30 })).await;
            assert_eq!(end["pageInfo"]["hasPreviousPage"], json!(true), "{filter}: more than a page");
            from_the_end.assert_count(OF_A_PAGE);
            asked = asked.and(from_the_end);
            let deep = end["pageInfo"]["startCursor"].clone();
            for page in [
                json!({ "first": 10 }),
                json!({ "first": 100 }),
                json!({ "first": 10, "after": deep }),
                json!({ "last": 100, "before": deep }),
            ] {
                let (moods, statements) = crowd.page(viewer, &filter, page.clone()).await;
                assert!(count(&moods["edges"]) >= 5, "{filter} {page}: {moods:#}");
                statements.assert_count(OF_A_PAGE);
                asked = asked.and(statements);
            }
        }
    }
    crowd.assert_cheap(&asked).await;
    crowd.app.finish().await;
}

#[tokio::test]
async fn ten_thousand_moods_are_read_page_by_page_each_once() {
    let crowd = crowd().await;
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let (page, statements) =
            crowd.page(crowd.ada, &json!({}), json!({ "first": 100, "after": after })).await;
        statements.assert_count(OF_A_PAGE);
        let edges = page["edges"].as_array().expect("edges");
        seen.extend(edges.iter().filter_map(|edge| edge["node"]["id"].as_str().map(str::to_owned)));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
    }
    let logged: Vec<String> = crowd.entries.iter().map(ToString::to_string).collect();
    assert_eq!((seen.len(), seen == logged), (MANY, true));
    crowd.app.finish().await;
}

#[tokio::test]
async fn a_calendar_tags_and_moods_of_ones_own_cost_the_same_for_few_and_for_many() {
    const CALENDAR: &str = "query($user: ID!) { _entities(representations: [{ __typename: \"User\", id: $user }]) { ... on User {
        moodCalendar(from: \"2025-03-02\", to: \"2026-03-01\") { date entries score lowest highest }
    } } }";
    const TAGS: &str = "query($user: ID!, $first: Int, $after: String, $last: Int) {
        _entities(representations: [{ __typename: \"User\", id: $user }]) { ... on User {
            moodTags(first: $first, after: $after, last: $last) { edges { node { name entries } } pageInfo { startCursor } }
        } }
    }";
    const CUSTOM_MOODS: &str = "query($user: ID!) { _entities(representations: [{ __typename: \"User\", id: $user }]) { ... on User {
        customMoods(archived: true) { name }
    } } }";
    let crowd = crowd().await;
    let (ada, bo, cy) = (crowd.ada, crowd.bo, crowd.cy);
    for (viewer, owner, days) in [(ada, ada, 365), (bo, ada, 365), (cy, cy, 3)] {
        let client = crowd.app.as_user(viewer);
        let (person, statements) = crowd.ask(&client, CALENDAR, json!({ "user": owner })).await;
        assert_eq!(count(&person["moodCalendar"]), days);
        statements.assert_count(1);
        crowd.assert_cheap(&statements).await;
    }
    for owner in [ada, cy] {
        let client = crowd.app.as_user(owner);
        let (end, _) = crowd.ask(&client, TAGS, json!({ "user": owner, "last": 10 })).await;
        let deep = &end["moodTags"]["pageInfo"]["startCursor"];
        for page in [json!({ "first": 5 }), json!({ "first": 100 }), json!({ "first": 5, "after": deep })] {
            let mut variables = page;
            variables["user"] = json!(owner);
            let (person, statements) = crowd.ask(&client, TAGS, variables).await;
            assert!(count(&person["moodTags"]["edges"]) >= 5, "{person:#}");
            statements.assert_count(2);
            crowd.assert_cheap(&statements).await;
        }
        let (_, statements) = crowd.ask(&client, CUSTOM_MOODS, json!({ "user": owner })).await;
        statements.assert_count(1);
        crowd.assert_cheap(&statements).await;
    }
    crowd.app.finish().await;
}

#[tokio::test]
async fn a_hundred_entries_are_found_by_a_few_statements_not_by_a_hundred() {
    const ENTITIES: &str = "query($of: [_Any!]!) {
        _entities(representations: $of) { ... on MoodEntry { id note tags customMood { name } } }
    }";
    let crowd = crowd().await;
    for viewer in [crowd.ada, crowd.bo] {
        // The last ones are public, so that Bo sees some of them, too.
        for of in [&crowd.entries[1..3], &crowd.entries[..100], &crowd.entries[MANY - 100..]] {
            let of: Vec<Value> = of.iter().map(|id| json!({ "__typename": "MoodEntry", "id": id })).collect();
            let watch = crowd.app.watch();
            crowd.app.as_user(viewer).data(ENTITIES, json!({ "of": of })).await;
            let statements = watch.statements();
            // Loaders wait for a millisecond: on a slow machine a batch falls into a few.
            assert!(statements.count() <= 5 * OF_A_PAGE, "{statements}");
            crowd.assert_cheap(&statements).await;
        }
    }
    crowd.app.finish().await;
}

#[tokio::test]
async fn analytics_read_years_by_as_many_statements_as_weeks() {
    let crowd = crowd().await;
    let client = crowd.app.as_user(crowd.ada);
    for from in ["2026-01-01", "2025-03-01", "2020-10-01"] {
        let variables = json!({ "user": crowd.ada, "from": from, "to": "2026-03-01" });
        let (person, statements) = crowd.ask(&client, crate::analytics::ALL, variables.clone()).await;
        assert!(person["moodAnalytics"]["entries"].as_u64() > Some(200), "{person:#}");
        // The entries and their tags, of the period and of the one before.
        statements.assert_count(4);
        crowd.assert_cheap(&statements).await;
        let mut elsewhere = variables;
        elsewhere["timezone"] = json!("Asia/Kathmandu");
        let (_, statements) = crowd.ask(&client, crate::analytics::ALL, elsewhere).await;
        statements.assert_count(4);
        crowd.assert_cheap(&statements).await;
    }
    crowd.app.finish().await;
}

#[tokio::test]
async fn logging_and_changing_among_ten_thousand_moods_goes_through_no_table() {
    let crowd = crowd().await;
    let client = crowd.app.as_user(crowd.ada);
    let tag_ids = "query($user: ID!) { _entities(representations: [{ __typename: \"User\", id: $user }]) { ... on User {
        moodTags(first: 3) { nodes { id } }
    } } }";
    let (person, _) = crowd.ask(&client, tag_ids, json!({ "user": crowd.ada })).await;
    let tags = person["moodTags"]["nodes"].as_array().expect("tags").clone();
    let (first, second, third) = (&tags[0]["id"], &tags[1]["id"], &tags[2]["id"]);
    let [changed, deleted] = [crowd.entries[5_000], crowd.entries[7_000]];
    let input = |input: Value| json!({ "input": input });
    for (mutation, variables) in [
        (
            "mutation($input: LogMoodInput!) { logMood(input: $input) { mood { id } errors { code } supportPrompt { message } } }",
            input(
                json!({ "score": 1, "tags": ["tag 007", "new"], "customMoodId": crowd.custom_mood, "idempotencyKey": "k" }),
            ),
        ),
        (
            "mutation($input: UpdateMoodInput!) { updateMood(input: $input) { mood { id } errors { code } } }",
            input(json!({ "id": changed, "revision": 1, "score": 5, "tags": ["tag 009"] })),
        ),
        (
            "mutation($input: DeleteMoodInput!) { deleteMood(input: $input) { deletedId errors { code } } }",
            input(json!({ "id": deleted })),
        ),
        (
            "mutation($input: RenameMoodTagInput!) { renameMoodTag(input: $input) { tag { entries } errors { code } } }",
            input(json!({ "id": first, "name": "another name" })),
        ),
        (
            "mutation($input: MergeMoodTagsInput!) { mergeMoodTags(input: $input) { tag { entries } errors { code } } }",
            input(json!({ "from": [first], "into": second })),
        ),
        (
            "mutation($input: DeleteMoodTagInput!) { deleteMoodTag(input: $input) { errors { code } } }",
            input(json!({ "id": third })),
        ),
    ] {
        let watch = crowd.app.watch();
        let data = client.data(mutation, variables).await;
        let statements = watch.statements();
        let payload = data.as_object().and_then(|fields| fields.values().next()).expect("a payload");
        assert_eq!(payload["errors"], json!([]), "{data:#}");
        crowd.assert_cheap(&statements).await;
    }
    crowd.app.finish().await;
}
