//! Group hugs as clients see them.

mod input;

use std::collections::HashMap;

use async_graphql::{
    Context, Enum, Error, ID, Object, Result, SimpleObject,
    dataloader::{DataLoader, Loader},
};
use chrono::{DateTime, Utc};
use graphql::{Connection, Failure, Refusal, UserError, connection, page_request, settle};
use ids::{GroupHugId, HugTypeId, UserId};
use input::{
    CancelGroupHugInput, CompleteGroupHugInput, CreateGroupHugInput, GroupHugFilter, InviteToGroupHugInput,
    JoinGroupHugInput, LeaveGroupHugInput, StartGroupHugInput,
};

use super::{GroupHugError, GroupHugPosition, Step, parse_invitees};
use crate::{
    batch::{Batch, BatchError},
    context::Ctx,
    hug_types::graphql::HugType,
    hugs::graphql::failure,
    users::graphql::User,
};

/// Who may see and join a group hug, besides those who are invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::hug_requests::Audience")]
pub(crate) enum GroupHugAudience {
    /// Everybody who is logged in.
    Public,
    /// The host's followers.
    Followers,
    /// Nobody else.
    Private,
}

/// Where a group hug stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "super::GroupHugState")]
pub(crate) enum GroupHugState {
    /// It opens at its time.
    Scheduled,
    /// It can be joined.
    Open,
    /// It goes on, and can be joined while there is room.
    Active,
    /// The host has completed it.
    Completed,
    /// Its time was over before anybody completed it.
    Expired,
    /// The host has cancelled it, or everybody has left.
    Cancelled,
}

/// Whose group hugs to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "super::Scope")]
pub(crate) enum GroupHugScope {
    /// All that the viewer may see.
    All,
    /// Those whose host the viewer is.
    Hosted,
    /// Those that the viewer takes part in.
    Joined,
    /// Those that the viewer is invited to.
    Invited,
}

/// A group hug as its viewer sees it.
#[derive(Debug, Clone)]
pub(crate) struct GroupHug(pub(crate) super::GroupHug);

/// A hug of several people at once. Who isn't among those it is meant for, or is in a blocked pair with somebody in it,
/// sees nothing of it.
#[Object]
impl GroupHug {
    /// Its id, `ghg_` and 32 hexadecimal digits.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Who steers it. Null for a participant who is in a blocked pair with them.
    #[graphql(provides = "username displayName")]
    async fn host(&self, gql: &Context<'_>) -> Result<Option<User>> {
        Ok(self.shows_host(gql).await?.then(|| User::new(self.0.host_id)))
    }

    /// What the host wrote, up to 500 characters. Null for a participant who is in a blocked pair with them.
    pub(crate) async fn message(&self, gql: &Context<'_>) -> Result<Option<String>> {
        let shown = self.0.message.is_some() && self.shows_host(gql).await?;
        Ok(self.0.message.clone().filter(|_| shown))
    }

    /// The kind of hug.
    #[graphql(name = "type")]
    async fn hug_type(&self, gql: &Context<'_>) -> Result<HugType> {
        let types = gql.data::<DataLoader<Batch>>()?;
        let found = types.load_one::<HugTypeId>(self.0.type_id).await.map_err(Failure::internal)?;
        found.map(HugType::from).ok_or_else(|| Failure::internal("a group hug has a type that isn't there"))
    }

    /// Who may see and join it, besides those who are invited.
    async fn audience(&self) -> GroupHugAudience {
        self.0.audience.into()
    }

    /// Where it stands.
    async fn state(&self, gql: &Context<'_>) -> Result<GroupHugState> {
        Ok(self.0.state_at(gql.data::<Ctx>()?.now()).into())
    }

    /// How many people may take part, the host among them.
    async fn capacity(&self) -> i32 {
        self.0.capacity
    }

    /// Who takes part, those first who have for longest; without people in a blocked pair with the viewer.
    #[graphql(provides = "username displayName")]
    async fn participants(&self, gql: &Context<'_>) -> Result<Vec<User>> {
        Ok(self.people(gql).await?.into_iter().map(User::new).collect())
    }

