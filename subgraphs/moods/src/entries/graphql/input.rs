//! What clients say of a mood, read into commands.

use async_graphql::{ID, InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use graphql::TimeZone;
use ids::MoodId;

use super::object::{MoodKind, MoodVisibility};
use crate::entries::{
    error::{EntryError, InputError},
    model::{self, Change, Changes, Coordinate, LogMood, Note, Score, Tags, UpdateMood, moment},
};

/// A mood to log.
#[derive(Debug, InputObject)]
pub(crate) struct LogMoodInput {
    /// How it was, from 1 (awful) to 5 (great).
    score: i32,
    /// How pleasant it was, from −1 to 1.
    valence: Option<f64>,
    /// How much energy was in it, from −1 to 1.
    energy: Option<f64>,
    /// Whatever there is to say about it, at most 4000 characters.
    note: Option<String>,
    /// At most 20 of 1 to 40 characters each; a tag that is there twice, whatever its case, is kept once.
    tags: Option<Vec<String>>,
    /// When it was felt: not in the future, at most ten years ago. Now, when nothing is said.
    occurred_at: Option<DateTime<Utc>>,
    /// Where its owner was: the zone in which its local date is taken. That of the settings, when nothing is said.
    timezone: Option<TimeZone>,
    /// Who may see it. `PRIVATE`, when nothing is said.
    visibility: Option<MoodVisibility>,
    /// Whether it is about a moment or a whole day. `MOMENT`, when nothing is said.
    kind: Option<MoodKind>,
    /// Makes sending this twice the same as sending it once, for 24 hours; 1 to 255 characters.
    idempotency_key: Option<String>,
}

impl LogMoodInput {
    pub(crate) fn parse(self) -> Result<LogMood, InputError> {
        Ok(LogMood {
            score: Score::parse(self.score)?,
            valence: self.valence.map(Coordinate::valence).transpose()?,
            energy: self.energy.map(Coordinate::energy).transpose()?,
            kind: self.kind.map_or(model::MoodKind::Moment, Into::into),
            tags: Tags::parse(&self.tags.unwrap_or_default())?,
            note: self.note.as_deref().map(Note::parse).transpose()?.flatten(),
            occurred_at: self.occurred_at,
            zone: self.timezone.map(|zone| moment::zone(&zone.0)).transpose()?,
            visibility: self.visibility.map_or(model::MoodVisibility::Private, Into::into),
            idempotency_key: self.idempotency_key,
        })
    }
}

/// What becomes of a mood. What is left out stays as it is; so does what is null, but for `valence`, `energy` and
/// `note`, which null takes away.
#[derive(Debug, InputObject)]
pub(crate) struct UpdateMoodInput {
    /// Which mood.
    id: ID,
    /// The revision that the change was made on; when there is a newer one, the answer is `REVISION_CONFLICT`.
    revision: i32,
    /// How it was, from 1 (awful) to 5 (great).
    score: Option<i32>,
    /// How pleasant it was, from −1 to 1; null takes it away.
    valence: MaybeUndefined<f64>,
    /// How much energy was in it, from −1 to 1; null takes it away.
    energy: MaybeUndefined<f64>,
    /// Whatever there is to say about it, at most 4000 characters; null takes it away.
    note: MaybeUndefined<String>,
    /// All its tags: at most 20 of 1 to 40 characters each.
    tags: Option<Vec<String>>,
    /// When it was felt; its local date moves along.
    occurred_at: Option<DateTime<Utc>>,
    /// Where its owner was; its local date is taken anew.
    timezone: Option<TimeZone>,
    /// Who may see it.
    visibility: Option<MoodVisibility>,
    /// Whether it is about a moment or a whole day.
    kind: Option<MoodKind>,
}

impl UpdateMoodInput {
    pub(crate) fn parse(self) -> Result<UpdateMood, EntryError> {
        let changes = Changes {
            score: self.score.map(Score::parse).transpose()?,
            valence: change(self.valence, |number| Coordinate::valence(number).map(Some))?,
            energy: change(self.energy, |number| Coordinate::energy(number).map(Some))?,
            kind: self.kind.map(Into::into),
            tags: self.tags.as_deref().map(Tags::parse).transpose()?,
            note: change(self.note, |text| Note::parse(&text))?,
            occurred_at: self.occurred_at,
            zone: self.timezone.map(|zone| moment::zone(&zone.0)).transpose()?,
            visibility: self.visibility.map(Into::into),
        };
        let id = MoodId::try_from(&self.id).map_err(|_| EntryError::Missing)?;
        Ok(UpdateMood { id, revision: self.revision, changes })
    }
}

/// Reads a part that an entry may lack; what reads as nothing takes it away, too.
fn change<Raw, T>(
    given: MaybeUndefined<Raw>,
    parse: impl FnOnce(Raw) -> Result<Option<T>, InputError>,
) -> Result<Change<T>, InputError> {
    Ok(match given {
        MaybeUndefined::Undefined => Change::Keep,
        MaybeUndefined::Null => Change::Clear,
        MaybeUndefined::Value(raw) => parse(raw)?.map_or(Change::Clear, Change::Set),
    })
}
