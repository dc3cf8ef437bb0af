//! All that is kept of somebody, for them to take along.

use serde_json::{Value, json};
use testkit::{eventually, lines_of};

use crate::{
    client::{LOG_MOOD, PASSWORD, Person, SEND_HUG, until},
    journeys,
    world::World,
};

const REQUEST: &str = "mutation X($i: RequestAccountExportInput!) { requestAccountExport(input: $i) {
    export { id state } errors { code path } } }";
const STATE: &str = "query S { me { account { export { id state parts { service entries } } } } }";
const ALL: &str = "query A { me { account { export { state
    account { ...page } profile { ...page } moods { ...page } hugs { ...page } social { ...page } streaks { ...page } } } } }
    fragment page on ExportPage { content entries next }";
const MORE: &str =
    "query M($after: Cursor) { me { account { export { moods(after: $after) { content entries next } } } } }";
const OTHERS: &str = "query O($id: ID!) { user(id: $id) { id account { export { id } } } }";
const FOLLOW: &str = "mutation F($i: FollowInput!) { follow(input: $i) { errors { code } } }";
const PROFILE: &str = "mutation U($i: UpdateProfileInput!) { updateProfile(input: $i) { errors { code } } }";

journeys!(
    what_is_kept_of_somebody_is_theirs_to_take_along,
    many_moods_are_taken_along_in_pages,
    who_is_erased_takes_nothing_along_any_more,
);

async fn request(person: &Person, password: &str, key: &str) -> Value {
    let input = json!({ "i": { "password": password, "idempotencyKey": key } });
    person.client.data(REQUEST, input).await["requestAccountExport"].take()
}

/// Waits until every service has answered.
async fn ready(person: &Person) {
    eventually("the export to be ready", || async {
        let state = person.client.data(STATE, Value::Null).await["me"]["account"]["export"]["state"].take();
        (state == "READY").then_some(())
    })
    .await;
}

fn line<'a>(lines: &'a [Value], kind: &str) -> &'a Value {
    lines.iter().find(|line| line["type"] == kind).unwrap_or_else(|| panic!("no {kind}: {lines:#?}"))
}

async fn done(person: &Person, field: &str, mutation: &str, input: Value) -> Value {
    let mut answer = person.client.data(mutation, json!({ "i": input })).await[field].take();
    assert_eq!(answer["errors"].take(), json!([]), "{answer:#}");
    answer
}

