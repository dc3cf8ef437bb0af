//! The fields that hugs adds to a person.

use std::collections::HashMap;

use async_graphql::{
    Context, ID, Object, Result,
    dataloader::{DataLoader, Loader},
};
use chrono::{DateTime, Utc};
use graphql::Failure;
use ids::{HugTypeId, UserId};

use crate::{
    batch::{Batch, BatchError},
    context::Ctx,
    hug_types::graphql::HugType,
    hugs::{received_instants, stats},
    people::names::{self, Known, Names},
};

/// A person, whether or not there is one of that id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct User(UserId);

impl User {
    pub(crate) fn new(id: UserId) -> Self {
        Self(id)
    }
}

/// A person.
#[Object]
impl User {
    /// Their id, `usr_` and 32 hexadecimal digits.
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }

    /// The name by which they are found and mentioned.
    #[graphql(external)]
    async fn username(&self, gql: &Context<'_>) -> Option<Result<String>> {
        Some(self.names(gql).await?.map(|names| names.username))
    }

    /// The name for people to read.
    #[graphql(external)]
    async fn display_name(&self, gql: &Context<'_>) -> Option<Result<String>> {
        Some(self.names(gql).await?.map(|names| names.display_name))
    }

    /// How many hugs they sent and received, as far as the viewer may know.
    async fn hug_stats(&self, gql: &Context<'_>) -> Result<Option<HugStats>> {
        let loader = gql.data::<DataLoader<Batch>>()?;
        let counts = loader.load_one(self.0).await.map_err(Failure::internal)?.unwrap_or_default();
        Ok(Some(HugStats { counts, own: self.own(gql)? }))
    }

    /// When they received hugs, for `moods` to look at what they do: of the viewer only, at most the last 2000.
    #[graphql(inaccessible)]
    async fn received_hug_instants(&self, gql: &Context<'_>) -> Result<Option<Vec<DateTime<Utc>>>> {
        if self.own(gql)?.is_none() {
            return Ok(None);
        }
        Ok(Some(received_instants(gql.data::<Ctx>()?).await.map_err(Failure::internal)?))
    }
}

impl User {
    /// Their names, or why they aren't known; an error that costs the name and not whatever it is the name of.
    async fn names(self, gql: &Context<'_>) -> Option<Result<Names>> {
        let loaded = match gql.data::<DataLoader<Batch>>() {
            Ok(loader) => loader.load_one(NamesOf(self.0)).await.map_err(Failure::internal),
            Err(error) => Err(error),
        };
        Some(loaded.transpose()?.and_then(|known| match known {
            Known::Names(names) => Ok(names),
            Known::Unanswered => Err(Failure::UpstreamUnavailable.error("this name isn't known just now")),
        }))
    }

    /// This person, if they are the viewer.
    fn own(self, gql: &Context<'_>) -> Result<Option<UserId>> {
        let viewer = gql.data::<Ctx>()?.viewer().ok().map(|viewer| viewer.user_id);
        Ok(viewer.filter(|viewer| *viewer == self.0))
    }
}

/// How many hugs somebody sent and received, without those that were taken back.
///
/// What others see of somebody is without anonymous hugs that they sent, and without hugs that return those. What they see
/// themselves is without hugs that wait for them, or that they declined: no sender can tell that by what others see.
#[derive(Debug)]
pub(crate) struct HugStats {
    counts: stats::HugStats,
    /// Whose they are, if that is the viewer.
    own: Option<UserId>,
}

/// How many hugs somebody sent and received, without those that were taken back. What others see of it is without
/// anonymous hugs that they sent, and without hugs that return those. What they see of it themselves is without hugs that wait for
/// them (`FILTERED`), or that they declined: no sender can tell that by what others see.
#[Object]
impl HugStats {
    /// Hugs they sent.
    async fn sent(&self) -> i32 {
        number(self.counts.sent)
    }

    /// Hugs they received. Of the viewer, as many as `hugs(direction: RECEIVED)` lists.
    async fn received(&self) -> i32 {
        number(self.counts.received)
    }

    /// How many of the hugs they sent were thanked for.
    async fn thanked(&self) -> i32 {
        number(self.counts.thanked)
    }

    /// In how many group hugs they took part to the end. Null for everybody but themself.
    async fn groups(&self, gql: &Context<'_>) -> Result<Option<i32>> {
        let Some(own) = self.own else {
            return Ok(None);
        };
        let groups = stats::groups(gql.data::<Ctx>()?, own).await.map_err(Failure::internal)?;
        Ok(Some(i32::try_from(groups).unwrap_or(i32::MAX)))
    }

    /// The same by kind, those of most hugs first. Null for everybody but themself.
    async fn by_type(&self, gql: &Context<'_>) -> Result<Option<Vec<HugTypeStats>>> {
        let Some(own) = self.own else {
            return Ok(None);
        };
        let by_type = stats::by_type(gql.data::<Ctx>()?, own).await.map_err(Failure::internal)?;
        Ok(Some(by_type.into_iter().map(HugTypeStats).collect()))
    }
}

/// How many hugs of one kind somebody sent and received.
#[derive(Debug)]
pub(crate) struct HugTypeStats(stats::TypeStats);

/// How many hugs of one kind somebody sent and received.
#[Object]
impl HugTypeStats {
    /// The kind of hug.
    #[graphql(name = "type")]
    async fn hug_type(&self, gql: &Context<'_>) -> Result<HugType> {
        let types = gql.data::<DataLoader<Batch>>()?;
        let found = types.load_one::<HugTypeId>(self.0.type_id).await.map_err(Failure::internal)?;
        found.map(HugType::from).ok_or_else(|| Failure::internal("hugs have a type that isn't there"))
    }

    /// Hugs of this kind that they sent.
    async fn sent(&self) -> i32 {
        number(self.0.sent)
    }

    /// Hugs of this kind that they received.
    async fn received(&self) -> i32 {
        number(self.0.received)
    }
}

fn number(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[derive(Debug, Default)]
pub(crate) struct UserQuery;

#[Object]
impl UserQuery {
    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> Option<User> {
        UserId::try_from(&id).ok().map(User)
    }
}

impl Loader<UserId> for Batch {
    type Value = stats::HugStats;
    type Error = BatchError;

    async fn load(&self, people: &[UserId]) -> Result<HashMap<UserId, stats::HugStats>, BatchError> {
        Ok(stats::of_people(&self.0, people).await?)
    }
}

/// Whose names a data loader is to load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct NamesOf(UserId);

impl Loader<NamesOf> for Batch {
    type Value = Known;
    type Error = BatchError;

    async fn load(&self, keys: &[NamesOf]) -> Result<HashMap<NamesOf, Known>, BatchError> {
        let people: Vec<_> = keys.iter().map(|key| key.0).collect();
        let known = names::of(&self.0, &people).await?;
        Ok(known.into_iter().map(|(id, known)| (NamesOf(id), known)).collect())
    }
}
