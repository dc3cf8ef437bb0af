//! Ada, who has much to hide; those who look; and for each of them somebody who has logged only what they may see of Ada.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use clock::Clock as _;
use events::{
    auth::ExportRequested,
    social::{Blocked, FollowCreated},
};
use ids::{CustomMoodId, ExportId, InsightId, MoodId, RecommendationId, TagId, UserId};
use moods::Moods;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use super::known::Kind;
use crate::{log, mutate};

const VISIBILITIES: [&str; 3] = ["PRIVATE", "FOLLOWERS", "PUBLIC"];
/// Days on which a mood of each visibility was logged: enough for every statistic.
const DAYS: i64 = 84;

/// Somebody, and ids of theirs.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: UserId,
    /// By visibility: one entry of it, a tag and a custom mood that only entries of it have.
    pub(super) ids: BTreeMap<(&'static str, Kind), String>,
}

/// Somebody who looks at what Ada has logged.
pub(super) struct Viewer {
    pub(super) who: &'static str,
    pub(super) client: Client,
    /// Of which visibilities they see Ada's moods.
    pub(super) sees: &'static [&'static str],
    /// Has logged what they may see of Ada's, and nothing else; they stand to them as they stand to Ada, but for blocks.
    pub(super) twin: Person,
    /// Things of their own.
    pub(super) own: Person,
}

pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) ada: Person,
    /// Has logged nothing: their ids are of nothing that ever was.
    pub(super) nobody: Person,
    pub(super) viewers: Vec<Viewer>,
}

pub(super) async fn world() -> World {
    let app = TestApp::start::<Moods>().await;
    let mut ada = person(&app, "ada's", &VISIBILITIES, DAYS).await;
    find_out(&app, &mut ada).await;
    export(&app, &mut ada).await;
    let mut viewers = Vec::new();
    for (who, follows, blocks, blocked, sees) in [
        ("a stranger", false, false, false, &VISIBILITIES[2..]),
        ("a follower", true, false, false, &VISIBILITIES[1..]),
        ("somebody whom Ada blocks", true, false, true, &[]),
        ("somebody who blocks Ada", true, true, false, &[]),
    ] {
        let (own, twin) =
            (person(&app, "own", &["PRIVATE"], 1).await, person(&app, "ada's", sees, DAYS).await);
        let at = app.clock.now();
        for followed_id in [ada.id, twin.id] {
            if follows {
                app.tell(&FollowCreated { follower_id: own.id, followed_id, at }).await;
            }
        }
        for (blocker_id, blocked_id, is_so) in [(own.id, ada.id, blocks), (ada.id, own.id, blocked)] {
            if is_so {
                app.tell(&Blocked { blocker_id, blocked_id, at }).await;
            }
        }
        viewers.push(Viewer { who, client: app.as_user(own.id), sees, twin, own });
    }
    let (own, twin) = (person(&app, "own", &[], 0).await, person(&app, "own", &[], 0).await);
    viewers.push(Viewer { who: "a visitor", client: app.anonymous(), sees: &[], twin, own });
    let nobody = person(&app, "own", &[], 0).await;
    World { app, ada, nobody, viewers }
}

