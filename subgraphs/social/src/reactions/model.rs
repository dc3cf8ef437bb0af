//! Ways to react, and to what.

use ids::PostId;

use crate::{moments::MomentId, store::Named};

/// What is reacted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Post(PostId),
    Moment(MomentId),
}

impl Target {
    /// `None` when it is the id of something else, or of nothing.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let moment = || MomentId::parse(text).map(Self::Moment);
        PostId::parse(text).map(Self::Post).ok().or_else(moment)
    }
}

/// A way to react.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Hug,
    Heart,
    Smile,
    Strength,
    Celebrate,
}

impl Named for Kind {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Hug, "hug"),
        (Self::Heart, "heart"),
        (Self::Smile, "smile"),
        (Self::Strength, "strength"),
        (Self::Celebrate, "celebrate"),
    ];
}

/// The reactions to one target, as a viewer sees them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// How many react in which way; ways in which nobody does are left out.
    pub(crate) counts: Vec<(Kind, i64)>,
    pub(crate) own: Option<Kind>,
}
