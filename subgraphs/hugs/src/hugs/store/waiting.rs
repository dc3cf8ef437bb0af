//! Hugs that wait apart until their recipient decides, and those that are gone.

use sea_orm::sea_query::Expr;

use super::{
    ColumnTrait, Condition, ConnectionTrait, DateTime, DbErr, EntityTrait, HugId, Named, QueryFilter,
    QuerySelect, Side, UserId, Utc, hug, side,
};

/// Lets in what waits for `recipient` from `sender`, under their name, and says how many hugs that were.
pub(crate) async fn let_in_from(
    connection: &impl ConnectionTrait,
    recipient: UserId,
    sender: UserId,
    at: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let_in(connection, waiting_from(connection, recipient, sender).await?, recipient, at).await
}

/// Lets in this hug, if it waits for `recipient`.
pub(crate) async fn let_in_one(
    connection: &impl ConnectionTrait,
    recipient: UserId,
    hug: HugId,
    at: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let_in(connection, waiting(connection, recipient, hug).await?, recipient, at).await
}

/// Drops what waits for `recipient` from `sender`, under their name, and says how many hugs that were.
pub(crate) async fn drop_from(
    connection: &impl ConnectionTrait,
    recipient: UserId,
    sender: UserId,
    at: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let hugs = waiting_from(connection, recipient, sender).await?;
    drop_all(connection, hugs, recipient, at).await
}

/// Drops this hug, if it waits for `recipient`.
pub(crate) async fn drop_one(
    connection: &impl ConnectionTrait,
    recipient: UserId,
    hug: HugId,
    at: DateTime<Utc>,
) -> Result<u64, DbErr> {
    drop_all(connection, waiting(connection, recipient, hug).await?, recipient, at).await
}

/// Who sent the hug that `recipient` received and can see, and whether they did so anonymously.
pub(crate) async fn sender_of_received(
    connection: &impl ConnectionTrait,
    recipient: UserId,
    id: HugId,
) -> Result<Option<(UserId, bool)>, DbErr> {
    let row = hug::Entity::find_by_id(id)
        .filter(hug::Column::RecipientId.eq(recipient))
        .filter(hug::Column::DeclinedAt.is_null())
        .one(connection)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let hidden = !row.anonymous && relationships::blocked_pair(connection, row.sender_id, recipient).await?;
    Ok((!hidden).then_some((row.sender_id, row.anonymous)))
}

/// Erases every hug that `person` sent or received, and gives back which those were.
pub(crate) async fn forget(
    connection: &impl ConnectionTrait,
    person: UserId,
    limit: u64,
) -> Result<Vec<HugId>, DbErr> {
    let either =
        Condition::any().add(hug::Column::SenderId.eq(person)).add(hug::Column::RecipientId.eq(person));
    let hugs = hug::Entity::find().select_only().column(hug::Column::Id).filter(either).limit(limit);
    let ids: Vec<HugId> = hugs.lock_exclusive().into_tuple().all(connection).await?;
    side::Entity::delete_many()
        .filter(side::Column::HugId.is_in(ids.iter().copied()))
        .exec(connection)
        .await?;
    // What returned one of these hugs returns none any more.
    hug::Entity::update_many()
        .col_expr(hug::Column::Returns, Expr::value(Option::<uuid::Uuid>::None))
        .filter(hug::Column::Returns.is_in(ids.iter().copied()))
        .exec(connection)
        .await?;
    hug::Entity::delete_many().filter(hug::Column::Id.is_in(ids.iter().copied())).exec(connection).await?;
    Ok(ids)
}

async fn waiting_from(
    connection: &impl ConnectionTrait,
    recipient: UserId,
    sender: UserId,
) -> Result<Vec<HugId>, DbErr> {
    let from_sender =
        Condition::all().add(side::Column::OtherId.eq(sender)).add(side::Column::OtherHidden.eq(false));
    waiting_where(connection, recipient, from_sender).await
}

async fn waiting(
    connection: &impl ConnectionTrait,
    recipient: UserId,
    hug: HugId,
) -> Result<Vec<HugId>, DbErr> {
    waiting_where(connection, recipient, Condition::all().add(side::Column::HugId.eq(hug))).await
}

async fn waiting_where(
    connection: &impl ConnectionTrait,
    recipient: UserId,
    condition: Condition,
) -> Result<Vec<HugId>, DbErr> {
    let ids = side::Entity::find()
        .select_only()
        .column(side::Column::HugId)
        .filter(side::Column::PersonId.eq(recipient))
        .filter(side::Column::Side.eq(Side::Filtered.name()))
        .filter(condition);
    ids.into_tuple().all(connection).await
}

/// How many hugs one statement names.
const SLICE: usize = 500;

async fn let_in(
    connection: &impl ConnectionTrait,
    hugs: Vec<HugId>,
    recipient: UserId,
    at: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let mut let_in = 0;
    for slice in hugs.chunks(SLICE) {
        // The hugs first, as everybody else does: two who took them in different orders would wait for each other.
        hug::Entity::update_many()
            .col_expr(hug::Column::Filtered, Expr::value(false))
            .filter(hug::Column::Id.is_in(slice.iter().copied()))
            .exec(connection)
            .await?;
        let moved = side::Entity::update_many()
            .col_expr(side::Column::Side, Expr::value(Side::Received.name()))
            .col_expr(side::Column::LetInAt, Expr::value(at))
            .filter(side::Column::PersonId.eq(recipient))
            .filter(side::Column::HugId.is_in(slice.iter().copied()));
        let_in += moved.exec(connection).await?.rows_affected;
    }
    Ok(let_in)
}

async fn drop_all(
    connection: &impl ConnectionTrait,
    hugs: Vec<HugId>,
    recipient: UserId,
    at: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let mut dropped = 0;
    for slice in hugs.chunks(SLICE) {
        hug::Entity::update_many()
            .col_expr(hug::Column::DeclinedAt, Expr::value(at))
            .filter(hug::Column::Id.is_in(slice.iter().copied()))
            .exec(connection)
            .await?;
        let removed = side::Entity::delete_many()
            .filter(side::Column::PersonId.eq(recipient))
            .filter(side::Column::HugId.is_in(slice.iter().copied()));
        dropped += removed.exec(connection).await?.rows_affected;
    }
    Ok(dropped)
}