/// Somebody who has logged moods of these visibilities on some days, at the same instants as everybody else; what they write says
/// `whose` it is.
async fn person(app: &TestApp, whose: &str, visibilities: &[&'static str], days: i64) -> Person {
    let id = app.new_user();
    let client = app.as_user(id);
    let mut ids = BTreeMap::new();
    for visibility in VISIBILITIES {
        let now = app.clock.now();
        for (kind, missing) in [
            (Kind::Person, id.to_string()),
            (Kind::Entry, MoodId::at(now).to_string()),
            (Kind::Tag, TagId::at(now).to_string()),
            (Kind::CustomMood, CustomMoodId::at(now).to_string()),
            (Kind::Insight, InsightId::at(now).to_string()),
            (Kind::Recommendation, RecommendationId::at(now).to_string()),
            (Kind::Export, ExportId::at(now).to_string()),
        ] {
            ids.insert((visibility, kind), missing);
        }
    }
    for visibility in visibilities {
        let create = "mutation($input: CreateCustomMoodInput!) { createCustomMood(input: $input) { customMood { id } errors { code } } }";
        let made =
            mutate(&client, create, json!({ "name": format!("{whose} mood {visibility}"), "score": 4 }))
                .await;
        let custom_mood = &made["customMood"]["id"];
        ids.insert((visibility, Kind::CustomMood), text(custom_mood));
        for day in 0..days {
            let entry = log(&client, mood(app, (whose, visibility), day, custom_mood)).await;
            ids.insert((visibility, Kind::Entry), text(&entry["id"]));
        }
    }
    for tag in tags(&client, id).await {
        let of =
            visibilities.iter().find(|visibility| text(&tag["name"]) == format!("{whose} tag {visibility}"));
        if let Some(visibility) = of {
            ids.insert((visibility, Kind::Tag), text(&tag["id"]));
        }
    }
    Person { id, ids }
}

/// What is logged on a day: scores have a trend, and tags matter, so that there is something to be found out.
fn mood(app: &TestApp, (whose, visibility): (&str, &str), day: i64, custom_mood: &Value) -> Value {
    let hour = 6 * i64::try_from(VISIBILITIES.iter().position(|one| *one == visibility).unwrap_or_default())
        .expect("small");
    let at = app.clock.now() - TimeDelta::days(DAYS - day) + TimeDelta::hours(hour);
    // Not every so many days: shifted against the days, such a tag would fall on itself.
    let tagged = day * 7_919 % 13 < 4;
    let score = 1 + day * 3 / DAYS + 2 * i64::from(tagged);
    json!({
        "score": score, "occurredAt": at, "visibility": visibility, "note": format!("{whose} note {visibility} {day}"),
        "tags": if tagged { json!([format!("{whose} tag {visibility}")]) } else { json!([]) },
        "associations": ["work"], "labels": ["calm"], "customMoodId": custom_mood,
    })
}

/// Has the product find out what somebody's moods say, and remembers an insight and a recommendation of their own.
async fn find_out(app: &TestApp, person: &mut Person) {
    let client = app.as_user(person.id);
    let refresh = "mutation { refreshMoodInsights { errors { code } } }";
    assert_eq!(client.data(refresh, json!({})).await["refreshMoodInsights"]["errors"], json!([]));
    let query = "query($user: ID!) { _entities(representations: [{ __typename: \"User\", id: $user }]) { ... on User {
        moodInsights(first: 1) { nodes { id } } recommendations(first: 20) { id origin }
    } } }";
    let data = client.data(query, json!({ "user": person.id })).await;
    let found = &data["_entities"][0];
    let mut recommended = found["recommendations"].as_array().into_iter().flatten();
    let own = recommended.find(|one| one["origin"] == "OWN_PATTERN").expect("a recommendation");
    for visibility in VISIBILITIES {
        person.ids.insert((visibility, Kind::Insight), text(&found["moodInsights"]["nodes"][0]["id"]));
        person.ids.insert((visibility, Kind::Recommendation), text(&own["id"]));
    }
}

/// Has all that is kept of somebody ready for them to take along.
async fn export(app: &TestApp, person: &mut Person) {
    let (now, export_id) = (app.clock.now(), ExportId::at(app.clock.now()));
    let expires_at = now + TimeDelta::days(7);
    app.tell(&ExportRequested { export_id, user_id: person.id, requested_at: now, expires_at }).await;
    for visibility in VISIBILITIES {
        person.ids.insert((visibility, Kind::Export), export_id.to_string());
    }
}

async fn tags(client: &Client, user: UserId) -> Vec<Value> {
    let query = "query($user: ID!) { _entities(representations: [{ __typename: \"User\", id: $user }]) {
        ... on User { moodTags(first: 100) { nodes { id name } } }
    } }";
    let mut data = client.data(query, json!({ "user": user })).await;
    serde_json::from_value(data["_entities"][0]["moodTags"]["nodes"].take()).expect("tags")
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

impl Viewer {
    /// The visibilities of Ada's moods that they may not see.
    pub(super) fn hidden(&self) -> impl Iterator<Item = &'static str> {
        VISIBILITIES.into_iter().filter(|visibility| !self.sees.contains(visibility))
    }

    /// What they must never be told, in any answer.
    pub(super) fn secrets(&self, ada: &Person) -> Vec<String> {
        let of = |visibility| {
            let id = |kind| ada.ids[&(visibility, kind)].clone();
            let made = ["note", "tag", "mood"].map(|what| format!("ada's {what} {visibility}"));
            [id(Kind::Entry), id(Kind::Tag), id(Kind::CustomMood)].into_iter().chain(made).collect::<Vec<_>>()
        };
        self.hidden().flat_map(of).collect()
    }
}
