//! Who blocks somebody is not there for them, and the other way round.

use events::social::Unblocked;
use serde_json::json;

use crate::client::{app, block, entity, named, person};

#[tokio::test]
async fn a_blocked_pair_is_missing_to_each_other_everywhere() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Bo").await);
    block(&app, ada, bo).await;
    let query = "query($id: ID!) { user(id: $id) { id displayName presence lastSeenAt } }";
    for (viewer, other, name) in [(ada, bo, "bo"), (bo, ada, "ada")] {
        let client = app.as_user(viewer);
        assert_eq!(client.data(query, json!({ "id": other })).await, json!({ "user": null }));
        assert!(named(&client, name).await.is_null());
        for key in [json!({ "id": other }), json!({ "username": name })] {
            let fields = "username timezone dayStartHour hugPolicy { anonymous }";
            assert!(entity(&client, key, fields).await.is_null());
        }
    }
    assert_eq!(named(&app.as_user(person(&app, "cy", "Cy").await), "ada").await, "Ada");
    let now = clock::Clock::now(&*app.clock);
    app.tell(&Unblocked { blocker_id: ada, blocked_id: bo, at: now }).await;
    assert_eq!(named(&app.as_user(bo), "ada").await, "Ada");
    app.finish().await;
}

#[tokio::test]
async fn a_batch_leaves_out_only_whom_the_viewer_must_not_see() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Bo").await);
    let cy = person(&app, "cy", "Cy").await;
    block(&app, bo, ada).await;
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { username } } }";
    let representation = |id| json!({ "__typename": "User", "id": id });
    let representations =
        json!([representation(cy), representation(bo), representation(app.new_user()), representation(ada)]);
    let answer = app.as_user(ada).data(query, json!({ "r": representations })).await;
    assert_eq!(answer, json!({ "_entities": [{ "username": "cy" }, null, null, { "username": "ada" }] }));
    app.finish().await;
}
