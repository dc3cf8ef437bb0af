//! The schema: its roots, and what a request brings along.

use async_graphql::{MergedObject, MergedSubscription, Schema, dataloader::DataLoader};
use axum::Router;

use crate::{
    analytics::graphql::MoodStatistic,
    context::Ctx,
    custom_moods::graphql::{CustomMoodLoader, CustomMoodMutation},
    entries::graphql::{EntryLoader, EntryMutation, EntryQuery},
    exchange::graphql::{ExportSubscription, ImportMutation},
    exporting::graphql::ExportQuery,
    insights::graphql::InsightMutation,
    live::graphql::LiveSubscription,
    recommendations::graphql::RecommendationMutation,
    support::graphql::SupportQuery,
    tags::graphql::TagMutation,
    users::graphql::UserQuery,
};

#[derive(MergedObject, Default)]
pub(crate) struct Query(EntryQuery, SupportQuery, UserQuery, ExportQuery);

#[derive(MergedObject, Default)]
pub(crate) struct Mutation(
    EntryMutation,
    TagMutation,
    CustomMoodMutation,
    ImportMutation,
    InsightMutation,
    RecommendationMutation,
);

#[derive(MergedSubscription, Default)]
pub(crate) struct Subscription(LiveSubscription, ExportSubscription);

fn schema() -> Schema<Query, Mutation, Subscription> {
    // Nothing answers with the interface itself: clients read what results have in common through it.
    graphql::schema(Query::default(), Mutation::default(), Subscription::default())
        .register_output_type::<MoodStatistic>()
        .finish()
}

pub(crate) fn sdl() -> String {
    graphql::sdl(&schema())
}

pub(crate) fn routes(ctx: Ctx) -> Router {
    graphql::endpoint(schema(), move |caller, request| {
        let ctx = ctx.on_behalf_of(caller);
        let entries = DataLoader::new(EntryLoader(ctx.clone()), tokio::spawn);
        let custom_moods = DataLoader::new(CustomMoodLoader(ctx.clone()), tokio::spawn);
        request.data(ctx).data(entries).data(custom_moods)
    })
}
