//! What a report says, and what becomes of it.

use std::fmt;

use chrono::{DateTime, Utc};
use ids::{PostId, ReportId, UserId};
use pagination::Key;
use serde::{Deserialize, Serialize};

use crate::{moments::MomentId, store::Named};

/// The longest text of a report, or reason of a moderator, in characters.
pub(crate) const MAX_TEXT_LENGTH: usize = 1000;

/// What is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReportTarget {
    User(UserId),
    Post(PostId),
    Moment(MomentId),
}

impl ReportTarget {
    /// `None` when it is the id of something else, or of nothing.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let user = UserId::parse(text).map(Self::User);
        let post = user.or_else(|_| PostId::parse(text).map(Self::Post));
        post.ok().or_else(|| MomentId::parse(text).map(Self::Moment))
    }
}

impl fmt::Display for ReportTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => id.fmt(formatter),
            Self::Post(id) => id.fmt(formatter),
            Self::Moment(id) => id.fmt(formatter),
        }
    }
}

/// Why something is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Ground {
    Spam,
    Harassment,
    SelfHarm,
    Inappropriate,
    Impersonation,
    Other,
}

impl Named for Ground {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Spam, "spam"),
        (Self::Harassment, "harassment"),
        (Self::SelfHarm, "self_harm"),
        (Self::Inappropriate, "inappropriate"),
        (Self::Impersonation, "impersonation"),
        (Self::Other, "other"),
    ];
}

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    /// Nothing was done.
    Dismissed,
    /// Something was done.
    Resolved,
}

impl Named for State {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Open, "open"), (Self::Dismissed, "dismissed"), (Self::Resolved, "resolved")];
}

/// What a moderator does about a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolution {
    Dismiss,
    RemovePost,
    Warn,
}

/// A text without control characters and the space around it.
fn clean(text: &str) -> String {
    let is_printable = |character: &char| !character.is_control() || matches!(character, '\n' | '\t');
    text.chars().filter(is_printable).collect::<String>().trim().to_owned()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a text has at most {MAX_TEXT_LENGTH} characters")]
pub(crate) struct TextTooLong;

/// What a reporter has to say, if anything.
pub(crate) fn parse_text(text: Option<&str>) -> Result<Option<String>, TextTooLong> {
    let text = clean(text.unwrap_or_default());
    if text.chars().count() > MAX_TEXT_LENGTH {
        return Err(TextTooLong);
    }
    Ok((!text.is_empty()).then_some(text))
}

/// Why a moderator decides as they do: 1 to 1000 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason(String);

impl Reason {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = clean(text);
        (1..=MAX_TEXT_LENGTH).contains(&text.chars().count()).then_some(Self(text))
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// A report to be made.
#[derive(Debug, Clone)]
pub(crate) struct NewReport {
    pub(crate) target: ReportTarget,
    pub(crate) reason: Ground,
    pub(crate) text: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

/// Whose something is that is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) person: UserId,
    /// Whether moderators aren't to know who that is: of a hug without a name `hugs` tells them, and keeps record of it.
    pub(crate) is_hidden: bool,
}

impl Subject {
    pub(crate) fn known(person: UserId) -> Self {
        Self { person, is_hidden: false }
    }

    /// The person, unless nobody is to know.
    pub(crate) fn shown(self) -> Option<UserId> {
        (!self.is_hidden).then_some(self.person)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) id: ReportId,
    pub(crate) reporter: UserId,
    pub(crate) target: ReportTarget,
    /// Whose it is.
    pub(crate) subject: Subject,
    pub(crate) reason: Ground,
    pub(crate) text: Option<String>,
    pub(crate) state: State,
    pub(crate) reported_at: DateTime<Utc>,
    pub(crate) resolved_at: Option<DateTime<Utc>>,
}

/// Where a report stands in a list.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Position(pub(crate) ReportId);

impl Key for Position {
    const KIND: &'static str = "report";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something_and_a_text_need_not() {
        assert_eq!(Reason::parse(" \u{0}\n"), None);
        assert_eq!(Reason::parse(&"x".repeat(MAX_TEXT_LENGTH + 1)), None);
        assert_eq!(Reason::parse(" spam ").map(Reason::into_string).as_deref(), Some("spam"));
        assert_eq!(parse_text(Some(" ")), Ok(None));
        assert_eq!(parse_text(Some(&"x".repeat(MAX_TEXT_LENGTH + 1))), Err(TextTooLong));
    }

    #[test]
    fn a_target_is_told_by_its_id() {
        let now = DateTime::UNIX_EPOCH;
        let targets = [
            ReportTarget::User(UserId::at(now)),
            ReportTarget::Post(PostId::at(now)),
            ReportTarget::Moment(MomentId::Hug(ids::HugId::at(now))),
        ];
        for target in targets {
            assert_eq!(ReportTarget::parse(&target.to_string()), Some(target));
        }
        assert_eq!(ReportTarget::parse(&ReportId::at(now).to_string()), None);
    }
}
