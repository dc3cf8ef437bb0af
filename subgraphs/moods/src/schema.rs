//! The schema: its roots, and what a request brings along.

use async_graphql::{EmptySubscription, MergedObject, Request, Schema, dataloader::DataLoader};

use crate::{
    context::Ctx,
    custom_moods::graphql::{CustomMoodLoader, CustomMoodMutation},
    entries::graphql::{EntryLoader, EntryMutation, EntryQuery},
    tags::graphql::TagMutation,
    users::graphql::UserQuery,
};

#[derive(MergedObject, Default)]
pub(crate) struct Query(EntryQuery, UserQuery);

#[derive(MergedObject, Default)]
pub(crate) struct Mutation(EntryMutation, TagMutation, CustomMoodMutation);

pub(crate) type MoodsSchema = Schema<Query, Mutation, EmptySubscription>;

pub(crate) fn schema() -> MoodsSchema {
    graphql::schema(Query::default(), Mutation::default(), EmptySubscription).finish()
}

pub(crate) fn sdl() -> String {
    graphql::sdl(&schema())
}

/// Puts the context and the loaders of one request into it.
pub(crate) fn prepare(request: Request, ctx: Ctx) -> Request {
    let entries = DataLoader::new(EntryLoader(ctx.clone()), tokio::spawn);
    let custom_moods = DataLoader::new(CustomMoodLoader(ctx.clone()), tokio::spawn);
    request.data(ctx).data(entries).data(custom_moods)
}
