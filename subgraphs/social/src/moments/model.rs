//! What a moment is here: who takes part in it, and who else may see it.

use std::fmt;

use ids::{GroupHugId, HugId, HugRequestId, UserId};

/// The id of a hug, a request or a hug of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum MomentId {
    Hug(HugId),
    Request(HugRequestId),
    Group(GroupHugId),
}

impl MomentId {
    /// `None` when it is the id of something else, or of nothing.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let hug = HugId::parse(text).map(Self::Hug);
        let hug = hug.or_else(|_| HugRequestId::parse(text).map(Self::Request));
        hug.or_else(|_| GroupHugId::parse(text).map(Self::Group)).ok()
    }
}

impl fmt::Display for MomentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hug(id) => id.fmt(formatter),
            Self::Request(id) => id.fmt(formatter),
            Self::Group(id) => id.fmt(formatter),
        }
    }
}

/// A moment, and who takes part in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) id: MomentId,
    /// Who sent, asked or hosts.
    pub(crate) owner: UserId,
    /// Of a hug without a name, the one of its two whom nobody else is to know: who sent it, or got it back for one sent so.
    pub(crate) hidden: Option<UserId>,
    pub(crate) people: Vec<UserId>,
}

impl Moment {
    /// Whether `viewer` isn't to know one of its people. What then depended on a block between the two would tell: by
    /// blocking one suspect after the other.
    pub(crate) fn hides_somebody_from(&self, viewer: Option<UserId>) -> bool {
        self.hidden.is_some_and(|hidden| Some(hidden) != viewer)
    }
}
