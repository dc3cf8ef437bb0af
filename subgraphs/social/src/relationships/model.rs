//! What can be between two people, and what each of them may change.

use chrono::{DateTime, Utc};
use ids::UserId;
use serde::{Deserialize, Serialize};

/// Two people, seen by one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) viewer: UserId,
    pub(crate) other: UserId,
}

impl Pair {
    pub(crate) fn reversed(self) -> Self {
        Self { viewer: self.other, other: self.viewer }
    }

    /// The two, the smaller id first, whoever of them is looking.
    pub(crate) fn in_order(self) -> (UserId, UserId) {
        (self.viewer.min(self.other), self.viewer.max(self.other))
    }
}

/// A mute that is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mute {
    /// When it ends by itself, if it does.
    pub(crate) until: Option<DateTime<Utc>>,
}

/// What one person does to another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ties {
    pub(crate) follows: bool,
    /// Waits for the consent of the other to follow them.
    pub(crate) requests: bool,
    pub(crate) blocks: bool,
    pub(crate) mutes: Option<Mute>,
}

/// What is between two people, seen by one of them.
///
/// No follow and no request stands in a pair with a block, nobody asks to follow whom they follow, and of two people at most
/// one blocks the other: for the one who is blocked there is nobody to block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) outgoing: Ties,
    pub(crate) incoming: Ties,
    /// Following the other takes their consent.
    pub(crate) by_consent: bool,
}

/// What the viewer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// To follow, or to ask for it where that takes consent.
    Follow,
    /// To follow no more; whoever still waits for consent waits no more.
    Unfollow,
    /// To wait no more for the other's consent.
    Withdraw,
    /// To let the other follow.
    Accept,
    /// Not to let the other follow.
    Reject,
    RemoveFollower,
    Block,
    Unblock,
    Mute(Mute),
    Unmute,
}

impl Action {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Unfollow => "unfollow",
            Self::Withdraw => "withdrawFollowRequest",
            Self::Accept => "acceptFollowRequest",
            Self::Reject => "rejectFollowRequest",
            Self::RemoveFollower => "removeFollower",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Mute(_) => "muteUser",
            Self::Unmute => "unmuteUser",
        }
    }
}

/// A step from one standing to the next. Those that concern others than the two are told as one event each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Follow,
    Unfollow,
    Request,
    Withdraw,
    /// The other one's request becomes a follow.
    Accept,
    /// The other one's request is gone, of which nobody hears.
    Reject,
    /// The other one follows the viewer no more.
    LoseFollower,
    Block,
    Unblock,
    Mute(Mute),
    Unmute,
}

/// Why the viewer may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// There is no such person, or they block the viewer: nobody must be able to tell which.
    #[error("there is no such person")]
    Missing,
    #[error("you block this person")]
    Blocking,
    #[error("this person doesn't ask to follow you")]
    NoRequest,
}

impl Standing {
    /// The changes that bring about what is asked for; none when it is so already.
    pub(crate) fn changes(self, action: Action) -> Result<Vec<Change>, Refused> {
        let (mine, theirs) = (self.outgoing, self.incoming);
        if theirs.blocks {
            return Err(Refused::Missing);
        }
        let steps = match action {
            Action::Follow if mine.blocks => return Err(Refused::Blocking),
            Action::Accept if !theirs.requests && !theirs.follows => return Err(Refused::NoRequest),
            Action::Follow if mine.follows => vec![],
            Action::Follow if self.by_consent => vec![(!mine.requests, Change::Request)],
            Action::Follow => vec![(mine.requests, Change::Withdraw), (true, Change::Follow)],
            Action::Unfollow => vec![(mine.follows, Change::Unfollow), (mine.requests, Change::Withdraw)],
            Action::Withdraw => vec![(mine.requests, Change::Withdraw)],
            Action::Accept => vec![(theirs.requests, Change::Accept)],
            Action::Reject => vec![(theirs.requests, Change::Reject)],
            Action::RemoveFollower => vec![(theirs.follows, Change::LoseFollower)],
            Action::Block => vec![
                (mine.follows, Change::Unfollow),
                (mine.requests, Change::Withdraw),
                (theirs.follows, Change::LoseFollower),
                (theirs.requests, Change::Reject),
                (!mine.blocks, Change::Block),
            ],
            Action::Unblock => vec![(mine.blocks, Change::Unblock)],
            Action::Mute(mute) => vec![(mine.mutes != Some(mute), Change::Mute(mute))],
            Action::Unmute => vec![(mine.mutes.is_some(), Change::Unmute)],
        };
        Ok(steps.into_iter().filter_map(|(needed, change)| needed.then_some(change)).collect())
    }

    pub(crate) fn after(mut self, change: Change) -> Self {
        let (mine, theirs) = (&mut self.outgoing, &mut self.incoming);
        match change {
            Change::Follow => mine.follows = true,
            Change::Unfollow => mine.follows = false,
            Change::Request => mine.requests = true,
            Change::Withdraw => mine.requests = false,
            Change::Accept => (theirs.requests, theirs.follows) = (false, true),
            Change::Reject => theirs.requests = false,
            Change::LoseFollower => theirs.follows = false,
            Change::Block => mine.blocks = true,
            Change::Unblock => mine.blocks = false,
            Change::Mute(mute) => mine.mutes = Some(mute),
            Change::Unmute => mine.mutes = None,
        }
        self
    }
}

