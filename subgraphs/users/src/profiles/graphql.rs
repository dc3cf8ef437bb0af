//! People in the schema.

mod update;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    ComplexObject, Context, ID, Interface, Object, Result, SimpleObject,
    dataloader::{DataLoader, Loader},
};
use chrono::{DateTime, Utc};
use graphql::{Connection, Failure, TimeZone, connection, page_request};
use ids::{AvatarId, UserId};

pub(crate) use self::update::ProfileMutation;

use crate::{
    avatars::graphql::Avatar,
    badges::graphql::{AwardedBadge, AwardsKey},
    context::Ctx,
    presence::graphql::{PresenceStatus, SeenKey},
    profiles::{self, Found, Profile},
    settings::graphql::{HugPolicy, Settings, SettingsKey},
    store::StoreError,
    usernames::Username,
};

/// The width and height of a picture when nothing is said, in pixels.
const USUAL_SIZE: i32 = 128;

/// Loads what a request asks for many times over, on behalf of its caller.
pub(crate) struct Batch(pub(crate) Ctx);

/// An error as data loaders want it: one for all who asked.
pub(crate) type BatchError = Arc<StoreError>;

impl Loader<UserId> for Batch {
    type Value = Profile;
    type Error = BatchError;

    async fn load(&self, ids: &[UserId]) -> Result<HashMap<UserId, Profile>, BatchError> {
        profiles::by_ids(&self.0, ids).await.map_err(Arc::new)
    }
}

impl Loader<Username> for Batch {
    type Value = Profile;
    type Error = BatchError;

    async fn load(&self, names: &[Username]) -> Result<HashMap<Username, Profile>, BatchError> {
        profiles::by_usernames(&self.0, names).await.map_err(Arc::new)
    }
}

/// A person. Somebody who blocks the viewer, or whom the viewer blocks, is as if they didn't exist.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct User {
    #[graphql(skip)]
    user_id: UserId,
    #[graphql(skip)]
    avatar_id: Option<AvatarId>,
    /// Stays the same for as long as the account lives.
    id: ID,
    /// The name by which the person is found and mentioned: 2 to 30 characters, lower case, unique.
    username: Option<String>,
    /// The name for people to read: 1 to 50 characters.
    display_name: Option<String>,
    /// What the person says about themselves: up to 500 characters.
    bio: Option<String>,
    /// How the person is spoken of: up to 40 characters.
    pronouns: Option<String>,
    /// When the account was made.
    joined_at: Option<DateTime<Utc>>,
}

impl From<Profile> for User {
    fn from(profile: Profile) -> Self {
        Self {
            user_id: profile.user_id,
            avatar_id: profile.avatar_id,
            id: profile.user_id.into_id(),
            username: Some(profile.username),
            display_name: Some(profile.display_name),
            bio: profile.bio,
            pronouns: profile.pronouns,
            joined_at: Some(profile.joined_at),
        }
    }
}

/// An id as clients see it.
trait IntoId {
    fn into_id(self) -> ID;
}

impl IntoId for UserId {
    fn into_id(self) -> ID {
        ID(self.to_string())
    }
}

#[ComplexObject]
impl User {
    /// What the person looks like; null when they don't say.
    async fn avatar(
        &self,
        gql: &Context<'_>,
        #[graphql(
            desc = "How many pixels wide and high it is to be shown; what is given is that large or the next larger size, 512 at \
                          most. For 128, when nothing is said."
        )]
        size: Option<i32>,
    ) -> Result<Option<Avatar>> {
        let pictures = gql.data::<Ctx>()?.pictures();
        Ok(self.avatar_id.map(|id| Avatar::of(pictures, id, size.unwrap_or(USUAL_SIZE))))
    }

    /// The badges that the person has, the first one first.
    async fn badges(&self, gql: &Context<'_>) -> Result<Option<Vec<AwardedBadge>>> {
        let awards = batch(gql)?.load_one(AwardsKey(self.user_id)).await.map_err(Failure::internal)?;
        Ok(awards.map(|awards| awards.into_iter().map(AwardedBadge::from).collect()))
    }

    /// What the person has set; only for themselves.
    #[graphql(tag = "personal")]
    async fn settings(&self, gql: &Context<'_>) -> Result<Option<Settings>> {
        if gql.data::<Ctx>()?.viewer_id() != Some(self.user_id) {
            return Ok(None);
        }
        Ok(self.all_settings(gql).await?.map(Settings::from))
    }

    /// Whether the person is there now; null when they don't show it to the viewer.
    async fn presence(&self, gql: &Context<'_>) -> Result<Option<PresenceStatus>> {
        let seen = batch(gql)?.load_one(SeenKey(self.user_id)).await.map_err(Failure::internal)?;
        Ok(seen.and_then(|seen| seen.status).map(PresenceStatus::from))
    }

    /// When the person was last there; null when they don't show it to the viewer, or never were.
    async fn last_seen_at(&self, gql: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let seen = batch(gql)?.load_one(SeenKey(self.user_id)).await.map_err(Failure::internal)?;
        Ok(seen.and_then(|seen| seen.last_seen_at))
    }

    /// The zone in which the person's days are counted.
    #[graphql(inaccessible, tag = "personal")]
    async fn timezone(&self, gql: &Context<'_>) -> Result<Option<TimeZone>> {
        Ok(self.all_settings(gql).await?.map(|settings| settings.calendar.zone.into()))
    }

    /// The hour at which the person's days start, 0 to 23.
    #[graphql(inaccessible, tag = "personal")]
    async fn day_start_hour(&self, gql: &Context<'_>) -> Result<Option<i32>> {
        Ok(self.all_settings(gql).await?.map(|settings| settings.calendar.day_start.hour().into()))
    }

    /// What happens to hugs from each kind of sender.
    #[graphql(inaccessible, tag = "personal")]
    async fn hug_policy(&self, gql: &Context<'_>) -> Result<Option<HugPolicy>> {
        Ok(self.all_settings(gql).await?.map(|settings| settings.hug_policy.into()))
    }
}

