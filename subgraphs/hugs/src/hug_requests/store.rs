//! The tables of requests and of whom they name.

mod ending;

use chrono::{DateTime, Utc};
use database::keyset::{self, Shown};
use ids::{HugRequestId, UserId};
use pagination::PageRequest;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{ExprTrait, SimpleExpr},
};

pub(crate) use ending::{Declines, forget};
pub(super) use ending::{declines, due, names, note_declined, note_expired};

use super::{Audience, HugRequest, HugRequestPosition, Scope, Urgency, model::LONGEST};
use crate::store::Named;

mod request {
    //! A row for each request.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "hug_requests")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ids::HugRequestId,
        pub requester_id: ids::UserId,
        pub message: Option<String>,
        pub audience: String,
        pub urgency: String,
        pub created_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
        pub closed_at: Option<DateTimeUtc>,
        /// That it expired was told.
        pub expired_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod target {
    //! A row for each person whom a request names.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "hug_request_targets")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: ids::HugRequestId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: ids::UserId,
        pub declined_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) async fn insert(
    connection: &impl ConnectionTrait,
    request: &HugRequest,
    targets: &[UserId],
) -> Result<(), DbErr> {
    let row = request::ActiveModel {
        id: Set(request.id),
        requester_id: Set(request.requester_id),
        message: Set(request.message.clone()),
        audience: Set(request.audience.name().to_owned()),
        urgency: Set(request.urgency.name().to_owned()),
        created_at: Set(request.created_at),
        expires_at: Set(request.expires_at),
        closed_at: Set(request.closed_at),
        expired_at: Set(None),
    };
    request::Entity::insert(row).exec_without_returning(connection).await?;
    if targets.is_empty() {
        return Ok(());
    }
    let targets = targets.iter().map(|target| target::ActiveModel {
        request_id: Set(request.id),
        person_id: Set(*target),
        declined_at: Set(None),
    });
    target::Entity::insert_many(targets).exec_without_returning(connection).await.map(|_| ())
}

/// Who posted the request.
pub(super) async fn requester_of(
    connection: &impl ConnectionTrait,
    id: HugRequestId,
) -> Result<Option<UserId>, DbErr> {
    let posted = request::Entity::find_by_id(id).select_only().column(request::Column::RequesterId);
    posted.into_tuple().one(connection).await
}

/// The request, which nobody else changes until the transaction ends.
pub(super) async fn find_locked(
    connection: &impl ConnectionTrait,
    id: HugRequestId,
) -> Result<Option<HugRequest>, DbErr> {
    let row = request::Entity::find_by_id(id).lock_exclusive().one(connection).await?;
    row.map(from_row).transpose()
}

pub(super) async fn close(
    connection: &impl ConnectionTrait,
    id: HugRequestId,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = request::ActiveModel { id: Set(id), closed_at: Set(Some(at)), ..Default::default() };
    row.update(connection).await.map(|_| ())
}

/// When the first of the latest `how_many` requests was posted, if the person has posted so many since then.
pub(super) async fn first_of_latest(
    connection: &impl ConnectionTrait,
    requester: UserId,
    since: DateTime<Utc>,
    how_many: u64,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let posted = request::Entity::find()
        .select_only()
        .column(request::Column::CreatedAt)
        .filter(request::Column::RequesterId.eq(requester))
        .filter(request::Column::CreatedAt.gt(since))
        .order_by_desc(request::Column::CreatedAt)
        .offset(how_many - 1)
        .limit(1);
    posted.into_tuple().one(connection).await
}

/// Those of the requests that `viewer` posted or may answer.
pub(super) async fn visible(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    ids: &[HugRequestId],
) -> Result<Vec<HugRequest>, DbErr> {
    let requests = request::Entity::find()
        .filter(request::Column::Id.is_in(ids.iter().copied()))
        .filter(request::Column::RequesterId.eq(viewer).or(addressed_to(viewer)))
        .filter(not_hidden_from(viewer));
    requests.all(connection).await?.into_iter().map(from_row).collect()
}

/// A page of the requests in `scope`, nearest first in the page's direction.
pub(super) async fn page(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    scope: Scope,
    page: &PageRequest<HugRequestPosition>,
    now: DateTime<Utc>,
) -> Result<Vec<HugRequest>, DbErr> {
    let requests = request::Entity::find();
    // Open ones are young: the rest needn't be gone through. A page that ends within them says it more closely, and SQLite begins
    // at one of the two.
    let oldest = Some(now - LONGEST);
    let oldest = oldest.filter(|oldest| page.before.as_ref().is_none_or(|before| before.at < *oldest));
    let requests = if scope == Scope::Mine {
        requests.filter(request::Column::RequesterId.eq(viewer))
    } else {
        requests
            .filter(request::Column::ClosedAt.is_null())
            .filter(request::Column::ExpiresAt.gt(now))
            .apply_if(oldest, |requests, oldest| requests.filter(request::Column::CreatedAt.gte(oldest)))
            .filter(request::Column::RequesterId.ne(viewer))
            .filter(not_hidden_from(viewer))
            .filter(addressed_to(viewer))
            .filter(declined_by(viewer).not())
            .apply_if((scope == Scope::Followed).then_some(()), |requests, ()| {
                requests.filter(of_followed(viewer))
            })
            .apply_if((scope == Scope::Targeted).then_some(()), |requests, ()| {
                requests.filter(naming(viewer))
            })
    };
    let columns = [request::Column::CreatedAt, request::Column::Id];
    let values = |position: &HugRequestPosition| vec![position.at.into(), position.id.into()];
    let rows = keyset::page(requests, page, Shown::NewestFirst, &columns, values).all(connection).await?;
    rows.into_iter().map(from_row).collect()
}

/// Whom each of the requests names, of those that `viewer` posted; without people in a blocked pair with `viewer`.
pub(super) async fn targets(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    requests: &[HugRequestId],
) -> Result<Vec<(HugRequestId, UserId)>, DbErr> {
    let own = request::Entity::find()
        .select_only()
        .column(request::Column::Id)
        .filter(request::Column::Id.is_in(requests.iter().copied()))
        .filter(request::Column::RequesterId.eq(viewer));
    let rows = target::Entity::find()
        .filter(target::Column::RequestId.in_subquery(own.into_query()))
        .filter(relationships::not_blocked_with(viewer, (target::Entity, target::Column::PersonId)))
        .order_by_asc(target::Column::PersonId)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.request_id, row.person_id)).collect())
}

