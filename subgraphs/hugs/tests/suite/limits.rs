//! How often somebody may hug.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::{WARM_HUG, World, refusal};

/// What is said of the wait, to people and to programs.
fn wait(payload: &Value) -> (String, i64) {
    assert_eq!(refusal(payload), "RATE_LIMITED");
    let error = &payload["errors"][0];
    let message = error["message"].as_str().expect("a text").to_owned();
    (message, error["retryAfterSeconds"].as_i64().expect("a number"))
}

#[tokio::test]
async fn a_new_account_hugs_less_often_and_is_told_when_it_may_again() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person_since(TimeDelta::hours(1)).await);
    for _ in 0..60 {
        world.hug(bo, ada).await;
    }
    world.clock.advance(TimeDelta::minutes(20));
    let (message, seconds) = wait(&world.try_hug(bo, ada).await);
    assert!(message.contains("in 41 minutes"));
    assert_eq!(seconds, 40 * 60);
    world.clock.advance(TimeDelta::seconds(seconds));
    world.hug(bo, ada).await;
    world.finish().await;
}

#[tokio::test]
async fn anonymous_hugs_are_few_a_day_and_fewer_to_one_person() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let input = |recipient| json!({ "recipientId": recipient, "typeId": WARM_HUG, "anonymous": true });
    for _ in 0..3 {
        world.hug_anonymously(bo, ada).await;
    }
    wait(&world.send(bo, input(ada)).await);
    for _ in 0..17 {
        world.hug_anonymously(bo, world.person().await).await;
    }
    wait(&world.send(bo, input(world.person().await)).await);
    // Under their name they may.
    world.hug(bo, ada).await;
    world.clock.advance(TimeDelta::days(1));
    world.hug_anonymously(bo, ada).await;
    world.finish().await;
}

#[tokio::test]
async fn too_many_hugs_in_a_day_are_refused_however_slowly_they_are_sent() {
    let world = World::start().await;
    let bo = world.person_since(TimeDelta::zero()).await;
    for _ in 0..4 {
        let ada = world.person().await;
        for _ in 0..60 {
            world.hug(bo, ada).await;
        }
        world.clock.advance(TimeDelta::hours(1));
    }
    let (message, seconds) = wait(&world.try_hug(bo, world.person().await).await);
    assert!(message.contains("in 1201 minutes"));
    assert_eq!(seconds, 20 * 3600);
    world.finish().await;
}
