//! Feeds in the schema.

use async_graphql::{Context, Object, Result};
use graphql::{Connection, Failure, page_request};
use service::Ctx;

use super::FeedError;
use crate::posts::graphql::{Post, post_connection};

#[derive(Debug, Default)]
pub(crate) struct FeedQuery;

#[Object]
impl FeedQuery {
    /// What the viewer and those whom they follow share with others, the newest first; without those whom the viewer mutes.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn home_feed(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "At most so many from the start: 0 to 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 0 to 100; not together with `first`.")] last: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Post>>> {
        let page = page_request(first, after, last, before)?;
        let found = super::home(gql.data::<Ctx>()?, &page).await.map_err(FeedError::into_failure)?;
        post_connection(gql, found).await.map(Some)
    }

    /// What people share with everybody, the newest first; without those whom the viewer can't see or mutes.
    async fn public_feed(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "At most so many from the start: 0 to 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 0 to 100; not together with `first`.")] last: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Post>>> {
        let page = page_request(first, after, last, before)?;
        let found = super::public(gql.data::<Ctx>()?, &page).await.map_err(Failure::internal)?;
        post_connection(gql, found).await.map(Some)
    }
}

impl FeedError {
    pub(crate) fn into_failure(self) -> async_graphql::Error {
        match self {
            Self::Unauthenticated(_) => Failure::unauthenticated(),
            Self::Database(error) => Failure::internal(error),
        }
    }
}
