//! What clients are shown of an entry, and what mutations answer.

use async_graphql::{Enum, ID, Result, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::{Failure, LocalDate, Refusal, TimeZone, UserError};

use super::User;
use crate::entries::{
    error::{EntryError, InputError},
    model,
};
use idempotency::IdempotencyError;

/// Whether an entry is about a moment or about a whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::MoodKind")]
pub(crate) enum MoodKind {
    /// How it was at that moment.
    Moment,
    /// How the day was as a whole.
    Daily,
}

/// Who may see a mood entry. People in a blocked pair never see each other's, whatever this says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::MoodVisibility")]
pub(crate) enum MoodVisibility {
    /// Nobody but its owner.
    Private,
    /// Also those who follow its owner.
    Followers,
    /// Everybody who is logged in.
    Public,
}

/// How somebody felt, and when.
#[derive(Debug, SimpleObject)]
pub(crate) struct MoodEntry {
    /// Which entry this is.
    id: ID,
    /// Whose mood it is.
    user: User,
    /// How it was, from 1 (awful) to 5 (great).
    score: i32,
    /// How pleasant it was, from −1 to 1; null when nothing was said of it.
    valence: Option<f64>,
    /// How much energy was in it, from −1 to 1; null when nothing was said of it.
    energy: Option<f64>,
    /// Whether it is about a moment or a whole day.
    kind: MoodKind,
    /// At most 20, each once whatever its case.
    tags: Vec<String>,
    /// What its owner wrote about it, at most 4000 characters.
    note: Option<String>,
    /// When it was felt.
    occurred_at: DateTime<Utc>,
    /// The zone in which its local date was taken.
    timezone: TimeZone,
    /// Which of its owner's days it belongs to. It stays, even when they move or let their day start at another hour.
    local_date: LocalDate,
    /// Who may see it.
    visibility: MoodVisibility,
    /// 1 at first, one more with each change.
    revision: i32,
    /// When it was logged.
    created_at: DateTime<Utc>,
    /// When it was last changed; when it was logged, if never.
    updated_at: DateTime<Utc>,
}

impl From<model::MoodEntry> for MoodEntry {
    fn from(entry: model::MoodEntry) -> Self {
        Self {
            id: entry.id.to_string().into(),
            user: User { id: entry.user_id },
            score: i32::from(entry.score.number()),
            valence: entry.valence.map(model::Coordinate::number),
            energy: entry.energy.map(model::Coordinate::number),
            kind: entry.kind.into(),
            tags: entry.tags.as_slice().to_vec(),
            note: entry.note.map(|note| note.text().to_owned()),
            occurred_at: entry.moment.occurred_at,
            timezone: entry.moment.zone.into(),
            local_date: LocalDate(entry.moment.local_date),
            visibility: entry.visibility.into(),
            revision: entry.revision,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
        }
    }
}

/// What came of `logMood`.
#[derive(Debug, SimpleObject)]
pub(crate) struct LogMoodPayload {
    /// The entry, unless it was refused.
    pub(crate) mood: Option<MoodEntry>,
    /// Why it was refused; empty when it was not.
    pub(crate) errors: Vec<UserError>,
}

/// What came of `updateMood`.
#[derive(Debug, SimpleObject)]
pub(crate) struct UpdateMoodPayload {
    /// The entry as it is now: changed; or, when the error is `REVISION_CONFLICT`, as somebody else left it.
    pub(crate) mood: Option<MoodEntry>,
    /// Why it was not changed; empty when it was.
    pub(crate) errors: Vec<UserError>,
}

impl UpdateMoodPayload {
    pub(crate) fn of(updated: Result<model::MoodEntry, EntryError>) -> Result<Self> {
        let current = match &updated {
            Err(EntryError::RevisionConflict(current)) => Some(current.as_ref().clone()),
            _ => None,
        };
        let (mood, errors) = graphql::settle(updated)?;
        Ok(Self { mood: mood.or(current).map(MoodEntry::from), errors })
    }
}

impl Refusal for EntryError {
    fn into_user_error(self) -> Result<UserError> {
        let message = self.to_string();
        match self {
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::Input(error) => Ok(input_refused(error, message)),
            Self::Missing => Ok(UserError::new("MOOD_NOT_FOUND", message, &["input", "id"])),
            Self::RevisionConflict(_) => {
                Ok(UserError::new("REVISION_CONFLICT", message, &["input", "revision"]))
            }
            Self::Idempotency(IdempotencyError::Reused) => {
                Ok(UserError::new("IDEMPOTENCY_KEY_REUSED", message, &["input", "idempotencyKey"]))
            }
            Self::Idempotency(IdempotencyError::Malformed) => {
                Ok(UserError::new("IDEMPOTENCY_KEY_MALFORMED", message, &["input", "idempotencyKey"]))
            }
            Self::Idempotency(IdempotencyError::Database(error)) | Self::Store(error) => {
                Err(Failure::internal(error))
            }
        }
    }
}

fn input_refused(error: InputError, message: String) -> UserError {
    UserError { code: error.code().to_owned(), message, path: error.path() }
}
