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
    /// Nobody but the owner is to know who that is.
    pub(crate) is_anonymous: bool,
    pub(crate) people: Vec<UserId>,
}
