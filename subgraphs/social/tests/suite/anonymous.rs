//! Hugs without a name: whatever their recipient does, nothing that they are shown hangs on who sent them.

use ids::{HugId, UserId};
use serde_json::{Value, json};
use social::Social;
use testkit::TestApp;

use crate::{
    moderating::{LOG, open, report, reported, resolve},
    people::{does, person},
    posts::SHARED,
    reacting::{moment, react},
    sharing::{hug, refused, return_unknown, see_post, share, shared},
};

struct World {
    app: TestApp,
    sender: UserId,
    recipient: UserId,
    bystander: UserId,
    hug: HugId,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::start::<Social>().await;
        let (sender, recipient) = (person(&app, "Ada").await, person(&app, "Bo").await);
        let bystander = person(&app, "Cy").await;
        let hug = hug(&app, sender, recipient, true).await;
        Self { app, sender, recipient, bystander, hug }
    }

    /// Has the recipient block each suspect, and be blocked by each, and looks again every time.
    async fn looks_the_same_through_every_block(&self, look: impl AsyncFn() -> Value) {
        let before = look().await;
        for suspect in [self.bystander, self.sender] {
            for (blocker, blocked) in [(self.recipient, suspect), (suspect, self.recipient)] {
                does(&self.app, blocker, "block", blocked).await;
                let is_sender = suspect == self.sender;
                assert_eq!(look().await, before, "blocked; the sender is one of the two: {is_sender}");
                does(&self.app, blocker, "unblock", blocked).await;
                assert_eq!(look().await, before, "unblocked; the sender is one of the two: {is_sender}");
            }
        }
    }

    /// All that the recipient can do with a hug and see of it.
    async fn everything(&self, hug: HugId, post: &str) -> Value {
        let (client, name) = (self.app.as_user(self.recipient), hug.to_string());
        let own = json!({ "hugId": name, "visibility": "PRIVATE" });
        json!({
            "shared": see_post(&client, post, SHARED).await,
            "sharing again": share(&self.app, self.recipient, own).await["errors"],
            "moment": moment(&client, &name).await,
            "reacting": react(&client, &name, "HUG").await,
        })
    }
}

#[tokio::test]
async fn the_link_to_an_anonymous_hug_stays_whomever_its_recipient_blocks() {
    let world = World::start().await;
    let (app, recipient) = (&world.app, world.recipient);
    let input = json!({ "hugId": world.hug.to_string(), "visibility": "PUBLIC" });
    let post = shared(app, recipient, input).await;
    let client = app.as_user(recipient);
    let of = json!({ "__typename": "SharedHug", "hug": { "id": world.hug.to_string() }, "sent": false, "with": null });
    assert_eq!(see_post(&client, &post, SHARED).await["shared"], of);
    world.looks_the_same_through_every_block(async || see_post(&client, &post, SHARED).await).await;
    world.app.finish().await;
}

#[tokio::test]
async fn an_anonymous_hug_can_be_shared_whomever_its_recipient_blocks() {
    let world = World::start().await;
    let input = json!({ "hugId": world.hug.to_string(), "visibility": "PUBLIC" });
    let sharing = async || share(&world.app, world.recipient, input.clone()).await["errors"].take();
    assert_eq!(sharing().await, json!([]));
    world.looks_the_same_through_every_block(sharing).await;
    world.app.finish().await;
}

#[tokio::test]
async fn an_anonymous_hug_can_be_reacted_to_whomever_its_recipient_blocks() {
    let world = World::start().await;
    let (client, name) = (world.app.as_user(world.recipient), world.hug.to_string());
    let reacting = async || react(&client, &name, "SMILE").await;
    assert_eq!(reacting().await["errors"], json!([]));
    world.looks_the_same_through_every_block(reacting).await;
    world.app.finish().await;
}

#[tokio::test]
async fn the_senders_reaction_to_an_anonymous_hug_counts_whomever_its_recipient_blocks() {
    let world = World::start().await;
    let name = world.hug.to_string();
    react(&world.app.as_user(world.sender), &name, "HEART").await;
    let client = world.app.as_user(world.recipient);
    let seen = json!({ "reactions": [{ "kind": "HEART", "count": 1 }], "viewerReaction": null });
    assert_eq!(moment(&client, &name).await, seen);
    world.looks_the_same_through_every_block(async || moment(&client, &name).await).await;
    world.app.finish().await;
}

