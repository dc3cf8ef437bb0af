//! Settings.

use events::{
    moods::MoodVisibility,
    users::{HugPolicyAction, SettingsChanged},
};
use serde_json::{Value, json};
use testkit::Client;

use crate::client::{app, entity, person, refusal};

const ALL: &str = "timezone dayStartHour hugPolicy { notFollowed notFollowing newAccounts anonymous } privacy { presence lastSeen approvesFollowers isSuggested moodVisibility }";

async fn update(client: &Client, input: Value) -> Value {
    let mutation = format!(
        "mutation($i: UpdateSettingsInput!) {{ updateSettings(input: $i) {{ settings {{ {ALL} }} errors {{ code path }} }} }}"
    );
    client.data(&mutation, json!({ "i": input })).await["updateSettings"].take()
}

fn defaults() -> Value {
    json!({
        "timezone": "UTC", "dayStartHour": 0,
        "hugPolicy": { "notFollowed": "ACCEPT", "notFollowing": "ACCEPT", "newAccounts": "ACCEPT", "anonymous": "ACCEPT" },
        "privacy": { "presence": "EVERYONE", "lastSeen": "EVERYONE", "approvesFollowers": false, "isSuggested": true, "moodVisibility": "PRIVATE" },
    })
}

#[tokio::test]
async fn settings_are_their_owners_to_see() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Bo").await);
    let query = format!("query($id: ID!) {{ user(id: $id) {{ settings {{ {ALL} }} }} }}");
    let own = app.as_user(ada).data(&query, json!({ "id": ada })).await;
    assert_eq!(own["user"]["settings"], defaults());
    for other in [app.as_user(bo), app.anonymous()] {
        assert_eq!(other.data(&query, json!({ "id": ada })).await, json!({ "user": { "settings": null } }));
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_set_is_told_to_those_who_act_on_it() {
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    let input = json!({
        "timezone": "Asia/Kathmandu", "dayStartHour": 4, "hugPolicy": { "anonymous": "DROP", "newAccounts": "FILTER" },
    });
    let payload = update(&app.as_user(ada), input).await;
    let mut expected = defaults();
    expected["timezone"] = json!("Asia/Kathmandu");
    expected["dayStartHour"] = json!(4);
    expected["hugPolicy"]["anonymous"] = json!("DROP");
    expected["hugPolicy"]["newAccounts"] = json!("FILTER");
    assert_eq!(payload, json!({ "settings": expected, "errors": [] }));
    let told = app.events::<SettingsChanged>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].user_id, told[0].timezone.as_str(), told[0].day_start_hour),
        (ada, "Asia/Kathmandu", 4)
    );
    assert_eq!(told[0].hug_policy.anonymous, HugPolicyAction::Drop);
    assert_eq!(told[0].hug_policy.not_followed, HugPolicyAction::Accept);
    // The gateway gets it for those who require it.
    let required = entity(&app.anonymous(), json!({ "id": ada }), "timezone dayStartHour").await;
    assert_eq!(required, json!({ "timezone": "Asia/Kathmandu", "dayStartHour": 4 }));
    app.finish().await;
}

#[tokio::test]
async fn what_nobody_acts_on_and_what_stays_the_same_is_not_told() {
    let app = app().await;
    let ada = app.as_user(person(&app, "ada", "Ada").await);
    let payload = update(&ada, json!({ "timezone": "UTC", "privacy": { "presence": "NOBODY" } })).await;
    let privacy = &payload["settings"]["privacy"];
    assert_eq!((&privacy["presence"], &privacy["lastSeen"]), (&json!("NOBODY"), &json!("EVERYONE")));
    assert_eq!(app.events::<SettingsChanged>().await, []);
    app.finish().await;
}

