//! What clients are shown of an entry, and what mutations answer.

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject, dataloader::DataLoader};
use chrono::{DateTime, NaiveDate, Utc};
use graphql::{Failure, LocalDate, Refusal, TimeZone, UserError};
use ids::{CustomMoodId, MoodId, UserId};

use crate::{
    context::Ctx,
    custom_moods::graphql::{CustomMood, CustomMoodLoader, CustomMoods},
    entries::{
        error::{EntryError, InputError},
        model,
    },
    support::{self, graphql::SupportPrompt},
    users::graphql::User,
};

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
#[graphql(complex)]
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
    /// What the feeling is called, as codes of `moodVocabulary`.
    labels: Vec<String>,
    /// What it has to do with, as codes of `moodVocabulary`.
    associations: Vec<String>,
    #[graphql(skip)]
    custom_mood_id: Option<CustomMoodId>,
    /// Read with the page that the entry is on.
    #[graphql(skip)]
    custom_mood_of_page: Option<CustomMood>,
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
            user: User::new(entry.user_id),
            score: i32::from(entry.score.number()),
            valence: entry.valence.map(model::Coordinate::number),
            energy: entry.energy.map(model::Coordinate::number),
            kind: entry.kind.into(),
            labels: entry.labels.codes().map(str::to_owned).collect(),
            associations: entry.associations.codes().map(str::to_owned).collect(),
            custom_mood_id: entry.custom_mood,
            custom_mood_of_page: None,
            tags: entry.tags.iter().map(|tag| tag.name.text().to_owned()).collect(),
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

impl MoodEntry {
    /// An entry of a page, of which `custom_moods` holds what entries were logged with.
    pub(crate) fn of_page(entry: model::MoodEntry, custom_moods: &CustomMoods) -> Self {
        let custom_mood = entry.custom_mood.and_then(|id| custom_moods.get(&id)).cloned();
        Self { custom_mood_of_page: custom_mood.map(CustomMood::from), ..Self::from(entry) }
    }
}

#[ComplexObject]
impl MoodEntry {
    /// The mood of its owner's own making that it was logged with, as it is now; null when it was logged with none.
    async fn custom_mood(&self, gql: &Context<'_>) -> Result<Option<CustomMood>> {
        let Some(id) = self.custom_mood_id else {
            return Ok(None);
        };
        if let Some(mood) = &self.custom_mood_of_page {
            return Ok(Some(mood.clone()));
        }
        let mood = gql.data::<DataLoader<CustomMoodLoader>>()?.load_one(id).await;
        Ok(mood.map_err(Failure::internal)?.map(CustomMood::from))
    }
}

/// What came of `logMood`.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct LogMoodPayload {
    /// The entry, unless it was refused.
    pub(crate) mood: Option<MoodEntry>,
    #[graphql(skip)]
    pub(crate) logged: Option<(UserId, NaiveDate)>,
    /// Why it was refused; empty when it was not.
    pub(crate) errors: Vec<UserError>,
}

#[ComplexObject]
impl LogMoodPayload {
    /// Where to find somebody to talk to, when at least five of the latest fourteen days that were logged within four weeks
    /// have a score of 2 or less, and at least seven were logged; null otherwise. Nobody but the viewer is told, and
    /// nothing of it is kept.
    async fn support_prompt(&self, gql: &Context<'_>) -> Result<Option<SupportPrompt>> {
        let Some((user_id, day)) = self.logged else {
            return Ok(None);
        };
        let prompted = support::is_prompted(gql.data::<Ctx>()?, user_id, day).await;
        Ok(prompted.map_err(Failure::internal)?.then_some(SupportPrompt))
    }
}

impl LogMoodPayload {
    pub(crate) fn of(logged: Result<model::MoodEntry, EntryError>) -> Result<Self> {
        let (mood, errors) = graphql::settle(logged)?;
        let logged = mood.as_ref().map(|entry| (entry.user_id, entry.moment.local_date));
        Ok(Self { mood: mood.map(MoodEntry::from), logged, errors })
    }
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
        let current = current(&updated);
        let (mood, errors) = graphql::settle(updated)?;
        Ok(Self { mood: mood.map(MoodEntry::from).or(current), errors })
    }
}

/// What came of `deleteMood`.
#[derive(Debug, SimpleObject)]
pub(crate) struct DeleteMoodPayload {
    /// The mood that is gone, unless it was refused.
    pub(crate) deleted_id: Option<ID>,
    /// When the error is `REVISION_CONFLICT`: the entry as it is now.
    pub(crate) mood: Option<MoodEntry>,
    /// Why it was not taken away; empty when it was.
    pub(crate) errors: Vec<UserError>,
}

impl DeleteMoodPayload {
    pub(crate) fn of(deleted: Result<MoodId, EntryError>) -> Result<Self> {
        let mood = current(&deleted);
        let (deleted_id, errors) = graphql::settle(deleted)?;
        Ok(Self { deleted_id: deleted_id.map(|id| id.to_string().into()), mood, errors })
    }
}

/// The entry as it is, when it is other than whoever wanted to change it thought.
fn current<T>(outcome: &Result<T, EntryError>) -> Option<MoodEntry> {
    match outcome {
        Err(EntryError::RevisionConflict(current)) => Some(current.as_ref().clone().into()),
        _ => None,
    }
}

impl Refusal for EntryError {
    fn into_user_error(self) -> Result<UserError> {
        let message = self.to_string();
        match self {
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::Input(error) => error.into_user_error(),
            Self::Missing => Ok(UserError::new("MOOD_NOT_FOUND", message, &["input", "id"])),
            Self::RevisionConflict(_) => {
                Ok(UserError::new("REVISION_CONFLICT", message, &["input", "revision"]))
            }
            Self::Idempotency(error) => error.into_user_error(),
            Self::Store(error) => Err(Failure::internal(error)),
        }
    }
}

impl Refusal for InputError {
    fn into_user_error(self) -> Result<UserError> {
        Ok(UserError { path: self.path(), ..UserError::new(self.code(), self.to_string(), &[]) })
    }
}
