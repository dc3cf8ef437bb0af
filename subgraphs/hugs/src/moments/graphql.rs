//! The interface that other subgraphs extend.

use async_graphql::{Context, ID, Interface, Object, Result, dataloader::DataLoader};
use chrono::{DateTime, Utc};
use graphql::Failure;
use ids::{GroupHugId, HugId, HugRequestId};

use crate::{
    batch::Batch, group_hugs::graphql::GroupHug, hug_requests::graphql::HugRequest, hugs::graphql::Hug,
};

/// Something between people that others may see and react to.
#[derive(Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "Its id."),
    field(name = "at", ty = "DateTime<Utc>", desc = "When it happened."),
    field(name = "message", ty = "Option<String>", desc = "What was written with it.")
)]
pub(crate) enum HugMoment {
    Hug(Hug),
    HugRequest(HugRequest),
    GroupHug(GroupHug),
}

#[derive(Debug, Default)]
pub(crate) struct MomentQuery;

#[Object]
impl MomentQuery {
    #[graphql(entity)]
    async fn find_hug_moment_by_id(&self, gql: &Context<'_>, id: ID) -> Result<Option<HugMoment>> {
        let moments = gql.data::<DataLoader<Batch>>()?;
        if let Ok(id) = HugId::try_from(&id) {
            let hug = moments.load_one(id).await.map_err(Failure::internal)?;
            return Ok(hug.map(|hug| HugMoment::Hug(Hug(hug))));
        }
        if let Ok(id) = GroupHugId::try_from(&id) {
            let group = moments.load_one(id).await.map_err(Failure::internal)?;
            return Ok(group.map(|group| HugMoment::GroupHug(GroupHug(group))));
        }
        let Ok(id) = HugRequestId::try_from(&id) else {
            return Ok(None);
        };
        let request = moments.load_one(id).await.map_err(Failure::internal)?;
        Ok(request.map(|request| HugMoment::HugRequest(HugRequest(request))))
    }
}
