//! The schema: its roots, and the route that serves it.

use async_graphql::{
    MergedObject, MergedSubscription, Schema,
    dataloader::{DataLoader, HashMapCache},
};
use axum::Router;
use service::Ctx;

use crate::{
    audit::graphql::AuditQuery,
    exporting::graphql::ExportQuery,
    feeds::graphql::FeedQuery,
    follow_requests::graphql::FollowRequestQuery,
    follows::graphql::CountLoader,
    live::{Hub, graphql::LiveSubscription},
    moments::graphql::{MomentLoader, MomentQuery},
    people::graphql::PeopleQuery,
    posts::graphql::{PostLoader, PostMutation, PostQuery},
    reactions::graphql::{ReactionLoader, ReactionMutation},
    relationships::graphql::{RelationshipLoader, RelationshipMutation},
    reports::graphql::{ReportMutation, ReportQuery},
    suggestions::graphql::{SuggestionMutation, SuggestionQuery},
};

#[derive(MergedObject, Default)]
pub(crate) struct Query(
    PeopleQuery,
    FollowRequestQuery,
    PostQuery,
    MomentQuery,
    FeedQuery,
    SuggestionQuery,
    ReportQuery,
    AuditQuery,
    ExportQuery,
);

#[derive(MergedObject, Default)]
pub(crate) struct Mutation(
    RelationshipMutation,
    PostMutation,
    ReactionMutation,
    SuggestionMutation,
    ReportMutation,
);

#[derive(MergedSubscription, Default)]
pub(crate) struct Subscription(LiveSubscription);

fn schema() -> Schema<Query, Mutation, Subscription> {
    graphql::schema(Query::default(), Mutation::default(), Subscription::default()).finish()
}

pub(crate) fn sdl() -> String {
    graphql::sdl(&schema())
}

pub(crate) fn routes(ctx: Ctx, hub: Hub) -> Router {
    graphql::endpoint(schema(), move |caller, request| {
        let ctx = ctx.on_behalf_of(caller);
        request
            .data(DataLoader::new(RelationshipLoader(ctx.clone()), tokio::spawn))
            .data(DataLoader::new(CountLoader(ctx.clone()), tokio::spawn))
            .data(DataLoader::new(PostLoader(ctx.clone()), tokio::spawn))
            .data(DataLoader::with_cache(MomentLoader(ctx.clone()), tokio::spawn, HashMapCache::default()))
            .data(DataLoader::with_cache(ReactionLoader(ctx.clone()), tokio::spawn, HashMapCache::default()))
            .data(hub.clone())
            .data(ctx)
    })
}
