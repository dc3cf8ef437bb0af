//! What the log holds, and positions in it.

use chrono::{DateTime, TimeDelta, Utc};
use ids::{GroupHugId, HugId, HugRequestId, UserId};
use pagination::{Cursor, Key};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::LiveError;
use crate::store::Named;

/// How long the log is kept.
pub(super) const RETENTION: TimeDelta = TimeDelta::days(30);

/// What has a log of its own: a person, or a group hug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    Person(UserId),
    Group(GroupHugId),
}

impl Topic {
    pub(super) fn as_uuid(self) -> Uuid {
        match self {
            Self::Person(id) => id.as_uuid(),
            Self::Group(id) => id.as_uuid(),
        }
    }
}

impl From<UserId> for Topic {
    fn from(id: UserId) -> Self {
        Self::Person(id)
    }
}

impl From<GroupHugId> for Topic {
    fn from(id: GroupHugId) -> Self {
        Self::Group(id)
    }
}

/// What happened, from the view of the person in whose log it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Received,
    Seen,
    Thanked,
    Cancelled,
    RequestPosted,
    RequestAnswered,
    /// Somebody returned this person's hug.
    Returned,
    GroupPosted,
    GroupOpened,
    GroupStarted,
    GroupJoined,
    GroupLeft,
    /// It was completed or cancelled, or its time is over. Nothing comes after it.
    GroupEnded,
}

impl Named for Kind {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Received, "RECEIVED"),
        (Self::Seen, "SEEN"),
        (Self::Thanked, "THANKED"),
        (Self::Cancelled, "CANCELLED"),
        (Self::RequestPosted, "REQUEST_POSTED"),
        (Self::RequestAnswered, "REQUEST_ANSWERED"),
        (Self::Returned, "RETURNED"),
        (Self::GroupPosted, "GROUP_POSTED"),
        (Self::GroupOpened, "GROUP_OPENED"),
        (Self::GroupStarted, "GROUP_STARTED"),
        (Self::GroupJoined, "GROUP_JOINED"),
        (Self::GroupLeft, "GROUP_LEFT"),
        (Self::GroupEnded, "GROUP_ENDED"),
    ];
}

/// Something to be logged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Happening {
    pub(crate) kind: Kind,
    pub(crate) hug_id: Option<HugId>,
    pub(crate) request_id: Option<HugRequestId>,
    pub(crate) group_hug_id: Option<GroupHugId>,
    /// Who joined or left.
    pub(crate) person_id: Option<UserId>,
    pub(crate) at: DateTime<Utc>,
}

impl Happening {
    pub(crate) fn to_hug(kind: Kind, hug_id: HugId, at: DateTime<Utc>) -> Self {
        let hug_id = Some(hug_id);
        Self { kind, hug_id, request_id: None, group_hug_id: None, person_id: None, at }
    }

    /// The same, to a hug that answers a request.
    pub(crate) fn answering(self, request_id: Option<HugRequestId>) -> Self {
        Self { request_id, ..self }
    }

    pub(crate) fn to_request(kind: Kind, request_id: HugRequestId, at: DateTime<Utc>) -> Self {
        let request_id = Some(request_id);
        Self { kind, hug_id: None, request_id, group_hug_id: None, person_id: None, at }
    }

    pub(crate) fn to_group(kind: Kind, id: GroupHugId, person_id: Option<UserId>, at: DateTime<Utc>) -> Self {
        Self { kind, hug_id: None, request_id: None, group_hug_id: Some(id), person_id, at }
    }
}

/// Something that was logged.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) number: i64,
    pub(super) happening: Happening,
}

/// A position in a person's log: after the entry of that number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    pub(super) person: UserId,
    pub(super) number: i64,
}

impl Key for Position {
    const KIND: &'static str = "hug-events";
}

impl Position {
    /// The position that `cursor` names in the log of `person`.
    pub(super) fn parse(cursor: &str, person: UserId) -> Result<Self, LiveError> {
        let position: Self = Cursor::decode(cursor).map_err(|_| LiveError::Cursor)?;
        let valid = position.person == person && position.number >= 0;
        valid.then_some(position).ok_or(LiveError::Cursor)
    }

    pub(super) fn cursor(self) -> Cursor {
        Cursor::encode(&self)
    }
}

/// A position in a group hug's log: after the entry of that number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GroupPosition {
    group: GroupHugId,
    number: i64,
}

impl Key for GroupPosition {
    const KIND: &'static str = "group-hug-events";
}

/// The number after which `cursor` stands in the log of `topic`.
pub(super) fn number_of(cursor: &str, topic: Topic) -> Result<i64, LiveError> {
    match topic {
        Topic::Person(person) => Position::parse(cursor, person).map(|position| position.number),
        Topic::Group(group) => {
            let position: GroupPosition = Cursor::decode(cursor).map_err(|_| LiveError::Cursor)?;
            let valid = position.group == group && position.number >= 0;
            valid.then_some(position.number).ok_or(LiveError::Cursor)
        }
    }
}

