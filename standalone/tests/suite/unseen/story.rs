//! People with everything in common that people can have, before one of them blocks another.

use serde_json::{Value, json};

use crate::{
    client::{BLOCK, Person},
    world::World,
};

/// Who looks for the other, and is looked for by them.
pub(super) const VIEWER: &str = "rosalind";
pub(super) const OTHER: &str = "rosamund";
/// A friend of everybody.
pub(super) const THIRD: &str = "rosabel";
/// Whoever has with the third what the other two have, and nothing with these.
pub(super) const TWIN: &str = "roswitha";

/// Somebody, and what is theirs. Whatever they write has their name in it.
pub(super) struct Friend {
    pub(super) name: &'static str,
    pub(super) person: Person,
    custom_mood: String,
    mood: String,
    followers_mood: String,
    post: String,
    /// A request for everybody, and one for whom it names.
    request: String,
    private_request: String,
    /// A group hug that whoever knows its host joins, and one that they don't.
    group: String,
    empty_group: String,
    invited_group: String,
}

/// What two have with each other.
struct Between {
    pair: [&'static str; 2],
    id: String,
}

pub(super) struct Story {
    friends: Vec<Friend>,
    between: Vec<Between>,
    /// Hugs of the third's groups in which one of the two is, and the other isn't.
    with_one: Vec<(&'static str, String)>,
    pub(super) hug_type: String,
}

/// Does something that must succeed; gives the id of what comes of it.
pub(super) async fn does(person: &Person, mutation: &str, input: Value, thing: &str) -> String {
    let mut kind = mutation.to_owned();
    kind[..1].make_ascii_uppercase();
    let selection = if thing.is_empty() { String::new() } else { format!("{thing} {{ id }}") };
    let query = format!(
        "mutation M($i: {kind}Input!) {{ {mutation}(input: $i) {{ {selection} errors {{ code path }} }} }}"
    );
    let answer = person.client.data(&query, json!({ "i": input })).await;
    assert_eq!(answer[mutation]["errors"], json!([]), "{mutation}({input}): {answer:#}");
    answer[mutation][thing]["id"].as_str().unwrap_or_default().to_owned()
}

impl Friend {
    async fn arrive(world: &World, name: &'static str, hug_type: &str) -> Self {
        let person = world.client().register(name).await;
        let says = |what: &str| format!("{name} says {what}");
        does(&person, "updateProfile", json!({ "bio": says("who"), "pronouns": says("they") }), "").await;
        does(&person, "setLeaderboardConsent", json!({ "consents": true }), "").await;
        does(&person, "checkIn", json!({}), "").await;
        does(&person, "heartbeat", json!({ "connectionId": "phone" }), "").await;
        let custom = json!({ "name": says("cosy"), "emoji": "🧣", "score": 4 });
        let custom_mood = does(&person, "createCustomMood", custom, "customMood").await;
        let mood = |visibility: &str| json!({ "score": 4, "note": says("note"), "tags": [name], "customMoodId": custom_mood, "visibility": visibility });
        let public = does(&person, "logMood", mood("PUBLIC"), "mood").await;
        let followers_mood = does(&person, "logMood", mood("FOLLOWERS"), "mood").await;
        let post = json!({ "moodId": public, "visibility": "PUBLIC", "text": says("look") });
        let post = does(&person, "createPost", post, "post").await;
        let request = json!({ "audience": "PUBLIC", "message": says("please") });
        let request = does(&person, "createHugRequest", request, "request").await;
        let group = |capacity: i32| json!({ "typeId": hug_type, "audience": "PUBLIC", "capacity": capacity, "message": says("come") });
        let with_many = does(&person, "createGroupHug", group(5), "groupHug").await;
        let empty_group = does(&person, "createGroupHug", group(3), "groupHug").await;
        Self {
            name,
            person,
            custom_mood,
            mood: public,
            followers_mood,
            post,
            request,
            private_request: String::new(),
            group: with_many,
            empty_group,
            invited_group: String::new(),
        }
    }

    /// Asks these, and no others.
    async fn ask(&mut self, friends: &[String], hug_type: &str) {
        let says = format!("{} says dear", self.name);
        let request = json!({ "audience": "PRIVATE", "targetIds": friends, "message": says });
        self.private_request = does(&self.person, "createHugRequest", request, "request").await;
        let group = json!({ "typeId": hug_type, "audience": "PRIVATE", "capacity": 5, "inviteeIds": friends, "message": says });
        self.invited_group = does(&self.person, "createGroupHug", group, "groupHug").await;
    }

