//! The schema: its roots, and what a request brings along.

use async_graphql::{MergedObject, MergedSubscription, Request, Schema, dataloader::DataLoader};
use axum::Router;

use crate::{
    avatars::graphql::AvatarMutation,
    badges::graphql::BadgeQuery,
    context::Ctx,
    exporting::graphql::ExportQuery,
    presence::graphql::{PresenceMutation, PresenceSubscription},
    profiles::graphql::{Batch, PeopleQuery, ProfileMutation},
    settings::graphql::SettingsMutation,
    usernames::graphql::UsernameQuery,
};

#[derive(MergedObject, Default)]
pub(crate) struct Query(PeopleQuery, UsernameQuery, BadgeQuery, ExportQuery);

#[derive(MergedObject, Default)]
pub(crate) struct Mutation(ProfileMutation, AvatarMutation, SettingsMutation, PresenceMutation);

#[derive(MergedSubscription, Default)]
pub(crate) struct Subscription(PresenceSubscription);

fn schema() -> Schema<Query, Mutation, Subscription> {
    graphql::schema(Query::default(), Mutation::default(), Subscription::default()).finish()
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
