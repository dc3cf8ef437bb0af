//! Reactions to posts, and to hugs and requests.

use events::hugs::{
    GroupHugAudience, GroupHugChanged, GroupHugJoined, GroupHugLeft, GroupHugState, HugRequestAudience,
    HugRequestPosted,
};
use ids::{GroupHugId, HugRequestId, UserId};
use serde_json::{Value, json};
use social::Social;
use testkit::{Client, TestApp};

use crate::{
    people::{does, person},
    sharing::{cancel_hug, hug, post, see_post},
};

const REACTIONS: &str = "reactions { kind count } viewerReaction";

pub(crate) async fn react(client: &Client, target: &str, kind: &str) -> Value {
    let mutation = format!(
        "mutation R($i: AddReactionInput!) {{ addReaction(input: $i) {{
            post {{ {REACTIONS} }} moment {{ id {REACTIONS} }} errors {{ code path }} }} }}"
    );
    client.data(&mutation, json!({ "i": { "targetId": target, "kind": kind } })).await["addReaction"].take()
}

async fn unreact(client: &Client, target: &str) -> Value {
    let mutation = format!(
        "mutation R($i: RemoveReactionInput!) {{ removeReaction(input: $i) {{
            post {{ {REACTIONS} }} moment {{ {REACTIONS} }} errors {{ code }} }} }}"
    );
    client.data(&mutation, json!({ "i": { "targetId": target } })).await["removeReaction"].take()
}

/// A moment as the gateway asks for it.
pub(crate) async fn moment(client: &Client, id: &str) -> Value {
    let query = format!(
        "query M($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on HugMoment {{ {REACTIONS} }} }} }}"
    );
    let representations = json!({ "r": [{ "__typename": "HugMoment", "id": id }] });
    client.data(&query, representations).await["_entities"][0].take()
}

#[tokio::test]
async fn a_person_reacts_in_one_way_at_a_time() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let id = post(&app, ada, "PUBLIC").await;
    react(&app.as_user(ada), &id, "HEART").await;
    react(&app.as_user(bo), &id, "SMILE").await;
    let payload = react(&app.as_user(bo), &id, "HEART").await;
    let both = json!({ "reactions": [{ "kind": "HEART", "count": 2 }], "viewerReaction": "HEART" });
    assert_eq!(payload["post"], both);
    for _ in 0..2 {
        let payload = unreact(&app.as_user(bo), &id).await;
        let one = json!({ "reactions": [{ "kind": "HEART", "count": 1 }], "viewerReaction": null });
        assert_eq!(payload, json!({ "post": one, "moment": null, "errors": [] }));
    }
    let visitor = see_post(&app.anonymous(), &id, REACTIONS).await;
    assert_eq!(visitor, json!({ "reactions": [{ "kind": "HEART", "count": 1 }], "viewerReaction": null }));
    app.finish().await;
}

#[tokio::test]
async fn nobody_reacts_to_what_they_dont_see_and_reactions_across_a_block_arent_counted() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    let hidden = post(&app, ada, "FOLLOWERS").await;
    let payload = react(&app.as_user(bo), &hidden, "HUG").await;
    assert_eq!(payload["errors"], json!([{ "code": "POST_NOT_FOUND", "path": ["input", "targetId"] }]));
    let id = post(&app, ada, "PUBLIC").await;
    for who in [bo, cy] {
        react(&app.as_user(who), &id, "STRENGTH").await;
    }
    does(&app, bo, "block", cy).await;
    for (who, count) in [(ada, 2), (bo, 1), (cy, 1)] {
        let seen = see_post(&app.as_user(who), &id, "reactions { count }").await;
        assert_eq!(seen["reactions"], json!([{ "count": count }]));
    }
    let input = json!({ "i": { "targetId": ada.to_string(), "kind": "HUG" } });
    let mutation = "mutation R($i: AddReactionInput!) { addReaction(input: $i) { errors { code } } }";
    assert_eq!(app.as_user(ada).failure(mutation, input.clone()).await, "BAD_USER_INPUT");
    app.finish().await;
}

#[tokio::test]
async fn the_two_of_a_hug_react_to_it_and_nobody_else_sees_that() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    let id = hug(&app, ada, bo, false).await;
    let name = id.to_string();
    let payload = react(&app.as_user(bo), &name, "CELEBRATE").await;
    let seen = json!([{ "kind": "CELEBRATE", "count": 1 }]);
    assert_eq!(payload["moment"], json!({ "id": name, "reactions": seen, "viewerReaction": "CELEBRATE" }));
    assert_eq!(moment(&app.as_user(ada), &name).await, json!({ "reactions": seen, "viewerReaction": null }));
    let nothing = json!({ "reactions": null, "viewerReaction": null });
    for client in [app.as_user(cy), app.anonymous()] {
        assert_eq!(moment(&client, &name).await, nothing);
    }
    let refused = react(&app.as_user(cy), &name, "HUG").await;
    assert_eq!(refused["errors"][0]["code"], "HUG_MOMENT_NOT_FOUND");
    assert_eq!(refused["moment"], Value::Null);
    does(&app, ada, "block", bo).await;
    for who in [ada, bo] {
        assert_eq!(moment(&app.as_user(who), &name).await, nothing);
    }
    does(&app, ada, "unblock", bo).await;
    cancel_hug(&app, id, ada, bo).await;
    assert_eq!(moment(&app.as_user(bo), &name).await, nothing);
    app.finish().await;
}

