//! A hug, and what can become of it.

use chrono::{DateTime, Utc};
use ids::{HugId, HugRequestId, HugTypeId, UserId};
use pagination::Key;
use serde::{Deserialize, Serialize};

use super::HugError;
use crate::store::Named;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hug {
    pub(crate) id: HugId,
    pub(crate) sender_id: UserId,
    pub(crate) recipient_id: UserId,
    pub(crate) type_id: HugTypeId,
    /// The request that it answers.
    pub(crate) request_id: Option<HugRequestId>,
    pub(crate) message: Option<String>,
    /// It arrived quietly, by the recipient's policy.
    pub(crate) filtered: bool,
    /// The recipient is not to know who sent it.
    pub(crate) anonymous: bool,
    /// It returns an anonymous one: its sender doesn't know to whom.
    pub(crate) to_anonymous: bool,
    /// The hug that it returns.
    pub(crate) returns: Option<HugId>,
    pub(crate) sent_at: DateTime<Utc>,
    pub(crate) seen_at: Option<DateTime<Utc>>,
    pub(crate) thanked_at: Option<DateTime<Utc>>,
    pub(crate) cancelled_at: Option<DateTime<Utc>>,
    /// The recipient declined it while it waited: for them it is gone.
    pub(crate) declined_at: Option<DateTime<Utc>>,
}

/// A hug as one of its two parties sees it, with nothing in it that this one is not to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeenHug {
    pub(crate) id: HugId,
    pub(crate) status: HugStatus,
    /// `None` for the recipient of an anonymous one.
    pub(crate) sender: Option<UserId>,
    /// `None` for who returned an anonymous one.
    pub(crate) recipient: Option<UserId>,
    pub(crate) type_id: HugTypeId,
    pub(crate) request_id: Option<HugRequestId>,
    pub(crate) returns: Option<HugId>,
    pub(crate) message: Option<String>,
    pub(crate) filtered: bool,
    pub(crate) anonymous: bool,
    pub(crate) sent_at: DateTime<Utc>,
    pub(crate) seen_at: Option<DateTime<Utc>>,
    pub(crate) thanked_at: Option<DateTime<Utc>>,
    pub(crate) cancelled_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HugStatus {
    Sent,
    Seen,
    Thanked,
    Cancelled,
}

impl Hug {
    pub(crate) fn status(&self) -> HugStatus {
        match self {
            Self { cancelled_at: Some(_), .. } => HugStatus::Cancelled,
            Self { thanked_at: Some(_), .. } => HugStatus::Thanked,
            Self { seen_at: Some(_), .. } => HugStatus::Seen,
            _ => HugStatus::Sent,
        }
    }

    /// The recipient saw it; false when that was known.
    pub(super) fn see(&mut self, now: DateTime<Utc>) -> Result<bool, HugError> {
        match self.status() {
            HugStatus::Cancelled => Err(HugError::Cancelled),
            HugStatus::Seen | HugStatus::Thanked => Ok(false),
            HugStatus::Sent => {
                self.seen_at = Some(now);
                Ok(true)
            }
        }
    }

    /// The recipient is thankful, and so has seen it; false when that was known.
    pub(super) fn thank(&mut self, now: DateTime<Utc>) -> Result<bool, HugError> {
        self.see(now)?;
        let changed = self.thanked_at.is_none();
        self.thanked_at.get_or_insert(now);
        Ok(changed)
    }

    /// The sender takes it back, unless it was seen; false when they had.
    pub(super) fn cancel(&mut self, now: DateTime<Utc>) -> Result<bool, HugError> {
        match self.status() {
            HugStatus::Cancelled => Ok(false),
            HugStatus::Seen | HugStatus::Thanked => Err(HugError::AlreadySeen),
            HugStatus::Sent => {
                self.cancelled_at = Some(now);
                Ok(true)
            }
        }
    }

    /// Whether the party `viewer` is not to know who the other is. What then depended on the other would tell.
    pub(super) fn hides_other_from(&self, viewer: UserId) -> bool {
        (self.anonymous && viewer == self.recipient_id) || (self.to_anonymous && viewer == self.sender_id)
    }

    /// As one of its two parties sees it: the sender doesn't learn that it was filtered or declined, and the recipient
    /// doesn't read what was taken back. Nobody else sees it at all.
    pub(crate) fn seen_by(self, viewer: UserId) -> Option<SeenHug> {
        let sends = viewer == self.sender_id;
        if !sends && (viewer != self.recipient_id || self.declined_at.is_some()) {
            return None;
        }
        let hidden = self.hides_other_from(viewer);
        Some(SeenHug {
            id: self.id,
            status: self.status(),
            sender: Some(self.sender_id).filter(|_| sends || !hidden),
            recipient: Some(self.recipient_id).filter(|_| !sends || !hidden),
            type_id: self.type_id,
            request_id: self.request_id,
            returns: self.returns,
            message: self.message.filter(|_| sends || self.cancelled_at.is_none()),
            filtered: self.filtered && !sends,
            anonymous: self.anonymous,
            sent_at: self.sent_at,
            seen_at: self.seen_at,
            thanked_at: self.thanked_at,
            cancelled_at: self.cancelled_at,
        })
    }
}

