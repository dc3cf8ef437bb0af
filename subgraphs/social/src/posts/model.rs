//! What a post is, and how widely it is shown.

use chrono::{DateTime, Utc};
use events::{moods::MoodVisibility, social::PostVisibility, streaks::StreakKind};
use ids::{HugId, MoodId, PostId, UserId};
use pagination::Key;
use serde::{Deserialize, Serialize};

/// The longest text of a post, in characters.
pub(crate) const MAX_TEXT_LENGTH: usize = 500;

/// Who may see something, from the fewest to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Visibility {
    /// Its author alone.
    Private,
    Followers,
    Public,
}

impl Visibility {
    /// How it is stored: the wider, the greater.
    pub(crate) fn rank(self) -> i16 {
        match self {
            Self::Private => 0,
            Self::Followers => 1,
            Self::Public => 2,
        }
    }

    /// What isn't a rank is the narrowest.
    pub(crate) fn of_rank(rank: i16) -> Self {
        match rank {
            2 => Self::Public,
            1 => Self::Followers,
            _ => Self::Private,
        }
    }
}

impl From<MoodVisibility> for Visibility {
    fn from(visibility: MoodVisibility) -> Self {
        match visibility {
            MoodVisibility::Private => Self::Private,
            MoodVisibility::Followers => Self::Followers,
            MoodVisibility::Public => Self::Public,
        }
    }
}

impl From<Visibility> for PostVisibility {
    fn from(visibility: Visibility) -> Self {
        match visibility {
            Visibility::Private => Self::Private,
            Visibility::Followers => Self::Followers,
            Visibility::Public => Self::Public,
        }
    }
}

/// What somebody wants to share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum Share {
    Mood(MoodId),
    Hug(HugId),
    Streak(StreakKind),
    Badge(String),
}

/// What is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Shared {
    Mood(MoodId),
    Hug(HugId),
    /// As long as it was when it was shared.
    Streak {
        kind: StreakKind,
        days: i32,
    },
    /// By its code.
    Badge(String),
}

/// The words of a post: trimmed, at most 500 characters, without control characters other than line breaks and tabs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Text(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a text has at most {MAX_TEXT_LENGTH} characters")]
pub(crate) struct TextTooLong;

impl Text {
    /// `None` when nothing is left of it. Control characters are dropped: databases and terminals choke on them.
    pub(crate) fn parse(text: Option<&str>) -> Result<Option<Self>, TextTooLong> {
        let is_printable = |character: &char| !character.is_control() || matches!(character, '\n' | '\t');
        let clean: String = text.unwrap_or_default().chars().filter(is_printable).collect();
        let trimmed = clean.trim();
        if trimmed.chars().count() > MAX_TEXT_LENGTH {
            return Err(TextTooLong);
        }
        Ok((!trimmed.is_empty()).then(|| Self(trimmed.to_owned())))
    }

    /// A text that was parsed before it was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// A post to be made.
#[derive(Debug, Clone)]
pub(crate) struct NewPost {
    pub(crate) share: Share,
    pub(crate) text: Option<Text>,
    pub(crate) visibility: Visibility,
    pub(crate) idempotency_key: Option<String>,
}

impl NewPost {
    /// What has to be the same when the same key comes again.
    pub(crate) fn input(&self) -> impl Serialize + '_ {
        (&self.share, &self.text, self.visibility)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Post {
    pub(crate) id: PostId,
    pub(crate) author: UserId,
    pub(crate) text: Option<Text>,
    /// What the author chose. Whoever sees less of what it shares doesn't see the post.
    pub(crate) visibility: Visibility,
    pub(crate) shared: Shared,
    pub(crate) created_at: DateTime<Utc>,
}

/// Where a post stands in a list.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Position(pub(crate) PostId);

impl Key for Position {
    const KIND: &'static str = "post";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_trimmed_and_counted_in_characters() {
        let longest = "🤗".repeat(MAX_TEXT_LENGTH);
        assert_eq!(Text::parse(Some(&format!("  {longest}\n"))), Ok(Some(Text(longest.clone()))));
        assert_eq!(Text::parse(Some(&format!("{longest}!"))), Err(TextTooLong));
        assert_eq!(Text::parse(Some(" \n\t\u{0}")), Ok(None));
    }

    #[test]
    fn ranks_are_in_the_order_of_visibilities() {
        let all = [Visibility::Private, Visibility::Followers, Visibility::Public];
        assert!(all.is_sorted());
        assert_eq!(all.map(|visibility| Visibility::of_rank(visibility.rank())), all);
    }

    proptest! {
        #[test]
        fn what_was_parsed_once_parses_to_itself(text in ".{0,600}") {
            if let Ok(Some(text)) = Text::parse(Some(&text)) {
                prop_assert_eq!(Text::parse(Some(&text.0)), Ok(Some(text)));
            }
        }
    }
}
