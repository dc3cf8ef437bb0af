//! Tags as GraphQL.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use graphql::{Failure, Refusal, UserError};
use ids::TagId;

use super::{
    error::TagError,
    model::{CreateTag, MAX_MERGED, MergeTags, RenameTag, TagName, UsedTag},
};
use crate::context::Ctx;

/// A word that somebody tags their moods with.
#[derive(Debug, SimpleObject)]
pub(crate) struct MoodTag {
    /// Which tag this is.
    id: ID,
    /// What it is called, as it was first written or last renamed; 1 to 40 characters.
    name: String,
    /// How many moods have it.
    entries: i32,
}

impl From<UsedTag> for MoodTag {
    fn from(used: UsedTag) -> Self {
        Self {
            id: used.tag.id.to_string().into(),
            name: used.tag.name.text().to_owned(),
            entries: i32::try_from(used.entries).unwrap_or(i32::MAX),
        }
    }
}

/// A tag to make.
#[derive(Debug, InputObject)]
struct CreateMoodTagInput {
    /// What it is called, 1 to 40 characters; the owner's tags differ by more than their case.
    name: String,
    /// Makes sending this twice the same as sending it once, for 24 hours; 1 to 255 characters.
    idempotency_key: Option<String>,
}

/// What a tag is to be called.
#[derive(Debug, InputObject)]
struct RenameMoodTagInput {
    /// Which tag.
    id: ID,
    /// Its new name, 1 to 40 characters.
    name: String,
}

/// Tags that become one.
#[derive(Debug, InputObject)]
struct MergeMoodTagsInput {
    /// The tags that go, 1 to 50; moods that have any of them get the other.
    from: Vec<ID>,
    /// The tag that they become.
    into: ID,
}

/// Which tag goes.
#[derive(Debug, InputObject)]
struct DeleteMoodTagInput {
    /// Which tag; moods that have it stay, without it.
    id: ID,
}

/// What came of making or changing a tag.
#[derive(Debug, SimpleObject)]
struct MoodTagPayload {
    /// The tag as it is now, unless it was refused.
    tag: Option<MoodTag>,
    /// Why it was refused; empty when it was not.
    errors: Vec<UserError>,
}

impl MoodTagPayload {
    fn of(outcome: Result<UsedTag, TagError>) -> Result<Self> {
        let (tag, errors) = graphql::settle(outcome)?;
        Ok(Self { tag: tag.map(MoodTag::from), errors })
    }
}

/// What came of `deleteMoodTag`.
#[derive(Debug, SimpleObject)]
struct DeleteMoodTagPayload {
    /// The tag that is gone, unless it was refused.
    deleted_id: Option<ID>,
    /// Why it was refused; empty when it was not.
    errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub(crate) struct TagMutation;

#[Object]
impl TagMutation {
    /// Makes a tag of the viewer's that no mood has yet. Logging a mood with a tag that isn't there makes it, too.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn create_mood_tag(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The tag.")] input: CreateMoodTagInput,
    ) -> Result<MoodTagPayload> {
        MoodTagPayload::of(match TagName::parse(&input.name) {
            Some(name) => {
                let command = CreateTag { name, idempotency_key: input.idempotency_key };
                super::create(gql.data::<Ctx>()?, command).await
            }
            None => Err(TagError::NameInvalid),
        })
    }

    /// Calls a tag of the viewer's something else, in every mood that has it.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn rename_mood_tag(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which tag, and its name.")] input: RenameMoodTagInput,
    ) -> Result<MoodTagPayload> {
        MoodTagPayload::of(match input.parse() {
            Ok(command) => super::rename(gql.data::<Ctx>()?, command).await,
            Err(error) => Err(error),
        })
    }

    /// Makes one tag of several of the viewer's, in every mood that has any of them.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn merge_mood_tags(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which tags become which.")] input: MergeMoodTagsInput,
    ) -> Result<MoodTagPayload> {
        MoodTagPayload::of(match input.parse() {
            Ok(command) => super::merge(gql.data::<Ctx>()?, command).await,
            Err(error) => Err(error),
        })
    }

    /// Takes a tag of the viewer's away from every mood that has it.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn delete_mood_tag(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which tag.")] input: DeleteMoodTagInput,
    ) -> Result<DeleteMoodTagPayload> {
        let deleted = match tag_id(&input.id) {
            Ok(id) => super::delete(gql.data::<Ctx>()?, id).await,
            Err(error) => Err(error),
        };
        let (deleted_id, errors) = graphql::settle(deleted)?;
        Ok(DeleteMoodTagPayload { deleted_id: deleted_id.map(|id| id.to_string().into()), errors })
    }
}

impl RenameMoodTagInput {
    fn parse(self) -> Result<RenameTag, TagError> {
        let name = TagName::parse(&self.name).ok_or(TagError::NameInvalid)?;
        Ok(RenameTag { id: tag_id(&self.id)?, name })
    }
}

impl MergeMoodTagsInput {
    fn parse(self) -> Result<MergeTags, TagError> {
        let into = tag_id(&self.into).map_err(TagError::of_target)?;
        let mut from = Vec::new();
        for (index, id) in self.from.iter().enumerate() {
            let id = tag_id(id).map_err(|_| TagError::SourceMissing { index })?;
            if !from.contains(&id) {
                from.push(id);
            }
        }
        if from.is_empty() || from.len() > MAX_MERGED || from.contains(&into) {
            return Err(TagError::MergeInvalid);
        }
        Ok(MergeTags { from, into })
    }
}

/// An id that is none of ours is as missing as a tag that never was.
fn tag_id(id: &ID) -> Result<TagId, TagError> {
    TagId::try_from(id).map_err(|_| TagError::Missing)
}

impl Refusal for TagError {
    fn into_user_error(self) -> Result<UserError> {
        let message = self.to_string();
        match self {
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::NameInvalid => Ok(UserError::new("TAG_INVALID", message, &["input", "name"])),
            Self::NameTaken => Ok(UserError::new("TAG_NAME_TAKEN", message, &["input", "name"])),
            Self::Missing => Ok(UserError::new("TAG_NOT_FOUND", message, &["input", "id"])),
            Self::TargetMissing => Ok(UserError::new("TAG_NOT_FOUND", message, &["input", "into"])),
            Self::SourceMissing { index } => {
                Ok(UserError::new("TAG_NOT_FOUND", message, &["input", "from", &index.to_string()]))
            }
            Self::MergeInvalid => Ok(UserError::new("MERGE_INVALID", message, &["input", "from"])),
            Self::Idempotency(error) => error.into_user_error(),
            Self::Store(error) => Err(Failure::internal(error)),
        }
    }
}
