//! The table of reactions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use ids::{GroupHugId, HugId, HugRequestId, PostId, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, entity::prelude::Uuid,
    sea_query::OnConflict,
};

use super::model::{Kind, Tally, Target};
use crate::{
    entities::reaction::{ActiveModel, Column, Entity},
    moments::MomentId,
    store::{Connection, Named as _, StoreError, not_blocked},
};

pub(super) async fn put(
    connection: &impl Connection,
    target: Target,
    user: UserId,
    kind: Kind,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        target_id: Set(key(target)),
        user_id: Set(user),
        kind: Set(kind.name().to_owned()),
        reacted_at: Set(at),
    };
    let former = OnConflict::columns([Column::TargetId, Column::UserId])
        .update_columns([Column::Kind, Column::ReactedAt])
        .to_owned();
    Entity::insert(row).on_conflict(former).exec_without_returning(connection).await?;
    Ok(())
}

pub(super) async fn delete(
    connection: &impl Connection,
    target: Target,
    user: UserId,
) -> Result<(), StoreError> {
    Entity::delete_by_id((key(target), user)).exec(connection).await?;
    Ok(())
}

pub(super) async fn delete_all(connection: &impl Connection, targets: &[Uuid]) -> Result<(), StoreError> {
    let of_targets = Column::TargetId.is_in(targets.iter().copied());
    Entity::delete_many().filter(of_targets).exec(connection).await?;
    Ok(())
}

pub(super) async fn tallies(
    connection: &impl Connection,
    targets: &[Target],
    viewer: Option<UserId>,
) -> Result<HashMap<Target, Tally>, StoreError> {
    let keys: HashMap<Uuid, Target> = targets.iter().map(|target| (key(*target), *target)).collect();
    // A hug's are of its two people: who sees it sees both, and mustn't learn from a block that it parts them.
    let hugs = targets.iter().filter(|target| matches!(target, Target::Moment(MomentId::Hug(_))));
    let hugs: Vec<Uuid> = hugs.map(|target| key(*target)).collect();
    let mut counted = Condition::any().add(not_blocked(&Column::UserId.into_expr(), viewer));
    if !hugs.is_empty() {
        counted = counted.add(Column::TargetId.is_in(hugs));
    }
    let of_targets = || Entity::find().filter(Column::TargetId.is_in(keys.keys().copied()));
    let counts: Vec<(Uuid, String, i64)> = of_targets()
        .filter(counted)
        .select_only()
        .column(Column::TargetId)
        .column(Column::Kind)
        .column_as(Column::UserId.count(), "count")
        .group_by(Column::TargetId)
        .group_by(Column::Kind)
        .into_tuple()
        .all(connection)
        .await?;
    let mut tallies: HashMap<Target, Tally> =
        targets.iter().map(|target| (*target, Tally::default())).collect();
    for (target, kind, count) in counts {
        if let Some(target) = keys.get(&target) {
            tallies.entry(*target).or_default().counts.push((Kind::of_name(&kind)?, count));
        }
    }
    if let Some(viewer) = viewer {
        for row in of_targets().filter(Column::UserId.eq(viewer)).all(connection).await? {
            if let Some(target) = keys.get(&row.target_id) {
                tallies.entry(*target).or_default().own = Some(Kind::of_name(&row.kind)?);
            }
        }
    }
    Ok(tallies)
}

/// Ids of any kind differ from those of any other.
fn key(target: Target) -> Uuid {
    match target {
        Target::Post(id) => PostId::as_uuid(id),
        Target::Moment(MomentId::Hug(id)) => HugId::as_uuid(id),
        Target::Moment(MomentId::Request(id)) => HugRequestId::as_uuid(id),
        Target::Moment(MomentId::Group(id)) => GroupHugId::as_uuid(id),
    }
}
