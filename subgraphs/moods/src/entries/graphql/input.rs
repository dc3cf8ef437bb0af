//! What clients say of a mood, read into commands.

use async_graphql::{ID, InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use graphql::TimeZone;
use ids::{CustomMoodId, MoodId};

use super::object::{MoodKind, MoodVisibility};
use crate::entries::{
    error::{EntryError, InputError},
    model::{
        self, Change, Changes, Coordinate, DeleteMood, EntryFilter, LogMood, Note, Score, Tags, UpdateMood,
        Words, moment,
    },
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
    /// What the feeling is called: codes of the labels of `moodVocabulary`, at most 18.
    labels: Option<Vec<String>>,
    /// What it has to do with: codes of the associations of `moodVocabulary`, at most 18.
    associations: Option<Vec<String>>,
    /// The mood of the viewer's own making that it is.
    custom_mood_id: Option<ID>,
    /// At most 20 of 1 to 40 characters each; a tag that is there twice, whatever its case, is kept once. Tags that aren't
    /// there yet are made.
    tags: Option<Vec<String>>,
    /// When it was felt: not in the future, at most ten years ago. Now, when nothing is said.
    occurred_at: Option<DateTime<Utc>>,
    /// Where its owner was: the zone in which its local date is taken. That of the settings, when nothing is said.
    timezone: Option<TimeZone>,
    /// Who may see it. Whom the settings name (`privacy.moodVisibility`), when nothing is said.
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
            labels: Words::parse(&self.labels.unwrap_or_default())?,
            associations: Words::parse(&self.associations.unwrap_or_default())?,
            custom_mood: self.custom_mood_id.as_ref().map(custom_mood_id).transpose()?,
            tags: Tags::parse(&self.tags.unwrap_or_default())?,
            note: self.note.as_deref().map(Note::parse).transpose()?.flatten(),
            occurred_at: self.occurred_at,
            zone: self.timezone.map(|zone| moment::zone(&zone.0)).transpose()?,
            visibility: self.visibility.map(Into::into),
            idempotency_key: self.idempotency_key,
        })
    }
}

/// What becomes of a mood. What is left out stays as it is; so does what is null, but for `valence`, `energy`, `note` and
/// `customMoodId`, which null takes away.
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
    /// All its labels: codes of `moodVocabulary`.
    labels: Option<Vec<String>>,
    /// All its associations: codes of `moodVocabulary`.
    associations: Option<Vec<String>>,
    /// The mood of the viewer's own making that it is; null takes it away.
    custom_mood_id: MaybeUndefined<ID>,
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
            labels: self.labels.as_deref().map(Words::parse).transpose()?,
            associations: self.associations.as_deref().map(Words::parse).transpose()?,
            custom_mood: change(self.custom_mood_id, |id| custom_mood_id(&id).map(Some))?,
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

/// Which mood goes.
#[derive(Debug, InputObject)]
pub(crate) struct DeleteMoodInput {
    /// Which mood.
    id: ID,
    /// Take it away only if this is still its revision; otherwise the answer is `REVISION_CONFLICT`. Whatever its
    /// revision, when nothing is said.
    revision: Option<i32>,
}

impl DeleteMoodInput {
    pub(crate) fn parse(self) -> Result<DeleteMood, EntryError> {
        let id = MoodId::try_from(&self.id).map_err(|_| EntryError::Missing)?;
        Ok(DeleteMood { id, revision: self.revision })
    }
}

/// What moods are like. Each part that is given narrows the list; of a list, a mood has to have any.
#[derive(Debug, Default, InputObject)]
pub(crate) struct MoodFilter {
    /// About a moment, or about a whole day.
    kind: Option<MoodKind>,
    /// With this score or a higher one.
    lowest_score: Option<i32>,
    /// With this score or a lower one.
    highest_score: Option<i32>,
    /// With any of these labels, as codes of `moodVocabulary`.
    labels: Option<Vec<String>>,
    /// With any of these associations, as codes of `moodVocabulary`.
    associations: Option<Vec<String>>,
    /// With any of these tags, by name, whatever its case.
    tags: Option<Vec<String>>,
    /// Logged with this mood of their owner's own making.
    custom_mood_id: Option<ID>,
    /// With a note, or without. What notes say can't be searched: it is encrypted where it is kept.
    has_note: Option<bool>,
}

impl MoodFilter {
    pub(crate) fn parse(self) -> Result<EntryFilter, InputError> {
        let tags = Tags::parse(&self.tags.unwrap_or_default())?;
        Ok(EntryFilter {
            kind: self.kind.map(Into::into),
            lowest_score: self.lowest_score.map(Score::parse).transpose()?,
            highest_score: self.highest_score.map(Score::parse).transpose()?,
            labels: Words::parse(&self.labels.unwrap_or_default())?,
            associations: Words::parse(&self.associations.unwrap_or_default())?,
            tags: tags.into_names(),
            custom_mood: self.custom_mood_id.as_ref().map(custom_mood_id).transpose()?,
            has_note: self.has_note,
        })
    }
}

/// An id that is none of ours is as missing as a mood that never was.
fn custom_mood_id(id: &ID) -> Result<CustomMoodId, InputError> {
    CustomMoodId::try_from(id).map_err(|_| InputError::CustomMoodMissing)
}

/// Reads a part that may be lacking; what reads as nothing takes it away, too.
pub(crate) fn change<Raw, T, E>(
    given: MaybeUndefined<Raw>,
    parse: impl FnOnce(Raw) -> Result<Option<T>, E>,
) -> Result<Change<T>, E> {
    Ok(match given {
        MaybeUndefined::Undefined => Change::Keep,
        MaybeUndefined::Null => Change::Clear,
        MaybeUndefined::Value(raw) => parse(raw)?.map_or(Change::Clear, Change::Set),
    })
}
