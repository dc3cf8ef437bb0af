//! The schema: its roots, and what a request brings along.

use async_graphql::{EmptySubscription, Request, Schema, dataloader::DataLoader};

use crate::{
    context::Ctx,
    entries::graphql::{EntryLoader, Mutation, Query},
};

pub(crate) type MoodsSchema = Schema<Query, Mutation, EmptySubscription>;

pub(crate) fn schema() -> MoodsSchema {
    graphql::schema(Query, Mutation, EmptySubscription).finish()
}

pub(crate) fn sdl() -> String {
    graphql::sdl(&schema())
}

/// Puts the context and the loader of one request into it.
pub(crate) fn prepare(request: Request, ctx: Ctx) -> Request {
    let entries = DataLoader::new(EntryLoader(ctx.clone()), tokio::spawn);
    request.data(ctx).data(entries)
}