    /// How many people take part, without people in a blocked pair with the viewer.
    async fn participant_count(&self, gql: &Context<'_>) -> Result<i32> {
        Ok(i32::try_from(self.people(gql).await?.len()).unwrap_or(i32::MAX))
    }

    /// Whether the viewer takes part.
    async fn viewer_joined(&self, gql: &Context<'_>) -> Result<bool> {
        let viewer = gql.data::<Ctx>()?.viewer().map_err(|_| Failure::unauthenticated())?.user_id;
        Ok(self.people(gql).await?.contains(&viewer))
    }

    /// Who is invited. Empty for everybody but the host.
    #[graphql(provides = "username displayName")]
    async fn invitees(&self, gql: &Context<'_>) -> Result<Vec<User>> {
        let invitees = gql.data::<DataLoader<Batch>>()?;
        let invited = invitees.load_one(InviteesOf(self.0.id)).await.map_err(Failure::internal)?;
        Ok(invited.unwrap_or_default().into_iter().map(User::new).collect())
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was made, under the name that all moments share.
    pub(crate) async fn at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it opens, or opened.
    async fn opens_at(&self) -> DateTime<Utc> {
        self.0.opens_at
    }

    /// When the host started it.
    async fn started_at(&self) -> Option<DateTime<Utc>> {
        self.0.started_at
    }

    /// When it is over though nobody has completed it.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// When it was completed or cancelled, or found to have expired.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }
}

impl GroupHug {
    /// Whether the viewer isn't in a blocked pair with the host, whether or not the host still takes part.
    async fn shows_host(&self, gql: &Context<'_>) -> Result<bool> {
        let people = gql.data::<DataLoader<Batch>>()?;
        let shown = people.load_one(Host(self.0.host_id)).await.map_err(Failure::internal)?;
        Ok(shown.is_some())
    }

    async fn people(&self, gql: &Context<'_>) -> Result<Vec<UserId>> {
        let people = gql.data::<DataLoader<Batch>>()?;
        let found = people.load_one(ParticipantsOf(self.0.id)).await.map_err(Failure::internal)?;
        Ok(found.unwrap_or_default())
    }
}

/// The group hug, or why nothing was done.
#[derive(SimpleObject)]
pub(crate) struct GroupHugPayload {
    /// The group hug as it is now; null when there are errors.
    group_hug: Option<GroupHug>,
    /// What the user can mend.
    errors: Vec<UserError>,
}

fn payload(result: Result<super::GroupHug, GroupHugError>) -> Result<GroupHugPayload> {
    let (group_hug, errors) = settle(result)?;
    Ok(GroupHugPayload { group_hug: group_hug.map(GroupHug), errors })
}

#[derive(Debug, Default)]
pub(crate) struct GroupHugQuery;

#[Object]
impl GroupHugQuery {
    /// A group hug that the viewer may see; null when there is none of that id.
    async fn group_hug(&self, gql: &Context<'_>, id: ID) -> Result<Option<GroupHug>> {
        let found = super::visible_one(gql.data::<Ctx>()?, &id).await.map_err(Failure::internal)?;
        Ok(found.map(GroupHug))
    }

    #[graphql(entity)]
    async fn find_group_hug_by_id(&self, gql: &Context<'_>, id: ID) -> Result<Option<GroupHug>> {
        let Ok(id) = GroupHugId::try_from(&id) else {
            return Ok(None);
        };
        let groups = gql.data::<DataLoader<Batch>>()?;
        Ok(groups.load_one(id).await.map_err(Failure::internal)?.map(GroupHug))
    }

    /// Group hugs, those first that were made last; null, with an error, when nobody is logged in.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn group_hugs(
        &self,
        gql: &Context<'_>,
        #[graphql(
            desc = "Which of them; those that the viewer may see and that are not over when nothing is given."
        )]
        filter: Option<GroupHugFilter>,
        #[graphql(desc = "How many from the start: up to 100, 20 when no size is given.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: up to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<GroupHug>>> {
        let page = page_request(first, after, last, before)?;
        let listed = filter.unwrap_or_default().into();
        let groups = super::page(gql.data::<Ctx>()?, &listed, page).await.map_err(group_failure)?;
        Ok(Some(connection(groups, GroupHugPosition::of, GroupHug)))
    }
}

