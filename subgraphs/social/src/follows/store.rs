//! Reading follows as lists.

use std::collections::HashMap;

use database::keyset::{self, Shown};
use ids::UserId;
use pagination::{PageRequest, Slice};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select};

use super::{Follow, Position, Side};
use crate::{
    entities::follow,
    store::{StoreError, not_blocked},
};

pub(super) async fn page(
    connection: &impl ConnectionTrait,
    person: UserId,
    side: Side,
    viewer: Option<UserId>,
    page: &PageRequest<Position>,
) -> Result<Slice<Follow>, StoreError> {
    let (own, other) = ends(side);
    let select = seen_by(viewer, follow::Entity::find().filter(own.eq(person)), [own, other]);
    let select = keyset::page(select, page, Shown::NewestFirst, &[follow::Column::Id], |position| {
        vec![position.0.into()]
    });
    let rows = select.all(connection).await?;
    let as_seen = |row: follow::Model| {
        let other = match side {
            Side::Followers => row.follower_id,
            Side::Following => row.followed_id,
        };
        Follow { id: row.id, other }
    };
    Ok(Slice::from_rows(rows, page).map(as_seen))
}

pub(super) async fn counts(
    connection: &impl ConnectionTrait,
    people: &[UserId],
    side: Side,
    viewer: Option<UserId>,
) -> Result<HashMap<UserId, i32>, StoreError> {
    let (own, other) = ends(side);
    let select = follow::Entity::find().filter(own.is_in(people.iter().copied()));
    let rows: Vec<(UserId, i64)> = seen_by(viewer, select, [own, other])
        .select_only()
        .column(own)
        .column_as(follow::Column::Id.count(), "count")
        .group_by(own)
        .into_tuple()
        .all(connection)
        .await?;
    let capped = |count| i32::try_from(count).unwrap_or(i32::MAX);
    Ok(rows.into_iter().map(|(person, count)| (person, capped(count))).collect())
}

/// The column of the person whose list it is, and that of the people in it.
fn ends(side: Side) -> (follow::Column, follow::Column) {
    match side {
        Side::Followers => (follow::Column::FollowedId, follow::Column::FollowerId),
        Side::Following => (follow::Column::FollowerId, follow::Column::FollowedId),
    }
}

/// Leaves out the rows in which somebody stands whom `viewer` blocks or who blocks `viewer`.
fn seen_by(
    viewer: Option<UserId>,
    select: Select<follow::Entity>,
    people: [follow::Column; 2],
) -> Select<follow::Entity> {
    people.into_iter().fold(select, |select, person| select.filter(not_blocked(&person.into_expr(), viewer)))
}
