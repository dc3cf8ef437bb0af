//! Custom moods as GraphQL.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject, dataloader::Loader,
};
use graphql::{Failure, Refusal, UserError};
use ids::CustomMoodId;

use super::{
    error::CustomMoodError,
    model::{self, CreateCustomMood, Emoji, MoodName, UpdateCustomMood},
    store::{self, StoreError},
};
use crate::{
    context::Ctx,
    entries::{
        graphql::change,
        model::{Coordinate, Score},
    },
};

/// A mood of somebody's own making.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct CustomMood {
    /// Which mood this is.
    id: ID,
    /// What its maker calls it, 1 to 40 characters.
    name: String,
    /// A picture for it.
    emoji: Option<String>,
    /// The score, 1 to 5, that moods logged with it are meant to have.
    score: i32,
    /// How pleasant it is, from −1 to 1; null when nothing was said of it.
    valence: Option<f64>,
    /// How much energy is in it, from −1 to 1; null when nothing was said of it.
    energy: Option<f64>,
    /// Whether it is kept for old entries only.
    archived: bool,
}

impl From<model::CustomMood> for CustomMood {
    fn from(mood: model::CustomMood) -> Self {
        Self {
            id: mood.id.to_string().into(),
            name: mood.name.text().to_owned(),
            emoji: mood.emoji.map(|emoji| emoji.text().to_owned()),
            score: i32::from(mood.score.number()),
            valence: mood.valence.map(Coordinate::number),
            energy: mood.energy.map(Coordinate::number),
            archived: mood.archived,
        }
    }
}

/// A mood to make.
#[derive(Debug, InputObject)]
struct CreateCustomMoodInput {
    /// What it is called, 1 to 40 characters; somebody's moods differ by more than their case.
    name: String,
    /// A picture for it: one emoji.
    emoji: Option<String>,
    /// The score that moods logged with it are meant to have, from 1 (awful) to 5 (great).
    score: i32,
    /// How pleasant it is, from −1 to 1.
    valence: Option<f64>,
    /// How much energy is in it, from −1 to 1.
    energy: Option<f64>,
    /// Makes sending this twice the same as sending it once, for 24 hours; 1 to 255 characters.
    idempotency_key: Option<String>,
}

/// What becomes of a mood. What is left out stays as it is; so does what is null, but for `emoji`, `valence` and
/// `energy`, which null takes away.
#[derive(Debug, InputObject)]
struct UpdateCustomMoodInput {
    /// Which mood.
    id: ID,
    /// What it is called, 1 to 40 characters.
    name: Option<String>,
    /// A picture for it: one emoji.
    emoji: MaybeUndefined<String>,
    /// The score that moods logged with it are meant to have, from 1 to 5. Moods that were logged keep theirs.
    score: Option<i32>,
    /// How pleasant it is, from −1 to 1.
    valence: MaybeUndefined<f64>,
    /// How much energy is in it, from −1 to 1.
    energy: MaybeUndefined<f64>,
    /// Whether it is kept for old entries only.
    archived: Option<bool>,
}

/// What came of making or changing a mood.
#[derive(Debug, SimpleObject)]
struct CustomMoodPayload {
    /// The mood as it is now, unless it was refused.
    custom_mood: Option<CustomMood>,
    /// Why it was refused; empty when it was not.
    errors: Vec<UserError>,
}

impl CustomMoodPayload {
    fn of(outcome: Result<model::CustomMood, CustomMoodError>) -> Result<Self> {
        let (mood, errors) = graphql::settle(outcome)?;
        Ok(Self { custom_mood: mood.map(CustomMood::from), errors })
    }
}

#[derive(Debug, Default)]
pub(crate) struct CustomMoodMutation;

#[Object]
impl CustomMoodMutation {
    /// Makes a mood of the viewer's own.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn create_custom_mood(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The mood.")] input: CreateCustomMoodInput,
    ) -> Result<CustomMoodPayload> {
        CustomMoodPayload::of(match input.parse() {
            Ok(command) => super::create(gql.data::<Ctx>()?, command).await,
            Err(error) => Err(error),
        })
    }

    /// Changes a mood of the viewer's own, or archives it.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn update_custom_mood(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which mood, and what becomes of it.")] input: UpdateCustomMoodInput,
    ) -> Result<CustomMoodPayload> {
        CustomMoodPayload::of(match input.parse() {
            Ok(command) => super::update(gql.data::<Ctx>()?, command).await,
            Err(error) => Err(error),
        })
    }
}

impl CreateCustomMoodInput {
    fn parse(self) -> Result<CreateCustomMood, CustomMoodError> {
        Ok(CreateCustomMood {
            name: MoodName::parse(&self.name)?,
            emoji: self.emoji.as_deref().map(Emoji::parse).transpose()?,
            score: Score::parse(self.score)?,
            valence: self.valence.map(Coordinate::valence).transpose()?,
            energy: self.energy.map(Coordinate::energy).transpose()?,
            idempotency_key: self.idempotency_key,
        })
    }
}

impl UpdateCustomMoodInput {
    fn parse(self) -> Result<UpdateCustomMood, CustomMoodError> {
        Ok(UpdateCustomMood {
            id: CustomMoodId::try_from(&self.id).map_err(|_| CustomMoodError::Missing)?,
            name: self.name.as_deref().map(MoodName::parse).transpose()?,
            emoji: change(self.emoji, |text| Emoji::parse(&text).map(Some))?,
            score: self.score.map(Score::parse).transpose()?,
            valence: change(self.valence, |number| Coordinate::valence(number).map(Some))?,
            energy: change(self.energy, |number| Coordinate::energy(number).map(Some))?,
            archived: self.archived,
        })
    }
}

/// Moods by their ids.
pub(crate) type CustomMoods = HashMap<CustomMoodId, model::CustomMood>;

/// Loads the moods that entries were logged with.
pub(crate) struct CustomMoodLoader(pub(crate) Ctx);

impl Loader<CustomMoodId> for CustomMoodLoader {
    type Value = model::CustomMood;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        ids: &[CustomMoodId],
    ) -> Result<HashMap<CustomMoodId, model::CustomMood>, Self::Error> {
        store::find_many(self.0.db.reader(), ids).await.map_err(Arc::new)
    }
}

impl Refusal for CustomMoodError {
    fn into_user_error(self) -> Result<UserError> {
        let message = self.to_string();
        match self {
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::Input(error) => error.into_user_error(),
            Self::NameInvalid => Ok(UserError::new("MOOD_NAME_INVALID", message, &["input", "name"])),
            Self::EmojiInvalid => Ok(UserError::new("EMOJI_INVALID", message, &["input", "emoji"])),
            Self::NameTaken => Ok(UserError::new("MOOD_NAME_TAKEN", message, &["input", "name"])),
            Self::TooMany => Ok(UserError::new("TOO_MANY_CUSTOM_MOODS", message, &["input"])),
            Self::Missing => Ok(UserError::new("CUSTOM_MOOD_NOT_FOUND", message, &["input", "id"])),
            Self::Idempotency(error) => error.into_user_error(),
            Self::Store(error) => Err(Failure::internal(error)),
        }
    }
}
