//! A database that fails: clients learn that something is wrong, and not what.

use events::moods::MoodVisibility;
use ids::{HugId, PostId};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use social::Social;
use testkit::TestApp;

use crate::{
    people::{mutation, person},
    sharing::{CREATE, mood},
};

const TABLES: [&str; 16] = [
    "follows",
    "follow_requests",
    "blocks",
    "mutes",
    "pairs",
    "settings",
    "people",
    "moods",
    "moments",
    "moment_people",
    "streaks",
    "badges",
    "posts",
    "reactions",
    "dismissals",
    "reports",
];

#[tokio::test]
async fn nobody_reads_what_a_database_says_that_fails() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let mood = mood(&app, ada, MoodVisibility::Public).await;
    let now = app.foundation.clock.now();
    let (post, hug) = (PostId::at(now).to_string(), HugId::at(now).to_string());
    let breaking = app.db.begin().await.expect("a transaction");
    for table in TABLES {
        breaking.execute_unprepared(&format!("DROP TABLE {table}")).await.expect("the table goes");
    }
    breaking.commit().await.expect("the tables are gone");

    let entity = |kind: &str, id: &str, field: &str| {
        format!(
            "{{ _entities(representations: [{{ __typename: \"{kind}\", id: \"{id}\" }}]) {{ ... on {kind} {{ {field} }} }} }}"
        )
    };
    let person = bo.to_string();
    let mut asked: Vec<(String, Value)> = [
        "{ homeFeed { edges { cursor } } }".to_owned(),
        "{ publicFeed { edges { cursor } } }".to_owned(),
        "{ followRequests { edges { cursor } } }".to_owned(),
        "{ suggestions { mutuals } }".to_owned(),
        "{ reports { edges { cursor } } }".to_owned(),
        format!("{{ post(id: \"{post}\") {{ id }} }}"),
        entity("Post", &post, "id"),
        entity("HugMoment", &hug, "reactions { count }"),
        entity("HugMoment", &hug, "viewerReaction"),
        entity("User", &person, "viewerRelationship { id }"),
        entity("User", &person, "followersCount"),
        entity("User", &person, "followingCount"),
        entity("User", &person, "followers { edges { cursor } }"),
        entity("User", &person, "following { edges { cursor } }"),
        entity("User", &person, "posts { edges { cursor } }"),
    ]
    .map(|query| (query, json!({})))
    .into();
    for action in ["follow", "unfollow", "block", "unblock"] {
        asked.push((mutation(action), json!({ "input": { "userId": person } })));
    }
    let doing = |field: &str, input: Value| {
        let mut kind = field.to_owned();
        kind[..1].make_ascii_uppercase();
        let document =
            format!("mutation M($i: {kind}Input!) {{ {field}(input: $i) {{ errors {{ code }} }} }}");
        (document, json!({ "i": input }))
    };
    asked.extend([
        (CREATE.to_owned(), json!({ "i": { "moodId": mood.to_string(), "visibility": "PUBLIC" } })),
        doing("deletePost", json!({ "id": post })),
        doing("updatePostVisibility", json!({ "id": post, "visibility": "PUBLIC" })),
        doing("addReaction", json!({ "targetId": post, "kind": "HUG" })),
        doing("removeReaction", json!({ "targetId": post })),
        doing("dismissSuggestion", json!({ "userId": person })),
        doing("report", json!({ "targetId": person, "reason": "SPAM" })),
    ]);
    let client = app.as_moderator(ada);
    for (document, variables) in asked {
        let answer = client.graphql(&document, variables).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "INTERNAL", "{document}: {answer:#}");
        assert_eq!(error["message"], "something went wrong on our side", "{document}");
    }
    app.finish().await;
}
