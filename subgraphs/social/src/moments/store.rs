//! The tables of moments and of who takes part in them.

use std::collections::{HashMap, HashSet};

use ids::{GroupHugId, HugId, HugRequestId, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query},
};

use super::{Moment, MomentId};
use crate::{
    entities::{block, moment, moment_person as person},
    posts::Visibility,
    store::{Connection, StoreError, followed, not_blocked},
};

const HUG: &str = "hug";
const REQUEST: &str = "request";
const GROUP: &str = "group";

/// Puts the moment, and exactly its people, in the place of what was known of it.
pub(super) async fn put(
    connection: &impl Connection,
    moment: &Moment,
    audience: Visibility,
) -> Result<(), StoreError> {
    let (kind, id) = parts(moment.id);
    let row = moment::ActiveModel {
        id: Set(id),
        kind: Set(kind.to_owned()),
        owner_id: Set(moment.owner),
        audience: Set(audience.rank()),
        hidden_id: Set(moment.hidden),
    };
    let known = OnConflict::column(moment::Column::Id)
        .update_columns([moment::Column::OwnerId, moment::Column::Audience, moment::Column::HiddenId])
        .to_owned();
    moment::Entity::insert(row).on_conflict(known).exec_without_returning(connection).await?;
    person::Entity::delete_many().filter(person::Column::MomentId.eq(id)).exec(connection).await?;
    let people: HashSet<UserId> = moment.people.iter().copied().collect();
    let people =
        people.into_iter().map(|user| person::ActiveModel { moment_id: Set(id), user_id: Set(user) });
    person::Entity::insert_many(people).exec_without_returning(connection).await?;
    Ok(())
}

/// Has somebody take part in a moment that there is.
pub(super) async fn take_in(
    connection: &impl Connection,
    id: MomentId,
    user: UserId,
) -> Result<(), StoreError> {
    if !hold(connection, id).await? {
        return Ok(());
    }
    let row = person::ActiveModel { moment_id: Set(parts(id).1), user_id: Set(user) };
    person::Entity::insert(row)
        .on_conflict_do_nothing_on([person::Column::MomentId, person::Column::UserId])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Has somebody take part no more, and `owner` be whose the moment is from now on.
pub(super) async fn take_out(
    connection: &impl Connection,
    id: MomentId,
    user: UserId,
    owner: UserId,
) -> Result<(), StoreError> {
    let (_, id) = parts(id);
    person::Entity::delete_by_id((id, user)).exec(connection).await?;
    let handed_over = moment::Entity::update_many().col_expr(moment::Column::OwnerId, Expr::value(owner));
    handed_over.filter(moment::Column::Id.eq(id)).exec(connection).await?;
    Ok(())
}

pub(super) async fn delete(connection: &impl Connection, id: MomentId) -> Result<(), StoreError> {
    let (_, id) = parts(id);
    moment::Entity::delete_by_id(id).exec(connection).await?;
    person::Entity::delete_many().filter(person::Column::MomentId.eq(id)).exec(connection).await?;
    Ok(())
}

/// Whether there is such a moment; if so, it stays until the transaction ends.
pub(super) async fn hold(connection: &impl Connection, id: MomentId) -> Result<bool, StoreError> {
    Ok(moment::Entity::find_by_id(parts(id).1).lock_shared().one(connection).await?.is_some())
}

/// Those of the moments that there are.
pub(super) async fn find(connection: &impl Connection, ids: &[MomentId]) -> Result<Vec<Moment>, StoreError> {
    load(connection, ids, Condition::all()).await
}

/// Those of the moments that `viewer` may see.
pub(super) async fn visible(
    connection: &impl Connection,
    ids: &[MomentId],
    viewer: UserId,
) -> Result<Vec<Moment>, StoreError> {
    let owner = moment::Column::OwnerId.into_expr();
    let for_followers =
        moment::Column::Audience.eq(Visibility::Followers.rank()).and(followed(&owner, viewer));
    let takes_part = || Expr::exists(people_where(person::Column::UserId.eq(viewer).into()));
    let allowed = Condition::any()
        .add(takes_part())
        .add(moment::Column::Audience.eq(Visibility::Public.rank()))
        .add(for_followers);
    // A hug is between its two people, and so gone for both when they are a blocked pair; but not for who isn't to know
    // whether they are one. A hug of a group is not for who would meet somebody blocked in it, as `hugs` has it.
    let hidden = not_blocked(&person::Column::UserId.into_expr(), Some(viewer)).not();
    let is_met = Condition::any()
        .add(moment::Column::Kind.eq(HUG))
        .add(moment::Column::Kind.eq(GROUP).and(takes_part().not()));
    let across_a_block =
        Condition::all().add(is_met).add(Expr::exists(people_where(Condition::all().add(hidden))));
    let unblocked = Condition::all().add(not_blocked(&owner, Some(viewer))).add(across_a_block.not());
    let hides_somebody = moment::Column::HiddenId.ne(viewer);
    let shown = Condition::any().add(hides_somebody).add(unblocked);
    load(connection, ids, Condition::all().add(allowed).add(shown)).await
}

/// The people of a row's moment of whom `condition` holds.
fn people_where(condition: Condition) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .expr(Expr::value(1))
        .from(person::Entity)
        .and_where(person::Column::MomentId.into_expr().eq(moment::Column::Id.into_expr()))
        .cond_where(condition)
        .to_owned()
}