async fn request(
    app: &TestApp,
    requester: UserId,
    audience: HugRequestAudience,
    targets: &[UserId],
) -> String {
    let now = app.foundation.clock.now();
    let posted = HugRequestPosted {
        request_id: HugRequestId::at(now),
        requester_id: requester,
        audience,
        target_ids: targets.to_vec(),
        expires_at: now,
    };
    app.tell(&posted).await;
    posted.request_id.to_string()
}

#[tokio::test]
async fn requests_are_reacted_to_by_those_whom_they_are_for() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    does(&app, bo, "follow", ada).await;
    let audiences = [
        (HugRequestAudience::Public, [true, true, true]),
        (HugRequestAudience::Followers, [true, true, false]),
        (HugRequestAudience::Private, [true, false, true]),
    ];
    for (audience, allowed) in audiences {
        let targets = if audience == HugRequestAudience::Private { vec![cy] } else { Vec::new() };
        let id = request(&app, ada, audience, &targets).await;
        for (who, allowed) in [ada, bo, cy].into_iter().zip(allowed) {
            let errors = react(&app.as_user(who), &id, "HUG").await["errors"].take();
            assert_eq!(errors == json!([]), allowed, "{audience:?}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn who_takes_part_in_a_group_hug_reacts_to_it_for_as_long() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let group_hug_id = GroupHugId::at(app.foundation.clock.now());
    let changed = |participant_ids: Vec<UserId>| GroupHugChanged {
        group_hug_id,
        host_id: ada,
        audience: GroupHugAudience::Private,
        state: GroupHugState::Open,
        participant_ids,
        changed_at: app.foundation.clock.now(),
    };
    let id = group_hug_id.to_string();
    for (participants, allowed) in [(vec![ada], false), (vec![ada, bo], true), (vec![ada], false)] {
        app.tell(&changed(participants)).await;
        let errors = react(&app.as_user(bo), &id, "HUG").await["errors"].take();
        assert_eq!(errors == json!([]), allowed);
    }
    app.finish().await;
}

#[tokio::test]
async fn what_the_viewer_does_not_see_is_not_named_when_they_no_longer_react_to_it() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    let hug = hug(&app, ada, bo, false).await.to_string();
    let asked = request(&app, ada, HugRequestAudience::Private, &[bo]).await;
    let nothing = HugRequestId::at(app.foundation.clock.now()).to_string();
    let done = json!({ "post": null, "moment": null, "errors": [] });
    for id in [&hug, &asked, &nothing] {
        assert_eq!(unreact(&app.as_user(cy), id).await, done);
    }
    for id in [&hug, &asked] {
        react(&app.as_user(bo), id, "HEART").await;
        let seen = json!({ "reactions": [], "viewerReaction": null });
        assert_eq!(unreact(&app.as_user(bo), id).await["moment"], seen);
    }
    does(&app, ada, "block", bo).await;
    for id in [&hug, &asked] {
        assert_eq!(unreact(&app.as_user(bo), id).await, done);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_group_hug_is_not_there_for_whoever_would_meet_somebody_blocked_in_it() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    let now = app.foundation.clock.now();
    let group_hug_id = GroupHugId::at(now);
    let id = group_hug_id.to_string();
    does(&app, bo, "block", cy).await;
    let is_there_for = async |expected: [bool; 2]| {
        for (who, expected) in [bo, cy].into_iter().zip(expected) {
            let errors = react(&app.as_user(who), &id, "HUG").await["errors"].take();
            assert_eq!(errors == json!([]), expected, "{errors}");
            assert_eq!(moment(&app.as_user(who), &id).await["reactions"].is_array(), expected);
        }
    };
    let changed = GroupHugChanged {
        group_hug_id,
        host_id: ada,
        audience: GroupHugAudience::Public,
        state: GroupHugState::Open,
        participant_ids: vec![ada],
        changed_at: now,
    };
    let joined = |user_id: UserId| GroupHugJoined { group_hug_id, host_id: ada, user_id, joined_at: now };
    let left = |user_id, host_id| GroupHugLeft { group_hug_id, host_id, user_id, left_at: now };
    app.tell(&joined(bo)).await;
    is_there_for([false, false]).await;
    app.tell(&changed).await;
    is_there_for([true, true]).await;
    app.tell(&joined(bo)).await;
    is_there_for([true, false]).await;
    // Whoever is in it already stays.
    app.tell(&joined(cy)).await;
    is_there_for([true, true]).await;
    app.tell(&left(cy, ada)).await;
    is_there_for([true, false]).await;
    app.tell(&left(ada, bo)).await;
    is_there_for([true, false]).await;
    app.tell(&left(bo, ada)).await;
    is_there_for([true, true]).await;
    app.finish().await;
}
