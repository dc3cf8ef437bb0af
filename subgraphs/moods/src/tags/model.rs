//! Tags, and what can be done to them.

use std::fmt;

use ids::TagId;
use serde::{Deserialize, Serialize};

pub(crate) const MAX_TAG_CHARACTERS: usize = 40;
/// How many tags are merged into another at once.
pub(crate) const MAX_MERGED: usize = 50;

/// What a tag is called. It may say how somebody felt, and so doesn't show itself in logs.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TagName(String);

impl TagName {
    /// `None` for a text that is empty, too long, or has control characters.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().count() <= MAX_TAG_CHARACTERS;
        (fits && !text.contains(char::is_control)).then(|| Self(text.to_owned()))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// What two names are compared by: tags are the same whatever their case.
    pub(crate) fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    pub(crate) fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for TagName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TagName(…)")
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) id: TagId,
    pub(crate) name: TagName,
}

/// A tag, and how many entries have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UsedTag {
    pub(crate) tag: Tag,
    pub(crate) entries: i64,
}

/// Where a tag stands in its owner's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TagKey {
    pub(crate) folded_name: String,
    pub(crate) id: TagId,
}

impl pagination::Key for TagKey {
    const KIND: &'static str = "moodTags";
}

impl From<&Tag> for TagKey {
    fn from(tag: &Tag) -> Self {
        Self { folded_name: tag.name.folded(), id: tag.id }
    }
}

/// A tag to be made. Its JSON is what an idempotency key is compared by.
#[derive(Debug, Serialize)]
pub(crate) struct CreateTag {
    pub(crate) name: TagName,
    #[serde(skip)]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(Debug)]
pub(crate) struct RenameTag {
    pub(crate) id: TagId,
    pub(crate) name: TagName,
}

/// `from` are other than `into`, each once.
#[derive(Debug)]
pub(crate) struct MergeTags {
    pub(crate) from: Vec<TagId>,
    pub(crate) into: TagId,
}