/// What the viewer may know of what is between them and somebody else.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that clients ask for by name")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Relationship {
    pub(crate) other: UserId,
    pub(crate) following: bool,
    pub(crate) followed_by: bool,
    #[serde(default)]
    pub(crate) requested: bool,
    #[serde(default)]
    pub(crate) requested_by: bool,
    pub(crate) blocking: bool,
    #[serde(default)]
    pub(crate) muting: bool,
    #[serde(default)]
    pub(crate) mute_expires_at: Option<DateTime<Utc>>,
}

impl Relationship {
    pub(crate) fn new(other: UserId, standing: Standing) -> Self {
        let Standing { outgoing, incoming, .. } = standing;
        Self {
            other,
            following: outgoing.follows,
            followed_by: incoming.follows,
            requested: outgoing.requests,
            requested_by: incoming.requests,
            blocking: outgoing.blocks,
            muting: outgoing.mutes.is_some(),
            mute_expires_at: outgoing.mutes.and_then(|mute| mute.until),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FOR_GOOD: Mute = Mute { until: None };
    const EVERYTHING: [Action; 10] = [
        Action::Follow,
        Action::Unfollow,
        Action::Withdraw,
        Action::Accept,
        Action::Reject,
        Action::RemoveFollower,
        Action::Block,
        Action::Unblock,
        Action::Mute(FOR_GOOD),
        Action::Unmute,
    ];

    fn reversed(standing: Standing) -> Standing {
        Standing { outgoing: standing.incoming, incoming: standing.outgoing, ..standing }
    }

    /// Who acts, whether following takes consent just then, and what is asked for.
    fn actions() -> impl Strategy<Value = Vec<(bool, bool, Action)>> {
        let action = prop::sample::select(EVERYTHING.to_vec());
        prop::collection::vec((any::<bool>(), any::<bool>(), action), 0..40)
    }

    fn act(standing: Standing, action: Action) -> Standing {
        let changes = standing.changes(action).unwrap_or_default();
        changes.iter().fold(standing, |standing, change| standing.after(*change))
    }

    #[test]
    fn blocking_ends_the_follows_and_requests_of_both() {
        let follows = Ties { follows: true, ..Ties::default() };
        let requests = Ties { requests: true, ..Ties::default() };
        for (outgoing, incoming) in [(follows, follows), (follows, requests), (requests, requests)] {
            let blocked = act(Standing { outgoing, incoming, by_consent: false }, Action::Block);
            assert_eq!(blocked, Standing::default().after(Change::Block));
        }
    }

    #[test]
    fn who_is_blocked_finds_nobody_and_who_blocks_is_told_to_unblock_first() {
        let blocking = Standing::default().after(Change::Block);
        assert_eq!(blocking.changes(Action::Follow), Err(Refused::Blocking));
        for action in EVERYTHING {
            assert_eq!(reversed(blocking).changes(action), Err(Refused::Missing));
        }
    }

    #[test]
    fn where_following_takes_consent_only_the_other_one_makes_a_follow_of_a_request() {
        let asked = act(Standing { by_consent: true, ..Standing::default() }, Action::Follow);
        assert_eq!(asked.outgoing, Ties { requests: true, ..Ties::default() });
        assert!(act(reversed(asked), Action::Accept).incoming.follows);
        assert!(!act(reversed(asked), Action::Reject).incoming.requests);
        assert_eq!(Standing::default().changes(Action::Accept), Err(Refused::NoRequest));
    }

    #[test]
    fn who_asks_again_once_it_takes_no_consent_follows() {
        let asked = Standing::default().after(Change::Request);
        assert_eq!(asked.changes(Action::Follow), Ok(vec![Change::Withdraw, Change::Follow]));
    }

    proptest! {
        #[test]
        fn what_must_not_stand_together_never_does(actions in actions()) {
            let mut standing = Standing::default();
            for (by_the_other, by_consent, action) in actions {
                if by_the_other { standing = reversed(standing) }
                standing = act(Standing { by_consent, ..standing }, action);
                if by_the_other { standing = reversed(standing) }
                let Standing { outgoing, incoming, .. } = standing;
                let blocks = outgoing.blocks || incoming.blocks;
                let ties = [outgoing, incoming];
                prop_assert!(!(blocks && ties.iter().any(|ties| ties.follows || ties.requests)));
                prop_assert!(!ties.iter().any(|ties| ties.follows && ties.requests));
                prop_assert!(!(outgoing.blocks && incoming.blocks));
            }
        }

        #[test]
        fn asking_twice_changes_nothing_the_second_time(before in actions(), wanted in actions()) {
            let act_on = |standing, (_, by_consent, action)| act(Standing { by_consent, ..standing }, action);
            let mut standing = before.into_iter().fold(Standing::default(), act_on);
            for (_, by_consent, action) in wanted {
                standing = act(Standing { by_consent, ..standing }, action);
                prop_assert!(standing.changes(action).unwrap_or_default().is_empty());
            }
        }
    }
}
