//! When two entries are the same.

use ids::CustomMoodId;
use serde::Serialize;

use super::PortableEntry;
use crate::{
    entries::model::{Association, Coordinate, Label, MoodEntry, MoodKind, Note, Score, Words},
    tags::model::TagName,
};

/// What an entry says. Where its owner was, and who may see it, is not part of it.
#[derive(Serialize)]
pub(crate) struct Said<'e> {
    occurred_at: i64,
    score: Score,
    kind: MoodKind,
    valence: Option<f64>,
    energy: Option<f64>,
    labels: &'e Words<Label>,
    associations: &'e Words<Association>,
    custom_mood: Option<CustomMoodId>,
    /// Without their case, and in an order of their own.
    tags: Vec<String>,
    note: Option<&'e Note>,
}

/// A text that two entries have in common when they say the same of the same instant.
pub(crate) fn identity<'e>(entry: impl Into<Said<'e>>) -> String {
    serde_json::json!(entry.into()).to_string()
}

/// Some databases keep no sign of zero.
fn number(coordinate: Option<Coordinate>) -> Option<f64> {
    coordinate.map(|coordinate| coordinate.number() + 0.0)
}

fn folded<'e>(tags: impl Iterator<Item = &'e TagName>) -> Vec<String> {
    let mut folded: Vec<String> = tags.map(TagName::folded).collect();
    folded.sort_unstable();
    folded
}

impl<'e> From<&'e PortableEntry> for Said<'e> {
    fn from(entry: &'e PortableEntry) -> Self {
        Self {
            occurred_at: entry.moment.occurred_at.timestamp_micros(),
            score: entry.score,
            kind: entry.kind,
            valence: number(entry.valence),
            energy: number(entry.energy),
            labels: &entry.labels,
            associations: &entry.associations,
            custom_mood: entry.custom_mood.as_ref().map(|mood| mood.id),
            tags: folded(entry.tags.as_slice().iter()),
            note: entry.note.as_ref(),
        }
    }
}

impl<'e> From<&'e MoodEntry> for Said<'e> {
    fn from(entry: &'e MoodEntry) -> Self {
        Self {
            occurred_at: entry.moment.occurred_at.timestamp_micros(),
            score: entry.score,
            kind: entry.kind,
            valence: number(entry.valence),
            energy: number(entry.energy),
            labels: &entry.labels,
            associations: &entry.associations,
            custom_mood: entry.custom_mood,
            tags: folded(entry.tags.iter().map(|tag| &tag.name)),
            note: entry.note.as_ref(),
        }
    }
}