async fn what_is_kept_of_somebody_is_theirs_to_take_along(world: World) {
    let client = world.client();
    let (ada, bo, cy) =
        (client.register("ada").await, client.register("bo").await, client.register("cy").await);
    done(&ada, "updateProfile", PROFILE, json!({ "bio": "engines" })).await;
    done(&ada, "follow", FOLLOW, json!({ "userId": bo.id })).await;
    done(&ada, "logMood", LOG_MOOD, json!({ "score": 4, "note": "by the sea", "tags": ["sea"] })).await;
    done(&bo, "logMood", LOG_MOOD, json!({ "score": 1, "note": "not hers" })).await;
    ada.hug(&bo, "from Ada").await;
    bo.hug(&ada, "from Bo").await;
    let anonymous = json!({ "recipientId": ada.id, "typeId": cy.hug_type().await, "anonymous": true });
    done(&cy, "sendHug", SEND_HUG, anonymous).await;

    let refused = request(&ada, "not the password", "k").await;
    assert_eq!(refused["errors"], json!([{ "code": "PASSWORD_WRONG", "path": ["input", "password"] }]));
    assert_eq!(ada.client.data(STATE, Value::Null).await["me"]["account"]["export"], Value::Null);
    let export = request(&ada, PASSWORD, "k").await["export"]["id"].take();
    assert_eq!(request(&ada, PASSWORD, "k").await["export"]["id"], export, "the same key, the same export");
    assert_eq!(request(&ada, PASSWORD, "other").await["errors"][0]["code"], "EXPORT_REQUESTED_LATELY");
    ready(&ada).await;

    let all = ada.client.data(ALL, Value::Null).await["me"]["account"]["export"].take();
    let part = |name: &str| lines_of(&all[name]);
    assert_eq!(line(&part("account"), "account")["email"], json!(ada.email));
    assert_eq!(line(&part("profile"), "profile")["bio"], "engines");
    let moods = part("moods");
    let mood = line(&moods, "mood");
    assert_eq!((&mood["note"], &mood["tags"]), (&json!("by the sea"), &json!(["sea"])));
    let hugs = part("hugs");
    assert_eq!(line(&hugs, "hugSent")["message"], "from Ada");
    let received: Vec<_> = hugs.iter().filter(|hug| hug["type"] == "hugReceived").collect();
    assert_eq!(received.len(), 2, "{hugs:#?}");
    assert_eq!(line(&part("social"), "following")["followedId"], json!(bo.id));
    let days = part("streaks").into_iter().filter(|line| line["type"] == "streakDay");
    let mut kinds: Vec<_> = days.map(|day| day["kind"].to_string()).collect();
    kinds.dedup();
    assert_eq!(kinds, [r#""HUGGING""#, r#""MOOD_LOGGING""#]);
    let said = all.to_string();
    assert!(!said.contains(&cy.id), "who isn't named is in no part: {said}");
    assert!(!said.contains("not hers"), "{said}");

    for other in [&bo, &cy] {
        assert_eq!(other.client.data(STATE, Value::Null).await["me"]["account"]["export"], Value::Null);
        let seen = other.client.data(OTHERS, json!({ "id": ada.id })).await;
        assert_eq!(seen["user"], json!({ "id": ada.id, "account": null }));
    }
    world.finish().await;
}

async fn many_moods_are_taken_along_in_pages(world: World) {
    let ada = world.client().register("ada").await;
    let import = "mutation I($i: ImportMoodsInput!) { importMoods(input: $i) { imported errors { code } } }";
    let at = |number: i32| {
        format!("2025-{:02}-{:02}T{:02}:00:00Z,3", 1 + number / 40, 1 + number % 28, number % 24)
    };
    let rows: Vec<String> = (0..220).map(at).collect();
    let content = format!("occurredAt,score\n{}\n", rows.join("\n"));
    let file = json!({ "format": "CSV", "content": content, "dryRun": false });
    let imported = done(&ada, "importMoods", import, file).await["imported"].as_u64().expect("a number");
    // What moods tells of each of them goes before what it tells of the export.
    let last = "query L { me { moodCalendar(from: \"2025-06-24\", to: \"2025-06-24\") { streakDay } } }";
    until(&ada.client, last, |answer| answer["data"]["me"]["moodCalendar"][0]["streakDay"].is_number()).await;
    request(&ada, PASSWORD, "k").await;
    ready(&ada).await;

    let mut moods = Vec::new();
    let mut after = Value::Null;
    loop {
        let page =
            ada.client.data(MORE, json!({ "after": after })).await["me"]["account"]["export"]["moods"].take();
        let page_lines = lines_of(&page);
        assert!(page_lines.len() <= 200 && page["entries"] == page_lines.len());
        moods.extend(
            page_lines.into_iter().filter(|line| line["type"] == "mood").map(|line| line["id"].to_string()),
        );
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(moods.len() as u64, imported);
    moods.sort_unstable();
    moods.dedup();
    assert_eq!(moods.len() as u64, imported, "each of them once");
    world.finish().await;
}

async fn who_is_erased_takes_nothing_along_any_more(world: World) {
    let ada = world.client().register("ada").await;
    request(&ada, PASSWORD, "k").await;
    ready(&ada).await;
    world.operate_on_accounts("erase", &[&ada.email]).await;
    eventually("every service to have answered", || async {
        (world.operate_on_accounts("erasures", &[]).await == "no erasure is open").then_some(())
    })
    .await;
    for name in crate::world::SUBGRAPHS {
        let database = world.database(name).await;
        let ada = ids::UserId::parse(&ada.id).expect("an id");
        assert_eq!(testkit::residue_of(&database, ada).await, [""; 0], "{name}");
        database.close().await.expect("the database closes");
    }
    world.finish().await;
}
