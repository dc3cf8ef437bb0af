//! Badges in the schema.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Object, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use ids::UserId;

use crate::{
    badges::{self, Award},
    profiles::graphql::{Batch, BatchError},
};

/// Whose badges a data loader is to load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AwardsKey(pub(crate) UserId);

impl Loader<AwardsKey> for Batch {
    type Value = Vec<Award>;
    type Error = BatchError;

    async fn load(&self, keys: &[AwardsKey]) -> Result<HashMap<AwardsKey, Self::Value>, BatchError> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let awards = badges::of(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(awards.into_iter().map(|(id, awards)| (AwardsKey(id), awards)).collect())
    }
}

/// Something to be proud of. Everybody sees which ones there are.
#[derive(SimpleObject)]
pub(crate) struct Badge {
    /// What it is called by programs, such as `mood-7`; it never changes.
    code: String,
    /// What it is called by people.
    name: String,
    /// What it is awarded for.
    description: String,
    /// A picture of it.
    emoji: String,
}

impl From<&badges::Badge> for Badge {
    fn from(badge: &badges::Badge) -> Self {
        Self {
            code: badge.code.to_owned(),
            name: badge.name.to_owned(),
            description: badge.description.to_owned(),
            emoji: badge.emoji.to_owned(),
        }
    }
}

/// A badge that somebody has.
#[derive(SimpleObject)]
#[graphql(shareable)]
pub(crate) struct AwardedBadge {
    /// Which one.
    badge: Badge,
    /// Since when.
    awarded_at: DateTime<Utc>,
}

impl From<Award> for AwardedBadge {
    fn from(award: Award) -> Self {
        Self { badge: award.badge.into(), awarded_at: award.awarded_at }
    }
}

#[derive(Default)]
pub(crate) struct BadgeQuery;

#[Object]
impl BadgeQuery {
    /// All badges that there are, in the order in which they are shown.
    async fn badges(&self) -> Vec<Badge> {
        badges::CATALOGUE.iter().map(Badge::from).collect()
    }

    #[graphql(entity)]
    async fn badge_by_code(&self, code: String) -> Option<Badge> {
        badges::of_code(&code).map(Badge::from)
    }
}
