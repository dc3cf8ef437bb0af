//! The table of posts.

use database::keyset::{self, Shown};
use ids::{HugId, MoodId, PostId, UserId};
use pagination::{PageRequest, Slice};
pub(crate) use sea_orm::entity::prelude::Uuid as SharedId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, ExprTrait as _},
};

use super::model::{Position, Post, Shared, Text, Visibility};
use crate::{
    achievements::{kind_name, kind_of},
    entities::post::{ActiveModel, Column, Entity, Model},
    store::{Connection, StoreError, followed, not_blocked},
};

const MOOD: &str = "mood";
const HUG: &str = "hug";
const STREAK: &str = "streak";
const BADGE: &str = "badge";

pub(super) async fn insert(connection: &impl Connection, post: &Post) -> Result<(), StoreError> {
    let (kind, id, name, days) = match &post.shared {
        Shared::Mood(id) => (MOOD, Some(id.as_uuid()), None, None),
        Shared::Hug(id) => (HUG, Some(id.as_uuid()), None, None),
        Shared::Streak { kind, days } => (STREAK, None, Some(kind_name(*kind)), Some(*days)),
        Shared::Badge(badge) => (BADGE, None, Some(badge.clone()), None),
    };
    let row = ActiveModel {
        id: Set(post.id),
        author_id: Set(post.author),
        text: Set(post.text.clone().map(Text::into_string)),
        visibility: Set(post.visibility.rank()),
        reach: Set(post.visibility.rank()),
        shared_kind: Set(kind.to_owned()),
        shared_id: Set(id),
        shared_name: Set(name),
        shared_days: Set(days),
        created_at: Set(post.created_at),
    };
    Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

pub(super) async fn delete(connection: &impl Connection, ids: &[SharedId]) -> Result<(), StoreError> {
    Entity::delete_many().filter(Column::Id.is_in(ids.iter().copied())).exec(connection).await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl Connection, id: PostId) -> Result<Option<Post>, StoreError> {
    Entity::find_by_id(id).one(connection).await?.map(from_row).transpose()
}

/// The post, which nobody else changes until the transaction ends.
pub(crate) async fn hold(connection: &impl Connection, id: PostId) -> Result<Option<Post>, StoreError> {
    Entity::find_by_id(id).lock_exclusive().one(connection).await?.map(from_row).transpose()
}

/// All posts of `author`, each with its author, to be taken away.
pub(super) async fn hold_all_of(
    connection: &impl Connection,
    author: UserId,
) -> Result<Vec<(PostId, UserId)>, StoreError> {
    hold_where(connection, Column::AuthorId.eq(author)).await
}

/// All posts of one of `shared`, each with its author, to be taken away.
pub(super) async fn hold_shared(
    connection: &impl Connection,
    shared: &[SharedId],
) -> Result<Vec<(PostId, UserId)>, StoreError> {
    hold_where(connection, Column::SharedId.is_in(shared.iter().copied())).await
}

async fn hold_where(
    connection: &impl Connection,
    condition: Expr,
) -> Result<Vec<(PostId, UserId)>, StoreError> {
    let posts = Entity::find().select_only().column(Column::Id).column(Column::AuthorId).filter(condition);
    posts.lock_exclusive().into_tuple().all(connection).await
}

/// Shows the post to as many as its author wants. Whoever asks has made sure that they may.
pub(super) async fn set_visibility(
    connection: &impl Connection,
    id: PostId,
    visibility: Visibility,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Visibility, Expr::value(visibility.rank()))
        .col_expr(Column::Reach, Expr::value(visibility.rank()))
        .filter(Column::Id.eq(id))
        .exec(connection)
        .await?;
    Ok(())
}

/// Has the posts of `shared` reach as many as their authors want, and nobody beyond `limit`.
pub(super) async fn limit_reach(
    connection: &impl Connection,
    shared: SharedId,
    limit: Visibility,
) -> Result<(), StoreError> {
    let limit = limit.rank();
    Entity::update_many()
        .col_expr(Column::Reach, Expr::value(limit))
        .filter(Column::SharedId.eq(shared))
        .filter(Column::Visibility.gt(limit))
        .exec(connection)
        .await?;
    Entity::update_many()
        .col_expr(Column::Reach, Column::Visibility.into_expr())
        .filter(Column::SharedId.eq(shared))
        .filter(Column::Visibility.lte(limit))
        .exec(connection)
        .await?;
    Ok(())
}

