//! The schema: its roots, and what a request brings along.

use async_graphql::{EmptySubscription, Request, Schema, dataloader::DataLoader};
use service::Ctx;

use crate::{
    follows::graphql::CountLoader,
    people::graphql::Query,
    relationships::graphql::{Mutation, RelationshipLoader},
};

pub(crate) type SocialSchema = Schema<Query, Mutation, EmptySubscription>;

pub(crate) fn schema() -> SocialSchema {
    graphql::schema(Query, Mutation, EmptySubscription).finish()
}

pub(crate) fn sdl() -> String {
    graphql::sdl(&schema())
}

/// Puts the context and the loaders of one request into it.
pub(crate) fn prepare(request: Request, ctx: Ctx) -> Request {
    let relationships = DataLoader::new(RelationshipLoader(ctx.clone()), tokio::spawn);
    let counts = DataLoader::new(CountLoader(ctx.clone()), tokio::spawn);
    request.data(ctx).data(relationships).data(counts)
}
