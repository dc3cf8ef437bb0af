//! Hug types as clients see them.

use std::collections::HashMap;

use async_graphql::{Context, ID, Object, Result, SimpleObject, dataloader::Loader};
use graphql::Failure;
use ids::HugTypeId;

use crate::{
    batch::{Batch, BatchError},
    context::Ctx,
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
    async fn hug_types(&self, gql: &Context<'_>) -> Result<Vec<HugType>> {
        let ctx = gql.data::<Ctx>()?;
        let types = super::all_active(ctx.db.reader()).await.map_err(Failure::internal)?;
        Ok(types.into_iter().map(HugType::from).collect())
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