pub(super) async fn visible(
    connection: &impl Connection,
    ids: &[PostId],
    viewer: Option<UserId>,
) -> Result<Vec<Post>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let posts = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).filter(visible_to(viewer));
    posts.all(connection).await?.into_iter().map(from_row).collect()
}

/// The post if `viewer` may see it, or could but for blocking its author.
pub(super) async fn reportable(
    connection: &impl Connection,
    id: PostId,
    viewer: UserId,
) -> Result<Option<Post>, StoreError> {
    let public = Column::Reach.eq(Visibility::Public.rank());
    let seen = Condition::any().add(public).add(visible_to(Some(viewer)));
    Entity::find_by_id(id).filter(seen).one(connection).await?.map(from_row).transpose()
}

pub(super) async fn any(connection: &impl Connection, ids: &[PostId]) -> Result<Vec<Post>, StoreError> {
    let rows = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(connection).await?;
    rows.into_iter().map(from_row).collect()
}

pub(super) async fn of_author(
    connection: &impl Connection,
    author: UserId,
    viewer: Option<UserId>,
    page: &PageRequest<Position>,
) -> Result<Slice<Post>, StoreError> {
    let mut posts = Entity::find().filter(Column::AuthorId.eq(author)).filter(visible_to(viewer));
    if viewer != Some(author) {
        posts = posts.filter(reaches_others());
    }
    read_page(connection, posts, page).await
}

/// A page of `posts`, the newest first.
pub(crate) async fn read_page(
    connection: &impl Connection,
    posts: Select<Entity>,
    page: &PageRequest<Position>,
) -> Result<Slice<Post>, StoreError> {
    let select = keyset::page(posts, page, Shown::NewestFirst, &[Column::Id], |position: &Position| {
        vec![position.0.into()]
    });
    let posts: Result<Vec<Post>, StoreError> =
        select.all(connection).await?.into_iter().map(from_row).collect();
    Ok(Slice::from_rows(posts?, page))
}

/// Holds for posts that `viewer` may see; without a viewer for those that everybody may.
pub(crate) fn visible_to(viewer: Option<UserId>) -> Condition {
    let author = Column::AuthorId.into_expr();
    let public = Column::Reach.eq(Visibility::Public.rank());
    let Some(viewer) = viewer else { return Condition::all().add(public) };
    let for_followers = Column::Reach.eq(Visibility::Followers.rank()).and(followed(&author, viewer));
    let of_others = Condition::all()
        .add(Condition::any().add(public).add(for_followers))
        .add(not_blocked(&author, Some(viewer)));
    Condition::any().add(Column::AuthorId.eq(viewer)).add(of_others)
}

/// Holds for posts that anybody but their author may see. Written without a parameter, so that the index of those serves.
pub(crate) fn reaches_others() -> Expr {
    Expr::cust("\"posts\".\"reach\" > 0")
}

/// Holds for posts that everybody may see.
pub(crate) fn reaches_everybody() -> Expr {
    Column::Reach.eq(Visibility::Public.rank())
}

pub(crate) fn from_row(row: Model) -> Result<Post, StoreError> {
    let incomplete = || StoreError::Type(format!("the row of {} lacks what it shares", row.id));
    let id = || row.shared_id.ok_or_else(incomplete);
    let name = || row.shared_name.clone().ok_or_else(incomplete);
    let shared = match row.shared_kind.as_str() {
        MOOD => Shared::Mood(MoodId::from_uuid(id()?)),
        HUG => Shared::Hug(HugId::from_uuid(id()?)),
        STREAK => Shared::Streak { kind: kind_of(&name()?)?, days: row.shared_days.ok_or_else(incomplete)? },
        BADGE => Shared::Badge(name()?),
        other => return Err(StoreError::Type(format!("`{other}` can't be shared"))),
    };
    Ok(Post {
        id: row.id,
        author: row.author_id,
        text: row.text.map(Text::stored),
        visibility: Visibility::of_rank(row.visibility),
        shared,
        created_at: row.created_at,
    })
}