#[tokio::test]
async fn who_may_see_moods_is_told_whenever_it_changes() {
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    for visibility in ["FOLLOWERS", "FOLLOWERS", "PUBLIC"] {
        let payload = update(&app.as_user(ada), json!({ "privacy": { "moodVisibility": visibility } })).await;
        assert_eq!(payload["settings"]["privacy"]["moodVisibility"], visibility);
    }
    let told = app.events::<SettingsChanged>().await;
    let told: Vec<_> = told.iter().map(|event| event.mood_visibility).collect();
    assert_eq!(told, [MoodVisibility::Followers, MoodVisibility::Public]);
    app.finish().await;
}

#[tokio::test]
async fn a_private_account_and_who_is_not_suggested_are_told() {
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    let payload = update(&app.as_user(ada), json!({ "privacy": { "approvesFollowers": true } })).await;
    assert_eq!(payload["settings"]["privacy"]["approvesFollowers"], true);
    update(&app.as_user(ada), json!({ "privacy": { "isSuggested": false } })).await;
    let told = app.events::<SettingsChanged>().await;
    let flags: Vec<_> = told.iter().map(|event| (event.approves_followers, event.is_suggested)).collect();
    assert_eq!(flags, [(true, true), (true, false)]);
    app.finish().await;
}

#[tokio::test]
async fn how_to_be_told_of_things_is_set_kind_by_kind_and_told_to_nobody() {
    let app = app().await;
    let ada = app.as_user(person(&app, "ada", "Ada").await);
    let mutation = "mutation($n: [NotificationInput!]) { updateSettings(input: {notifications: $n}) {
        settings { notifications { kind push email } } errors { code } } }";
    let changes = json!([
        { "kind": "HUG_RECEIVED", "email": true },
        { "kind": "STREAK_AT_RISK", "push": false },
        { "kind": "STREAK_AT_RISK", "email": true },
    ]);
    let payload = ada.data(mutation, json!({ "n": changes })).await["updateSettings"].take();
    let all = payload["settings"]["notifications"].as_array().expect("all kinds").clone();
    let of = |kind: &str| {
        let setting = all.iter().find(|setting| setting["kind"] == kind).expect("the kind");
        (setting["push"] == true, setting["email"] == true)
    };
    assert_eq!((of("HUG_RECEIVED"), of("STREAK_AT_RISK")), ((true, true), (false, true)));
    assert_eq!((all.len(), of("BADGE_AWARDED")), (8, (true, false)));
    let query = "{ me { settings { notifications { kind push email } } } }";
    let again = ada.data(query, json!({})).await;
    assert_eq!(again["me"]["settings"]["notifications"], payload["settings"]["notifications"]);
    assert_eq!(app.events::<SettingsChanged>().await, []);
    app.finish().await;
}

#[tokio::test]
async fn a_wrong_part_changes_nothing_of_the_settings() {
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    for (input, code, part) in [
        (json!({ "dayStartHour": 4, "timezone": "Mars/Olympus" }), "UNKNOWN_TIME_ZONE", "timezone"),
        (json!({ "dayStartHour": 4, "timezone": "" }), "UNKNOWN_TIME_ZONE", "timezone"),
        (
            json!({ "timezone": "Europe/Berlin", "dayStartHour": 24 }),
            "DAY_START_HOUR_INVALID",
            "dayStartHour",
        ),
        (
            json!({ "timezone": "Europe/Berlin", "dayStartHour": -1 }),
            "DAY_START_HOUR_INVALID",
            "dayStartHour",
        ),
    ] {
        let payload = update(&app.as_user(ada), input).await;
        assert_eq!(refusal(&payload), code);
        assert_eq!(payload["errors"][0]["path"], json!(["input", part]));
    }
    let query = format!("{{ me {{ settings {{ {ALL} }} }} }}");
    assert_eq!(app.as_user(ada).data(&query, json!({})).await["me"]["settings"], defaults());
    let mutation = "mutation { updateSettings(input: {dayStartHour: 1}) { errors { code } } }";
    assert_eq!(app.anonymous().failure(mutation, json!({})).await, "UNAUTHENTICATED");
    app.finish().await;
}
