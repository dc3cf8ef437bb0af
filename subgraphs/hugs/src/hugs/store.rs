//! The tables of hugs and of each party's side of them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::keyset::{self, Shown};
use ids::{HugId, HugRequestId, UserId};
use pagination::PageRequest;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult,
    PaginatorTrait, QueryFilter, QuerySelect, Select, sea_query::ExprTrait,
};

use super::{Hug, HugPosition, Listed, model::Side};
use crate::store::Named;

mod hug {
    //! A row for each hug.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "hugs")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ids::HugId,
        pub sender_id: ids::UserId,
        pub recipient_id: ids::UserId,
        pub type_id: ids::HugTypeId,
        pub request_id: Option<ids::HugRequestId>,
        pub message: Option<String>,
        pub filtered: bool,
        pub sent_at: DateTimeUtc,
        pub seen_at: Option<DateTimeUtc>,
        pub thanked_at: Option<DateTimeUtc>,
        pub cancelled_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod side {
    //! A row for each person in whose history a hug stands.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "hug_sides")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hug_id: ids::HugId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: ids::UserId,
        pub other_id: ids::UserId,
        pub side: String,
        pub sent_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) async fn insert(connection: &impl ConnectionTrait, hug: &Hug) -> Result<(), DbErr> {
    let row = hug::ActiveModel {
        id: Set(hug.id),
        sender_id: Set(hug.sender_id),
        recipient_id: Set(hug.recipient_id),
        type_id: Set(hug.type_id),
        request_id: Set(hug.request_id),
        message: Set(hug.message.clone()),
        filtered: Set(hug.filtered),
        sent_at: Set(hug.sent_at),
        seen_at: Set(hug.seen_at),
        thanked_at: Set(hug.thanked_at),
        cancelled_at: Set(hug.cancelled_at),
    };
    hug::Entity::insert(row).exec_without_returning(connection).await.map(|_| ())
}

pub(super) async fn add_side(connection: &impl ConnectionTrait, hug: &Hug, side: Side) -> Result<(), DbErr> {
    let (person, other) = match side {
        Side::Sent => (hug.sender_id, hug.recipient_id),
        Side::Received | Side::Filtered => (hug.recipient_id, hug.sender_id),
    };
    let row = side::ActiveModel {
        hug_id: Set(hug.id),
        person_id: Set(person),
        other_id: Set(other),
        side: Set(side.name().to_owned()),
        sent_at: Set(hug.sent_at),
    };
    side::Entity::insert(row).exec_without_returning(connection).await.map(|_| ())
}

/// Takes the hug out of the history of `person`.
pub(super) async fn remove_side(
    connection: &impl ConnectionTrait,
    hug: HugId,
    person: UserId,
) -> Result<(), DbErr> {
    side::Entity::delete_by_id((hug, person)).exec(connection).await.map(|_| ())
}

/// The hug, which nobody else changes until the transaction ends.
pub(super) async fn find_locked(connection: &impl ConnectionTrait, id: HugId) -> Result<Option<Hug>, DbErr> {
    let row = hug::Entity::find_by_id(id).lock_exclusive().one(connection).await?;
    Ok(row.map(Hug::from))
}

pub(super) async fn save_progress(connection: &impl ConnectionTrait, hug: &Hug) -> Result<(), DbErr> {
    let row = hug::ActiveModel {
        id: Set(hug.id),
        seen_at: Set(hug.seen_at),
        thanked_at: Set(hug.thanked_at),
        cancelled_at: Set(hug.cancelled_at),
        ..Default::default()
    };
    row.update(connection).await.map(|_| ())
}

/// Those of the hugs that `viewer` is a party of, without those of blocked pairs, as `viewer` sees them.
pub(super) async fn visible(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    ids: &[HugId],
) -> Result<Vec<Hug>, DbErr> {
    let hugs = hug::Entity::find()
        .filter(hug::Column::Id.is_in(ids.iter().copied()))
        .filter(hug::Column::SenderId.eq(viewer).or(hug::Column::RecipientId.eq(viewer)))
        .filter(relationships::not_blocked_with(viewer, (hug::Entity, hug::Column::SenderId)))
        .filter(relationships::not_blocked_with(viewer, (hug::Entity, hug::Column::RecipientId)));
    let rows = hugs.all(connection).await?;
    Ok(rows.into_iter().filter_map(|row| Hug::from(row).seen_by(viewer)).collect())
}

/// The ids of a page of the history of `viewer`, nearest first in the page's direction.
pub(super) async fn page_of_sides(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    listed: Listed,
    page: &PageRequest<HugPosition>,
) -> Result<Vec<HugId>, DbErr> {
    let side = match listed {
        Listed::All => side::Column::Side.ne(Side::Filtered.name()),
        Listed::Sent => side::Column::Side.eq(Side::Sent.name()),
        Listed::Received => side::Column::Side.eq(Side::Received.name()),
        Listed::Filtered => side::Column::Side.eq(Side::Filtered.name()),
    };
    let sides = side::Entity::find()
        .filter(side::Column::PersonId.eq(viewer))
        .filter(side)
        .filter(relationships::not_blocked_with(viewer, (side::Entity, side::Column::OtherId)));
    let columns = [side::Column::SentAt, side::Column::HugId];
    let values = |position: &HugPosition| vec![position.at.into(), position.id.into()];
    let rows = keyset::page(sides, page, Shown::NewestFirst, &columns, values).all(connection).await?;
    Ok(rows.into_iter().map(|row| row.hug_id).collect())
}

/// How many hugs `sender` has sent since then, taken back or not; to `recipient`, if one is given.
pub(super) async fn count_sent(
    connection: &impl ConnectionTrait,
    sender: UserId,
    recipient: Option<UserId>,
    since: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let mut sent =
        hug::Entity::find().filter(hug::Column::SenderId.eq(sender)).filter(hug::Column::SentAt.gt(since));
    if let Some(recipient) = recipient {
        sent = sent.filter(hug::Column::RecipientId.eq(recipient));
    }
    sent.count(connection).await
}

/// A person's hugs on one side.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub(super) struct Count {
    pub(super) person: UserId,
    pub(super) hugs: i64,
    pub(super) thanked: i64,
}

