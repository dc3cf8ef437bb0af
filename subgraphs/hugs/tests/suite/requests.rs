//! Asking for a hug, and answering.

use chrono::{SecondsFormat, TimeDelta};
use clock::Clock as _;
use events::{
    hugs::{
        HugRequestAnswered, HugRequestDeclined, HugRequestEnd, HugRequestEnded, HugRequestPosted, HugSent,
    },
    users::HugPolicyAction,
};
use ids::UserId;
use serde_json::{Value, json};
use testkit::eventually;

use crate::world::{WARM_HUG, World, ids, next_event, refusal};

const CREATE: &str = "mutation($i: CreateHugRequestInput!) { createHugRequest(input: $i) {
    request { id message audience urgency status expiresAt requester { id } targets { id } } errors { code path retryAfterSeconds } } }";
const ANSWER: &str = "mutation($i: AnswerHugRequestInput!) { answerHugRequest(input: $i) {
    hug { id message recipient { id } request { id answerCount viewerAnswer { id } } } errors { code path } } }";
const CLOSE: &str = "mutation($r: ID!) { closeHugRequest(input: {requestId: $r}) {
    request { id status } errors { code } } }";

async fn create(world: &World, person: UserId, input: Value) -> Value {
    world.as_user(person).data(CREATE, json!({ "i": input })).await["createHugRequest"].take()
}

async fn post(world: &World, person: UserId, input: Value) -> String {
    let payload = create(world, person, input).await;
    payload["request"]["id"].as_str().unwrap_or_else(|| panic!("no request: {payload:#}")).to_owned()
}

async fn answer(world: &World, person: UserId, request: &str) -> Value {
    let input = json!({ "requestId": request, "typeId": WARM_HUG, "message": "here" });
    world.as_user(person).data(ANSWER, json!({ "i": input })).await["answerHugRequest"].take()
}

async fn close(world: &World, person: UserId, request: &str) -> Value {
    world.as_user(person).data(CLOSE, json!({ "r": request })).await["closeHugRequest"].take()
}

async fn list(world: &World, person: UserId, scope: &str) -> Vec<String> {
    let query = "query($s: HugRequestScope) { hugRequests(scope: $s, first: 50) { edges { node { id } } } }";
    ids(&world.as_user(person).data(query, json!({ "s": scope })).await["hugRequests"])
}

