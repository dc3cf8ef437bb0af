//! The schema: its roots, and what a request brings along.

use async_graphql::{EmptySubscription, Request, SDLExportOptions, Schema, dataloader::DataLoader};

use crate::{
    context::Ctx,
    entries::graphql::{EntryLoader, Mutation, Query},
};

pub(crate) type MoodsSchema = Schema<Query, Mutation, EmptySubscription>;

pub(crate) fn schema() -> MoodsSchema {
    graphql::schema(Query, Mutation, EmptySubscription).finish()
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

/// Puts the context and the loader of one request into it.
pub(crate) fn prepare(request: Request, ctx: Ctx) -> Request {
    let entries = DataLoader::new(EntryLoader(ctx.clone()), tokio::spawn);
    request.data(ctx).data(entries)
}
