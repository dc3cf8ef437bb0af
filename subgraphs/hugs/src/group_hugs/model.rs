//! A group hug, and the states it goes through.

use chrono::{DateTime, TimeDelta, Utc};
use events::hugs::GroupHugAudience;
use ids::{GroupHugId, HugTypeId, UserId};
use pagination::Key;
use serde::{Deserialize, Serialize};

use super::GroupHugError;
use crate::{hug_requests::Audience, store::Named};

pub(super) const SMALLEST: i32 = 2;
pub(super) const LARGEST: i32 = 50;
/// How many people may be invited to one group hug.
pub(super) const MAX_INVITEES: usize = 200;
/// How many days ahead one may be made.
pub(super) const FARTHEST_DAYS: i64 = 7;
/// How many hours it may last from its opening.
pub(super) const LONGEST_HOURS: i64 = 24;
/// No group hug that was made longer ago goes on; with an hour for the clock's work.
pub(super) const OLDEST: TimeDelta = TimeDelta::hours(FARTHEST_DAYS * 24 + LONGEST_HOURS + 1);
/// How long it lasts when nothing is said.
const USUAL: TimeDelta = TimeDelta::hours(1);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupHug {
    pub(crate) id: GroupHugId,
    /// Who made it, and wrote its message.
    pub(crate) creator_id: UserId,
    /// One of those who take part; of one that was cancelled since everybody had left, the last who did.
    pub(crate) host_id: UserId,
    pub(crate) type_id: HugTypeId,
    pub(crate) message: Option<String>,
    pub(crate) audience: Audience,
    /// How many may take part, the host among them.
    pub(crate) capacity: i32,
    /// As was written last; [`state_at`](Self::state_at) says what the clock makes of it.
    pub(crate) state: GroupHugState,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) opens_at: DateTime<Utc>,
    pub(crate) started_at: Option<DateTime<Utc>>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupHugState {
    Scheduled,
    Open,
    Active,
    Completed,
    Expired,
    Cancelled,
}

impl Named for GroupHugState {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Scheduled, "SCHEDULED"),
        (Self::Open, "OPEN"),
        (Self::Active, "ACTIVE"),
        (Self::Completed, "COMPLETED"),
        (Self::Expired, "EXPIRED"),
        (Self::Cancelled, "CANCELLED"),
    ];
}

impl GroupHugState {
    /// Nothing comes after it.
    pub(crate) fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::Expired | Self::Cancelled)
    }
}

impl From<GroupHugState> for events::hugs::GroupHugState {
    fn from(state: GroupHugState) -> Self {
        match state {
            GroupHugState::Scheduled => Self::Scheduled,
            GroupHugState::Open => Self::Open,
            GroupHugState::Active => Self::Active,
            GroupHugState::Completed => Self::Completed,
            GroupHugState::Expired => Self::Expired,
            GroupHugState::Cancelled => Self::Cancelled,
        }
    }
}

impl From<Audience> for GroupHugAudience {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Public => Self::Public,
            Audience::Followers => Self::Followers,
            Audience::Private => Self::Private,
        }
    }
}

impl GroupHug {
    /// What the clock makes of it: it opens and expires at its times, whether or not that was written by then.
    pub(crate) fn state_at(&self, now: DateTime<Utc>) -> GroupHugState {
        match self.state {
            state if state.is_end() => state,
            _ if self.expires_at <= now => GroupHugState::Expired,
            GroupHugState::Scheduled if self.opens_at <= now => GroupHugState::Open,
            state => state,
        }
    }

    /// Moves it on to `state`; false when it stands there.
    pub(super) fn move_to(&mut self, state: GroupHugState, now: DateTime<Utc>) -> bool {
        if self.state == state {
            return false;
        }
        self.state = state;
        if state == GroupHugState::Active {
            self.started_at = Some(now);
        }
        if state.is_end() {
            self.ended_at = Some(now);
        }
        true
    }
}

/// When a group hug opens and expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) opens_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