#[tokio::test]
async fn a_request_is_posted_and_lasts_a_day() {
    let world = World::start().await;
    let ada = world.person().await;
    let payload = create(&world, ada, json!({ "message": " rough day ", "audience": "PUBLIC" })).await;
    let request = &payload["request"];
    assert_eq!(request["message"], "rough day");
    assert_eq!(
        (&request["audience"], &request["urgency"], &request["status"]),
        (&json!("PUBLIC"), &json!("NORMAL"), &json!("OPEN"))
    );
    assert_eq!(request["requester"]["id"], json!(ada));
    assert!(request["expiresAt"].as_str().unwrap().starts_with("2026-03-02T12:00:00"));
    assert_eq!(world.events::<HugRequestPosted>().await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn each_audience_sees_what_is_meant_for_it() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    world.follow(bo, ada).await;
    let public = post(&world, ada, json!({ "audience": "PUBLIC" })).await;
    world.clock.advance(TimeDelta::seconds(1));
    let followers = post(&world, ada, json!({ "audience": "FOLLOWERS" })).await;
    world.clock.advance(TimeDelta::seconds(1));
    let private = post(&world, ada, json!({ "audience": "PRIVATE", "targetIds": [cy] })).await;
    assert_eq!(list(&world, bo, "ALL").await, [followers.clone(), public.clone()]);
    assert_eq!(list(&world, bo, "FOLLOWED").await, [followers.clone(), public.clone()]);
    assert_eq!(list(&world, bo, "TARGETED").await, [] as [&str; 0]);
    assert_eq!(list(&world, cy, "ALL").await, [private.clone(), public.clone()]);
    assert_eq!(list(&world, cy, "FOLLOWED").await, [] as [&str; 0]);
    assert_eq!(list(&world, cy, "TARGETED").await, [private.as_str()]);
    assert_eq!(list(&world, ada, "ALL").await, [] as [&str; 0]);
    assert_eq!(list(&world, ada, "MINE").await, [private.clone(), followers.clone(), public]);

    let query = "query($id: ID!) { hugRequest(id: $id) { id targets { id } } }";
    assert!(world.as_user(cy).data(query, json!({ "id": followers })).await["hugRequest"].is_null());
    let named = world.as_user(cy).data(query, json!({ "id": private })).await;
    assert_eq!(named["hugRequest"]["targets"], json!([]), "only the requester may know whom else they asked");
    let own = world.as_user(ada).data(query, json!({ "id": private })).await;
    assert_eq!(own["hugRequest"]["targets"], json!([{ "id": cy }]));
    world.finish().await;
}

#[tokio::test]
async fn those_whom_a_request_concerns_hear_of_it_live() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    world.follow(bo, ada).await;
    let (mut bo_hears, mut cy_hears) = (world.events_from_now(bo).await, world.events_from_now(cy).await);
    let public = post(&world, ada, json!({ "audience": "PUBLIC", "message": "anybody?" })).await;
    let private = post(&world, ada, json!({ "audience": "PRIVATE", "targetIds": [cy] })).await;
    let heard = next_event(&mut bo_hears).await;
    assert_eq!(heard["kind"], "REQUEST_POSTED");
    assert_eq!(heard["request"], json!({ "id": public, "message": "anybody?", "status": "OPEN" }));
    assert_eq!(next_event(&mut cy_hears).await["request"]["id"], private);
    bo_hears.expect_quiet().await;
    cy_hears.expect_quiet().await;
    world.finish().await;
}

#[tokio::test]
async fn an_answer_is_a_hug_that_is_linked_to_the_request() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    // Asking publicly is consent, whatever the policy says of strangers.
    world.policy(ada, HugPolicyAction::Drop, HugPolicyAction::Drop).await;
    let request = post(&world, ada, json!({ "audience": "PUBLIC" })).await;
    let mut events = world.events_from_now(ada).await;
    let payload = answer(&world, bo, &request).await;
    let hug = &payload["hug"];
    assert_eq!(hug["recipient"]["id"], json!(ada));
    assert_eq!(
        hug["request"],
        json!({ "id": request, "answerCount": 1, "viewerAnswer": { "id": hug["id"] } })
    );
    let heard = next_event(&mut events).await;
    assert_eq!(heard["kind"], "REQUEST_ANSWERED");
    assert_eq!((&heard["hug"]["id"], &heard["request"]["id"]), (&hug["id"], &json!(request)));
    events.expect_quiet().await;
    let told = world.events::<HugRequestAnswered>().await;
    assert_eq!((told.len(), told[0].answerer_id, told[0].requester_id), (1, bo, ada));
    assert_eq!(json!(world.events::<HugSent>().await[0].request_id), json!(request));
    assert_eq!(world.history(ada, "RECEIVED").await, [hug["id"].as_str().unwrap()]);
    world.finish().await;
}