#[derive(Debug, Default)]
pub(crate) struct GroupHugMutation;

#[Object]
impl GroupHugMutation {
    /// Makes a group hug, whose host the viewer is. Refused with `HUG_TYPE_NOT_FOUND`, `MESSAGE_TOO_LONG`,
    /// `CAPACITY_OUT_OF_RANGE`, `OPENING_OUT_OF_RANGE`, `EXPIRY_OUT_OF_RANGE`, `INVITEE_COUNT_OUT_OF_RANGE`,
    /// `INVITEE_NOT_ALLOWED`, `RATE_LIMITED` (20 an hour), `IDEMPOTENCY_KEY_REUSED` or `IDEMPOTENCY_KEY_MALFORMED`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn create_group_hug(
        &self,
        gql: &Context<'_>,
        input: CreateGroupHugInput,
    ) -> Result<GroupHugPayload> {
        let ctx = gql.data::<Ctx>()?;
        let creating = async { super::create(ctx, input.try_into()?).await };
        payload(creating.await)
    }

    /// Joins a group hug. Joining again changes nothing. Refused with `GROUP_HUG_NOT_FOUND`, `GROUP_HUG_NOT_OPEN`,
    /// `GROUP_FULL` or `GROUP_HUG_ENDED`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn join_group_hug(&self, gql: &Context<'_>, input: JoinGroupHugInput) -> Result<GroupHugPayload> {
        payload(super::join(gql.data::<Ctx>()?, &input.group_hug_id).await)
    }

    /// Leaves a group hug. A host hands over to whoever has taken part for longest; once everybody has left, it is
    /// cancelled. Leaving again changes nothing. Refused with `GROUP_HUG_NOT_FOUND` or `GROUP_HUG_ENDED`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn leave_group_hug(&self, gql: &Context<'_>, input: LeaveGroupHugInput) -> Result<GroupHugPayload> {
        payload(super::leave(gql.data::<Ctx>()?, &input.group_hug_id).await)
    }

    /// Starts a group hug that the viewer hosts. Starting it again changes nothing. Refused with `GROUP_HUG_NOT_FOUND`,
    /// `NOT_GROUP_HOST`, `GROUP_HUG_NOT_OPEN`, `GROUP_TOO_SMALL` or `GROUP_HUG_ENDED`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn start_group_hug(&self, gql: &Context<'_>, input: StartGroupHugInput) -> Result<GroupHugPayload> {
        payload(super::steer(gql.data::<Ctx>()?, &input.group_hug_id, Step::Start).await)
    }

    /// Completes a group hug that the viewer hosts and has started. Completing it again changes nothing. Refused with
    /// `GROUP_HUG_NOT_FOUND`, `NOT_GROUP_HOST`, `GROUP_HUG_NOT_STARTED` or `GROUP_HUG_ENDED`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn complete_group_hug(
        &self,
        gql: &Context<'_>,
        input: CompleteGroupHugInput,
    ) -> Result<GroupHugPayload> {
        payload(super::steer(gql.data::<Ctx>()?, &input.group_hug_id, Step::Complete).await)
    }

    /// Cancels a group hug that the viewer hosts. Cancelling it again changes nothing. Refused with
    /// `GROUP_HUG_NOT_FOUND`, `NOT_GROUP_HOST` or `GROUP_HUG_ENDED`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn cancel_group_hug(
        &self,
        gql: &Context<'_>,
        input: CancelGroupHugInput,
    ) -> Result<GroupHugPayload> {
        payload(super::steer(gql.data::<Ctx>()?, &input.group_hug_id, Step::Cancel).await)
    }

    /// Invites people to a group hug that the viewer hosts. Refused with `GROUP_HUG_NOT_FOUND`, `NOT_GROUP_HOST`,
    /// `INVITEE_COUNT_OUT_OF_RANGE`, `INVITEE_NOT_ALLOWED` or `GROUP_HUG_ENDED`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn invite_to_group_hug(
        &self,
        gql: &Context<'_>,
        input: InviteToGroupHugInput,
    ) -> Result<GroupHugPayload> {
        let ctx = gql.data::<Ctx>()?;
        let inviting = async {
            let people = parse_invitees(&input.invitee_ids)?;
            super::invite(ctx, &input.group_hug_id, &people).await
        };
        payload(inviting.await)
    }
}

