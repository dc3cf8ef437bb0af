//! What goes from one account, or program, to another: entries as files carry them.

mod draft;
mod faults;
mod identity;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clock::day::DayStart;
use ids::{CustomMoodId, MoodId, UserId};
use serde::{Deserialize, Serialize};

pub(crate) use self::{
    draft::{Draft, When},
    faults::{Fault, Faults},
    identity::identity,
};
use super::format::{ExportFormat, ImportFormat};
use crate::{
    custom_moods::model::{CustomMood, MoodName},
    entries::model::{
        Association, Coordinate, EntryKey, Label, Moment, MoodEntry, MoodKind, MoodVisibility, Note, Score,
        Tags, Words,
    },
    tags::model::Tag,
};

/// The most entries that one import takes: somewhat more than ten years with five a day.
pub(crate) const MAX_ENTRIES: usize = 20_000;
/// The longest file that one import takes.
pub(crate) const MAX_BYTES: usize = 4 * 1024 * 1024;
/// How many problems a report lists; it counts all of them.
pub(crate) const MAX_PROBLEMS: usize = 100;
/// The most names that one import may say the meaning of.
pub(crate) const MAX_MAPPINGS: usize = 100;

/// An entry without what belongs to its account: its id, its revision, when it was logged.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PortableEntry {
    pub(crate) score: Score,
    pub(crate) valence: Option<Coordinate>,
    pub(crate) energy: Option<Coordinate>,
    pub(crate) kind: MoodKind,
    pub(crate) labels: Words<Label>,
    pub(crate) associations: Words<Association>,
    pub(crate) custom_mood: Option<NamedMood>,
    pub(crate) tags: Tags,
    pub(crate) note: Option<Note>,
    pub(crate) moment: Moment,
    pub(crate) visibility: MoodVisibility,
}

/// A mood of somebody's own making, which files know by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedMood {
    pub(crate) id: CustomMoodId,
    pub(crate) name: MoodName,
}

impl From<&CustomMood> for NamedMood {
    fn from(mood: &CustomMood) -> Self {
        Self { id: mood.id, name: mood.name.clone() }
    }
}

impl PortableEntry {
    /// What files carry of `entry`; `moods` are those that it may be of.
    pub(crate) fn of(entry: MoodEntry, moods: &HashMap<CustomMoodId, CustomMood>) -> Self {
        Self {
            score: entry.score,
            valence: entry.valence,
            energy: entry.energy,
            kind: entry.kind,
            labels: entry.labels,
            associations: entry.associations,
            custom_mood: entry.custom_mood.and_then(|id| moods.get(&id)).map(NamedMood::from),
            tags: Tags::from_names(entry.tags.into_iter().map(|tag| tag.name).collect()),
            note: entry.note,
            moment: entry.moment,
            visibility: entry.visibility,
        }
    }

