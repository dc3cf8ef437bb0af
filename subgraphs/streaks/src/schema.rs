//! The schema: its roots, and what a request brings along.

use async_graphql::{
    EmptyMutation, EmptySubscription, Request, Schema,
    dataloader::{DataLoader, HashMapCache},
};
use service::Ctx;

use crate::streak::graphql::{Query, StreakLoader};

pub(crate) type StreaksSchema = Schema<Query, EmptyMutation, EmptySubscription>;

pub(crate) fn schema() -> StreaksSchema {
    graphql::schema(Query, EmptyMutation, EmptySubscription).finish()
}

pub(crate) fn sdl() -> String {
    graphql::sdl(&schema())
}

/// Puts the loader of one request into it; streaks are computed, and waited for, once a request.
pub(crate) fn prepare(request: Request, ctx: Ctx) -> Request {
    request.data(DataLoader::with_cache(StreakLoader(ctx), tokio::spawn, HashMapCache::default()))
}
