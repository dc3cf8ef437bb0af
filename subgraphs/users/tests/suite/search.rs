//! Finding people.

use serde_json::{Value, json};
use testkit::Client;

use crate::client::{app, block, person, update_profile};

const SEARCH: &str =
    "query($s: String!, $first: Int, $after: String) { users(search: $s, first: $first, after: $after) {
    edges { cursor node { username } } pageInfo { hasNextPage endCursor } } }";

async fn page(client: &Client, search: &str, first: i32, after: Option<&str>) -> Value {
    let variables = json!({ "s": search, "first": first, "after": after });
    client.data(SEARCH, variables).await["users"].take()
}

fn names(page: &Value) -> Vec<&str> {
    let edges = page["edges"].as_array().expect("edges").iter();
    edges.map(|edge| edge["node"]["username"].as_str().expect("a username")).collect()
}

#[tokio::test]
async fn people_are_found_by_the_start_of_any_of_their_names() {
    let app = app().await;
    let client = app.as_user(person(&app, "ada", "Ada King Lovelace").await);
    person(&app, "adele", "Élodie").await;
    person(&app, "bo", "Bo Lov").await;
    for (search, found) in [
        ("ad", vec!["ada", "adele"]),
        ("@AD", vec!["ada", "adele"]),
        ("lov", vec!["bo", "ada"]),
        ("king l", vec![]),
        ("ada king", vec!["ada"]),
        ("e\u{301}l", vec!["adele"]),
        ("", vec![]),
        ("  ", vec![]),
        ("%", vec![]),
        ("_", vec![]),
        ("\u{0}", vec![]),
    ] {
        assert_eq!(names(&page(&client, search, 10, None).await), found, "{search:?}");
    }
    assert!(names(&page(&client, &"x".repeat(100_000), 10, None).await).is_empty());
    app.finish().await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let app = app().await;
    let client = app.as_user(person(&app, "viewer", "Viewer").await);
    let mut expected = Vec::new();
    for number in 0..7 {
        let name = format!("ada{number}");
        person(&app, &name, &format!("Ada {number}")).await;
        expected.push(name);
    }
    let (mut seen, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = page(&client, "ada", 3, after.as_deref()).await;
        seen.extend(names(&page).into_iter().map(str::to_owned));
        after = page["pageInfo"]["endCursor"].as_str().map(str::to_owned);
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    seen.sort();
    assert_eq!(seen, expected, "each once, although both of their names match");
    app.finish().await;
}

#[tokio::test]
async fn bad_pages_and_nobody_logged_in_have_their_codes() {
    let app = app().await;
    let client = app.as_user(person(&app, "ada", "Ada").await);
    for variables in [
        json!({ "s": "a", "first": -1 }),
        json!({ "s": "a", "first": 101 }),
        json!({ "s": "a", "after": "nonsense" }),
    ] {
        assert_eq!(client.failure(SEARCH, variables).await, "BAD_USER_INPUT");
    }
    assert_eq!(app.anonymous().failure(SEARCH, json!({ "s": "a" })).await, "UNAUTHENTICATED");
    app.finish().await;
}

#[tokio::test]
async fn a_blocked_pair_does_not_find_each_other() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Adabo").await);
    block(&app, ada, bo).await;
    assert_eq!(names(&page(&app.as_user(ada), "ada", 10, None).await), ["ada"]);
    assert_eq!(names(&page(&app.as_user(bo), "ada", 10, None).await), ["bo"]);
    app.finish().await;
}

#[tokio::test]
async fn a_former_name_finds_nobody() {
    let app = app().await;
    let ada = app.as_user(person(&app, "ada", "Ada Byron").await);
    update_profile(&ada, json!({ "username": "countess", "displayName": "King" })).await;
    for (search, found) in
        [("ada", vec![]), ("byron", vec![]), ("count", vec!["countess"]), ("kin", vec!["countess"])]
    {
        assert_eq!(names(&page(&ada, search, 10, None).await), found);
    }
    app.finish().await;
}
