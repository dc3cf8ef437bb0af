//! What one service names and another doesn't show is null, and no error: nobody is told that there was something.

use serde_json::{Value, json};

use crate::{
    client::{BLOCK, Client, Person, until},
    journeys,
    world::World,
};

journeys!(
    a_feed_has_no_errors_where_what_is_shared_is_not_for_its_reader,
    no_longer_reacting_to_what_is_not_shown_names_nothing,
);

const FEED: &str =
    "query F { homeFeed { edges { node { text shared { ... on SharedHug { with { username } hug {
    ... on Hug { id viewerReaction reactions { kind count } }
    ... on HugRequest { id viewerReaction requester { username } }
    ... on GroupHug { id reactions { kind count } } } } } } } } }";
const BY_INTERFACE: &str = "query I { homeFeed { edges { node { shared { ... on SharedHug { hug {
    __typename id at message viewerReaction ... on Hug { sender { username } } } } } } } } }";

/// Ada and Bo, who follow each other, and Cy, who follows both; Ada shows everybody that she hugged Bo.
async fn friends(world: &World) -> ([Person; 3], Value) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let cy = world.client().register("cy").await;
    let follow = "mutation F($u: ID!) { follow(input: { userId: $u }) { errors { code } } }";
    for (follower, followed) in [(&ada, &bo), (&bo, &ada), (&cy, &ada), (&cy, &bo)] {
        follower.client.data(follow, json!({ "u": followed.id })).await;
    }
    let hug = ada.hug(&bo, "for you").await["hug"]["id"].take();
    let share = "mutation S($h: ID!) { createPost(input: { hugId: $h, visibility: PUBLIC, text: \"look\" }) { errors { code } } }";
    let shared = ada.client.data(share, json!({ "h": hug })).await;
    assert_eq!(shared["createPost"]["errors"], json!([]), "{shared:#}");
    ([ada, bo, cy], hug)
}

/// The hugs that are shared in somebody's feed, which has no errors.
async fn shared(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.data(query, Value::Null).await;
    let edges = answer["homeFeed"]["edges"].as_array().expect("a feed").iter();
    edges.map(|edge| edge["node"]["shared"]["hug"].clone()).collect()
}

async fn a_feed_has_no_errors_where_what_is_shared_is_not_for_its_reader(world: World) {
    let ([ada, bo, cy], hug) = friends(&world).await;
    let react =
        "mutation R($h: ID!) { addReaction(input: { targetId: $h, kind: HEART }) { errors { code } } }";
    bo.client.data(react, json!({ "h": hug })).await;
    for (person, reaction) in [(&ada, Value::Null), (&bo, json!("HEART"))] {
        let reactions = json!([{ "kind": "HEART", "count": 1 }]);
        let seen = json!({ "id": hug, "viewerReaction": reaction, "reactions": reactions });
        assert_eq!(shared(&person.client, FEED).await, [seen]);
        let [seen] = shared(&person.client, BY_INTERFACE).await.try_into().expect("one post");
        assert_eq!((&seen["__typename"], &seen["viewerReaction"]), (&json!("Hug"), &reaction));
        assert_eq!(seen["sender"]["username"], "ada");
    }
    for query in [FEED, BY_INTERFACE] {
        assert_eq!(shared(&cy.client, query).await, [Value::Null]);
    }
    bo.client.data(BLOCK, json!({ "u": ada.id })).await;
    until(&ada.client, FEED, |answer| {
        let shared = &answer["data"]["homeFeed"]["edges"][0]["node"]["shared"];
        *shared == json!({ "with": null, "hug": null })
    })
    .await;
    for query in [FEED, BY_INTERFACE] {
        assert_eq!(shared(&ada.client, query).await, [Value::Null]);
        assert_eq!(shared(&bo.client, query).await, [] as [Value; 0]);
    }
    world.finish().await;
}

async fn no_longer_reacting_to_what_is_not_shown_names_nothing(world: World) {
    const UNREACT: &str = "mutation U($t: ID!) { removeReaction(input: { targetId: $t }) { errors { code }
        post { id } moment { __typename ... on HugRequest { id } ... on Hug { id viewerReaction } } } }";
    let ([ada, bo, cy], hug) = friends(&world).await;
    let ask = "mutation A($u: [ID!]) { createHugRequest(input: { audience: PRIVATE, targetIds: $u }) { request { id } errors { code } } }";
    let asked =
        ada.client.data(ask, json!({ "u": [bo.id] })).await["createHugRequest"]["request"]["id"].take();
    let nothing = json!("hrq_0192f000000070008000000000abcdef");
    let unreact = async |person: &Person, target: &Value| {
        person.client.data(UNREACT, json!({ "t": target })).await["removeReaction"].take()
    };
    let named = json!({ "errors": [], "post": null, "moment": null });
    for target in [&hug, &asked, &nothing] {
        assert_eq!(unreact(&cy, target).await, named);
    }
    let seen = unreact(&bo, &hug).await;
    assert_eq!(seen["moment"], json!({ "__typename": "Hug", "id": hug, "viewerReaction": null }));
    ada.client.data(BLOCK, json!({ "u": bo.id })).await;
    for target in [&hug, &asked, &nothing] {
        assert_eq!(unreact(&bo, target).await, named);
    }
    world.finish().await;
}