#[tokio::test]
async fn a_request_is_answered_once_by_each_person_while_it_is_open() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let request = post(&world, ada, json!({ "audience": "PUBLIC" })).await;
    assert_eq!(refusal(&answer(&world, ada, &request).await), "CANNOT_HUG_SELF");
    assert_eq!(answer(&world, bo, &request).await["errors"], json!([]));
    assert_eq!(refusal(&answer(&world, bo, &request).await), "ALREADY_ANSWERED");
    assert_eq!(refusal(&close(&world, bo, &request).await), "HUG_REQUEST_NOT_FOUND");
    for _ in 0..2 {
        assert_eq!(close(&world, ada, &request).await["request"]["status"], "CLOSED");
    }
    assert_eq!(refusal(&answer(&world, cy, &request).await), "HUG_REQUEST_CLOSED");
    assert_eq!(list(&world, cy, "ALL").await, [] as [&str; 0]);

    let request = post(&world, ada, json!({ "audience": "PUBLIC" })).await;
    world.clock.advance(TimeDelta::days(1));
    assert_eq!(refusal(&answer(&world, cy, &request).await), "HUG_REQUEST_EXPIRED");
    assert_eq!(list(&world, cy, "ALL").await, [] as [&str; 0]);
    world.finish().await;
}

#[tokio::test]
async fn a_request_that_can_not_be_seen_can_not_be_answered() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let public = post(&world, ada, json!({ "audience": "PUBLIC" })).await;
    let followers = post(&world, ada, json!({ "audience": "FOLLOWERS" })).await;
    let missing = answer(&world, bo, "hrq_0192f000000070008000000000000001").await;
    assert_eq!(refusal(&missing), "HUG_REQUEST_NOT_FOUND");
    assert_eq!(answer(&world, bo, &followers).await, missing);
    assert_eq!(answer(&world, bo, "no id").await, missing);
    world.block(ada, bo).await;
    assert_eq!(answer(&world, bo, &public).await, missing);
    assert_eq!(list(&world, bo, "ALL").await, [] as [&str; 0]);
    world.finish().await;
}

#[tokio::test]
async fn an_answer_with_the_same_key_is_sent_once() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let request = post(&world, ada, json!({ "audience": "PUBLIC" })).await;
    let input = json!({ "i": { "requestId": request, "typeId": WARM_HUG, "idempotencyKey": "k" } });
    let first = world.as_user(bo).data(ANSWER, input.clone()).await;
    assert_eq!(world.as_user(bo).data(ANSWER, input).await, first);
    assert_eq!(world.events::<HugSent>().await.len(), 1);

    let input = json!({ "audience": "PUBLIC", "idempotencyKey": "k" });
    let first = create(&world, ada, input.clone()).await;
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(create(&world, ada, input).await, first);
    world.finish().await;
}

#[tokio::test]
async fn a_request_that_makes_no_sense_is_refused() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    world.block(cy, ada).await;
    let soon = |by: TimeDelta| (world.clock.now() + by).to_rfc3339_opts(SecondsFormat::Secs, true);
    for (input, code, path) in [
        (
            json!({ "audience": "PUBLIC", "message": "x".repeat(501) }),
            "MESSAGE_TOO_LONG",
            json!(["input", "message"]),
        ),
        (json!({ "audience": "PRIVATE" }), "TARGET_COUNT_OUT_OF_RANGE", json!(["input", "targetIds"])),
        (
            json!({ "audience": "PUBLIC", "targetIds": [bo] }),
            "TARGETS_NOT_PRIVATE",
            json!(["input", "targetIds"]),
        ),
        (
            json!({ "audience": "PRIVATE", "targetIds": [bo, ada] }),
            "TARGET_NOT_ALLOWED",
            json!(["input", "targetIds", "1"]),
        ),
        (
            json!({ "audience": "PRIVATE", "targetIds": [cy] }),
            "TARGET_NOT_ALLOWED",
            json!(["input", "targetIds", "0"]),
        ),
        (
            json!({ "audience": "PRIVATE", "targetIds": ["x"] }),
            "TARGET_NOT_ALLOWED",
            json!(["input", "targetIds", "0"]),
        ),
        (
            json!({ "audience": "PUBLIC", "expiresAt": soon(TimeDelta::zero()) }),
            "EXPIRY_OUT_OF_RANGE",
            json!(["input", "expiresAt"]),
        ),
        (
            json!({ "audience": "PUBLIC", "expiresAt": soon(TimeDelta::days(8)) }),
            "EXPIRY_OUT_OF_RANGE",
            json!(["input", "expiresAt"]),
        ),
    ] {
        let payload = create(&world, ada, input).await;
        assert_eq!(refusal(&payload), code);
        assert_eq!(payload["errors"][0]["path"], path);
    }
    for _ in 0..60 {
        post(&world, ada, json!({ "audience": "PUBLIC" })).await;
        world.clock.advance(TimeDelta::seconds(1));
    }
    let payload = create(&world, ada, json!({ "audience": "PUBLIC" })).await;
    assert_eq!(refusal(&payload), "RATE_LIMITED");
    assert_eq!(payload["errors"][0]["retryAfterSeconds"], 59 * 60);
    world.clock.advance(TimeDelta::minutes(59));
    post(&world, ada, json!({ "audience": "PUBLIC" })).await;
    world.finish().await;
}

