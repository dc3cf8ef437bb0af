//! What clients give to make a group hug, join it and change it.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};
use ids::HugTypeId;

use super::{GroupHugAudience, GroupHugScope, GroupHugState};
use crate::{
    group_hugs::{self, CreateGroupHug, GroupHugError, Listed, Scope, parse_invitees},
    hugs::HugError,
    text::Message,
};

/// A group hug to be made.
#[derive(Debug, InputObject)]
pub(crate) struct CreateGroupHugInput {
    /// The kind of hug, one of `hugTypes`.
    type_id: ID,
    /// A message of up to 500 characters, without the space around it.
    message: Option<String>,
    /// Who may see and join it, besides those who are invited.
    audience: GroupHugAudience,
    /// How many people may take part, the host among them: from 2 to 50.
    capacity: i32,
    /// When it opens: within 7 days; at once when nothing is given.
    opens_at: Option<DateTime<Utc>>,
    /// When it is over though nobody has completed it: within 24 hours of its opening, an hour after it when nothing is given.
    expires_at: Option<DateTime<Utc>>,
    /// Who is invited: up to 200 people.
    invitee_ids: Option<Vec<ID>>,
    /// The same key with the same input makes it once. Up to 255 characters, kept for 24 hours.
    idempotency_key: Option<String>,
}

impl TryFrom<CreateGroupHugInput> for CreateGroupHug {
    type Error = GroupHugError;

    fn try_from(input: CreateGroupHugInput) -> Result<Self, GroupHugError> {
        Ok(Self {
            type_id: HugTypeId::parse(&input.type_id).map_err(|_| HugError::TypeNotFound)?,
            message: Message::parse_optional(input.message.as_deref())?,
            audience: input.audience.into(),
            capacity: Self::parse_capacity(input.capacity)?,
            opens_at: input.opens_at,
            expires_at: input.expires_at,
            invitees: parse_invitees(&input.invitee_ids.unwrap_or_default())?,
            key: input.idempotency_key,
        })
    }
}

/// A group hug that the viewer joins.
#[derive(Debug, InputObject)]
pub(crate) struct JoinGroupHugInput {
    /// The group hug.
    pub(super) group_hug_id: ID,
}

/// A group hug that the viewer leaves.
#[derive(Debug, InputObject)]
pub(crate) struct LeaveGroupHugInput {
    /// The group hug.
    pub(super) group_hug_id: ID,
}

/// A group hug that the viewer, its host, starts.
#[derive(Debug, InputObject)]
pub(crate) struct StartGroupHugInput {
    /// The group hug.
    pub(super) group_hug_id: ID,
}

/// A group hug that the viewer, its host, completes.
#[derive(Debug, InputObject)]
pub(crate) struct CompleteGroupHugInput {
    /// The group hug.
    pub(super) group_hug_id: ID,
}

/// A group hug that the viewer, its host, cancels.
#[derive(Debug, InputObject)]
pub(crate) struct CancelGroupHugInput {
    /// The group hug.
    pub(super) group_hug_id: ID,
}

/// People whom the viewer, its host, invites to a group hug.
#[derive(Debug, InputObject)]
pub(crate) struct InviteToGroupHugInput {
    /// The group hug.
    pub(super) group_hug_id: ID,
    /// The people: up to 200 in all.
    pub(super) invitee_ids: Vec<ID>,
}

/// Which group hugs to list.
#[derive(Debug, Default, InputObject)]
pub(crate) struct GroupHugFilter {
    /// Whose; `ALL` when nothing is given.
    scope: Option<GroupHugScope>,
    /// Where they stand; those that are not over when nothing is given.
    states: Option<Vec<GroupHugState>>,
}

impl From<GroupHugFilter> for Listed {
    fn from(filter: GroupHugFilter) -> Self {
        use group_hugs::GroupHugState as State;
        let states = filter.states.map(|states| states.into_iter().map(State::from).collect());
        Self {
            scope: filter.scope.map_or(Scope::All, Scope::from),
            states: states.unwrap_or_else(|| vec![State::Scheduled, State::Open, State::Active]),
        }
    }
}
