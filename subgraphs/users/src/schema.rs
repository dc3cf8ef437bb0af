//! The schema: its roots, and what a request brings along.

use async_graphql::{EmptySubscription, MergedObject, Request, Schema, dataloader::DataLoader};
use axum::Router;

use crate::{
    context::Ctx,
    presence::graphql::PresenceMutation,
    profiles::graphql::{Batch, ProfileMutation, Query},
    settings::graphql::SettingsMutation,
};

#[derive(MergedObject, Default)]
pub(crate) struct Mutation(ProfileMutation, SettingsMutation, PresenceMutation);

fn schema() -> Schema<Query, Mutation, EmptySubscription> {
    graphql::schema(Query, Mutation::default(), EmptySubscription).finish()
}

pub(crate) fn sdl() -> String {
    graphql::sdl(&schema())
}

/// The schema over HTTP.
pub(crate) fn routes(ctx: Ctx) -> Router {
    graphql::endpoint(schema(), move |caller, request| prepare(request, ctx.on_behalf_of(caller)))
}

fn prepare(request: Request, ctx: Ctx) -> Request {
    let batch = DataLoader::new(Batch(ctx.clone()), tokio::spawn);
    request.data(ctx).data(batch)
}
