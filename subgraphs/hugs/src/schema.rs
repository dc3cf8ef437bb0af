//! The schema, and the route that serves it.

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions, Schema, dataloader::DataLoader};
use axum::Router;

use crate::{
    batch::Batch,
    context::Ctx,
    hug_requests::graphql::{HugRequestMutation, HugRequestQuery},
    hug_types::graphql::HugTypeQuery,
    hugs::graphql::{HugMutation, HugQuery},
    live::graphql::{LiveQuery, LiveSubscription},
    moments::graphql::MomentQuery,
    users::graphql::UserQuery,
};

#[derive(MergedObject, Default)]
pub(crate) struct Query(HugTypeQuery, HugQuery, HugRequestQuery, LiveQuery, MomentQuery, UserQuery);

#[derive(MergedObject, Default)]
pub(crate) struct Mutation(HugMutation, HugRequestMutation);

#[derive(MergedSubscription, Default)]
pub(crate) struct Subscription(LiveSubscription);

fn schema() -> Schema<Query, Mutation, Subscription> {
    graphql::schema(Query::default(), Mutation::default(), Subscription::default()).finish()
}

pub(crate) fn sdl() -> String {
    let options = SDLExportOptions::new()
        .federation()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .compose_directive();
    schema().sdl_with_options(options)
}

pub(crate) fn routes(ctx: Ctx) -> Router {
    graphql::endpoint(schema(), move |caller, request| {
        let ctx = ctx.on_behalf_of(caller);
        request.data(DataLoader::new(Batch(ctx.clone()), tokio::spawn)).data(ctx)
    })
}