    /// The entry that this becomes in an account; `tags` are its own, by what they are compared by.
    pub(super) fn into_entry(
        self,
        user_id: UserId,
        tags: &HashMap<String, Tag>,
        now: DateTime<Utc>,
    ) -> MoodEntry {
        let tags = self.tags.as_slice().iter().filter_map(|name| tags.get(&name.folded()).cloned());
        MoodEntry {
            id: MoodId::at(now),
            user_id,
            score: self.score,
            valence: self.valence,
            energy: self.energy,
            kind: self.kind,
            labels: self.labels,
            associations: self.associations,
            custom_mood: self.custom_mood.map(|mood| mood.id),
            tags: tags.collect(),
            note: self.note,
            moment: self.moment,
            visibility: self.visibility,
            revision: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// A file to be imported. Its JSON is what an idempotency key is compared by.
#[derive(Debug, Serialize)]
pub(crate) struct ImportMoods {
    pub(crate) format: ImportFormat,
    pub(crate) content: Arc<str>,
    /// Where entries are from whose zone the file doesn't say; where their owner is, when nothing is said.
    #[serde(serialize_with = "crate::entries::model::moment::zone_name")]
    pub(crate) zone: Option<Tz>,
    /// What names of moods in the file mean.
    pub(crate) mappings: Vec<MoodMapping>,
    #[serde(skip)]
    pub(crate) dry_run: bool,
    #[serde(skip)]
    pub(crate) idempotency_key: Option<String>,
}

/// What a name in the file means.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MoodMapping {
    pub(crate) name: String,
    pub(crate) meaning: Meaning<CustomMoodId>,
}

/// What a name of a mood means: a mood of its owner's own making, or nothing more than a score.
#[derive(Debug, Clone, Serialize)]
pub(crate) enum Meaning<M> {
    Mood(M),
    Score(Score),
}

/// What the entries of a file are read by.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) now: DateTime<Utc>,
    pub(crate) zone: Tz,
    pub(crate) day_start: DayStart,
    pub(crate) visibility: MoodVisibility,
    /// Their owner's own moods, by what names are compared by.
    pub(crate) moods: HashMap<String, CustomMood>,
    /// Goes before `moods`.
    pub(crate) meanings: HashMap<String, Meaning<CustomMood>>,
}

/// Something that is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The line on which its entry begins, from 1 on.
    pub(crate) line: usize,
    pub(crate) fault: Fault,
}

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// Entries that are there, whole or not.
    pub(crate) lines: usize,
    pub(crate) entries: Vec<PortableEntry>,
    /// Up to [`MAX_PROBLEMS`], in the order of their lines.
    pub(crate) problems: Vec<Problem>,
    pub(crate) problem_count: usize,
}

impl Reading {
    pub(super) fn note(&mut self, line: usize, faults: Faults) {
        for fault in faults.into_iter() {
            self.problem_count += 1;
            if self.problems.len() < MAX_PROBLEMS {
                self.problems.push(Problem { line, fault });
            }
        }
    }
}

/// What came of an import, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) lines: usize,
    pub(crate) valid: usize,
    /// Of those that are valid: said already, by their owner or further up in the file.
    pub(crate) duplicates: usize,
    pub(crate) imported: usize,
}

/// What came of an import.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) counts: Counts,
    pub(crate) problems: Vec<Problem>,
    pub(crate) problem_count: usize,
    /// Whether entries were to be written, and were not because of problems.
    pub(crate) refused: bool,
}

impl Import {
    /// Nothing was wrong.
    pub(super) fn done(counts: Counts) -> Self {
        Self { counts, problems: Vec::new(), problem_count: 0, refused: false }
    }
}

/// Which entries are exported, and how.
#[derive(Debug, Clone)]
pub(crate) struct ExportMoods {
    pub(crate) format: ExportFormat,
    /// Only entries of this instant or later.
    pub(crate) from: Option<DateTime<Utc>>,
    /// Only entries before this instant.
    pub(crate) to: Option<DateTime<Utc>>,
}

/// How much of a file was given.
#[derive(Debug, Clone)]
pub(crate) enum Position {
    Start,
    /// Everything up to this entry.
    After(EntryKey),
    End,
}

impl From<Option<EntryKey>> for Position {
    fn from(goes_on_after: Option<EntryKey>) -> Self {
        goes_on_after.map_or(Self::End, Self::After)
    }
}

/// A [`Position`] after the start, in a file of one format, for clients to hand back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ExportKey {
    pub(crate) format: ExportFormat,
    /// `None` is the end of the file.
    pub(crate) after: Option<EntryKey>,
}

impl pagination::Key for ExportKey {
    const KIND: &'static str = "moodExport";
}

/// A part of a file. The file is what all its parts say, one after the other.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) text: String,
    pub(crate) entries: usize,
    /// The last of them, when others follow; `None` is the end of the file.
    pub(crate) goes_on_after: Option<EntryKey>,
}