#[tokio::test]
async fn an_anonymous_hug_can_be_reported_whomever_its_recipient_blocks() {
    let world = World::start().await;
    let name = world.hug.to_string();
    let reporting = async || report(&world.app, world.recipient, &name).await;
    assert_eq!(reporting().await["errors"], json!([]));
    world.looks_the_same_through_every_block(reporting).await;
    world.app.finish().await;
}

#[tokio::test]
async fn nothing_of_a_returned_anonymous_hug_hangs_on_to_whom_it_went() {
    let world = World::start().await;
    let (app, sender, recipient) = (&world.app, world.sender, world.recipient);
    let returned = return_unknown(app, recipient, sender, world.hug).await;
    let input = json!({ "hugId": returned.to_string(), "visibility": "PUBLIC" });
    assert_eq!(refused(app, sender, input.clone()).await, "HUG_ANONYMOUS");
    let post = shared(app, recipient, input).await;
    let of = json!({ "__typename": "SharedHug", "hug": { "id": returned.to_string() }, "sent": true, "with": null });
    for who in [sender, recipient] {
        assert_eq!(see_post(&app.as_user(who), &post, SHARED).await["shared"], of);
    }
    react(&app.as_user(recipient), &returned.to_string(), "HUG").await;
    react(&app.as_user(sender), &returned.to_string(), "HEART").await;
    world.looks_the_same_through_every_block(async || world.everything(returned, &post).await).await;
    world.app.finish().await;
}

#[tokio::test]
async fn who_sent_an_anonymous_hug_sees_nothing_of_it_across_a_block() {
    let world = World::start().await;
    let (app, name) = (&world.app, world.hug.to_string());
    let nothing = json!({ "reactions": null, "viewerReaction": null });
    for (blocker, blocked) in [(world.sender, world.recipient), (world.recipient, world.sender)] {
        does(app, blocker, "block", blocked).await;
        assert_eq!(moment(&app.as_user(world.sender), &name).await, nothing);
        let refused = react(&app.as_user(world.sender), &name, "HUG").await;
        assert_eq!(refused["errors"][0]["code"], "HUG_MOMENT_NOT_FOUND");
        does(app, blocker, "unblock", blocked).await;
    }
    world.app.finish().await;
}

#[tokio::test]
async fn neither_a_report_nor_the_log_tells_who_sent_an_anonymous_hug() {
    let world = World::start().await;
    let (app, name) = (&world.app, world.hug.to_string());
    let report_id = reported(app, world.recipient, &name).await;
    // Even the recipient may moderate.
    let moderator = app.as_moderator(world.recipient);
    assert_eq!(open(&moderator, "OPEN").await[0]["subject"], Value::Null);
    assert_eq!(resolve(&moderator, &report_id, "WARN").await["errors"], json!([]));
    assert_eq!(open(&moderator, "RESOLVED").await[0]["subject"], Value::Null);
    let log = moderator.data(LOG, json!({})).await["auditLog"]["edges"].take();
    assert_eq!((&log[0]["node"]["targetId"], &log[0]["node"]["subject"]), (&json!(name), &Value::Null));
    // It was about the sender all the same.
    let notices = "{ moderationNotices { edges { node { targetId } } } }";
    let notices = app.as_user(world.sender).data(notices, json!({})).await["moderationNotices"].take();
    assert_eq!(notices["edges"], json!([{ "node": { "targetId": name } }]));
    let named = hug(app, world.sender, world.recipient, false).await.to_string();
    reported(app, world.recipient, &named).await;
    let subject = open(&moderator, "OPEN").await[0]["subject"].take();
    assert_eq!(subject, json!({ "id": world.sender.to_string() }));
    world.app.finish().await;
}

#[tokio::test]
async fn a_moderator_doesnt_learn_who_reported_them() {
    let world = World::start().await;
    let app = &world.app;
    // Only those between whom it was can report it.
    let returned = return_unknown(app, world.recipient, world.sender, world.hug).await;
    reported(app, world.sender, &returned.to_string()).await;
    assert_eq!(open(&app.as_moderator(world.recipient), "OPEN").await, [] as [Value; 0]);
    assert_eq!(open(&app.as_moderator(world.bystander), "OPEN").await.len(), 1);
    world.app.finish().await;
}