fn addressed_to(viewer: UserId) -> Condition {
    let to_followers = request::Column::Audience.eq(Audience::Followers.name()).and(of_followed(viewer));
    let to_named = request::Column::Audience.eq(Audience::Private.name()).and(naming(viewer));
    Condition::any()
        .add(request::Column::Audience.eq(Audience::Public.name()))
        .add(to_followers)
        .add(to_named)
}

fn of_followed(viewer: UserId) -> SimpleExpr {
    relationships::follows_shown(viewer, (request::Entity, request::Column::RequesterId))
}

fn naming(viewer: UserId) -> SimpleExpr {
    let named = target::Entity::find()
        .select_only()
        .column(target::Column::RequestId)
        .filter(target::Column::PersonId.eq(viewer));
    request::Column::Id.in_subquery(named.into_query())
}

fn declined_by(viewer: UserId) -> SimpleExpr {
    let declined = target::Entity::find()
        .select_only()
        .column(target::Column::RequestId)
        .filter(target::Column::PersonId.eq(viewer))
        .filter(target::Column::DeclinedAt.is_not_null());
    request::Column::Id.in_subquery(declined.into_query())
}

fn not_hidden_from(viewer: UserId) -> SimpleExpr {
    relationships::not_blocked_with(viewer, (request::Entity, request::Column::RequesterId))
}

fn from_row(row: request::Model) -> Result<HugRequest, DbErr> {
    Ok(HugRequest {
        id: row.id,
        requester_id: row.requester_id,
        message: row.message,
        audience: Audience::of_name(&row.audience)?,
        urgency: Urgency::of_name(&row.urgency)?,
        created_at: row.created_at,
        expires_at: row.expires_at,
        closed_at: row.closed_at,
    })
}
