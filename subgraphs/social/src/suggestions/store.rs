//! Finding people to suggest, and the table of those who are to be suggested no more.

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement, UnionType},
};

use super::Suggestion;
use crate::{
    entities::{dismissal, follow, follow_request as request, settings},
    store::{Connection, StoreError, followed, not_blocked, not_muted},
};

/// How many of those whom somebody follows are looked at.
const FRIENDS: u64 = 100;
/// How many of the follows of each of them.
const FOLLOWS_EACH: u64 = 100;
/// The name of what they follow.
const CANDIDATE: &str = "candidate";

pub(super) async fn latest_followed(
    connection: &impl Connection,
    viewer: UserId,
) -> Result<Vec<UserId>, StoreError> {
    follow::Entity::find()
        .select_only()
        .column(follow::Column::FollowedId)
        .filter(follow::Column::FollowerId.eq(viewer))
        .order_by_desc(follow::Column::Id)
        .limit(FRIENDS)
        .into_tuple()
        .all(connection)
        .await
}

pub(super) async fn friends_of_friends(
    connection: &impl Connection,
    viewer: UserId,
    friends: &[UserId],
    limit: u32,
    now: DateTime<Utc>,
) -> Result<Vec<Suggestion>, StoreError> {
    let mut of_each = friends.iter().map(|friend| follows_of(*friend));
    let Some(mut follows) = of_each.next() else { return Ok(Vec::new()) };
    follows.unions(of_each.map(|follows| (UnionType::All, follows)));
    let candidate = Expr::col(("candidates", CANDIDATE));
    // Counted first, then sifted. The limit leaves nobody out, and keeps a database from sifting inside each part of the union.
    let counted = Query::select()
        .column(("latest_of_all", CANDIDATE))
        .expr_as(Expr::val(1).count(), "mutuals")
        .from_subquery(follows, "latest_of_all")
        .group_by_col(("latest_of_all", CANDIDATE))
        .limit(FRIENDS * FOLLOWS_EACH)
        .to_owned();
    let select = Query::select()
        .column(("candidates", CANDIDATE))
        .column(("candidates", "mutuals"))
        .from_subquery(counted, "candidates")
        .and_where(candidate.clone().ne(viewer))
        .and_where(followed(&candidate, viewer).not())
        .and_where(
            any_row(
                request::Entity,
                [
                    request::Column::RequesterId.eq(viewer),
                    request::Column::TargetId.into_expr().eq(candidate.clone()),
                ],
            )
            .not(),
        )
        .and_where(
            any_row(
                settings::Entity,
                [settings::Column::UserId.into_expr().eq(candidate.clone()), unsuggested()],
            )
            .not(),
        )
        .and_where(
            any_row(
                dismissal::Entity,
                [
                    dismissal::Column::UserId.eq(viewer),
                    dismissal::Column::DismissedId.into_expr().eq(candidate.clone()),
                ],
            )
            .not(),
        )
        .cond_where(not_blocked(&candidate, Some(viewer)))
        .cond_where(not_muted(&candidate, Some(viewer), now))
        .order_by(("candidates", "mutuals"), Order::Desc)
        .order_by(("candidates", CANDIDATE), Order::Asc)
        .limit(u64::from(limit))
        .to_owned();
    let rows = connection.query_all(&select).await?;
    rows.iter()
        .map(|row| {
            let mutuals: i64 = row.try_get_by_index(1)?;
            let mutuals = i32::try_from(mutuals).unwrap_or(i32::MAX);
            Ok(Suggestion { person: row.try_get_by_index(0)?, mutuals })
        })
        .collect()
}

/// The latest follows of one person. Wrapped, since a part of a union can't be limited by itself on SQLite.
fn follows_of(friend: UserId) -> SelectStatement {
    let latest = Query::select()
        .expr_as(follow::Column::FollowedId.into_expr(), CANDIDATE)
        .from(follow::Entity)
        .and_where(follow::Column::FollowerId.eq(friend))
        .order_by((follow::Entity, follow::Column::Id), Order::Desc)
        .limit(FOLLOWS_EACH)
        .to_owned();
    Query::select().column(("latest", CANDIDATE)).from_subquery(latest, "latest").to_owned()
}

/// Whether a row of `table` fits all of `conditions`.
fn any_row(table: impl EntityTrait, conditions: [Expr; 2]) -> Expr {
    let [one, other] = conditions;
    let row = Query::select().expr(Expr::value(1)).from(table).and_where(one).and_where(other).to_owned();
    Expr::exists(row)
}

pub(super) async fn dismiss(
    connection: &impl Connection,
    user: UserId,
    dismissed: UserId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row =
        dismissal::ActiveModel { user_id: Set(user), dismissed_id: Set(dismissed), dismissed_at: Set(at) };
    dismissal::Entity::insert(row)
        .on_conflict_do_nothing_on([dismissal::Column::UserId, dismissal::Column::DismissedId])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Holds for settings of those who don't want to be suggested. Written without a parameter: they are few, which a database
/// doesn't know of a value that is yet to come.
fn unsuggested() -> Expr {
    Expr::cust("\"settings\".\"is_suggested\" = FALSE")
}
