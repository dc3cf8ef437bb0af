//! The schema, and the route that serves it.

use async_graphql::{MergedObject, MergedSubscription, Schema, dataloader::DataLoader};
use axum::Router;

use crate::{
    batch::Batch,
    consents::graphql::ConsentMutation,
    context::Ctx,
    disclosures::graphql::{DisclosureMutation, DisclosureQuery},
    exporting::graphql::ExportQuery,
    group_hugs::graphql::{GroupHugMutation, GroupHugQuery},
    hug_requests::graphql::{HugRequestMutation, HugRequestQuery},
    hug_types::graphql::{HugTypeMutation, HugTypeQuery},
    hugs::graphql::{HugMutation, HugQuery},
    live::graphql::{LiveQuery, LiveSubscription},
    moments::graphql::MomentQuery,
    users::graphql::UserQuery,
};

#[derive(MergedObject, Default)]
pub(crate) struct Query(
    HugTypeQuery,
    HugQuery,
    HugRequestQuery,
    GroupHugQuery,
    LiveQuery,
    DisclosureQuery,
    MomentQuery,
    UserQuery,
    ExportQuery,
);

#[derive(MergedObject, Default)]
pub(crate) struct Mutation(
    HugMutation,
    HugRequestMutation,
    GroupHugMutation,
    HugTypeMutation,
    ConsentMutation,
    DisclosureMutation,
);

#[derive(MergedSubscription, Default)]
pub(crate) struct Subscription(LiveSubscription);

fn schema() -> Schema<Query, Mutation, Subscription> {
    graphql::schema(Query::default(), Mutation::default(), Subscription::default()).finish()
}

pub(crate) fn sdl() -> String {
    graphql::sdl(&schema())
}

pub(crate) fn routes(ctx: Ctx) -> Router {
    graphql::endpoint(schema(), move |caller, request| {
        let ctx = ctx.on_behalf_of(caller);
        request.data(DataLoader::new(Batch(ctx.clone()), tokio::spawn)).data(ctx)
    })
}
