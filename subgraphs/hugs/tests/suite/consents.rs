//! First hugs: what waits, and what its recipient decides.

use chrono::TimeDelta;
use clock::Clock as _;
use events::users::{HugPolicy, HugPolicyAction};
use ids::UserId;
use serde_json::{Value, json};

use crate::world::{World, next_kind, refusal};

pub(crate) async fn decide(world: &World, person: UserId, mutation: &str, input: Value) -> Value {
    let (kind, field) = match mutation {
        "acceptHugsFrom" => ("AcceptHugsFromInput", "letIn"),
        _ => ("DeclineHugsFromInput", "dropped"),
    };
    let query = format!(
        "mutation($i: {kind}!) {{ {mutation}(input: $i) {{ number: {field} errors {{ code path }} }} }}"
    );
    world.as_user(person).data(&query, json!({ "i": input })).await[mutation].take()
}

/// Somebody who lets strangers wait.
pub(crate) async fn reserved(world: &World) -> UserId {
    let person = world.person().await;
    world.policy(person, HugPolicyAction::Filter, HugPolicyAction::Accept).await;
    person
}

#[tokio::test]
async fn a_first_hug_waits_until_its_recipient_agrees_and_the_next_ones_come_at_once() {
    let world = World::start().await;
    let (ada, bo) = (reserved(&world).await, world.person().await);
    let waiting = [world.hug(bo, ada).await, world.hug(bo, ada).await];
    let hug_of_another = world.hug(world.person().await, ada).await;
    assert_eq!(world.history(ada, "FILTERED").await.len(), 3);
    let mut events = world.events_from_now(ada).await;
    let accepted = decide(&world, ada, "acceptHugsFrom", json!({ "userId": bo })).await;
    assert_eq!(accepted, json!({ "number": 2, "errors": [] }));
    assert_eq!(world.history(ada, "FILTERED").await, [hug_of_another]);
    let received = world.history(ada, "RECEIVED").await;
    assert!(waiting.iter().all(|hug| received.contains(hug)));
    assert_eq!(world.see(ada, &waiting[0]).await["filtered"], false);
    let next = world.hug(bo, ada).await;
    assert_eq!(next_kind(&mut events).await, ("RECEIVED".to_owned(), next));
    // Whatever the policy says of strangers from then on.
    world.policy(ada, HugPolicyAction::Drop, HugPolicyAction::Accept).await;
    world.hug(bo, ada).await;
    world.finish().await;
}

#[tokio::test]
async fn agreeing_can_start_from_a_hug_as_well() {
    let world = World::start().await;
    let (ada, bo) = (reserved(&world).await, world.person().await);
    let hug = world.hug(bo, ada).await;
    world.hug(bo, ada).await;
    assert_eq!(decide(&world, ada, "acceptHugsFrom", json!({ "hugId": hug })).await["number"], 2);
    world.finish().await;
}

#[tokio::test]
async fn declining_drops_what_waits_and_refuses_the_rest_as_if_the_recipient_were_missing() {
    let world = World::start().await;
    let (ada, bo) = (reserved(&world).await, world.person().await);
    let missing = world.try_hug(bo, world.new_user()).await;
    let waiting = world.hug(bo, ada).await;
    let before = world.see(bo, &waiting).await;
    let declined = decide(&world, ada, "declineHugsFrom", json!({ "userId": bo })).await;
    assert_eq!(declined, json!({ "number": 1, "errors": [] }));
    assert_eq!(world.history(ada, "FILTERED").await, [] as [&str; 0]);
    assert!(world.see(ada, &waiting).await.is_null());
    for mutation in ["markHugSeen", "thankHug"] {
        assert_eq!(refusal(&world.change(ada, mutation, &waiting).await), "HUG_NOT_FOUND");
    }
    assert_eq!(world.see(bo, &waiting).await, before, "the sender can't tell");
    assert_eq!(world.try_hug(bo, ada).await, missing);
    // Following them doesn't help; only agreeing does.
    world.follow(ada, bo).await;
    assert_eq!(world.try_hug(bo, ada).await, missing);
    assert_eq!(decide(&world, ada, "acceptHugsFrom", json!({ "userId": bo })).await["number"], 0);
    world.hug(bo, ada).await;
    world.finish().await;
}

