//! What the gateway asks.

use hugs::Hugs;
use serde_json::json;
use service::Subgraph as _;

use crate::world::World;

const ENTITIES: &str = "query($r: [_Any!]!) { _entities(representations: $r) { __typename
    ... on User { id hugStats { sent } } ... on Hug { id status } ... on HugMoment { id at message } } }";

#[tokio::test]
async fn anybody_is_a_user_and_what_is_no_id_is_nobody() {
    let world = World::start().await;
    let (ada, stranger) = (world.person().await, world.new_user());
    let representations = json!([
        { "__typename": "User", "id": ada },
        { "__typename": "User", "id": stranger },
        { "__typename": "User", "id": "nobody" },
    ]);
    let data = world.anonymous().data(ENTITIES, json!({ "r": representations })).await;
    let user = |id| json!({ "__typename": "User", "id": id, "hugStats": { "sent": 0 } });
    assert_eq!(data["_entities"], json!([user(ada), user(stranger), null]));
    world.finish().await;
}

#[tokio::test]
async fn a_hug_is_an_entity_and_a_moment_for_its_two_parties_only() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let hug = world.hug(bo, ada).await;
    let representations = json!({ "r": [
        { "__typename": "Hug", "id": hug },
        { "__typename": "HugMoment", "id": hug },
        { "__typename": "HugMoment", "id": "nothing" },
    ] });
    for person in [ada, bo] {
        let data = world.as_user(person).data(ENTITIES, representations.clone()).await;
        let found = data["_entities"].as_array().unwrap();
        for moment in &found[..2] {
            assert_eq!((&moment["__typename"], &moment["id"]), (&json!("Hug"), &json!(hug)));
            assert!(moment["at"].is_string());
        }
        assert!(found[2].is_null());
    }
    let data = world.as_user(cy).data(ENTITIES, representations).await;
    assert_eq!(data["_entities"], json!([null, null, null]));
    world.finish().await;
}

#[test]
fn the_schema_names_its_entities() {
    let sdl = Hugs::sdl();
    for line in [
        "interface HugMoment @key(fields: \"id\")",
        "type Hug implements HugMoment @key(fields: \"id\")",
        "type GroupHug implements HugMoment @key(fields: \"id\")",
        "createHugType(input: CreateHugTypeInput!): HugTypePayload! @requiresScopes(scopes: [[\"administration\"]])",
        "discloseHugSender(input: DiscloseHugSenderInput!): DiscloseHugSenderPayload! @requiresScopes(scopes: [[\"moderation\"]])",
        "): HugDisclosureConnection @requiresScopes(scopes: [[\"moderation\"]])",
        "receivedHugInstants: [DateTime!] @inaccessible",
        "groupHugUpdated(",
        "sender: User @provides(fields: \"username displayName\")",
        "requester: User! @provides(fields: \"username displayName\")",
        "host: User @provides(fields: \"username displayName\")",
        "username: String @external",
        "displayName: String @external",
        "type HugRequest implements HugMoment @key(fields: \"id\")",
        "type User @key(fields: \"id\")",
        "hugEvents(",
    ] {
        assert!(sdl.contains(line), "{line} is missing in\n{sdl}");
    }
}
