//! The schema: its roots, and what a request brings along.

use async_graphql::{EmptySubscription, MergedObject, Schema};
use axum::{Router, middleware};

use crate::{
    account_exports::graphql::{ExportMutation, ExportQuery},
    accounts::graphql::{AccountMutation, AccountQuery},
    client,
    context::Ctx,
    erasures::graphql::ErasureMutation,
    roles::graphql::RoleMutation,
    sessions::graphql::SessionMutation,
};

#[derive(MergedObject, Default)]
pub(crate) struct Query(AccountQuery, ExportQuery);

#[derive(MergedObject, Default)]
pub(crate) struct Mutation(AccountMutation, SessionMutation, RoleMutation, ErasureMutation, ExportMutation);

fn schema() -> Schema<Query, Mutation, EmptySubscription> {
    graphql::schema(Query::default(), Mutation::default(), EmptySubscription).finish()
}

pub(crate) fn sdl() -> String {
    graphql::sdl(&schema())
}

/// The schema over HTTP.
pub(crate) fn routes(ctx: Ctx) -> Router {
    let prepare = move |caller, request: async_graphql::Request| request.data(ctx.on_behalf_of(caller));
    graphql::endpoint(schema(), prepare).layer(middleware::from_fn(client::note))
}
