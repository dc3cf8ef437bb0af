//! Who may see which group hug, and whom in it.
//!
//! Who takes part always sees it. Everybody else sees it when it is meant for them and nobody in it is in a blocked pair
//! with them; for them it is otherwise missing, so that a blocked pair never meet in one.

use database::keyset::{self, Shown};
use pagination::PageRequest;
use sea_orm::{Condition, QueryTrait as _, sea_query::SimpleExpr};

use super::{
    Audience, ColumnTrait, ConnectionTrait, DateTime, DbErr, EntityTrait, ExprTrait, GroupHug, GroupHugId,
    HashMap, Named, QueryFilter, QueryOrder, QuerySelect, UserId, Utc, from_row, group, invitation,
    participant,
};
use crate::group_hugs::{GroupHugPosition, Listed, Scope, model::OLDEST};

/// Those of the group hugs that `viewer` may see.
pub(in crate::group_hugs) async fn visible(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    ids: &[GroupHugId],
) -> Result<Vec<GroupHug>, DbErr> {
    let groups =
        group::Entity::find().filter(group::Column::Id.is_in(ids.iter().copied())).filter(visible_to(viewer));
    groups.all(connection).await?.into_iter().map(from_row).collect()
}

/// A page of the group hugs in `listed`, nearest first in the page's direction.
pub(in crate::group_hugs) async fn page(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    listed: &Listed,
    now: DateTime<Utc>,
    page: &PageRequest<GroupHugPosition>,
) -> Result<Vec<GroupHug>, DbErr> {
    let states = listed.states.iter().map(|state| state.name());
    let groups = group::Entity::find().filter(group::Column::State.is_in(states)).filter(visible_to(viewer));
    // Those that are not over are young: the rest needn't be gone through. A page that ends within them says it more closely, and
    // SQLite begins at one of the two.
    let over = listed.states.iter().any(|state| state.is_end());
    let within = page.before.as_ref().is_some_and(|before| before.at > now - OLDEST);
    let groups =
        if over || within { groups } else { groups.filter(group::Column::CreatedAt.gt(now - OLDEST)) };
    let groups = match listed.scope {
        Scope::All => groups,
        Scope::Hosted => groups.filter(group::Column::HostId.eq(viewer)),
        Scope::Joined => groups.filter(joined_by(viewer)),
        Scope::Invited => groups.filter(inviting(viewer)),
    };
    let columns = [group::Column::CreatedAt, group::Column::Id];
    let values = |position: &GroupHugPosition| vec![position.at.into(), position.id.into()];
    let rows = keyset::page(groups, page, Shown::NewestFirst, &columns, values).all(connection).await?;
    rows.into_iter().map(from_row).collect()
}

/// Who takes part in each of the group hugs, as far as `viewer` may know, those first who have for longest.
pub(in crate::group_hugs) async fn shown_participants(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    ids: &[GroupHugId],
) -> Result<HashMap<GroupHugId, Vec<UserId>>, DbErr> {
    let rows = participant::Entity::find()
        .filter(participant::Column::GroupHugId.is_in(ids.iter().copied()))
        .filter(relationships::not_blocked_with(viewer, (participant::Entity, participant::Column::PersonId)))
        .order_by_asc(participant::Column::JoinedAt)
        .order_by_asc(participant::Column::PersonId)
        .all(connection)
        .await?;
    let mut people: HashMap<GroupHugId, Vec<UserId>> = HashMap::new();
    for row in rows {
        people.entry(row.group_hug_id).or_default().push(row.person_id);
    }
    Ok(people)
}

/// Who is invited to each of the group hugs that `viewer` hosts; without people in a blocked pair with `viewer`.
pub(in crate::group_hugs) async fn shown_invitees(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    ids: &[GroupHugId],
) -> Result<HashMap<GroupHugId, Vec<UserId>>, DbErr> {
    let hosted = group::Entity::find()
        .select_only()
        .column(group::Column::Id)
        .filter(group::Column::Id.is_in(ids.iter().copied()))
        .filter(group::Column::HostId.eq(viewer));
    let rows = invitation::Entity::find()
        .filter(invitation::Column::GroupHugId.in_subquery(hosted.into_query()))
        .filter(relationships::not_blocked_with(viewer, (invitation::Entity, invitation::Column::PersonId)))
        .order_by_asc(invitation::Column::PersonId)
        .all(connection)
        .await?;
    let mut people: HashMap<GroupHugId, Vec<UserId>> = HashMap::new();
    for row in rows {
        people.entry(row.group_hug_id).or_default().push(row.person_id);
    }
    Ok(people)
}

fn visible_to(viewer: UserId) -> Condition {
    let host = (group::Entity, group::Column::HostId);
    let to_followers = group::Column::Audience
        .eq(Audience::Followers.name())
        .and(relationships::follows_shown(viewer, host));
    let meant_for = Condition::any()
        .add(group::Column::Audience.eq(Audience::Public.name()))
        .add(to_followers)
        .add(inviting(viewer));
    let stranger = Condition::all()
        .add(meant_for)
        .add(relationships::not_blocked_with(viewer, host))
        .add(without_blocked(viewer));
    Condition::any().add(joined_by(viewer)).add(stranger)
}

/// Nobody who takes part is in a blocked pair with `viewer`. Asked from the blocked side, where there are few.
fn without_blocked(viewer: UserId) -> SimpleExpr {
    let blocked = participant::Entity::find()
        .select_only()
        .column(participant::Column::GroupHugId)
        .filter(participant::Column::PersonId.in_subquery(relationships::hidden_people(viewer)));
    group::Column::Id.not_in_subquery(blocked.into_query())
}

fn joined_by(viewer: UserId) -> SimpleExpr {
    let joined = participant::Entity::find()
        .select_only()
        .column(participant::Column::GroupHugId)
        .filter(participant::Column::PersonId.eq(viewer));
    group::Column::Id.in_subquery(joined.into_query())
}

fn inviting(viewer: UserId) -> SimpleExpr {
    let invited = invitation::Entity::find()
        .select_only()
        .column(invitation::Column::GroupHugId)
        .filter(invitation::Column::PersonId.eq(viewer));
    group::Column::Id.in_subquery(invited.into_query())
}
