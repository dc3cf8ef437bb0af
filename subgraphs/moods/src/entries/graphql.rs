//! Mood entries as GraphQL.

mod calendar;
mod input;
mod object;
mod vocabulary;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Context, ID, Object, Result,
    dataloader::{DataLoader, Loader},
};
use graphql::Failure;
use ids::MoodId;
use pagination::Slice;

pub(crate) use self::{
    calendar::MoodDay,
    input::{MoodFilter, change},
    object::MoodEntry,
};
use self::{
    input::{DeleteMoodInput, LogMoodInput, UpdateMoodInput},
    object::{DeleteMoodPayload, LogMoodPayload, UpdateMoodPayload},
    vocabulary::MoodVocabulary,
};
use super::{model, store::StoreError};
use crate::{
    context::Ctx,
    custom_moods::graphql::{CustomMoodLoader, CustomMoods},
};

/// Loads the entries that the request's viewer may see.
pub(crate) struct EntryLoader(pub(crate) Ctx);

impl Loader<MoodId> for EntryLoader {
    type Value = model::MoodEntry;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[MoodId]) -> Result<HashMap<MoodId, model::MoodEntry>, Self::Error> {
        super::visible(&self.0, ids).await.map_err(Arc::new)
    }
}

#[derive(Debug, Default)]
pub(crate) struct EntryQuery;

#[Object]
impl EntryQuery {
    /// A mood entry; null when there is none with this id that the viewer may see.
    async fn mood(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which entry.")] id: ID,
    ) -> Result<Option<MoodEntry>> {
        entry(gql, &id).await
    }

    /// The words that moods can be described with. They are the same for everybody, logged in or not.
    async fn mood_vocabulary(&self) -> MoodVocabulary {
        MoodVocabulary::default()
    }

    #[graphql(entity)]
    async fn find_mood_entry_by_id(&self, gql: &Context<'_>, id: ID) -> Result<Option<MoodEntry>> {
        entry(gql, &id).await
    }
}

#[derive(Debug, Default)]
pub(crate) struct EntryMutation;

#[Object]
impl EntryMutation {
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
        LogMoodPayload::of(logged)
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

    /// Takes a mood of the viewer's away for good.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn delete_mood(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which mood.")] input: DeleteMoodInput,
    ) -> Result<DeleteMoodPayload> {
        let deleted = match input.parse() {
            Ok(command) => super::delete(gql.data::<Ctx>()?, command).await,
            Err(error) => Err(error),
        };
        DeleteMoodPayload::of(deleted)
    }
}

/// What the entries of a page were logged with, in one statement whatever its size; nothing when the client doesn't ask for it.
/// A loader that each entry asked for itself would read again with every millisecond that a long page takes.
pub(crate) async fn custom_moods_of(
    gql: &Context<'_>,
    page: &Slice<model::MoodEntry>,
) -> Result<CustomMoods> {
    let asked = gql.look_ahead();
    let nodes = [asked.field("edges").field("node"), asked.field("nodes")];
    if !nodes.iter().any(|node| node.field("customMood").exists()) {
        return Ok(CustomMoods::new());
    }
    let ids = page.items.iter().filter_map(|entry| entry.custom_mood);
    gql.data::<DataLoader<CustomMoodLoader>>()?.load_many(ids).await.map_err(Failure::internal)
}

/// An id that is none of ours is as missing as an entry that never was.
async fn entry(gql: &Context<'_>, id: &ID) -> Result<Option<MoodEntry>> {
    let Ok(id) = MoodId::try_from(id) else {
        return Ok(None);
    };
    let entry = gql.data::<DataLoader<EntryLoader>>()?.load_one(id).await;
    Ok(entry.map_err(Failure::internal)?.map(MoodEntry::from))
}
