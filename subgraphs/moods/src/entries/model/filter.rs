//! Which entries of a history are wanted.

use ids::CustomMoodId;

use super::{Association, Label, MoodKind, Score, Words};
use crate::tags::model::TagName;

/// What every wanted entry is like. A list that is empty, and what is `None`, lets everything through; of a list, an
/// entry has to have any.
#[derive(Debug, Default)]
pub(crate) struct EntryFilter {
    pub(crate) kind: Option<MoodKind>,
    pub(crate) lowest_score: Option<Score>,
    pub(crate) highest_score: Option<Score>,
    pub(crate) labels: Words<Label>,
    pub(crate) associations: Words<Association>,
    pub(crate) tags: Vec<TagName>,
    pub(crate) custom_mood: Option<CustomMoodId>,
    pub(crate) has_note: Option<bool>,
}