    /// The ids of what is theirs alone, but for the group hug that is joined.
    fn own(&self) -> [&String; 9] {
        [
            &self.person.id,
            &self.custom_mood,
            &self.mood,
            &self.followers_mood,
            &self.post,
            &self.request,
            &self.private_request,
            &self.empty_group,
            &self.invited_group,
        ]
    }
}

/// What is done by one and has to do with another.
async fn meet(me: &Friend, them: &Friend, hug_type: &str) -> Vec<String> {
    let says = |who: &Friend| json!(format!("{} says hello", who.name));
    let (mine, theirs) = (&me.person, &them.person);
    let hug = json!({ "recipientId": theirs.id, "typeId": hug_type, "message": says(me) });
    let hug = does(mine, "sendHug", hug, "hug").await;
    does(theirs, "thankHug", json!({ "hugId": hug }), "").await;
    let back = json!({ "hugId": hug, "typeId": hug_type, "message": says(them) });
    let back = does(theirs, "returnHug", back, "hug").await;
    let answer = json!({ "requestId": them.request, "typeId": hug_type, "message": says(me) });
    let answer = does(mine, "answerHugRequest", answer, "hug").await;
    does(mine, "declineHugRequest", json!({ "requestId": them.private_request }), "").await;
    for target in [&them.post, &them.request, &hug] {
        does(mine, "addReaction", json!({ "targetId": target, "kind": "HEART" }), "").await;
    }
    does(mine, "joinGroupHug", json!({ "groupHugId": them.group }), "").await;
    let post = json!({ "hugId": hug, "visibility": "PUBLIC", "text": format!("{} says so", me.name) });
    does(mine, "createPost", post, "post").await;
    vec![hug, back, answer]
}

impl Story {
    pub(super) async fn tell(world: &World) -> Self {
        let mut friends = Vec::new();
        let visitor = world.client().register("ruth").await;
        let hug_type = visitor.hug_type().await;
        for name in [VIEWER, OTHER, THIRD, TWIN] {
            friends.push(Friend::arrive(world, name, &hug_type).await);
        }
        let knows = |a: &str, b: &str| a != b && (![a, b].contains(&TWIN) || [a, b].contains(&THIRD));
        let people: Vec<_> = friends.iter().map(|friend| (friend.name, friend.person.id.clone())).collect();
        for friend in &mut friends {
            let known = people.iter().filter(|(name, _)| knows(friend.name, name));
            let known: Vec<String> = known.map(|(_, id)| id.clone()).collect();
            for id in &known {
                does(&friend.person, "follow", json!({ "userId": id }), "").await;
            }
            friend.ask(&known, &hug_type).await;
        }
        let mut between = Vec::new();
        for me in &friends {
            for them in friends.iter().filter(|them| knows(me.name, them.name)) {
                let ids = meet(me, them, &hug_type).await;
                between.extend(ids.into_iter().map(|id| Between { pair: [me.name, them.name], id }));
            }
        }
        let mut story = Self { friends, between, with_one: Vec::new(), hug_type };
        story.join_the_third().await;
        story
    }

    /// Each joins a hug of the third's that the others don't. And the twin does with others what can't be done with the third as often
    /// as the two do it with each other: shares what they have, and takes part where the host will be blocked.
    async fn join_the_third(&mut self) {
        let third = self.person(THIRD);
        let mut with_one = Vec::new();
        for name in [VIEWER, OTHER, TWIN] {
            let group = json!({ "typeId": self.hug_type, "audience": "PUBLIC", "capacity": 9 });
            let group = does(third, "createGroupHug", group, "groupHug").await;
            does(self.person(name), "joinGroupHug", json!({ "groupHugId": group }), "").await;
            with_one.push((name, group));
        }
        let twin = self.friend(TWIN);
        let mood = json!({ "moodId": twin.mood, "visibility": "PUBLIC" });
        does(&twin.person, "createPost", mood, "post").await;
        does(&twin.person, "joinGroupHug", json!({ "groupHugId": self.joined(OTHER) }), "").await;
        self.with_one = with_one;
    }

    fn friend(&self, name: &str) -> &Friend {
        self.friends.iter().find(|friend| friend.name == name).expect("a friend")
    }

    pub(super) fn person(&self, name: &str) -> &Person {
        &self.friend(name).person
    }

    /// The ids of what is another's, of what a viewer has with them, and of what the viewer would meet them in.
    pub(super) fn ids(&self, viewer: &'static str, other: &'static str) -> Vec<String> {
        let by = |one: &'static str, of: &'static str| {
            self.between.iter().filter(move |between| between.pair == [one, of] && one != of)
        };
        let common = by(viewer, other).chain(by(other, viewer));
        let met = self.with_one.iter().filter(|(name, _)| *name == other && viewer != other);
        let own = self.friend(other).own();
        let ids = own.into_iter().chain(common.map(|between| &between.id));
        ids.chain(met.map(|(_, group)| group)).cloned().collect()
    }

    /// The group hug of another's that everybody who knows them joined.
    pub(super) fn joined(&self, host: &str) -> &str {
        &self.friend(host).group
    }

    /// Has the other block the viewer, and the twin both of them.
    pub(super) async fn part(&self) {
        for (blocker, blocked) in [(OTHER, VIEWER), (TWIN, VIEWER), (TWIN, OTHER)] {
            let input = json!({ "u": self.person(blocked).id });
            let done = self.person(blocker).client.data(BLOCK, input).await;
            assert_eq!(done["block"]["errors"], json!([]));
        }
    }
}
