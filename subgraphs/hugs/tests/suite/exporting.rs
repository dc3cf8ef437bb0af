//! Taking along one's hugs.

use serde_json::{Value, json};
use testkit::{Part, of_type};

use crate::world::{WARM_HUG, World};

const PART: Part = Part("hugs");

#[tokio::test]
async fn hugs_come_out_as_each_of_their_two_parties_sees_them() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let input = json!({ "recipientId": bo, "typeId": WARM_HUG, "message": "from Ada" });
    let sent = world.send(ada, input).await["hug"]["id"].take();
    let named = world.hug(bo, ada).await;
    let unnamed = world.hug_anonymously(cy, ada).await;
    let returned = world.return_hug(ada, &unnamed).await["hug"]["id"].take();

    let lines = PART.of(&world, ada).await;
    let line = |id: &Value| lines.iter().find(|line| line["id"] == *id).expect("a hug").clone();
    assert_eq!((&line(&sent)["type"], &line(&sent)["message"]), (&json!("hugSent"), &json!("from Ada")));
    assert_eq!(line(&sent)["recipientId"], json!(bo));
    assert_eq!(line(&json!(named))["senderId"], json!(bo));
    assert_eq!(line(&json!(unnamed))["anonymous"], true);
    assert_eq!(line(&returned)["returns"], json!(unnamed));
    assert_eq!(of_type(&lines, "hugSent").len(), 2);
    let said = serde_json::to_string(&lines).unwrap();
    assert!(!said.contains(&cy.to_string()), "who isn't named is in no line: {said}");

    let of_cy = PART.of(&world, cy).await;
    assert_eq!(
        of_type(&of_cy, "hugSent")[0]["recipientId"],
        json!(ada),
        "whom somebody hugs is theirs to know"
    );
    world.finish().await;
}

#[tokio::test]
async fn of_blocked_pairs_nothing_comes_that_the_other_sent() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let input = json!({ "recipientId": bo, "typeId": WARM_HUG, "message": "from Ada" });
    world.send(ada, input).await;
    let input = json!({ "recipientId": ada, "typeId": WARM_HUG, "message": "from Bo" });
    world.send(bo, input).await;
    let unnamed = world.hug_anonymously(bo, ada).await;
    world.block(bo, ada).await;

    let lines = PART.of(&world, ada).await;
    let [sent] = of_type(&lines, "hugSent").try_into().unwrap();
    assert_eq!(sent["message"], "from Ada", "what she wrote stays hers");
    let [received] = of_type(&lines, "hugReceived").try_into().unwrap();
    assert_eq!(received["id"], json!(unnamed), "else the block would tell who it was");
    world.finish().await;
}

#[tokio::test]
async fn what_was_taken_back_or_declined_is_not_given_out() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let input = json!({ "recipientId": bo, "typeId": WARM_HUG, "message": "a slip" });
    let hug = world.send(ada, input).await["hug"]["id"].take();
    let cancel = "mutation($i: CancelHugInput!) { cancelHug(input: $i) { errors { code } } }";
    let cancelled = world.as_user(ada).data(cancel, json!({ "i": { "hugId": hug } })).await;
    assert_eq!(cancelled["cancelHug"]["errors"], json!([]), "{cancelled:#}");
    let lines = PART.of(&world, bo).await;
    assert!(!serde_json::to_string(&lines).unwrap().contains("a slip"), "{lines:#?}");
    assert_eq!(of_type(&PART.of(&world, ada).await, "hugSent")[0]["message"], "a slip");
    world.finish().await;
}

#[tokio::test]
async fn requests_come_out_with_whom_they_name() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    world.follow(ada, bo).await;
    world.follow(bo, ada).await;
    let post = "mutation($i: CreateHugRequestInput!) { createHugRequest(input: $i) { request { id } errors { code path } } }";
    let input = json!({ "message": "a long day", "audience": "PRIVATE", "targetIds": [bo] });
    let posted = world.as_user(ada).data(post, json!({ "i": input })).await["createHugRequest"].take();
    let request = &posted["request"]["id"];
    assert!(request.is_string(), "{posted:#}");
    let lines = PART.of(&world, ada).await;
    let [line] = of_type(&lines, "hugRequest").try_into().unwrap();
    assert_eq!(
        (&line["id"], &line["targetIds"], &line["message"]),
        (request, &json!([bo]), &json!("a long day"))
    );
    assert_eq!(of_type(&PART.of(&world, bo).await, "hugRequestReceived")[0]["requestId"], *request);
    world.block(ada, bo).await;
    assert!(of_type(&PART.of(&world, bo).await, "hugRequestReceived").is_empty());
    world.finish().await;
}

#[tokio::test]
async fn nobody_else_reads_an_export_nor_anybody_when_it_is_over_or_they_are_gone() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    world.hug(ada, bo).await;
    PART.assert_its_owners_while_it_lasts(&world, ada, bo).await;
    world.finish().await;
}