#[tokio::test]
async fn whom_somebody_hugged_thanked_or_answered_is_no_stranger() {
    let world = World::start().await;
    let (ada, bo, cy) = (reserved(&world).await, world.person().await, world.person().await);
    let first = world.hug(bo, ada).await;
    assert_eq!(world.see(ada, &first).await["filtered"], true);
    world.change(ada, "thankHug", &first).await;
    let second = world.hug(bo, ada).await;
    assert_eq!(world.see(ada, &second).await["filtered"], false);
    world.hug(ada, cy).await;
    let answer = world.hug(cy, ada).await;
    assert_eq!(world.see(ada, &answer).await["filtered"], false);
    // But who refuses strangers refuses them.
    world.policy(ada, HugPolicyAction::Drop, HugPolicyAction::Accept).await;
    assert_eq!(refusal(&world.try_hug(bo, ada).await), "HUG_NOT_ALLOWED");
    world.finish().await;
}

#[tokio::test]
async fn nobody_decides_on_whom_or_what_they_can_not_see() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let foreign = world.hug(bo, cy).await;
    let blocked = world.hug(bo, ada).await;
    world.block(bo, ada).await;
    for mutation in ["acceptHugsFrom", "declineHugsFrom"] {
        for person in [json!(ada), json!(bo), json!(world.new_user()), json!("nobody")] {
            let payload = decide(&world, ada, mutation, json!({ "userId": person })).await;
            assert_eq!(refusal(&payload), "USER_NOT_FOUND");
        }
        for hug in [&foreign, &blocked, "hug_0192f000000070008000000000000001"] {
            let payload = decide(&world, ada, mutation, json!({ "hugId": hug })).await;
            assert_eq!(refusal(&payload), "HUG_NOT_FOUND");
        }
    }
    for input in [json!({}), json!({ "userId": cy, "hugId": foreign })] {
        let query = "mutation($i: AcceptHugsFromInput!) { acceptHugsFrom(input: $i) { letIn } }";
        assert_eq!(world.as_user(ada).failure(query, json!({ "i": input })).await, "BAD_USER_INPUT");
    }
    world.finish().await;
}

#[tokio::test]
async fn declining_an_anonymous_hug_refuses_its_sender_without_a_name_and_tells_nobody_who_it_was() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let accept = HugPolicyAction::Accept;
    let hug_policy = HugPolicy {
        not_followed: accept,
        not_following: accept,
        new_accounts: accept,
        anonymous: HugPolicyAction::Filter,
    };
    world.set_policy(ada, hug_policy).await;
    let (one, other) = (world.hug_anonymously(bo, ada).await, world.hug_anonymously(bo, ada).await);
    assert_eq!(world.history(ada, "FILTERED").await.len(), 2);
    // One of two is dropped: that both are by the same sender isn't told.
    assert_eq!(decide(&world, ada, "declineHugsFrom", json!({ "hugId": one })).await["number"], 1);
    assert_eq!(world.history(ada, "FILTERED").await, [other.as_str()]);
    let input = json!({ "recipientId": ada, "typeId": crate::world::WARM_HUG, "anonymous": true });
    assert_eq!(refusal(&world.send(bo, input).await), "HUG_NOT_ALLOWED");
    world.hug(bo, ada).await;
    // Letting in is about that hug alone, too.
    assert_eq!(decide(&world, ada, "acceptHugsFrom", json!({ "hugId": other })).await["number"], 1);
    let input = json!({ "recipientId": ada, "typeId": crate::world::WARM_HUG, "anonymous": true });
    assert_eq!(refusal(&world.send(bo, input).await), "HUG_NOT_ALLOWED");
    world.finish().await;
}

/// How many hugs `person` received as they see it: in all, by kind, and those that they know the instants of.
async fn own_numbers(world: &World, person: UserId) -> [usize; 3] {
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { receivedHugInstants
        hugStats { received byType { received } } } } }";
    let user = json!({ "r": [{ "__typename": "User", "id": person }] });
    let own = world.as_user(person).data(query, user).await["_entities"][0].take();
    let number =
        |count: &Value| count.as_u64().and_then(|count| usize::try_from(count).ok()).expect("a count");
    let by_type = own["hugStats"]["byType"].as_array().expect("kinds");
    let of_kinds = by_type.iter().map(|of_kind| number(&of_kind["received"])).sum();
    let instants = own["receivedHugInstants"].as_array().expect("instants").len();
    [number(&own["hugStats"]["received"]), of_kinds, instants]
}

