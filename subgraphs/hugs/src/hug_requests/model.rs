//! A request for a hug.

use chrono::{DateTime, TimeDelta, Utc};
use ids::{HugRequestId, UserId};
use pagination::Key;
use serde::{Deserialize, Serialize};

use super::HugRequestError;
use crate::store::Named;

/// The most people a private request names.
pub(super) const MAX_TARGETS: usize = 20;
/// How many days a request may last.
pub(super) const LONGEST_DAYS: i64 = 7;
pub(super) const LONGEST: TimeDelta = TimeDelta::days(LONGEST_DAYS);
/// How long it lasts when nothing is said.
const USUAL: TimeDelta = TimeDelta::hours(24);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HugRequest {
    pub(crate) id: HugRequestId,
    pub(crate) requester_id: UserId,
    pub(crate) message: Option<String>,
    pub(crate) audience: Audience,
    pub(crate) urgency: Urgency,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
}

/// Who may see and answer a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Audience {
    Public,
    Followers,
    Private,
}

impl Named for Audience {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Public, "PUBLIC"), (Self::Followers, "FOLLOWERS"), (Self::Private, "PRIVATE")];
}

impl From<Audience> for events::hugs::HugRequestAudience {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Public => Self::Public,
            Audience::Followers => Self::Followers,
            Audience::Private => Self::Private,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Urgency {
    Low,
    Normal,
    High,
}

impl Named for Urgency {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Low, "LOW"), (Self::Normal, "NORMAL"), (Self::High, "HIGH")];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HugRequestStatus {
    Open,
    Closed,
    Expired,
}

impl HugRequest {
    pub(crate) fn status(&self, now: DateTime<Utc>) -> HugRequestStatus {
        if self.closed_at.is_some() {
            HugRequestStatus::Closed
        } else if self.expires_at <= now {
            HugRequestStatus::Expired
        } else {
            HugRequestStatus::Open
        }
    }
}

/// When a request that is posted `now` expires.
pub(super) fn expiry(
    wanted: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, HugRequestError> {
    let expires_at = wanted.unwrap_or(now + USUAL);
    let in_range = expires_at > now && expires_at <= now + LONGEST;
    in_range.then_some(expires_at).ok_or(HugRequestError::ExpiryOutOfRange)
}

/// Which requests a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Open ones of others that the viewer may answer.
    All,
    /// Of these, those of people whom the viewer follows.
    Followed,
    /// Of these, those that name the viewer.
    Targeted,
    /// The viewer's own, open or not.
    Mine,
}

/// A position in a list of requests.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct HugRequestPosition {
    pub(crate) at: DateTime<Utc>,
    pub(crate) id: HugRequestId,
}

impl Key for HugRequestPosition {
    const KIND: &'static str = "hug-requests";
}

impl HugRequestPosition {
    pub(crate) fn of(request: &HugRequest) -> Self {
        Self { at: request.created_at, id: request.id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_lasts_a_day_unless_told_otherwise_and_a_week_at_most() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(expiry(None, now).unwrap(), now + TimeDelta::days(1));
        let week = now + TimeDelta::days(7);
        assert_eq!(expiry(Some(week), now).unwrap(), week);
        for wanted in [now, now - TimeDelta::seconds(1), week + TimeDelta::seconds(1)] {
            assert!(matches!(expiry(Some(wanted), now), Err(HugRequestError::ExpiryOutOfRange)));
        }
    }
}