/// A person's side of a hug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Sent,
    Received,
    /// Received quietly.
    Filtered,
}

impl Named for Side {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Sent, "SENT"), (Self::Received, "RECEIVED"), (Self::Filtered, "FILTERED")];
}

/// Which hugs a history lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listed {
    /// Sent and received, without the filtered ones.
    All,
    Sent,
    Received,
    Filtered,
}

/// A position in a history.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct HugPosition {
    pub(crate) at: DateTime<Utc>,
    pub(crate) id: HugId,
}

impl Key for HugPosition {
    const KIND: &'static str = "hugs";
}

impl HugPosition {
    pub(crate) fn of(hug: &SeenHug) -> Self {
        Self { at: hug.sent_at, id: hug.id }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::{prelude::*, sample::select};

    use super::*;

    fn person() -> UserId {
        UserId::at(DateTime::UNIX_EPOCH)
    }

    fn hug() -> Hug {
        Hug {
            id: HugId::at(DateTime::UNIX_EPOCH),
            sender_id: person(),
            recipient_id: person(),
            type_id: HugTypeId::at(DateTime::UNIX_EPOCH),
            request_id: None,
            message: Some("there, there".to_owned()),
            filtered: true,
            anonymous: false,
            to_anonymous: false,
            returns: None,
            sent_at: DateTime::UNIX_EPOCH,
            seen_at: None,
            thanked_at: None,
            cancelled_at: None,
            declined_at: None,
        }
    }

    #[test]
    fn who_is_behind_an_anonymous_hug_stands_in_nothing_that_the_other_sees() {
        let anonymous = Hug { anonymous: true, ..hug() };
        let seen = anonymous.clone().seen_by(anonymous.recipient_id).unwrap();
        assert_eq!((seen.sender, seen.recipient), (None, Some(anonymous.recipient_id)));
        assert!(!format!("{seen:?}").contains(&anonymous.sender_id.as_uuid().to_string()));
        assert_eq!(anonymous.clone().seen_by(anonymous.sender_id).unwrap().sender, Some(anonymous.sender_id));

        let returned = Hug { to_anonymous: true, ..hug() };
        let seen = returned.clone().seen_by(returned.sender_id).unwrap();
        assert_eq!((seen.sender, seen.recipient), (Some(returned.sender_id), None));
        let seen = returned.clone().seen_by(returned.recipient_id).unwrap();
        assert_eq!((seen.sender, seen.recipient), (Some(returned.sender_id), Some(returned.recipient_id)));
    }

    #[test]
    fn what_was_declined_is_gone_for_the_recipient_and_the_sender_can_not_tell() {
        let hug = hug();
        let declined = Hug { declined_at: Some(DateTime::UNIX_EPOCH), ..hug.clone() };
        assert_eq!(declined.clone().seen_by(declined.recipient_id), None);
        assert_eq!(declined.seen_by(hug.sender_id), hug.clone().seen_by(hug.sender_id));
    }

    #[test]
    fn the_sender_does_not_learn_that_a_hug_was_filtered() {
        let hug = hug();
        assert!(!hug.clone().seen_by(hug.sender_id).unwrap().filtered);
        assert!(hug.clone().seen_by(hug.recipient_id).unwrap().filtered);
        assert_eq!(hug.seen_by(person()), None);
    }

    #[test]
    fn what_was_taken_back_is_not_read() {
        let mut hug = hug();
        assert!(hug.cancel(DateTime::UNIX_EPOCH).unwrap());
        assert_eq!(hug.clone().seen_by(hug.recipient_id).unwrap().message, None);
        assert!(hug.clone().seen_by(hug.sender_id).unwrap().message.is_some());
    }

    proptest! {
        #[test]
        fn repeating_a_step_changes_nothing_and_a_hug_is_never_both_seen_and_cancelled(
            steps in proptest::collection::vec(select(vec![Hug::see, Hug::thank, Hug::cancel]), 1..8),
        ) {
            let mut hug = hug();
            for (step, seconds) in steps.iter().zip(1..) {
                let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
                let first = step(&mut hug, now);
                let after = hug.clone();
                let again = step(&mut hug, now + TimeDelta::seconds(1));
                prop_assert_eq!(&hug, &after);
                prop_assert_eq!(first.is_err(), again.is_err());
                prop_assert!(!matches!(again, Ok(true)));
                prop_assert!(hug.seen_at.is_none() || hug.cancelled_at.is_none());
                prop_assert!(hug.thanked_at.is_none() || hug.seen_at.is_some());
            }
        }
    }
}