/// Fails unless each of the numbers of `person` is that of the hugs in their list, which are `listed`, and others see that
/// they received `of_others`.
async fn assert_numbers(world: &World, person: UserId, listed: usize, of_others: i64) {
    assert_eq!(world.history(person, "RECEIVED").await.len(), listed);
    assert_eq!(own_numbers(world, person).await, [listed; 3]);
    let other = world.person().await;
    assert_eq!(
        world.stats(other, person).await[1],
        of_others,
        "the sender can't tell, under another name either"
    );
}

#[tokio::test]
async fn ones_own_numbers_are_those_of_ones_list_and_nobody_elses_tell_what_waits() {
    let world = World::start().await;
    let (ada, friend) = (reserved(&world).await, world.person().await);
    let (bo, cy, di) = (world.person().await, world.person().await, world.person().await);
    world.follow(ada, friend).await;
    world.hug(friend, ada).await;
    assert_numbers(&world, ada, 1, 1).await;
    world.hug(bo, ada).await;
    let seen = world.hug(bo, ada).await;
    world.hug(cy, ada).await;
    let taken_back = world.hug(di, ada).await;
    assert_numbers(&world, ada, 1, 5).await;
    // Looking at a hug that waits doesn't let it in.
    world.change(ada, "markHugSeen", &seen).await;
    assert_numbers(&world, ada, 1, 5).await;
    decide(&world, ada, "acceptHugsFrom", json!({ "userId": bo })).await;
    assert_numbers(&world, ada, 3, 5).await;
    decide(&world, ada, "declineHugsFrom", json!({ "userId": cy })).await;
    assert_numbers(&world, ada, 3, 5).await;
    world.change(di, "cancelHug", &taken_back).await;
    assert_numbers(&world, ada, 3, 4).await;
    // Senders count what they sent, whatever became of it.
    for (sender, sent) in [(bo, 2), (cy, 1), (di, 0)] {
        assert_eq!(world.stats(sender, sender).await, [sent, 0, 0]);
        assert_eq!(world.stats(ada, sender).await, [sent, 0, 0]);
    }
    world.finish().await;
}

#[tokio::test]
async fn a_hug_that_waited_was_received_when_it_was_let_in() {
    let world = World::start().await;
    let (ada, bo) = (reserved(&world).await, world.person().await);
    world.hug(bo, ada).await;
    world.clock.advance(TimeDelta::days(2));
    decide(&world, ada, "acceptHugsFrom", json!({ "userId": bo })).await;
    let query =
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { receivedHugInstants } } }";
    let user = json!({ "r": [{ "__typename": "User", "id": ada }] });
    let own = world.as_user(ada).data(query, user).await;
    let now = world.clock.now().to_rfc3339();
    assert_eq!(own["_entities"][0]["receivedHugInstants"], json!([now]));
    world.finish().await;
}

#[tokio::test]
async fn who_was_declined_does_not_get_through_by_answering_a_request() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let post = "mutation { createHugRequest(input: { audience: PUBLIC }) { request { id } } }";
    let posted = world.as_user(ada).data(post, json!({})).await;
    decide(&world, ada, "declineHugsFrom", json!({ "userId": bo })).await;
    let answer = "mutation($i: AnswerHugRequestInput!) { answerHugRequest(input: $i) {
        hug { id } errors { code path } } }";
    let request = &posted["createHugRequest"]["request"]["id"];
    let input = json!({ "i": { "requestId": request, "typeId": crate::world::WARM_HUG } });
    let refused = world.as_user(bo).data(answer, input.clone()).await["answerHugRequest"].take();
    assert_eq!(refusal(&refused), "HUG_NOT_ALLOWED");
    assert_eq!(refused["errors"][0]["path"], json!(["input", "requestId"]));
    assert_eq!(world.history(ada, "RECEIVED").await, [] as [&str; 0]);
    decide(&world, ada, "acceptHugsFrom", json!({ "userId": bo })).await;
    let answered = world.as_user(bo).data(answer, input).await;
    assert_eq!(answered["answerHugRequest"]["errors"], json!([]));
    world.finish().await;
}
