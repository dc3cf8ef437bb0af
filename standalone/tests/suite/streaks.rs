//! Streaks: of moods, hugs and looking in, what they earn, and how they compare.

use chrono::Days;
use clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::{
    client::{Client, Person, until},
    journeys,
    world::World,
};

journeys!(
    moods_hugs_and_looking_in_are_streaks_of_their_owner_alone,
    a_milestone_earns_points_and_a_badge_that_others_see_as_the_catalogue_describes_it,
    a_streak_that_grows_on_one_device_shows_on_the_other,
    people_who_consent_are_compared_with_those_they_follow,
    a_streak_rests_while_its_owner_says_so_and_isnt_kept_when_it_isnt_wanted,
    points_buy_a_freeze,
    badges_are_shown_as_long_as_their_owner_shows_them,
);

const LOG: &str = "mutation M($i: LogMoodInput!) { logMood(input: $i) { mood { id } errors { code path } } }";
const CHECK_IN: &str = "mutation C { checkIn { streak { kind current state } errors { code } } }";
const STREAKS: &str = "query S { me { streaks { kind current state freezesHeld } } }";

/// Logs a mood of as many days ago.
async fn log(person: &Person, days_ago: u64) {
    let seconds = i64::try_from(days_ago * 24 * 60 * 60).expect("not so long ago");
    let occurred_at = clock::DateTime::from_timestamp(SystemClock.now().timestamp() - seconds, 0);
    let input = json!({ "score": 4, "occurredAt": occurred_at.expect("an instant"), "timezone": "UTC" });
    let answer = person.client.data(LOG, json!({ "i": input })).await;
    assert_eq!(answer["logMood"]["errors"], json!([]), "{answer:#}");
}

/// Asks for the first field of the viewer's streaks until it is as expected.
async fn until_streaks(client: &Client, expected: &Value) {
    until(client, STREAKS, |answer| answer["data"]["me"]["streaks"] == *expected).await;
}

async fn moods_hugs_and_looking_in_are_streaks_of_their_owner_alone(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    log(&ada, 1).await;
    log(&ada, 0).await;
    ada.hug(&bo, "hello").await;
    let looked_in = ada.client.data(CHECK_IN, Value::Null).await;
    let streak = json!({ "kind": "CHECK_IN", "current": 1, "state": "ACTIVE" });
    assert_eq!(looked_in["checkIn"], json!({ "streak": streak, "errors": [] }));
    let of = |kind, current| json!({ "kind": kind, "current": current, "state": "ACTIVE", "freezesHeld": 0 });
    until_streaks(&ada.client, &json!([of("MOOD_LOGGING", 2), of("HUGGING", 1), of("CHECK_IN", 1)])).await;
    let of_ada =
        "query U($id: ID!) { user(id: $id) { streaks { current } points streakSettings { tracked } } }";
    let seen = bo.client.data(of_ada, json!({ "id": ada.id })).await;
    assert_eq!(seen["user"], json!({ "streaks": [], "points": null, "streakSettings": null }));
    let nothing_to_repair =
        "mutation R($i: RepairStreakInput!) { repairStreak(input: $i) { errors { code } } }";
    let code = ada.client.refusal("repairStreak", nothing_to_repair, json!({ "kind": "CHECK_IN" })).await;
    assert_eq!(code, "NOTHING_TO_REPAIR");
    world.finish().await;
}

async fn a_milestone_earns_points_and_a_badge_that_others_see_as_the_catalogue_describes_it(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    for days_ago in [2, 1, 0] {
        log(&ada, days_ago).await;
    }
    let ledger = "query P { me { points pointsHistory { edges { node { amount reason milestone } } } } }";
    let earned = until(&ada.client, ledger, |answer| answer["data"]["me"]["points"] == 10).await;
    let line = json!({ "node": { "amount": 10, "reason": "MILESTONE", "milestone": 3 } });
    assert_eq!(earned["data"]["me"]["pointsHistory"]["edges"], json!([line]));
    let badges = "query B($id: ID!) { user(id: $id) { username badges { badge { code name description emoji } awardedAt } } }";
    let seen = bo.client.data(badges, json!({ "id": ada.id })).await["user"].take();
    let badge = &seen["badges"][0]["badge"];
    assert_eq!((&seen["username"], &badge["code"]), (&json!("ada"), &json!("mood-3")), "{seen:#}");
    for field in ["name", "description", "emoji"] {
        assert!(badge[field].as_str().is_some_and(|text| !text.is_empty()), "{seen:#}");
    }
    ada.client.data(crate::client::BLOCK, json!({ "u": bo.id })).await;
    let hidden = "query B($id: ID!) { user(id: $id) { badges { awardedAt } } }";
    let for_bo = bo.client.data(hidden, json!({ "id": ada.id })).await;
    assert_eq!(for_bo["user"], Value::Null);
    world.finish().await;
}

async fn a_streak_that_grows_on_one_device_shows_on_the_other(world: World) {
    let ada = world.client().register("ada").await;
    let mut tablet = ada.client.socket().await;
    let payload = json!({ "query": "subscription S { streakChanged { kind streak { current state } } }" });
    tablet.send(json!({ "type": "subscribe", "id": "streaks", "payload": payload })).await;
    // A subscription isn't acknowledged: what changes before it listens doesn't show.
    let (mut days_ago, mut shown) = (0, None);
    while shown.is_none() {
        log(&ada, days_ago).await;
        days_ago += 1;
        shown = tablet.receive_within_a_moment().await;
    }
    let shown = shown.expect("a message");
    let change = &shown["payload"]["data"]["streakChanged"];
    assert_eq!(change["kind"], json!("MOOD_LOGGING"), "{shown:#}");
    assert_eq!(change["streak"]["state"], json!("ACTIVE"), "{shown:#}");
    assert!(
        change["streak"]["current"].as_u64().is_some_and(|days| 1 <= days && days <= days_ago),
        "{shown:#}"
    );
    world.finish().await;
}

