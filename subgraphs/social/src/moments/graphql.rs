//! What this subgraph adds to every moment of `hugs`, whatever it is.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Context, ID, Object, Result,
    dataloader::{DataLoader, HashMapCache, Loader},
};
use graphql::Failure;
use ids::{HugId, UserId};
use service::Ctx;

use super::{Moment, MomentId, SharedHug};
use crate::{
    reactions::{
        Target,
        graphql::{ReactionCount, ReactionKind, ReactionLoader, counts},
    },
    store::StoreError,
};

/// A hug, a request for one or a hug of a group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HugMoment(pub(crate) MomentId);

/// A hug, a request for one or a hug of a group.
#[Object(interface_object)]
impl HugMoment {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }

    /// How many react to it in which way, without those that the viewer can't see; null when the viewer may not see it.
    async fn reactions(&self, gql: &Context<'_>) -> Result<Option<Vec<ReactionCount>>> {
        if !self.is_visible(gql).await? {
            return Ok(None);
        }
        let tally =
            gql.data::<DataLoader<ReactionLoader, HashMapCache>>()?.load_one(Target::Moment(self.0)).await?;
        Ok(Some(counts(&tally.unwrap_or_default())))
    }

    /// How the viewer reacts to it; null when they don't.
    async fn viewer_reaction(&self, gql: &Context<'_>) -> Result<Option<ReactionKind>> {
        if !self.is_visible(gql).await? {
            return Ok(None);
        }
        let tally =
            gql.data::<DataLoader<ReactionLoader, HashMapCache>>()?.load_one(Target::Moment(self.0)).await?;
        Ok(tally.and_then(|tally| tally.own).map(ReactionKind::from))
    }
}

impl HugMoment {
    async fn is_visible(&self, gql: &Context<'_>) -> Result<bool> {
        let moment = gql.data::<DataLoader<MomentLoader, HashMapCache>>()?.load_one(self.0).await;
        Ok(moment.map_err(Failure::internal)?.is_some())
    }
}

#[derive(Debug, Default)]
pub(crate) struct MomentQuery;

#[Object]
impl MomentQuery {
    #[graphql(entity)]
    async fn hug_moment_by_id(&self, #[graphql(key)] id: ID) -> Option<HugMoment> {
        MomentId::parse(&id).map(HugMoment)
    }
}

/// Loads the moments that the request's viewer may see, and hugs as they are shared.
pub(crate) struct MomentLoader(pub(crate) Ctx);

impl Loader<MomentId> for MomentLoader {
    type Value = Moment;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[MomentId]) -> Result<HashMap<MomentId, Moment>, Self::Error> {
        super::visible(&self.0, ids).await.map_err(Arc::new)
    }
}

impl Loader<(HugId, UserId)> for MomentLoader {
    type Value = SharedHug;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        hugs: &[(HugId, UserId)],
    ) -> Result<HashMap<(HugId, UserId), SharedHug>, Self::Error> {
        super::shared(&self.0, hugs).await.map_err(Arc::new)
    }
}