impl Refusal for GroupHugError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let message = self.to_string();
        let (code, path): (_, &[&str]) = match self {
            Self::NotFound => ("GROUP_HUG_NOT_FOUND", &["input", "groupHugId"]),
            Self::CapacityOutOfRange => ("CAPACITY_OUT_OF_RANGE", &["input", "capacity"]),
            Self::OpeningOutOfRange => ("OPENING_OUT_OF_RANGE", &["input", "opensAt"]),
            Self::ExpiryOutOfRange => ("EXPIRY_OUT_OF_RANGE", &["input", "expiresAt"]),
            Self::TooManyInvitees => ("INVITEE_COUNT_OUT_OF_RANGE", &["input", "inviteeIds"]),
            Self::InviteeNotAllowed { index } => {
                let path = ["input", "inviteeIds", &index.to_string()];
                return Ok(UserError::new("INVITEE_NOT_ALLOWED", message, &path));
            }
            Self::TooManyGroupHugs { wait } => return Ok(UserError::rate_limited(self.to_string(), wait)),
            Self::Full => ("GROUP_FULL", &["input", "groupHugId"]),
            Self::NotOpen => ("GROUP_HUG_NOT_OPEN", &["input", "groupHugId"]),
            Self::Ended => ("GROUP_HUG_ENDED", &["input", "groupHugId"]),
            Self::NotHost => ("NOT_GROUP_HOST", &["input", "groupHugId"]),
            Self::TooFew => ("GROUP_TOO_SMALL", &["input", "groupHugId"]),
            Self::NotStarted => ("GROUP_HUG_NOT_STARTED", &["input", "groupHugId"]),
            Self::Hug(error) => return error.into_user_error(),
        };
        Ok(UserError::new(code, message, path))
    }
}

/// A list has no payload to carry a refusal.
fn group_failure(error: GroupHugError) -> Error {
    match error {
        GroupHugError::Hug(error) => failure(error),
        other => Failure::internal(other),
    }
}

impl Loader<GroupHugId> for Batch {
    type Value = super::GroupHug;
    type Error = BatchError;

    async fn load(&self, ids: &[GroupHugId]) -> Result<HashMap<GroupHugId, super::GroupHug>, BatchError> {
        let found = super::visible(&self.0, ids).await?;
        Ok(found.into_iter().map(|group| (group.id, group)).collect())
    }
}

/// Whoever hosts a group hug that is shown, if the viewer isn't in a blocked pair with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Host(UserId);

impl Loader<Host> for Batch {
    type Value = ();
    type Error = BatchError;

    async fn load(&self, keys: &[Host]) -> Result<HashMap<Host, ()>, BatchError> {
        let hosts: Vec<_> = keys.iter().map(|key| key.0).collect();
        let hidden = super::hidden(&self.0, &hosts).await?;
        Ok(keys.iter().filter(|key| !hidden.contains(&key.0)).map(|key| (*key, ())).collect())
    }
}

/// Who takes part in a group hug, as a key of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ParticipantsOf(GroupHugId);

impl Loader<ParticipantsOf> for Batch {
    type Value = Vec<UserId>;
    type Error = BatchError;

    async fn load(
        &self,
        keys: &[ParticipantsOf],
    ) -> Result<HashMap<ParticipantsOf, Vec<UserId>>, BatchError> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let people = super::participants(&self.0, &ids).await?;
        Ok(people.into_iter().map(|(group, people)| (ParticipantsOf(group), people)).collect())
    }
}

/// Who is invited to a group hug, as a key of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct InviteesOf(GroupHugId);

impl Loader<InviteesOf> for Batch {
    type Value = Vec<UserId>;
    type Error = BatchError;

    async fn load(&self, keys: &[InviteesOf]) -> Result<HashMap<InviteesOf, Vec<UserId>>, BatchError> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let people = super::invitees(&self.0, &ids).await?;
        Ok(people.into_iter().map(|(group, people)| (InviteesOf(group), people)).collect())
    }
}
