//! Blocking: neither side observes the other anywhere.

use serde_json::{Value, json};

use crate::{client::BLOCK, journeys, world::World};

journeys!(
    somebody_blocked_is_as_if_they_were_missing,
    a_block_ends_follows_and_an_unblock_brings_nothing_back,
    a_block_leaves_the_two_out_of_each_others_live_streams_and_tells_neither
);

async fn somebody_blocked_is_as_if_they_were_missing(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let earlier = bo.hug(&ada, "before the block").await;
    assert_eq!(earlier["errors"], json!([]));
    let blocked = ada.client.data(BLOCK, json!({ "u": bo.id })).await;
    assert_eq!(blocked["block"], json!({ "relationship": { "blocking": true }, "errors": [] }));

    for (from, to) in [(&bo, &ada), (&ada, &bo)] {
        let refused = from.hug(to, "hello?").await;
        assert_eq!(refused["errors"][0]["code"], "HUG_NOT_ALLOWED", "{refused:#}");
        assert_eq!(refused["hug"], Value::Null);
    }
    let username = "query U($n: String!) { user(username: $n) { id displayName viewerRelationship { following followedBy blocking } } }";
    assert_eq!(bo.client.data(username, json!({ "n": "ada" })).await["user"], Value::Null);
    assert_eq!(ada.client.data(username, json!({ "n": "bo" })).await["user"], Value::Null);
    let by_id = "query I($id: ID!) { user(id: $id) { id hugStats { sent received } moods { edges { node { id } } } } }";
    assert_eq!(bo.client.data(by_id, json!({ "id": ada.id })).await["user"], Value::Null);
    let search = "query S($s: String!) { users(search: $s) { edges { node { id } } } }";
    assert_eq!(bo.client.data(search, json!({ "s": "ada" })).await["users"]["edges"], json!([]));
    let history = "{ hugs { edges { node { id } } } me { hugStats { sent received } } }";
    for person in [&ada, &bo] {
        let seen = person.client.data(history, Value::Null).await;
        assert_eq!(seen["hugs"]["edges"], json!([]));
        assert_eq!(seen["me"]["hugStats"], json!({ "sent": 0, "received": 0 }));
    }
    // A hug that was there before the block is not replayed to either.
    let cy = world.client().register("cy").await;
    let mut socket = ada.watch(None).await;
    let arrived = cy.hug_until_seen(&ada, &mut socket).await;
    assert_eq!(arrived["hug"]["sender"]["username"], "cy");
    world.finish().await;
}

async fn a_block_ends_follows_and_an_unblock_brings_nothing_back(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let follow = "mutation F($u: ID!) { follow(input: {userId: $u}) { relationship { following followedBy blocking } errors { code } } }";
    let unblock = "mutation U($u: ID!) { unblock(input: {userId: $u}) { relationship { following followedBy blocking } errors { code } } }";
    ada.client.data(follow, json!({ "u": bo.id })).await;
    let followed = bo.client.data(follow, json!({ "u": ada.id })).await;
    assert_eq!(
        followed["follow"]["relationship"],
        json!({ "following": true, "followedBy": true, "blocking": false })
    );
    ada.client.data(BLOCK, json!({ "u": bo.id })).await;
    let unblocked = ada.client.data(unblock, json!({ "u": bo.id })).await;
    let nothing = json!({ "following": false, "followedBy": false, "blocking": false });
    assert_eq!(unblocked["unblock"]["relationship"], nothing);
    let query = "query U { user(username: \"bo\") { id displayName viewerRelationship { following followedBy blocking } } }";
    let seen = ada.client.data(query, Value::Null).await;
    assert_eq!(seen["user"]["viewerRelationship"], nothing);
    assert_eq!(bo.hug(&ada, "friends again").await["errors"], json!([]));
    world.finish().await;
}

async fn a_block_leaves_the_two_out_of_each_others_live_streams_and_tells_neither(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let cy = world.client().register("cy").await;
    let (mut to_ada, mut to_bo) = (ada.watch(None).await, bo.watch(None).await);
    let from_bo = bo.hug_until_seen(&ada, &mut to_ada).await;
    let from_ada = ada.hug_until_seen(&bo, &mut to_bo).await;
    let blocked = ada.client.data(BLOCK, json!({ "u": bo.id })).await;
    assert_eq!(blocked["block"]["errors"], json!([]));
    // Each side does something that the other would have heard of a moment ago, whether or not it is refused now.
    let cancel = "mutation C($h: ID!) { cancelHug(input: {hugId: $h}) { errors { code } } }";
    let seen = "mutation S($h: ID!) { markHugSeen(input: {hugId: $h}) { errors { code } } }";
    bo.client.data(cancel, json!({ "h": from_bo["hug"]["id"] })).await;
    bo.client.data(seen, json!({ "h": from_ada["hug"]["id"] })).await;
    ada.client.data(cancel, json!({ "h": from_ada["hug"]["id"] })).await;
    // The next that either hears of, on the same socket, is somebody else's.
    for (person, socket) in [(&ada, &mut to_ada), (&bo, &mut to_bo)] {
        let sent = cy.hug(person, "hello").await;
        let event = socket.next_hug().await;
        assert_eq!(event["hug"]["id"], sent["hug"]["id"], "{event:#}");
    }
    world.finish().await;
}
