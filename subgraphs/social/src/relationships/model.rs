//! What can be between two people, and what each of them may change.

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

/// What one person does to another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ties {
    pub(crate) follows: bool,
    pub(crate) blocks: bool,
}

/// What is between two people, seen by one of them.
///
/// No follow stands in a pair with a block, and of two people at most one blocks the other: for the one who is blocked
/// there is nobody to block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) outgoing: Ties,
    pub(crate) incoming: Ties,
}

/// What the viewer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Follow,
    Unfollow,
    Block,
    Unblock,
}

impl Action {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Unfollow => "unfollow",
            Self::Block => "block",
            Self::Unblock => "unblock",
        }
    }
}

/// A step from one standing to the next; each is told as one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Follow,
    Unfollow,
    /// The other one follows the viewer no more.
    LoseFollower,
    Block,
    Unblock,
}

/// Why the viewer may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// There is no such person, or she blocks the viewer: nobody must be able to tell which.
    #[error("there is no such person")]
    Missing,
    #[error("you block this person")]
    Blocking,
}

impl Standing {
    /// The changes that bring about what is asked for; none when it is so already.
    pub(crate) fn changes(self, action: Action) -> Result<&'static [Change], Refused> {
        if self.incoming.blocks {
            return Err(Refused::Missing);
        }
        let Ties { follows, blocks } = self.outgoing;
        Ok(match action {
            Action::Follow if blocks => return Err(Refused::Blocking),
            Action::Follow if !follows => &[Change::Follow],
            Action::Unfollow if follows => &[Change::Unfollow],
            Action::Block if !blocks => match (follows, self.incoming.follows) {
                (false, false) => &[Change::Block],
                (true, false) => &[Change::Unfollow, Change::Block],
                (false, true) => &[Change::LoseFollower, Change::Block],
                (true, true) => &[Change::Unfollow, Change::LoseFollower, Change::Block],
            },
            Action::Unblock if blocks => &[Change::Unblock],
            Action::Follow | Action::Unfollow | Action::Block | Action::Unblock => &[],
        })
    }

    pub(crate) fn after(mut self, change: Change) -> Self {
        match change {
            Change::Follow => self.outgoing.follows = true,
            Change::Unfollow => self.outgoing.follows = false,
            Change::LoseFollower => self.incoming.follows = false,
            Change::Block => self.outgoing.blocks = true,
            Change::Unblock => self.outgoing.blocks = false,
        }
        self
    }
}

/// What the viewer may know of what is between her and somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Relationship {
    pub(crate) other: UserId,
    pub(crate) following: bool,
    pub(crate) followed_by: bool,
    pub(crate) blocking: bool,
}

impl Relationship {
    pub(crate) fn new(other: UserId, standing: Standing) -> Self {
        Self {
            other,
            following: standing.outgoing.follows,
            followed_by: standing.incoming.follows,
            blocking: standing.outgoing.blocks,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reversed(standing: Standing) -> Standing {
        Standing { outgoing: standing.incoming, incoming: standing.outgoing }
    }

    fn actions() -> impl Strategy<Value = Vec<(bool, Action)>> {
        let action =
            prop::sample::select(vec![Action::Follow, Action::Unfollow, Action::Block, Action::Unblock]);
        prop::collection::vec((any::<bool>(), action), 0..40)
    }

    fn act(standing: Standing, action: Action) -> Standing {
        let changes = standing.changes(action).unwrap_or_default();
        changes.iter().fold(standing, |standing, change| standing.after(*change))
    }

    #[test]
    fn blocking_ends_the_follows_of_both() {
        let friends = Ties { follows: true, blocks: false };
        let blocked = act(Standing { outgoing: friends, incoming: friends }, Action::Block);
        assert_eq!(blocked, Standing::default().after(Change::Block));
    }

    #[test]
    fn who_is_blocked_finds_nobody_and_who_blocks_is_told_to_unblock_first() {
        let blocking = Standing::default().after(Change::Block);
        assert_eq!(blocking.changes(Action::Follow), Err(Refused::Blocking));
        for action in [Action::Follow, Action::Unfollow, Action::Block, Action::Unblock] {
            assert_eq!(reversed(blocking).changes(action), Err(Refused::Missing));
        }
    }

    proptest! {
        #[test]
        fn no_follow_stands_beside_a_block_and_two_people_never_block_each_other(actions in actions()) {
            let mut standing = Standing::default();
            for (by_the_other, action) in actions {
                if by_the_other { standing = reversed(standing) }
                standing = act(standing, action);
                if by_the_other { standing = reversed(standing) }
                let Standing { outgoing, incoming } = standing;
                let blocks = outgoing.blocks || incoming.blocks;
                prop_assert!(!(blocks && (outgoing.follows || incoming.follows)));
                prop_assert!(!(outgoing.blocks && incoming.blocks));
            }
        }

        #[test]
        fn asking_twice_changes_nothing_the_second_time(before in actions(), wanted in actions()) {
            let mut standing = before.into_iter().fold(Standing::default(), |standing, (_, action)| act(standing, action));
            for (_, action) in wanted {
                standing = act(standing, action);
                prop_assert!(standing.changes(action).unwrap_or_default().is_empty());
            }
        }
    }
}
