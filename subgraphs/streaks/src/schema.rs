//! The schema: its roots, and what a request brings along.

use async_graphql::{
    MergedObject, MergedSubscription, Schema,
    dataloader::{DataLoader, HashMapCache},
};
use axum::Router;

use crate::{
    awards::graphql::{AwardMutation, BadgeLoader},
    context::Ctx,
    exporting::graphql::ExportQuery,
    leaderboard::graphql::LeaderboardQuery,
    live::graphql::LiveSubscription,
    members::graphql::MemberMutation,
    streak::{
        graphql::{MoodDayQuery, StreakLoader},
        numbering::OwnMoodStreak,
    },
    upkeep::graphql::UpkeepMutation,
    users::graphql::UserQuery,
};

#[derive(MergedObject, Default)]
pub(crate) struct Query(UserQuery, MoodDayQuery, LeaderboardQuery, ExportQuery);

#[derive(MergedObject, Default)]
pub(crate) struct Mutation(UpkeepMutation, AwardMutation, MemberMutation);

#[derive(MergedSubscription, Default)]
pub(crate) struct Subscription(LiveSubscription);

fn schema() -> Schema<Query, Mutation, Subscription> {
    graphql::schema(Query::default(), Mutation::default(), Subscription::default()).finish()
}

pub(crate) fn sdl() -> String {
    graphql::sdl(&schema())
}

/// Puts the loaders of one request into it; streaks are computed, and waited for, once a request.
pub(crate) fn routes(ctx: Ctx) -> Router {
    graphql::endpoint(schema(), move |caller, request| {
        let ctx = ctx.on_behalf_of(caller);
        let streaks =
            DataLoader::with_cache(StreakLoader(ctx.clone()), tokio::spawn, HashMapCache::default());
        let badges = DataLoader::new(BadgeLoader(ctx.clone()), tokio::spawn);
        request.data(OwnMoodStreak::new(ctx.clone())).data(ctx).data(streaks).data(badges)
    })
}