#[tokio::test]
async fn whom_a_request_names_may_decline_it_and_its_requester_learns_how_many_did() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let decline = async |person: UserId, request: &str| {
        let query = "mutation($r: ID!) { declineHugRequest(input: {requestId: $r}) {
            request { id viewerDeclined declineCount } errors { code path } } }";
        world.as_user(person).data(query, json!({ "r": request })).await["declineHugRequest"].take()
    };
    let private = post(&world, ada, json!({ "audience": "PRIVATE", "targetIds": [bo, cy] })).await;
    for _ in 0..2 {
        let payload = decline(bo, &private).await;
        assert_eq!(payload["request"], json!({ "id": private, "viewerDeclined": true, "declineCount": 0 }));
    }
    assert_eq!(list(&world, bo, "ALL").await, [] as [&str; 0]);
    assert_eq!(list(&world, cy, "TARGETED").await, [private.as_str()]);
    let query = "query($id: ID!) { hugRequest(id: $id) { declineCount viewerDeclined } }";
    for (person, count) in [(ada, 1), (cy, 0)] {
        let seen = world.as_user(person).data(query, json!({ "id": private })).await;
        assert_eq!(seen["hugRequest"], json!({ "declineCount": count, "viewerDeclined": false }));
    }
    let told = world.events::<HugRequestDeclined>().await;
    assert_eq!((told.len(), told[0].decliner_id, told[0].requester_id), (1, bo, ada));
    // They may change their mind.
    assert_eq!(answer(&world, bo, &private).await["errors"], json!([]));

    let public = post(&world, ada, json!({ "audience": "PUBLIC" })).await;
    assert_eq!(refusal(&decline(bo, &public).await), "NOT_A_TARGET");
    assert_eq!(refusal(&decline(bo, "no id").await), "HUG_REQUEST_NOT_FOUND");
    close(&world, ada, &private).await;
    assert_eq!(refusal(&decline(cy, &private).await), "HUG_REQUEST_CLOSED");
    world.finish().await;
}

#[tokio::test]
async fn that_a_request_has_ended_is_told_once_whether_it_was_closed_or_has_expired() {
    let world = World::start().await;
    let ada = world.person().await;
    let (closed, expires) = (
        post(&world, ada, json!({ "audience": "PUBLIC" })).await,
        post(&world, ada, json!({ "audience": "PUBLIC" })).await,
    );
    for _ in 0..2 {
        close(&world, ada, &closed).await;
    }
    world.clock.advance(TimeDelta::hours(25));
    let told = eventually("the expiry to be told", || async {
        let told = world.events::<HugRequestEnded>().await;
        (told.len() > 1).then_some(told)
    })
    .await;
    let ends: Vec<_> = told.iter().map(|told| (json!(told.request_id), told.end)).collect();
    assert_eq!(ends, [(json!(closed), HugRequestEnd::Closed), (json!(expires), HugRequestEnd::Expired)]);
    close(&world, ada, &expires).await;
    assert_eq!(world.events::<HugRequestEnded>().await.len(), 2);
    world.finish().await;
}