impl Times {
    /// It opens at once when no opening is wanted, and lasts an hour when no end is.
    pub(super) fn parse(
        opening: Option<DateTime<Utc>>,
        expiry: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Self, GroupHugError> {
        let opens_at = opening.unwrap_or(now);
        if opens_at < now || opens_at > now + TimeDelta::days(FARTHEST_DAYS) {
            return Err(GroupHugError::OpeningOutOfRange);
        }
        let expires_at = expiry.unwrap_or(opens_at + USUAL);
        if expires_at <= opens_at || expires_at > opens_at + TimeDelta::hours(LONGEST_HOURS) {
            return Err(GroupHugError::ExpiryOutOfRange);
        }
        Ok(Self { opens_at, expires_at })
    }
}

/// A number of people who may take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Capacity(i32);

impl Capacity {
    pub(super) fn parse(number: i32) -> Result<Self, GroupHugError> {
        let valid = (SMALLEST..=LARGEST).contains(&number);
        valid.then_some(Self(number)).ok_or(GroupHugError::CapacityOutOfRange)
    }

    pub(super) fn get(self) -> i32 {
        self.0
    }
}

/// Which group hugs a list holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) scope: Scope,
    pub(crate) states: Vec<GroupHugState>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All that the viewer may see.
    All,
    /// Those whose host the viewer is.
    Hosted,
    /// Those that the viewer takes part in.
    Joined,
    /// Those that the viewer is invited to.
    Invited,
}

/// A position in a list of group hugs.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct GroupHugPosition {
    pub(crate) at: DateTime<Utc>,
    pub(crate) id: GroupHugId,
}

impl Key for GroupHugPosition {
    const KIND: &'static str = "group-hugs";
}

impl GroupHugPosition {
    pub(crate) fn of(group: &GroupHug) -> Self {
        Self { at: group.created_at, id: group.id }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;

    fn group(state: GroupHugState) -> GroupHug {
        let now = DateTime::UNIX_EPOCH;
        GroupHug {
            id: GroupHugId::at(now),
            creator_id: UserId::at(now),
            host_id: UserId::at(now),
            type_id: HugTypeId::at(now),
            message: None,
            audience: Audience::Public,
            capacity: 5,
            state,
            created_at: now,
            opens_at: now + TimeDelta::hours(1),
            started_at: None,
            expires_at: now + TimeDelta::hours(2),
            ended_at: None,
        }
    }

    #[test]
    fn a_group_hug_lasts_an_hour_unless_told_otherwise_and_a_day_at_most() {
        let now = DateTime::UNIX_EPOCH;
        let usual = Times::parse(None, None, now).unwrap();
        assert_eq!((usual.opens_at, usual.expires_at), (now, now + TimeDelta::hours(1)));
        let late = now + TimeDelta::days(7);
        assert!(Times::parse(Some(late), Some(late + TimeDelta::hours(24)), now).is_ok());
        for opening in [now - TimeDelta::seconds(1), late + TimeDelta::seconds(1)] {
            let refused = Times::parse(Some(opening), None, now);
            assert!(matches!(refused, Err(GroupHugError::OpeningOutOfRange)));
        }
        for expiry in [late, late + TimeDelta::hours(25)] {
            let refused = Times::parse(Some(late), Some(expiry), now);
            assert!(matches!(refused, Err(GroupHugError::ExpiryOutOfRange)));
        }
    }

    #[test]
    fn between_two_and_fifty_people_may_take_part() {
        for (number, valid) in [(1, false), (2, true), (50, true), (51, false), (-2, false)] {
            assert_eq!(Capacity::parse(number).is_ok(), valid);
        }
    }

    proptest! {
        #[test]
        fn time_only_opens_and_expires_and_what_is_over_stays_as_it_ended(
            (state, _) in select(GroupHugState::NAMES.to_vec()),
            earlier in 0_i64..300,
            later in 0_i64..300,
        ) {
            let group = group(state);
            let at = |minutes: i64| group.state_at(DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes));
            let (first, then) = (at(earlier.min(later)), at(earlier.max(later)));
            if state.is_end() {
                prop_assert_eq!((first, then), (state, state));
            }
            prop_assert!(!first.is_end() || then == first);
            let rank = |state: GroupHugState| GroupHugState::NAMES.iter().position(|(known, _)| *known == state);
            prop_assert!(rank(first) <= rank(then));
        }
    }
}
