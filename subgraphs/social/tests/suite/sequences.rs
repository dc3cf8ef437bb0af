//! Whatever two people do to each other, the tables, the events and what both see agree.

use std::collections::HashSet;

use events::{
    Envelope,
    social::{Blocked, FollowCreated, FollowRemoved, Muted, Unblocked, Unmuted},
};
use ids::UserId;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use social::Social;
use testkit::TestApp;

use crate::{
    consent::private_person,
    people::{act, person, relationship, see},
};

/// What there is between people, by who does it to whom.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    follows: HashSet<(UserId, UserId)>,
    blocks: HashSet<(UserId, UserId)>,
    mutes: HashSet<(UserId, UserId)>,
}

impl State {
    /// What one learns who has only the events. Each must change something.
    pub(crate) fn of_events(envelopes: &[Envelope], pair: [UserId; 2]) -> Self {
        let mut state = Self::default();
        let inside = |a, b| pair.contains(&a) && pair.contains(&b);
        for envelope in envelopes {
            if let Some(Ok(FollowCreated { follower_id, followed_id, .. })) = envelope.read()
                && inside(follower_id, followed_id)
            {
                assert!(state.follows.insert((follower_id, followed_id)), "a follow that was there already");
            } else if let Some(Ok(FollowRemoved { follower_id, followed_id, .. })) = envelope.read()
                && inside(follower_id, followed_id)
            {
                assert!(state.follows.remove(&(follower_id, followed_id)), "the end of no follow");
            } else if let Some(Ok(Blocked { blocker_id, blocked_id, .. })) = envelope.read()
                && inside(blocker_id, blocked_id)
            {
                assert!(state.blocks.insert((blocker_id, blocked_id)), "a block that was there already");
            } else if let Some(Ok(Unblocked { blocker_id, blocked_id, .. })) = envelope.read()
                && inside(blocker_id, blocked_id)
            {
                assert!(state.blocks.remove(&(blocker_id, blocked_id)), "the end of no block");
            } else if let Some(Ok(Muted { muter_id, muted_id, .. })) = envelope.read()
                && inside(muter_id, muted_id)
            {
                assert!(state.mutes.insert((muter_id, muted_id)), "a mute that was there already");
            } else if let Some(Ok(Unmuted { muter_id, muted_id, .. })) = envelope.read()
                && inside(muter_id, muted_id)
            {
                assert!(state.mutes.remove(&(muter_id, muted_id)), "the end of no mute");
            }
            state.check();
        }
        state
    }

    /// What both of them see.
    pub(crate) async fn as_seen(app: &TestApp, [a, b]: [UserId; 2]) -> Self {
        let mut state = Self::default();
        for (viewer, other) in [(a, b), (b, a)] {
            let [following, followed_by, blocking] = relationship(app, viewer, other).await;
            state.follows.extend(following.then_some((viewer, other)));
            state.follows.extend(followed_by.then_some((other, viewer)));
            state.blocks.extend(blocking.then_some((viewer, other)));
            let seen = see(app, viewer, other, "viewerRelationship { muting }").await;
            let muting = seen["viewerRelationship"]["muting"] == true;
            state.mutes.extend(muting.then_some((viewer, other)));
        }
        state.check();
        state
    }

    /// Without the mutes of those who are blocked: for them there is nobody to mute.
    fn shown(mut self) -> Self {
        let blocks = &self.blocks;
        self.mutes.retain(|(muter, muted)| !blocks.contains(&(*muted, *muter)));
        self
    }

    fn check(&self) {
        assert!(self.blocks.len() < 2, "two people block each other");
        assert!(self.blocks.is_empty() || self.follows.is_empty(), "a follow in a blocked pair");
    }
}

fn actions() -> impl Strategy<Value = Vec<(bool, &'static str)>> {
    let action = prop::sample::select(vec![
        "follow",
        "unfollow",
        "withdrawFollowRequest",
        "acceptFollowRequest",
        "rejectFollowRequest",
        "removeFollower",
        "block",
        "unblock",
        "muteUser",
        "unmuteUser",
    ]);
    prop::collection::vec((any::<bool>(), action), 1..20)
}

#[test]
fn the_events_of_any_sequence_lead_to_what_the_tables_say() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let app = runtime.block_on(TestApp::start::<Social>());
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&actions(), |actions| {
        runtime.block_on(async {
            let pair = [private_person(&app, "Ada").await, person(&app, "Bo").await];
            for (by_the_second, action) in actions {
                let (who, whom) = if by_the_second { (pair[1], pair[0]) } else { (pair[0], pair[1]) };
                act(&app, who, action, whom).await;
            }
            let told = State::of_events(&app.envelopes().await, pair);
            prop_assert_eq!(told.shown(), State::as_seen(&app, pair).await);
            Ok(())
        })
    });
    runtime.block_on(app.finish());
    outcome.expect("events and tables agree");
}
