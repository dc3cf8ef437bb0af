//! What all stores of this subgraph share: who is hidden from whom.

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait as _, Query, SelectStatement},
};

use crate::entities::{block, follow, mute};

pub(crate) use named::Named;
pub(crate) use sea_orm::{ConnectionTrait as Connection, DbErr as StoreError};

/// Holds for rows whose `person` and `viewer` aren't a blocked pair; for all rows when nobody is logged in.
pub(crate) fn not_blocked(person: &Expr, viewer: Option<UserId>) -> Condition {
    let Some(viewer) = viewer else { return Condition::all() };
    Condition::all()
        .add(person.clone().not_in_subquery(blocked_by(viewer)))
        .add(person.clone().not_in_subquery(blocking(viewer)))
}

/// Holds for rows whose `person` isn't muted by `viewer`; for all rows when nobody is logged in.
pub(crate) fn not_muted(person: &Expr, viewer: Option<UserId>, now: DateTime<Utc>) -> Condition {
    let Some(viewer) = viewer else { return Condition::all() };
    Condition::all().add(person.clone().not_in_subquery(muted_by(viewer, now)))
}

/// Holds for rows whose `person` is followed by `viewer`.
pub(crate) fn followed(person: &Expr, viewer: UserId) -> Expr {
    let follow = Query::select()
        .expr(Expr::value(1))
        .from(follow::Entity)
        .and_where(follow::Column::FollowerId.eq(viewer))
        .and_where(follow::Column::FollowedId.into_expr().eq(person.clone()))
        .to_owned();
    Expr::exists(follow)
}

fn blocked_by(viewer: UserId) -> SelectStatement {
    Query::select()
        .column(block::Column::BlockedId)
        .from(block::Entity)
        .and_where(block::Column::BlockerId.eq(viewer))
        .to_owned()
}

/// Who blocks `viewer`.
pub(crate) fn blocking(viewer: UserId) -> SelectStatement {
    Query::select()
        .column(block::Column::BlockerId)
        .from(block::Entity)
        .and_where(block::Column::BlockedId.eq(viewer))
        .to_owned()
}

fn muted_by(viewer: UserId, now: DateTime<Utc>) -> SelectStatement {
    Query::select()
        .column(mute::Column::MutedId)
        .from(mute::Entity)
        .and_where(mute::Column::MuterId.eq(viewer))
        .cond_where(mute::in_force(now))
        .to_owned()
}
