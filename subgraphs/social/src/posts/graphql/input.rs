//! What clients say of posts.

use async_graphql::{Enum, ID, InputObject, Result};
use events::streaks::StreakKind;
use graphql::parse_id;

use crate::posts::{NewPost, PostError, Share, Text, Visibility};

/// Who may see a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum PostVisibility {
    /// Everybody, signed in or not.
    Public,
    /// The author's followers.
    Followers,
    /// The author alone.
    Private,
}

impl From<PostVisibility> for Visibility {
    fn from(visibility: PostVisibility) -> Self {
        match visibility {
            PostVisibility::Public => Self::Public,
            PostVisibility::Followers => Self::Followers,
            PostVisibility::Private => Self::Private,
        }
    }
}

impl From<Visibility> for PostVisibility {
    fn from(visibility: Visibility) -> Self {
        match visibility {
            Visibility::Public => Self::Public,
            Visibility::Followers => Self::Followers,
            Visibility::Private => Self::Private,
        }
    }
}

/// What a shared streak counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum SharedStreakKind {
    /// Days with a mood.
    MoodLogging,
    /// Days with a hug.
    Hugging,
    /// Days on which somebody looked in.
    CheckIn,
}

impl From<SharedStreakKind> for StreakKind {
    fn from(kind: SharedStreakKind) -> Self {
        match kind {
            SharedStreakKind::MoodLogging => Self::MoodLogging,
            SharedStreakKind::Hugging => Self::Hugging,
            SharedStreakKind::CheckIn => Self::CheckIn,
        }
    }
}

impl From<StreakKind> for SharedStreakKind {
    fn from(kind: StreakKind) -> Self {
        match kind {
            StreakKind::MoodLogging => Self::MoodLogging,
            StreakKind::Hugging => Self::Hugging,
            StreakKind::CheckIn => Self::CheckIn,
        }
    }
}

/// What to share, with whom: exactly one of a mood, a hug, a streak and a badge.
#[derive(Debug, InputObject)]
pub(crate) struct CreatePostInput {
    /// A mood of the viewer's own.
    mood_id: Option<ID>,
    /// A hug that the viewer sent, under their name, or received; not one that came back for one without their name.
    hug_id: Option<ID>,
    /// A streak of the viewer's, as long as it is now.
    streak: Option<SharedStreakKind>,
    /// A badge that the viewer has, by its code.
    badge: Option<String>,
    /// Up to 500 characters, without the space around them.
    text: Option<String>,
    /// Who may see it: not more people than what it shares.
    visibility: PostVisibility,
    /// 1 to 255 characters of the client's choice. The same key within 24 hours gives the same answer again.
    idempotency_key: Option<String>,
}

impl CreatePostInput {
    /// The outer error is a client's that can't write ids, the inner one a person's.
    pub(super) fn parse(self) -> Result<Result<NewPost, PostError>> {
        let share = match (self.mood_id, self.hug_id, self.streak, self.badge) {
            (Some(id), None, None, None) => Share::Mood(parse_id(&id)?),
            (None, Some(id), None, None) => Share::Hug(parse_id(&id)?),
            (None, None, Some(kind), None) => Share::Streak(kind.into()),
            (None, None, None, Some(badge)) => Share::Badge(badge),
            _ => return Ok(Err(PostError::NotOneThing)),
        };
        let text = match Text::parse(self.text.as_deref()) {
            Ok(text) => text,
            Err(error) => return Ok(Err(error.into())),
        };
        let (visibility, idempotency_key) = (self.visibility.into(), self.idempotency_key);
        Ok(Ok(NewPost { share, text, visibility, idempotency_key }))
    }
}

/// Which post to take back.
#[derive(Debug, InputObject)]
pub(crate) struct DeletePostInput {
    /// The post, one of the viewer's.
    pub(super) id: ID,
}

/// Which post to show to whom.
#[derive(Debug, InputObject)]
pub(crate) struct UpdatePostVisibilityInput {
    /// The post, one of the viewer's.
    pub(super) id: ID,
    /// Who may see it from now on.
    pub(super) visibility: PostVisibility,
}
