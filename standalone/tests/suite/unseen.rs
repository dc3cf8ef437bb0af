//! Of two whom a block parts, neither finds a trace of the other in the whole API: no root field, no field of anything that is
//! reached from one, no count, no mutation and no stream. The API is read from the gateway's own description of it, so a field that is
//! new is walked as well; where it needs to be told something that nobody has thought of yet, the walk fails.
//!
//! Everybody's words have their author's name in them. Before the block the same walk finds them, and that shows that it
//! comes to where there is something to see.

mod schema;
mod story;
mod streams;
mod walk;

use serde_json::{Value, json};

use self::{
    schema::Schema,
    story::{OTHER, Story, THIRD, TWIN, VIEWER, does},
    walk::{Operation, Pair, Sight, Walk, all_come_to_pass, patiently},
};
use crate::{journeys, world::World};

journeys!(
    neither_of_a_blocked_pair_finds_a_trace_of_the_other_by_any_query,
    whatever_a_blocked_pair_try_comes_to_the_same_as_with_nobody,
    no_stream_tells_a_blocked_pair_of_each_other,
);

/// The two, each with whom they mustn't see.
const PAIR: [(&str, &str); 2] = [(VIEWER, OTHER), (OTHER, VIEWER)];

/// Where the other isn't seen before the block, and why that shows nothing. Everywhere else that somebody could be seen, they are.
const NOT_SEEN: &[(&str, &str)] = &[
    ("AuditEntry.moderator", "for moderators"),
    ("AuditEntry.subject", "for moderators"),
    ("FollowRequest.user", "who follows asks for nothing; seen in `asks_for_consent`"),
    ("HugDisclosure.moderator", "for moderators"),
    ("Report.post", "for moderators"),
    ("Report.reporter", "for moderators"),
    ("Report.subject", "for moderators"),
    ("Suggestion.user", "whoever is followed is suggested no more; after the block they would be again"),
];

/// What counts others, so that the other was in the number before the block.
const COUNTED: [&str; 10] = [
    "GroupHug.participantCount",
    "HugRequest.answerCount",
    "HugRequest.declineCount",
    "HugStats.received",
    "HugStats.sent",
    "HugStats.thanked",
    "PostConnection.edges",
    "ReactionCount.count",
    "User.followersCount",
    "User.followingCount",
];

/// Mutations by which whoever blocks can tell whom they block from nobody, with what they come to: they know whom they block, and
/// their own relationship with them is theirs to change. Nothing of the blocked is said.
const OF_BLOCKERS: [(&str, &[&str]); 11] = [
    ("acceptFollowRequest", &["FOLLOW_REQUEST_NOT_FOUND"]),
    ("block", &[]),
    ("dismissSuggestion", &[]),
    ("follow", &["USER_BLOCKED"]),
    ("muteUser", &[]),
    ("rejectFollowRequest", &[]),
    ("removeFollower", &[]),
    ("report", &[]),
    ("unfollow", &[]),
    ("unmuteUser", &[]),
    ("withdrawFollowRequest", &[]),
];

/// What would end the block. That it does, `blocks` shows.
const UNBLOCK: &str = "unblock";

async fn told(world: &World) -> (Story, Schema) {
    let story = Story::tell(world).await;
    let schema = Schema::of(&world.client()).await;
    schema.arguments_are_thought_of();
    (story, schema)
}

fn walks<'a>(schema: &'a Schema, story: &'a Story) -> [Walk<'a>; 2] {
    PAIR.map(|(viewer, other)| Walk { schema, story, viewer, other })
}

async fn neither_of_a_blocked_pair_finds_a_trace_of_the_other_by_any_query(world: World) {
    let (story, schema) = told(&world).await;
    let walks = walks(&schema, &story);
    let mut looks = Vec::new();
    for walk in &walks {
        looks.push(sees_the_other_everywhere(walk).await);
    }
    asks_for_consent(&walks).await;
    story.part().await;
    for (walk, look) in walks.iter().zip(looks) {
        let after = sees_what_the_twin_sees(walk, &look).await;
        let changed = look.sight.differences(&after);
        for counted in COUNTED {
            let has_changed = changed.keys().any(|path| path.ends_with(counted));
            assert!(has_changed, "{counted} was the same before the block: {:?}", changed.keys());
        }
        let what = format!("{} is nobody to {}", walk.other, walk.viewer);
        all_come_to_pass(&what, look.of_other, async |pair| walk.finds_nobody(pair).await).await;
        sees_that_what_was_joined_is_there(walk).await;
    }
    world.finish().await;
}

/// What somebody asks for, and what that was before the block.
struct Look {
    around: Vec<Operation>,
    of_other: Vec<Pair>,
    sight: Sight,
}

/// Before the block the walk comes to the other at every place where somebody can be seen.
async fn sees_the_other_everywhere(walk: &Walk<'_>) -> Look {
    let what = format!("{} sees {} everywhere", walk.viewer, walk.other);
    let places = walk.schema.leading_to_things();
    patiently(&what, async || {
        let (mut around, mut of_other) = (walk.around(), walk.queries_of_other());
        let sight = walk.look(&around).await?;
        let named = walk.look_for_other(&mut of_other).await;
        let is_seen = |place: &&str| sight.seen.contains(*place) || named.seen.contains(*place);
        let excused = NOT_SEEN.iter().map(|(place, _)| *place);
        let needless: Vec<_> =
            excused.clone().filter(|place| !places.contains(*place) || is_seen(place)).collect();
        let missed: Vec<_> = places
            .iter()
            .map(String::as_str)
            .filter(|place| !is_seen(place) && !excused.clone().any(|excused| excused == *place))
            .collect();
        if missed.is_empty() && needless.is_empty() {
            around.retain(|operation| sight.has_something(operation));
            return Ok(Look { around, of_other, sight });
        }
        Err(format!(
            "have the story show the other by {missed:?}, or say in `NOT_SEEN` why it can't; needless there: {needless:?}"
        ))
    })
    .await
}

