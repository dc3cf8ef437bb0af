//! What a post shares: references to what other subgraphs own, which they show to those who may see it.

use async_graphql::{
    Context, ID, Object, Result, SimpleObject, Union,
    dataloader::{DataLoader, HashMapCache},
};
use graphql::Failure;
use ids::{HugId, UserId};

use super::input::SharedStreakKind;
use crate::{
    moments::{
        self, MomentId,
        graphql::{HugMoment, MomentLoader},
    },
    people::graphql::User,
    posts::{Post, Shared},
};

/// A mood entry, kept by `moods`.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub(crate) struct MoodEntry {
    /// Its id.
    id: ID,
}

/// A mood of the author's.
#[derive(SimpleObject)]
pub(crate) struct SharedMood {
    /// The entry, as far as the viewer may see it.
    mood: Option<MoodEntry>,
}

/// A hug that the author sent or received.
#[derive(Debug)]
pub(crate) struct SharedHug {
    hug_id: HugId,
    author: UserId,
}

/// A hug that the author sent or received.
#[Object]
impl SharedHug {
    /// The hug itself: for the two between whom it was, null for everybody else.
    async fn hug(&self, gql: &Context<'_>) -> Result<Option<HugMoment>> {
        let hug = self.load(gql).await?.and_then(|shared| shared.hug);
        Ok(hug.map(|id| HugMoment(MomentId::Hug(id))))
    }

    /// Whether the author sent it; otherwise they received it.
    async fn sent(&self, gql: &Context<'_>) -> Result<Option<bool>> {
        Ok(self.load(gql).await?.map(|shared| shared.sent))
    }

    /// Whom the author hugged, or by whom they were hugged. Null when that is not to be known.
    async fn with(&self, gql: &Context<'_>) -> Result<Option<User>> {
        Ok(self.load(gql).await?.and_then(|shared| shared.with).map(User))
    }
}

impl SharedHug {
    async fn load(&self, gql: &Context<'_>) -> Result<Option<moments::SharedHug>> {
        let hugs = gql.data::<DataLoader<MomentLoader, HashMapCache>>()?;
        hugs.load_one((self.hug_id, self.author)).await.map_err(Failure::internal)
    }
}

/// A streak of the author's, as long as it was when they shared it.
#[derive(SimpleObject)]
pub(crate) struct SharedStreak {
    /// What it counts.
    kind: SharedStreakKind,
    /// Days in a row.
    days: i32,
}

/// A badge of the author's.
#[derive(SimpleObject)]
pub(crate) struct SharedBadge {
    /// Its code in the catalogue.
    badge: String,
}

/// What can be shared.
#[derive(Union)]
pub(crate) enum Shareable {
    Mood(SharedMood),
    Hug(SharedHug),
    Streak(SharedStreak),
    Badge(SharedBadge),
}

impl Shareable {
    pub(super) fn of(post: &Post) -> Self {
        match &post.shared {
            Shared::Mood(id) => {
                Self::Mood(SharedMood { mood: Some(MoodEntry { id: id.to_string().into() }) })
            }
            Shared::Hug(id) => Self::Hug(SharedHug { hug_id: *id, author: post.author }),
            Shared::Streak { kind, days } => Self::Streak(SharedStreak { kind: (*kind).into(), days: *days }),
            Shared::Badge(badge) => Self::Badge(SharedBadge { badge: badge.clone() }),
        }
    }
}
