//! Mood entries as GraphQL.

mod input;
mod object;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Context, ID, Object, Result,
    dataloader::{DataLoader, Loader},
};
use chrono::{DateTime, Utc};
use graphql::{Connection, Failure};
use ids::{MoodId, UserId};

use self::{
    input::{LogMoodInput, UpdateMoodInput},
    object::{LogMoodPayload, MoodEntry, UpdateMoodPayload},
};
use super::{
    model::{self, EntryKey, History},
    store::StoreError,
};
use crate::context::Ctx;

/// Loads the entries that the request's viewer may see.
pub(crate) struct EntryLoader(pub(crate) Ctx);

impl Loader<MoodId> for EntryLoader {
    type Value = model::MoodEntry;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[MoodId]) -> Result<HashMap<MoodId, model::MoodEntry>, Self::Error> {
        super::visible(&self.0, ids).await.map_err(Arc::new)
    }
}

/// A person.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: UserId,
}

#[Object]
impl User {
    /// Which person this is.
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// The moods they have logged, newest first. Their owner sees all of them, others those shared with them.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection, and the two ends of a range"
    )]
    async fn moods(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many to read from the start of the list, 0 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Read on after the entry of this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to read from the end of the list, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Read what stands before the entry of this cursor.")] before: Option<String>,
        #[graphql(desc = "Only moods of this instant or later.")] from: Option<DateTime<Utc>>,
        #[graphql(desc = "Only moods before this instant.")] to: Option<DateTime<Utc>>,
    ) -> Result<Option<Connection<MoodEntry>>> {
        let page = graphql::page_request(first, after, last, before)?;
        let query = History { owner: self.id, from, to, page };
        let slice = super::history(gql.data::<Ctx>()?, &query).await.map_err(Failure::internal)?;
        Ok(Some(graphql::connection(slice, |entry| EntryKey::from(entry), MoodEntry::from)))
    }
}

pub(crate) struct Query;

#[Object]
impl Query {
    /// A mood entry; null when there is none with this id that the viewer may see.
    async fn mood(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which entry.")] id: ID,
    ) -> Result<Option<MoodEntry>> {
        entry(gql, &id).await
    }

    #[graphql(entity)]
    async fn find_mood_entry_by_id(&self, gql: &Context<'_>, id: ID) -> Result<Option<MoodEntry>> {
        entry(gql, &id).await
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> Option<User> {
        UserId::try_from(&id).ok().map(|id| User { id })
    }
}

pub(crate) struct Mutation;

#[Object]
impl Mutation {
    /// Logs a mood of the viewer's.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn log_mood(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The mood.")] input: LogMoodInput,
    ) -> Result<LogMoodPayload> {
        let logged = match input.parse() {
            Ok(command) => super::log(gql.data::<Ctx>()?, command).await,
            Err(error) => Err(error.into()),
        };
        let (mood, errors) = graphql::settle(logged)?;
        Ok(LogMoodPayload { mood: mood.map(MoodEntry::from), errors })
    }

    /// Changes a mood of the viewer's, if it is still as they saw it.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn update_mood(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which mood, and what becomes of it.")] input: UpdateMoodInput,
    ) -> Result<UpdateMoodPayload> {
        let updated = match input.parse() {
            Ok(command) => super::update(gql.data::<Ctx>()?, command).await,
            Err(error) => Err(error),
        };
        UpdateMoodPayload::of(updated)
    }
}

/// An id that is none of ours is as missing as an entry that never was.
async fn entry(gql: &Context<'_>, id: &ID) -> Result<Option<MoodEntry>> {
    let Ok(id) = MoodId::try_from(id) else {
        return Ok(None);
    };
    let entry = gql.data::<DataLoader<EntryLoader>>()?.load_one(id).await;
    Ok(entry.map_err(Failure::internal)?.map(MoodEntry::from))
}