/// The viewer asks to follow the other, who wants to be asked now: the walk sees each of them wait for the other one.
async fn asks_for_consent(walks: &[Walk<'_>; 2]) {
    let (viewer, other) = (walks[0].story.person(VIEWER), walks[0].story.person(OTHER));
    does(viewer, "unfollow", json!({ "userId": other.id }), "").await;
    does(other, "updateSettings", json!({ "privacy": { "approvesFollowers": true } }), "").await;
    does(viewer, "follow", json!({ "userId": other.id }), "").await;
    for walk in walks {
        let mut asked = walk.around();
        asked.retain(|operation| operation.field() == "followRequests");
        patiently("the request to follow is seen", async || {
            let seen = walk.look(&asked).await?.seen;
            seen.contains("FollowRequest.user").then_some(()).ok_or_else(|| format!("{seen:?}"))
        })
        .await;
    }
}

/// After the block nothing has a trace of the other, and all numbers are those of the twin, who has with the third what the two have, and
/// never had to do with them.
async fn sees_what_the_twin_sees(walk: &Walk<'_>, look: &Look) -> Sight {
    let twin = Walk { schema: walk.schema, story: walk.story, viewer: TWIN, other: walk.other };
    let mut around_twin = twin.around();
    around_twin.retain(|operation| look.sight.has_something(operation));
    let what = format!("{} sees nothing of {}", walk.viewer, walk.other);
    patiently(&what, async || {
        let after = walk.look(&look.around).await?;
        if !after.traced.is_empty() {
            return Err(after.traced.join("\n"));
        }
        let differences = after.differences(&twin.look(&around_twin).await?);
        if differences.is_empty() { Ok(after) } else { Err(format!("other numbers: {differences:#?}")) }
    })
    .await
}

/// Whoever joined a group hug goes on seeing that it is there, for they are in it: but not whose it is, what these wrote, or
/// that they are in it. They can leave it, and can't be told that it isn't there when they join it again.
async fn sees_that_what_was_joined_is_there(walk: &Walk<'_>) {
    const GROUP: &str = "query G($id: ID!) { groupHug(id: $id) { id viewerJoined message host { username }
        participants { username } invitees { username } participantCount } }";
    let group = walk.story.joined(walk.other);
    let mut expected = [THIRD, walk.viewer].map(|name| json!({ "username": name }));
    expected.sort_by_key(ToString::to_string);
    let client = &walk.story.person(walk.viewer).client;
    patiently("what was joined is seen without its host", async || {
        let mut seen = client.data(GROUP, json!({ "id": group })).await["groupHug"].take();
        let mut people = seen["participants"].as_array().cloned().unwrap_or_default();
        people.sort_by_key(ToString::to_string);
        seen["participants"] = Value::Null;
        let left = json!({ "id": group, "viewerJoined": true, "message": null, "host": null,
            "participants": null, "invitees": [], "participantCount": 2 });
        if seen == left && people == expected { Ok(()) } else { Err(format!("{seen:#} {people:?}")) }
    })
    .await;
}

async fn whatever_a_blocked_pair_try_comes_to_the_same_as_with_nobody(world: World) {
    let (story, schema) = told(&world).await;
    story.part().await;
    for walk in &walks(&schema, &story) {
        let what = format!("{} can do nothing to {}", walk.viewer, walk.other);
        let (known, others): (Vec<_>, Vec<_>) = walk
            .mutations_of_other()
            .into_iter()
            .partition(|pair| walk.viewer == OTHER && is_of_blockers(pair));
        all_come_to_pass(&what, others, async |pair| walk.does_nothing(pair).await).await;
        for pair in known.iter().filter(|pair| pair.field() != UNBLOCK) {
            let expected = OF_BLOCKERS.iter().find(|(mutation, _)| *mutation == pair.field());
            walk.hears_only_codes(pair, expected.map_or(&[], |(_, codes)| codes)).await;
        }
        steers_nothing_of_what_was_joined(walk).await;
    }
    world.finish().await;
}

fn is_of_blockers(pair: &Pair) -> bool {
    pair.field() == UNBLOCK || OF_BLOCKERS.iter().any(|(mutation, _)| *mutation == pair.field())
}

/// Whoever joined a group hug of somebody whom they can't see is in it, and is told that they don't host it; once they left,
/// it isn't there.
async fn steers_nothing_of_what_was_joined(walk: &Walk<'_>) {
    let refused = walk.refusals_of_group(walk.story.joined(walk.other)).await;
    let expected = [
        ("cancelGroupHug", json!(["NOT_GROUP_HOST"])),
        ("completeGroupHug", json!(["NOT_GROUP_HOST"])),
        ("inviteToGroupHug", json!(["INVITEE_NOT_ALLOWED"])),
        ("joinGroupHug", json!([])),
        ("leaveGroupHug", json!([])),
        ("startGroupHug", json!(["GROUP_HUG_NOT_FOUND"])),
    ];
    let refused: Vec<_> =
        refused.iter().map(|(mutation, codes)| (mutation.as_str(), codes.clone())).collect();
    assert_eq!(refused, expected, "say what whoever joined comes to by a new mutation of group hugs");
}

async fn no_stream_tells_a_blocked_pair_of_each_other(world: World) {
    let (story, schema) = told(&world).await;
    story.part().await;
    for walk in &walks(&schema, &story) {
        streams::tell_nothing_of_the_other(walk, &world).await;
    }
    world.finish().await;
}