/// The position after the entry of that number in the log of `topic`.
pub(super) fn cursor_of(topic: Topic, number: i64) -> Cursor {
    match topic {
        Topic::Person(person) => Position { person, number }.cursor(),
        Topic::Group(group) => Cursor::encode(&GroupPosition { group, number }),
    }
}

/// A stretch of the log as read: entries in order, and where some are missing.
#[derive(Debug, Clone)]
pub(super) enum Read {
    Entry(Entry),
    /// Everything up to this number, from where the reader was, is gone.
    GapUpTo(i64),
}

/// Puts what was read after `position` in order, with a gap where the numbers have a hole. `last` is the number that
/// the counter had before the entries were read.
pub(super) fn with_gaps(position: i64, last: i64, entries: Vec<Entry>) -> Vec<Read> {
    // Beyond the counter: the database was set back. What the reader saw then isn't in it.
    if position > last && entries.is_empty() {
        return vec![Read::GapUpTo(last)];
    }
    let mut read = Vec::with_capacity(entries.len() + 1);
    let mut expected = position + 1;
    for entry in entries {
        if entry.number > expected {
            read.push(Read::GapUpTo(entry.number - 1));
        }
        expected = entry.number + 1;
        read.push(Read::Entry(entry));
    }
    if read.is_empty() && last > position {
        read.push(Read::GapUpTo(last));
    }
    read
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(number: i64) -> Entry {
        let hug = HugId::at(DateTime::UNIX_EPOCH);
        Entry { number, happening: Happening::to_hug(Kind::Seen, hug, DateTime::UNIX_EPOCH) }
    }

    fn shape(read: &[Read]) -> Vec<(bool, i64)> {
        let part = |read: &Read| match read {
            Read::Entry(entry) => (true, entry.number),
            Read::GapUpTo(number) => (false, *number),
        };
        read.iter().map(part).collect()
    }

    #[test]
    fn a_log_without_holes_has_no_gap() {
        assert_eq!(shape(&with_gaps(3, 5, vec![entry(4), entry(5)])), [(true, 4), (true, 5)]);
        assert!(with_gaps(5, 5, vec![]).is_empty());
    }

    #[test]
    fn what_was_pruned_is_a_gap_before_what_is_left() {
        assert_eq!(shape(&with_gaps(1, 5, vec![entry(4), entry(5)])), [(false, 3), (true, 4), (true, 5)]);
        assert_eq!(shape(&with_gaps(1, 5, vec![])), [(false, 5)]);
    }

    #[test]
    fn a_position_that_the_log_never_reached_is_a_gap() {
        assert_eq!(shape(&with_gaps(9, 5, vec![])), [(false, 5)]);
    }

    #[test]
    fn a_cursor_belongs_to_one_person() {
        let (ada, bo) = (UserId::at(DateTime::UNIX_EPOCH), UserId::at(DateTime::UNIX_EPOCH));
        let cursor = Position { person: ada, number: 7 }.cursor();
        assert_eq!(Position::parse(cursor.as_str(), ada).unwrap().number, 7);
        assert!(matches!(Position::parse(cursor.as_str(), bo), Err(LiveError::Cursor)));
        let negative = Position { person: ada, number: -1 }.cursor();
        assert!(matches!(Position::parse(negative.as_str(), ada), Err(LiveError::Cursor)));
    }

    #[test]
    fn a_groups_cursor_is_none_of_another_group_or_person() {
        let (one, other) = (GroupHugId::at(DateTime::UNIX_EPOCH), GroupHugId::at(DateTime::UNIX_EPOCH));
        let cursor = cursor_of(Topic::Group(one), 7);
        assert_eq!(number_of(cursor.as_str(), Topic::Group(one)).unwrap(), 7);
        let person = UserId::from_uuid(one.as_uuid());
        for topic in [Topic::Group(other), Topic::Person(person)] {
            assert!(matches!(number_of(cursor.as_str(), topic), Err(LiveError::Cursor)));
        }
    }

    proptest! {
        #[test]
        fn every_number_is_read_or_in_a_gap(position in 0_i64..20, kept in proptest::collection::btree_set(1_i64..40, 0..20)) {
            let entries: Vec<_> = kept.iter().filter(|number| **number > position).map(|number| entry(*number)).collect();
            let last = kept.last().copied().unwrap_or(0).max(position);
            let mut reached = position;
            for read in with_gaps(position, last, entries) {
                match read {
                    Read::Entry(entry) => {
                        prop_assert_eq!(entry.number, reached + 1);
                        reached = entry.number;
                    }
                    Read::GapUpTo(number) => {
                        prop_assert!(number > reached);
                        reached = number;
                    }
                }
            }
            prop_assert_eq!(reached, last);
        }
    }
}