pub(super) async fn count_by_sender(
    connection: &impl ConnectionTrait,
    viewer: Option<UserId>,
    people: &[UserId],
) -> Result<Vec<Count>, DbErr> {
    count(connection, viewer, people, hug::Column::SenderId, hug::Column::RecipientId).await
}

pub(super) async fn count_by_recipient(
    connection: &impl ConnectionTrait,
    viewer: Option<UserId>,
    people: &[UserId],
) -> Result<Vec<Count>, DbErr> {
    count(connection, viewer, people, hug::Column::RecipientId, hug::Column::SenderId).await
}

async fn count(
    connection: &impl ConnectionTrait,
    viewer: Option<UserId>,
    people: &[UserId],
    own: hug::Column,
    other: hug::Column,
) -> Result<Vec<Count>, DbErr> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let mut hugs = hug::Entity::find()
        .select_only()
        .column_as(own, "person")
        .column_as(hug::Column::Id.count(), "hugs")
        .column_as(hug::Column::ThankedAt.count(), "thanked")
        .filter(own.is_in(people.iter().copied()))
        .filter(hug::Column::CancelledAt.is_null())
        .group_by(own);
    if let Some(viewer) = viewer {
        hugs = hugs.filter(relationships::not_blocked_with(viewer, (hug::Entity, other)));
    }
    hugs.into_model().all(connection).await
}

/// How a request was answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Answers {
    /// How many answers the viewer may know of.
    pub(crate) count: i32,
    /// The viewer's own.
    pub(crate) own: Option<HugId>,
}

/// The answers to each of the requests, as far as `viewer` may know of them.
pub(crate) async fn answers(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    requests: &[HugRequestId],
) -> Result<HashMap<HugRequestId, Answers>, DbErr> {
    let counts = answering(requests)
        .select_only()
        .column(hug::Column::RequestId)
        .column_as(hug::Column::Id.count(), "hugs")
        .filter(hug::Column::CancelledAt.is_null())
        .filter(relationships::not_blocked_with(viewer, (hug::Entity, hug::Column::SenderId)))
        .group_by(hug::Column::RequestId);
    let counts: Vec<(HugRequestId, i64)> = counts.into_tuple().all(connection).await?;
    let own = answering(requests).filter(hug::Column::SenderId.eq(viewer)).all(connection).await?;
    let mut answers: HashMap<HugRequestId, Answers> = HashMap::new();
    for (request, count) in counts {
        answers.entry(request).or_default().count = i32::try_from(count).unwrap_or(i32::MAX);
    }
    for hug in own {
        if let Some(request) = hug.request_id {
            answers.entry(request).or_default().own = Some(hug.id);
        }
    }
    Ok(answers)
}

/// The hug with which `person` answered the request.
pub(crate) async fn answer_of(
    connection: &impl ConnectionTrait,
    person: UserId,
    request: HugRequestId,
) -> Result<Option<HugId>, DbErr> {
    let own = answering(&[request]).filter(hug::Column::SenderId.eq(person)).one(connection).await?;
    Ok(own.map(|hug| hug.id))
}

fn answering(requests: &[HugRequestId]) -> Select<hug::Entity> {
    hug::Entity::find().filter(hug::Column::RequestId.is_in(requests.iter().copied()))
}

impl From<hug::Model> for Hug {
    fn from(row: hug::Model) -> Self {
        Self {
            id: row.id,
            sender_id: row.sender_id,
            recipient_id: row.recipient_id,
            type_id: row.type_id,
            request_id: row.request_id,
            message: row.message,
            filtered: row.filtered,
            sent_at: row.sent_at,
            seen_at: row.seen_at,
            thanked_at: row.thanked_at,
            cancelled_at: row.cancelled_at,
        }
    }
}