async fn load(
    connection: &impl Connection,
    ids: &[MomentId],
    condition: Condition,
) -> Result<Vec<Moment>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = ids.iter().map(|id| parts(*id).1);
    let rows = moment::Entity::find()
        .filter(moment::Column::Id.is_in(ids))
        .filter(condition)
        .all(connection)
        .await?;
    let found = rows.iter().map(|row| row.id);
    let people = person::Entity::find().filter(person::Column::MomentId.is_in(found)).all(connection).await?;
    let mut by_moment: HashMap<Uuid, Vec<UserId>> = HashMap::new();
    for person in people {
        by_moment.entry(person.moment_id).or_default().push(person.user_id);
    }
    rows.into_iter()
        .map(|row| {
            Ok(Moment {
                id: id_of(&row)?,
                owner: row.owner_id,
                hidden: row.hidden_id,
                people: by_moment.remove(&row.id).unwrap_or_default(),
            })
        })
        .collect()
}

/// Those of `people` who are in a blocked pair with `viewer`.
pub(super) async fn hidden_from(
    connection: &impl Connection,
    viewer: Option<UserId>,
    people: &[UserId],
) -> Result<HashSet<UserId>, StoreError> {
    let Some(viewer) = viewer.filter(|_| !people.is_empty()) else { return Ok(HashSet::new()) };
    let people = || people.iter().copied();
    let blocked = block::Column::BlockerId.eq(viewer).and(block::Column::BlockedId.is_in(people()));
    let blocking = block::Column::BlockedId.eq(viewer).and(block::Column::BlockerId.is_in(people()));
    let rows = block::Entity::find().filter(blocked.or(blocking)).all(connection).await?;
    let other = |row: block::Model| if row.blocker_id == viewer { row.blocked_id } else { row.blocker_id };
    Ok(rows.into_iter().map(other).collect())
}

fn parts(id: MomentId) -> (&'static str, Uuid) {
    match id {
        MomentId::Hug(id) => (HUG, id.as_uuid()),
        MomentId::Request(id) => (REQUEST, id.as_uuid()),
        MomentId::Group(id) => (GROUP, id.as_uuid()),
    }
}

fn id_of(row: &moment::Model) -> Result<MomentId, StoreError> {
    match row.kind.as_str() {
        HUG => Ok(MomentId::Hug(HugId::from_uuid(row.id))),
        REQUEST => Ok(MomentId::Request(HugRequestId::from_uuid(row.id))),
        GROUP => Ok(MomentId::Group(GroupHugId::from_uuid(row.id))),
        other => Err(StoreError::Type(format!("`{other}` is no kind of moment"))),
    }
}