async fn people_who_consent_are_compared_with_those_they_follow(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    for days_ago in [1, 0] {
        log(&bo, days_ago).await;
    }
    log(&ada, 0).await;
    let follow = "mutation F($u: ID!) { follow(input: {userId: $u}) { errors { code } } }";
    ada.client.data(follow, json!({ "u": bo.id })).await;
    let consent = "mutation C($i: SetLeaderboardConsentInput!) { setLeaderboardConsent(input: $i) { settings { onLeaderboard } errors { code } } }";
    for person in [&ada, &bo] {
        let consented = person.client.data(consent, json!({ "i": { "consents": true } })).await;
        assert_eq!(consented["setLeaderboardConsent"]["settings"], json!({ "onLeaderboard": true }));
    }
    let query = "query L { leaderboard(kind: MOOD_LOGGING) { rank current user { username } } }";
    let place = |rank, current, username| json!({ "rank": rank, "current": current, "user": { "username": username } });
    let places = json!([place(1, 2, "bo"), place(2, 1, "ada")]);
    until(&ada.client, query, |answer| answer["data"]["leaderboard"] == places).await;
    let for_bo = bo.client.data(query, Value::Null).await;
    assert_eq!(for_bo["leaderboard"], json!([place(1, 2, "bo")]));
    world.finish().await;
}

async fn a_streak_rests_while_its_owner_says_so_and_isnt_kept_when_it_isnt_wanted(world: World) {
    let ada = world.client().register("ada").await;
    log(&ada, 1).await;
    let standing =
        |state| json!([{ "kind": "MOOD_LOGGING", "current": 1, "state": state, "freezesHeld": 0 }]);
    until_streaks(&ada.client, &standing("AT_RISK")).await;
    let pause =
        "mutation P($i: PauseStreakInput!) { pauseStreak(input: $i) { streak { state } errors { code } } }";
    let date = |days_ahead| SystemClock.now().date_naive() + Days::new(days_ahead);
    let rest = json!({ "kind": "MOOD_LOGGING", "from": date(0).to_string(), "to": date(6).to_string() });
    let paused = ada.client.data(pause, json!({ "i": rest })).await["pauseStreak"].take();
    assert_eq!(paused, json!({ "streak": { "state": "PAUSED" }, "errors": [] }));
    let resume =
        "mutation R { resumeStreak(input: {kind: MOOD_LOGGING}) { streak { state } errors { code } } }";
    let resumed = ada.client.data(resume, Value::Null).await["resumeStreak"].take();
    assert_eq!(resumed, json!({ "streak": { "state": "AT_RISK" }, "errors": [] }));

    let track = "mutation T($t: Boolean!) { setStreakTracking(input: {kind: MOOD_LOGGING, tracked: $t}) { settings { tracked } errors { code } } }";
    let untracked = ada.client.data(track, json!({ "t": false })).await["setStreakTracking"].take();
    let others = json!({ "tracked": ["HUGGING", "CHECK_IN"] });
    assert_eq!(untracked, json!({ "settings": others, "errors": [] }));
    until_streaks(&ada.client, &json!([])).await;
    ada.client.data(track, json!({ "t": true })).await;
    until_streaks(&ada.client, &standing("AT_RISK")).await;
    world.finish().await;
}

async fn points_buy_a_freeze(world: World) {
    let ada = world.client().register("ada").await;
    ada.client.data(CHECK_IN, Value::Null).await;
    let buy = "mutation B($i: RedeemPointsInput!) { redeemPoints(input: $i) { streak { freezesHeld } errors { code } } }";
    let freeze = json!({ "kind": "CHECK_IN", "reward": "FREEZE" });
    assert_eq!(ada.client.refusal("redeemPoints", buy, freeze.clone()).await, "POINTS_INSUFFICIENT");
    for days_ago in (0..14).rev() {
        log(&ada, days_ago).await;
    }
    let points = "query P { me { points } }";
    until(&ada.client, points, |answer| answer["data"]["me"]["points"] == 70).await;
    let bought = ada.client.data(buy, json!({ "i": freeze })).await["redeemPoints"].take();
    assert_eq!(bought, json!({ "streak": { "freezesHeld": 1 }, "errors": [] }));
    assert_eq!(ada.client.data(points, Value::Null).await["me"]["points"], 20);
    world.finish().await;
}

async fn badges_are_shown_as_long_as_their_owner_shows_them(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    ada.hug(&bo, "hello").await;
    let of_ada = "query B { user(username: \"ada\") { badges { badge { code } } } }";
    let first = json!([{ "badge": { "code": "hug-first" } }]);
    until(&bo.client, of_ada, |answer| answer["data"]["user"]["badges"] == first).await;
    let show = "mutation S($s: Boolean!) { setBadgesShown(input: {shown: $s}) { settings { showsBadges } errors { code } } }";
    for (shown, for_bo) in [(false, json!([])), (true, first.clone())] {
        let settled = ada.client.data(show, json!({ "s": shown })).await["setBadgesShown"].take();
        assert_eq!(settled, json!({ "settings": { "showsBadges": shown }, "errors": [] }));
        assert_eq!(ada.client.data(of_ada, Value::Null).await["user"]["badges"], first);
        assert_eq!(bo.client.data(of_ada, Value::Null).await["user"]["badges"], for_bo);
    }
    world.finish().await;
}
