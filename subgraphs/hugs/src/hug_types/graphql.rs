//! Hug types as clients see them.

use std::collections::HashMap;

use async_graphql::{Context, Error, ID, InputObject, Object, Result, SimpleObject, dataloader::Loader};
use graphql::{Failure, Refusal, UserError, settle};
use ids::HugTypeId;

use super::{CreateHugType, HugTypeError, UpdateHugType};

use crate::{
    batch::{Batch, BatchError},
    context::Ctx,
    disclosures::graphql::right_failure,
};

/// A kind of hug.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct HugType {
    /// Its id, `hgt_` and 32 hexadecimal digits; those that come with HugMood have the same on every installation.
    id: ID,
    /// What it is called, in English.
    name: String,
    /// One emoji that stands for it.
    emoji: String,
    /// How long its animation lasts, in milliseconds.
    duration_ms: i32,
    /// How strong it is: from 1, a touch, to 5, a squeeze.
    intensity: i32,
    /// Whether it can be sent. A retired type stays on the hugs that have it.
    active: bool,
}

impl From<super::HugType> for HugType {
    fn from(hug_type: super::HugType) -> Self {
        Self {
            id: hug_type.id.to_string().into(),
            name: hug_type.name,
            emoji: hug_type.emoji,
            duration_ms: hug_type.duration_ms,
            intensity: hug_type.intensity,
            active: hug_type.active,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct HugTypeQuery;

#[Object]
impl HugTypeQuery {
    /// The kinds of hug that can be sent. Readable without login.
    async fn hug_types(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whether retired ones are listed, too; false when nothing is given.")]
        retired: Option<bool>,
    ) -> Result<Vec<HugType>> {
        let reader = gql.data::<Ctx>()?.db.reader();
        let types = match retired {
            Some(true) => super::all(reader).await,
            _ => super::all_active(reader).await,
        };
        let types = types.map_err(Failure::internal)?;
        Ok(types.into_iter().map(HugType::from).collect())
    }
}

/// A kind of hug to be made.
#[derive(Debug, InputObject)]
pub(crate) struct CreateHugTypeInput {
    /// What it is called, in English: up to 40 characters.
    name: String,
    /// One emoji that stands for it.
    emoji: String,
    /// How long its animation lasts, in milliseconds: from 500 to 60000.
    duration_ms: i32,
    /// How strong it is: from 1, a touch, to 5, a squeeze.
    intensity: i32,
    /// The same key with the same input makes it once. Up to 255 characters, kept for 24 hours.
    idempotency_key: Option<String>,
}

/// What shall be other of a kind of hug. What isn't given stays as it is.
#[derive(Debug, InputObject)]
pub(crate) struct UpdateHugTypeInput {
    /// The kind of hug.
    type_id: ID,
    /// What it is called, in English: up to 40 characters.
    name: Option<String>,
    /// One emoji that stands for it.
    emoji: Option<String>,
    /// How long its animation lasts, in milliseconds: from 500 to 60000.
    duration_ms: Option<i32>,
    /// How strong it is: from 1, a touch, to 5, a squeeze.
    intensity: Option<i32>,
}

/// A kind of hug to be retired.
#[derive(Debug, InputObject)]
pub(crate) struct RetireHugTypeInput {
    /// The kind of hug.
    type_id: ID,
}

/// The kind of hug, or why nothing was done.
#[derive(SimpleObject)]
pub(crate) struct HugTypePayload {
    /// The kind of hug as it is now; null when there are errors.
    hug_type: Option<HugType>,
    /// What the user can mend.
    errors: Vec<UserError>,
}

fn payload(result: Result<super::HugType, HugTypeError>) -> Result<HugTypePayload> {
    let (hug_type, errors) = settle(result)?;
    Ok(HugTypePayload { hug_type: hug_type.map(HugType::from), errors })
}

#[derive(Debug, Default)]
pub(crate) struct HugTypeMutation;

#[Object]
impl HugTypeMutation {
    /// Makes a kind of hug; for admins only. Refused with `HUG_TYPE_NAME_INVALID`, `HUG_TYPE_NAME_TAKEN`, `EMOJI_INVALID`,
    /// `DURATION_OUT_OF_RANGE`, `INTENSITY_OUT_OF_RANGE`, `IDEMPOTENCY_KEY_REUSED` or `IDEMPOTENCY_KEY_MALFORMED`.
    #[graphql(directive = graphql::requires_scopes::apply(graphql::scope("administration")))]
    async fn create_hug_type(&self, gql: &Context<'_>, input: CreateHugTypeInput) -> Result<HugTypePayload> {
        let CreateHugTypeInput { name, emoji, duration_ms, intensity, idempotency_key } = input;
        let command = || CreateHugType::parse(&name, &emoji, duration_ms, intensity, idempotency_key);
        payload(super::create(gql.data::<Ctx>()?, command).await)
    }

    /// Changes a kind of hug, also on the hugs that have it; for admins only. Refused with `HUG_TYPE_NOT_FOUND`, and as
    /// `createHugType` is.
    #[graphql(directive = graphql::requires_scopes::apply(graphql::scope("administration")))]
    async fn update_hug_type(&self, gql: &Context<'_>, input: UpdateHugTypeInput) -> Result<HugTypePayload> {
        let UpdateHugTypeInput { type_id, name, emoji, duration_ms, intensity } = input;
        let command =
            || UpdateHugType::parse(&type_id, name.as_deref(), emoji.as_deref(), duration_ms, intensity);
        payload(super::update(gql.data::<Ctx>()?, command).await)
    }

    /// Retires a kind of hug: it stays on the hugs that have it, and can't be sent any more; for admins only. Retiring it
    /// again changes nothing. Refused with `HUG_TYPE_NOT_FOUND`.
    #[graphql(directive = graphql::requires_scopes::apply(graphql::scope("administration")))]
    async fn retire_hug_type(&self, gql: &Context<'_>, input: RetireHugTypeInput) -> Result<HugTypePayload> {
        payload(super::retire(gql.data::<Ctx>()?, &input.type_id).await)
    }
}

impl Refusal for HugTypeError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let (code, path) = match self {
            Self::NotFound => ("HUG_TYPE_NOT_FOUND", "typeId"),
            Self::NameInvalid => ("HUG_TYPE_NAME_INVALID", "name"),
            Self::NameTaken => ("HUG_TYPE_NAME_TAKEN", "name"),
            Self::EmojiInvalid => ("EMOJI_INVALID", "emoji"),
            Self::DurationOutOfRange => ("DURATION_OUT_OF_RANGE", "durationMs"),
            Self::IntensityOutOfRange => ("INTENSITY_OUT_OF_RANGE", "intensity"),
            Self::Key(key) => return key.into_user_error(),
            Self::Right(missing) => return Err(right_failure(missing)),
            Self::Store(error) => return Err(Failure::internal(error)),
        };
        Ok(UserError::new(code, self.to_string(), &["input", path]))
    }
}

impl Loader<HugTypeId> for Batch {
    type Value = super::HugType;
    type Error = BatchError;

    async fn load(&self, ids: &[HugTypeId]) -> Result<HashMap<HugTypeId, super::HugType>, BatchError> {
        let found = super::find_many(self.0.db.reader(), ids).await?;
        Ok(found.into_iter().map(|hug_type| (hug_type.id, hug_type)).collect())
    }
}
