//! Reading feeds.

use chrono::{DateTime, Utc};
use ids::{PostId, UserId};
use pagination::{Direction, PageRequest, Slice};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{ExprTrait as _, NullOrdering, Order, Query, SelectStatement},
};

use crate::{
    entities::{follow, post},
    posts::{Position, Post, store as posts},
    store::{Connection, StoreError, not_blocked, not_muted},
};

pub(super) async fn public(
    connection: &impl Connection,
    viewer: Option<UserId>,
    page: &PageRequest<Position>,
    now: DateTime<Utc>,
) -> Result<Slice<Post>, StoreError> {
    let author = post::Column::AuthorId.into_expr();
    let select = post::Entity::find()
        .filter(posts::reaches_everybody())
        .filter(not_blocked(&author, viewer))
        .filter(not_muted(&author, viewer, now));
    posts::read_page(connection, select, page).await
}

pub(super) async fn home(
    connection: &impl Connection,
    viewer: UserId,
    page: &PageRequest<Position>,
    now: DateTime<Utc>,
) -> Result<Slice<Post>, StoreError> {
    let mut authors = nearest_authors(connection, viewer, page, now).await?;
    // When each of as many authors as the page has rows has a post up to here, nothing further is on the page.
    let furthest = authors.last().filter(|_| authors.len() as u64 == page.rows_to_read()).map(|(_, id)| *id);
    authors.push((viewer, PostId::at(now)));
    let author = post::Column::AuthorId.into_expr();
    let mut select = post::Entity::find()
        .filter(post::Column::AuthorId.is_in(authors.into_iter().map(|(author, _)| author)))
        .filter(posts::reaches_others())
        .filter(not_blocked(&author, Some(viewer)));
    if let Some(furthest) = furthest {
        select = select.filter(match page.direction {
            Direction::Forward => post::Column::Id.gte(furthest),
            Direction::Backward => post::Column::Id.lte(furthest),
        });
    }
    posts::read_page(connection, select, page).await
}

/// Of those whom `viewer` follows and doesn't mute, the ones with a post nearest to where `page` begins, and that post: as
/// many as the page has rows, the nearest first.
async fn nearest_authors(
    connection: &impl Connection,
    viewer: UserId,
    page: &PageRequest<Position>,
    now: DateTime<Utc>,
) -> Result<Vec<(UserId, PostId)>, StoreError> {
    let order = match page.direction {
        Direction::Forward => Order::Desc,
        Direction::Backward => Order::Asc,
    };
    let followed = follow::Column::FollowedId.into_expr();
    let select = Query::select()
        .column((follow::Entity, follow::Column::FollowedId))
        .expr_as(nearest_post(page, order.clone()), "nearest")
        .from(follow::Entity)
        .and_where(follow::Column::FollowerId.eq(viewer))
        .cond_where(not_muted(&followed, Some(viewer), now))
        .order_by_with_nulls("nearest", order, NullOrdering::Last)
        .limit(page.rows_to_read())
        .to_owned();
    let rows = connection.query_all(&select).await?;
    let rows: Result<Vec<(UserId, Option<PostId>)>, StoreError> =
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect();
    Ok(rows?.into_iter().filter_map(|(author, post)| Some((author, post?))).collect())
}

/// Of the person in the row of `follows`, the post nearest to where `page` begins.
fn nearest_post(page: &PageRequest<Position>, order: Order) -> SelectStatement {
    let mut select = Query::select();
    select
        .column((post::Entity, post::Column::Id))
        .from(post::Entity)
        .and_where(post::Column::AuthorId.into_expr().eq(follow::Column::FollowedId.into_expr()))
        .and_where(posts::reaches_others())
        .order_by((post::Entity, post::Column::Id), order)
        .limit(1);
    if let Some(after) = page.after {
        select.and_where(post::Column::Id.lt(after.0));
    }
    if let Some(before) = page.before {
        select.and_where(post::Column::Id.gt(before.0));
    }
    select
}
