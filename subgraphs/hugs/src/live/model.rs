//! What the log holds, and positions in it.

use chrono::{DateTime, TimeDelta, Utc};
use ids::{HugId, HugRequestId, UserId};
use pagination::{Cursor, Key};
use serde::{Deserialize, Serialize};

use super::LiveError;
use crate::store::Named;

/// How long the log is kept.
pub(super) const RETENTION: TimeDelta = TimeDelta::days(30);

/// What happened, from the view of the person in whose log it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Received,
    Seen,
    Thanked,
    Cancelled,
    RequestPosted,
    RequestAnswered,
}

impl Named for Kind {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Received, "RECEIVED"),
        (Self::Seen, "SEEN"),
        (Self::Thanked, "THANKED"),
        (Self::Cancelled, "CANCELLED"),
        (Self::RequestPosted, "REQUEST_POSTED"),
        (Self::RequestAnswered, "REQUEST_ANSWERED"),
    ];
}

/// Something to be logged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Happening {
    pub(crate) kind: Kind,
    pub(crate) hug_id: Option<HugId>,
    pub(crate) request_id: Option<HugRequestId>,
    pub(crate) at: DateTime<Utc>,
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
        let happening =
            Happening { kind: Kind::Seen, hug_id: None, request_id: None, at: DateTime::UNIX_EPOCH };
        Entry { number, happening }
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
