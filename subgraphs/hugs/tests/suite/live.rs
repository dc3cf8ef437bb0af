//! The live stream: nothing lost, nothing twice, nothing that isn't the viewer's.

use std::collections::HashSet;

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::world::{EVENTS, SEND, WARM_HUG, World, next_event, next_kind};

#[tokio::test]
async fn a_hug_is_seen_by_who_listens() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    world.hug(bo, ada).await;
    // Without a cursor the stream begins when it is first read, and so with nothing.
    let mut events = world.as_user(ada).subscribe(EVENTS, json!({})).await;
    events.expect_quiet().await;
    let hug = world.hug(bo, ada).await;
    let event = next_event(&mut events).await;
    assert_eq!(event["kind"], "RECEIVED");
    assert_eq!(event["hug"]["id"], hug);
    assert!(event["cursor"].is_string() && event["request"].is_null());
    events.expect_quiet().await;
    world.finish().await;
}

#[tokio::test]
async fn who_comes_back_with_their_cursor_gets_exactly_what_they_missed() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let mut events = world.events_from_now(ada).await;
    world.hug(bo, ada).await;
    let cursor = next_event(&mut events).await["cursor"].take();
    drop(events);
    let missed = [world.hug(bo, ada).await, world.hug(bo, ada).await];
    for _ in 0..2 {
        let mut events = world.events_after(ada, &cursor).await;
        for hug in &missed {
            assert_eq!(next_kind(&mut events).await, ("RECEIVED".to_owned(), hug.clone()));
        }
        events.expect_quiet().await;
    }
    world.finish().await;
}

#[tokio::test]
async fn every_cursor_is_a_place_to_go_on_from() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let start = world.cursor(ada).await;
    let mut sent = Vec::new();
    for _ in 0..5 {
        sent.push(world.hug(bo, ada).await);
    }
    let mut cursors = vec![start.clone()];
    let mut events = world.events_after(ada, &start).await;
    for _ in &sent {
        cursors.push(next_event(&mut events).await["cursor"].take());
    }
    for (number, cursor) in cursors.iter().enumerate() {
        let mut events = world.events_after(ada, cursor).await;
        for hug in &sent[number..] {
            assert_eq!(&next_kind(&mut events).await.1, hug);
        }
        events.expect_quiet().await;
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replay_goes_over_into_live_without_a_seam_while_fifty_hugs_are_sent() {
    let world = World::start().await;
    let ada = world.person().await;
    let senders = join_all((0..5).map(|_| world.person())).await;
    let start = world.cursor(ada).await;
    for sender in &senders {
        world.hug(*sender, ada).await;
    }
    let input = json!({ "i": { "recipientId": ada, "typeId": WARM_HUG } });
    let sending: Vec<_> = senders
        .iter()
        .flat_map(|sender| (0..10).map(|_| (world.as_user(*sender), input.clone())))
        .map(|(sender, input)| tokio::spawn(async move { sender.data(SEND, input).await }))
        .collect();
    let mut streams = Vec::new();
    for _ in 0..3 {
        let mut events = world.events_after(ada, &start).await;
        let mut seen = Vec::new();
        for _ in 0..55 {
            seen.push(next_kind(&mut events).await.1);
        }
        events.expect_quiet().await;
        streams.push(seen);
    }
    let payloads = join_all(sending).await.into_iter().map(Result::unwrap);
    let sent: HashSet<String> =
        payloads.map(|data| data["sendHug"]["hug"]["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sent.len(), 50);
    let seen: HashSet<String> = streams[0].iter().cloned().collect();
    assert_eq!(seen.len(), 55, "something came twice");
    assert!(sent.is_subset(&seen));
    assert!(streams.iter().all(|stream| *stream == streams[0]), "the order is the same for everybody");
    world.finish().await;
}

#[tokio::test]
async fn a_burst_larger_than_a_batch_arrives_whole() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let start = world.cursor(ada).await;
    let mut sent = Vec::new();
    for _ in 0..110 {
        sent.push(world.hug(bo, ada).await);
    }
    let mut events = world.events_after(ada, &start).await;
    for hug in &sent {
        assert_eq!(&next_kind(&mut events).await.1, hug);
    }
    events.expect_quiet().await;
    world.finish().await;
}

#[tokio::test]
async fn what_is_older_than_the_log_is_a_gap_that_is_said() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let start = world.cursor(ada).await;
    world.hug(bo, ada).await;
    world.clock.advance(TimeDelta::days(20));
    let younger = world.hug(bo, ada).await;
    world.clock.advance(TimeDelta::days(11));
    let mut events = world.events_after(ada, &start).await;
    let gap = next_event(&mut events).await;
    assert_eq!((&gap["kind"], &gap["hug"]), (&json!("GAP"), &Value::Null));
    assert_eq!(next_kind(&mut events).await, ("RECEIVED".to_owned(), younger.clone()));
    events.expect_quiet().await;
    // The gap's cursor is one to go on from, too.
    let mut events = world.events_after(ada, &gap["cursor"]).await;
    assert_eq!(next_kind(&mut events).await.1, younger);

    world.clock.advance(TimeDelta::days(30));
    let mut events = world.events_after(ada, &start).await;
    assert_eq!(next_kind(&mut events).await.0, "GAP");
    let hug = world.hug(bo, ada).await;
    assert_eq!(next_kind(&mut events).await, ("RECEIVED".to_owned(), hug));
    world.finish().await;
}

#[tokio::test]
async fn a_cursor_of_the_present_has_no_gap_however_old_it_is() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    world.hug(bo, ada).await;
    let mut events = world.events_from_now(ada).await;
    world.clock.advance(TimeDelta::days(90));
    events.expect_quiet().await;
    let hug = world.hug(bo, ada).await;
    assert_eq!(next_kind(&mut events).await, ("RECEIVED".to_owned(), hug));
    world.finish().await;
}