impl User {
    async fn all_settings(&self, gql: &Context<'_>) -> Result<Option<crate::settings::Settings>> {
        batch(gql)?.load_one(SettingsKey(self.user_id)).await.map_err(Failure::internal)
    }
}

fn batch<'a>(gql: &Context<'a>) -> Result<&'a DataLoader<Batch>> {
    gql.data::<DataLoader<Batch>>()
}

pub(crate) async fn load_user(gql: &Context<'_>, id: &ID) -> Result<Option<User>> {
    let Ok(id) = UserId::try_from(id) else {
        return Ok(None);
    };
    let profile = batch(gql)?.load_one(id).await.map_err(Failure::internal)?;
    Ok(profile.map(User::from))
}

async fn load_user_named(gql: &Context<'_>, username: &str) -> Result<Option<User>> {
    let Ok(name) = Username::parse(username) else {
        return Ok(None);
    };
    let profile = batch(gql)?.load_one(name).await.map_err(Failure::internal)?;
    Ok(profile.map(User::from))
}

/// Something that has an id of its own.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "&ID", desc = "Stays the same for as long as the thing lives."))]
enum Node {
    User(User),
}

#[derive(Default)]
pub(crate) struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// The viewer; null when nobody is logged in.
    async fn me(&self, gql: &Context<'_>) -> Result<Option<User>> {
        let Some(viewer) = gql.data::<Ctx>()?.viewer_id() else {
            return Ok(None);
        };
        load_user(gql, &viewer.into_id()).await
    }

    /// A person by id or by username (one of the two); null when there is nobody whom the viewer may see.
    async fn user(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The person's id.")] id: Option<ID>,
        #[graphql(desc = "The person's username, in any case.")] username: Option<String>,
    ) -> Result<Option<User>> {
        match (id, username) {
            (Some(id), None) => load_user(gql, &id).await,
            (None, Some(username)) => load_user_named(gql, &username).await,
            _ => Err(Failure::BadUserInput.error("give either `id` or `username`")),
        }
    }

    /// Whatever has an id that this service knows: a person; null when there is nothing that the viewer may see.
    async fn node(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The id, as it was given.")] id: ID,
    ) -> Result<Option<Node>> {
        Ok(load_user(gql, &id).await?.map(Node::User))
    }

    /// People whose username, display name or a word of it begins with a text, in the order of what was found;
    /// null, with an error, when nobody is logged in.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn users(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The start of a name, in any case; a leading @ is ignored.")] search: String,
        #[graphql(desc = "How many to return, 0 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Result<Option<Connection<User>>> {
        let ctx = gql.data::<Ctx>()?;
        let viewer = ctx.viewer_id().ok_or_else(Failure::unauthenticated)?;
        let page = page_request::<Found>(first, after, None, None)?;
        let found = profiles::search(ctx, viewer, &search, &page).await.map_err(Failure::internal)?;
        Ok(Some(connection(found, |(key, _)| key.clone(), |(_, profile)| User::from(profile))))
    }

    #[graphql(entity)]
    async fn user_by_id(&self, gql: &Context<'_>, id: ID) -> Result<Option<User>> {
        load_user(gql, &id).await
    }

    #[graphql(entity)]
    async fn user_by_username(&self, gql: &Context<'_>, username: String) -> Result<Option<User>> {
        load_user_named(gql, &username).await
    }
}
