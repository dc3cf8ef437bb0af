//! How requests end, and who declined them.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;

use super::{
    ColumnTrait, Condition, ConnectionTrait, DateTime, DbErr, EntityTrait, HugRequestId, PaginatorTrait,
    QueryFilter, QuerySelect, QueryTrait, UserId, Utc, request, target,
};

/// How a request was declined, as far as somebody may know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Declines {
    /// How many people declined it; 0 for everybody but the requester.
    pub(crate) count: i32,
    /// The viewer did.
    pub(crate) own: bool,
}

/// Those whose time is over and of which that wasn't told.
pub(in crate::hug_requests) async fn due(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<HugRequestId>, DbErr> {
    let due = request::Entity::find()
        .select_only()
        .column(request::Column::Id)
        .filter(request::Column::ClosedAt.is_null())
        .filter(request::Column::ExpiredAt.is_null())
        .filter(request::Column::ExpiresAt.lte(now))
        .limit(limit);
    due.into_tuple().all(connection).await
}

/// False when it was noted already.
pub(in crate::hug_requests) async fn note_expired(
    connection: &impl ConnectionTrait,
    id: HugRequestId,
    at: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let noted = request::Entity::update_many()
        .col_expr(request::Column::ExpiredAt, Expr::value(at))
        .filter(request::Column::Id.eq(id))
        .filter(request::Column::ExpiredAt.is_null());
    Ok(noted.exec(connection).await?.rows_affected == 1)
}

/// Whether the request names this person.
pub(in crate::hug_requests) async fn names(
    connection: &impl ConnectionTrait,
    id: HugRequestId,
    person: UserId,
) -> Result<bool, DbErr> {
    Ok(target::Entity::find_by_id((id, person)).count(connection).await? > 0)
}

/// False when it was noted already.
pub(in crate::hug_requests) async fn note_declined(
    connection: &impl ConnectionTrait,
    id: HugRequestId,
    person: UserId,
    at: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let noted = target::Entity::update_many()
        .col_expr(target::Column::DeclinedAt, Expr::value(at))
        .filter(target::Column::RequestId.eq(id))
        .filter(target::Column::PersonId.eq(person))
        .filter(target::Column::DeclinedAt.is_null());
    Ok(noted.exec(connection).await?.rows_affected == 1)
}

/// How each of the requests was declined, as far as `viewer` may know.
pub(in crate::hug_requests) async fn declines(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    requests: &[HugRequestId],
) -> Result<HashMap<HugRequestId, Declines>, DbErr> {
    let own = request::Entity::find()
        .select_only()
        .column(request::Column::Id)
        .filter(request::Column::Id.is_in(requests.iter().copied()))
        .filter(request::Column::RequesterId.eq(viewer));
    let own: Vec<HugRequestId> = own.into_tuple().all(connection).await?;
    let rows = target::Entity::find()
        .filter(target::Column::RequestId.is_in(requests.iter().copied()))
        .filter(target::Column::DeclinedAt.is_not_null())
        .filter(relationships::not_blocked_with(viewer, (target::Entity, target::Column::PersonId)))
        .all(connection)
        .await?;
    let mut declines: HashMap<HugRequestId, Declines> = HashMap::new();
    for row in rows {
        let known = declines.entry(row.request_id).or_default();
        known.count += i32::from(own.contains(&row.request_id));
        known.own |= row.person_id == viewer;
    }
    Ok(declines)
}

/// Erases the requests that `person` posted, however many those are, and takes them out of those that name them.
pub(crate) async fn forget(connection: &impl ConnectionTrait, person: UserId) -> Result<(), DbErr> {
    let posted = request::Entity::find()
        .select_only()
        .column(request::Column::Id)
        .filter(request::Column::RequesterId.eq(person));
    let naming = Condition::any()
        .add(target::Column::PersonId.eq(person))
        .add(target::Column::RequestId.in_subquery(posted.into_query()));
    target::Entity::delete_many().filter(naming).exec(connection).await?;
    let posted = request::Column::RequesterId.eq(person);
    request::Entity::delete_many().filter(posted).exec(connection).await.map(|_| ())
}