#[tokio::test]
async fn what_concerns_a_blocked_pair_is_not_shown() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let start = world.cursor(ada).await;
    let mut open = world.events_after(ada, &start).await;
    let hidden = world.hug(bo, ada).await;
    assert_eq!(next_kind(&mut open).await.1, hidden);
    world.change(ada, "markHugSeen", &hidden).await;
    let mut bo_hears = world.events_from_now(bo).await;
    world.block(ada, bo).await;
    let shown = world.hug(cy, ada).await;
    assert_eq!(next_kind(&mut open).await.1, shown);
    let mut replayed = world.events_after(ada, &start).await;
    assert_eq!(next_kind(&mut replayed).await.1, shown);
    replayed.expect_quiet().await;
    bo_hears.expect_quiet().await;
    world.finish().await;
}

#[tokio::test]
async fn somebody_elses_hugs_are_not_heard() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let mut events = world.events_from_now(cy).await;
    world.hug(bo, ada).await;
    events.expect_quiet().await;
    world.finish().await;
}

#[tokio::test]
async fn a_stream_breaks_off_when_the_server_stops_so_that_it_is_taken_up_again() {
    let world = World::start().await;
    let ada = world.person().await;
    let mut events = world.events_from_now(ada).await;
    events.expect_quiet().await;
    world.finish().await;
    assert_eq!(events.try_next().await, None);
    assert!(!events.is_completed());
}

/// Numbers that look random and are the same every time (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_drops_off_and_comes_back_at_random_gets_a_thousand_events_once_and_in_order() {
    let world = World::start().await;
    let ada = world.person().await;
    let senders = join_all((0..10).map(|_| world.person())).await;
    let start = world.cursor(ada).await;
    let input = json!({ "i": { "recipientId": ada, "typeId": WARM_HUG } });
    let sending: Vec<_> = senders
        .iter()
        .map(|sender| {
            let (sender, input) = (world.as_user(*sender), input.clone());
            tokio::spawn(async move {
                for _ in 0..100 {
                    sender.data(SEND, input.clone()).await;
                }
            })
        })
        .collect();
    let (mut dice, mut cursor, mut seen) = (Dice(20_260_301), start.clone(), Vec::new());
    while seen.len() < 1_000 {
        let mut events = world.events_after(ada, &cursor).await;
        // Off it goes again, sometimes before it has read anything.
        for _ in 0..dice.below(40).min(1_000 - seen.len() as u64) {
            let event = next_event(&mut events).await;
            cursor = event["cursor"].clone();
            seen.push(event["hug"]["id"].as_str().expect("a hug").to_owned());
        }
    }
    join_all(sending).await.into_iter().for_each(|sent| sent.expect("a thousand hugs are sent"));
    world.events_after(ada, &cursor).await.expect_quiet().await;
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 1_000, "something came twice");
    // As somebody hears it who never dropped off.
    let mut whole = world.events_after(ada, &start).await;
    for hug in &seen {
        assert_eq!(&next_kind(&mut whole).await.1, hug);
    }
    world.finish().await;
}
