//! `User` as this subgraph knows it.

use async_graphql::{Context, ID, Object, Result, dataloader::DataLoader};
use graphql::{Connection, Failure, connection, page_request};
use ids::UserId;
use service::Ctx;

use crate::{
    follows::{
        self, Follow, Position, Side,
        graphql::{CountLoader, CountOf},
    },
    posts::{
        self,
        graphql::{Post, post_connection},
    },
    relationships::graphql::{Relationship, RelationshipLoader, With},
};

#[derive(Debug, Default)]
pub(crate) struct PeopleQuery;

#[Object]
impl PeopleQuery {
    #[graphql(entity)]
    async fn user_by_id(&self, #[graphql(key)] id: ID) -> Option<User> {
        UserId::parse(&id).ok().map(User)
    }
}

/// A person with an account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct User(pub(crate) UserId);

#[Object]
impl User {
    /// The person's id, as `usr_` and 32 hexadecimal digits.
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }

    /// What is between the viewer and this person. Null for oneself and when nobody is logged in.
    async fn viewer_relationship(&self, gql: &Context<'_>) -> Result<Option<Relationship>> {
        let viewer = gql.data::<Ctx>()?.viewer();
        if viewer.is_err() || viewer.is_ok_and(|viewer| viewer.user_id == self.0) {
            return Ok(None);
        }
        gql.data::<DataLoader<RelationshipLoader>>()?.load_one(With(self.0)).await
    }

    /// How many people follow this person, without those that the viewer can't see.
    async fn followers_count(&self, gql: &Context<'_>) -> Result<Option<i32>> {
        self.count(gql, Side::Followers).await.map(Some)
    }

    /// How many people this person follows, without those that the viewer can't see.
    async fn following_count(&self, gql: &Context<'_>) -> Result<Option<i32>> {
        self.count(gql, Side::Following).await.map(Some)
    }

    /// Who follows this person; whoever began last comes first.
    async fn followers(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "At most so many from the start: 0 to 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 0 to 100; not together with `first`.")] last: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<User>>> {
        let page = page_request(first, after, last, before)?;
        self.list(gql, Side::Followers, page).await.map(Some)
    }

    /// Whom this person follows; the latest comes first.
    async fn following(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "At most so many from the start: 0 to 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 0 to 100; not together with `first`.")] last: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<User>>> {
        let page = page_request(first, after, last, before)?;
        self.list(gql, Side::Following, page).await.map(Some)
    }

    /// What this person shares and the viewer may see; the newest first.
    async fn posts(
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
        let found = posts::of_author(gql.data::<Ctx>()?, self.0, &page).await.map_err(Failure::internal)?;
        post_connection(gql, found).await.map(Some)
    }
}

impl User {
    async fn count(&self, gql: &Context<'_>, side: Side) -> Result<i32> {
        let counts = gql.data::<DataLoader<CountLoader>>()?;
        Ok(counts.load_one(CountOf { person: self.0, side }).await?.unwrap_or_default())
    }

    async fn list(
        &self,
        gql: &Context<'_>,
        side: Side,
        page: pagination::PageRequest<Position>,
    ) -> Result<Connection<User>> {
        let found =
            follows::list(gql.data::<Ctx>()?, self.0, side, &page).await.map_err(Failure::internal)?;
        Ok(connection(found, |follow: &Follow| Position(follow.id), |follow| User(follow.other)))
    }
}
