//! The tables of hugs and of each party's side of them.

mod counting;
mod sides;
mod waiting;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
pub(super) use counting::{count_by_recipient, count_by_sender, count_by_type};
use ids::{HugId, HugRequestId, UserId};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
    sea_query::{Expr, ExprTrait, IntoColumnRef, Query},
};
pub(super) use sides::{page_of_sides, received_instants};
pub(crate) use waiting::{drop_from, drop_one, forget, let_in_from, let_in_one, sender_of_received};

use super::{Hug, SeenHug, model::Side};
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
        pub anonymous: bool,
        pub to_anonymous: bool,
        pub returns: Option<ids::HugId>,
        pub sent_at: DateTimeUtc,
        pub seen_at: Option<DateTimeUtc>,
        pub thanked_at: Option<DateTimeUtc>,
        pub cancelled_at: Option<DateTimeUtc>,
        pub declined_at: Option<DateTimeUtc>,
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
        pub other_hidden: bool,
        /// When the person let it in, of one that waited.
        pub let_in_at: Option<DateTimeUtc>,
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
        anonymous: Set(hug.anonymous),
        to_anonymous: Set(hug.to_anonymous),
        returns: Set(hug.returns),
        sent_at: Set(hug.sent_at),
        seen_at: Set(hug.seen_at),
        thanked_at: Set(hug.thanked_at),
        cancelled_at: Set(hug.cancelled_at),
        declined_at: Set(hug.declined_at),
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
        other_hidden: Set(hug.hides_other_from(person)),
        let_in_at: Set(None),
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

/// Those of the hugs that `viewer` is a party of, without those of blocked pairs, as `viewer` sees them. Who the other party
/// is doesn't matter where the viewer isn't to know.
pub(super) async fn visible(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    ids: &[HugId],
) -> Result<Vec<SeenHug>, DbErr> {
    let to = (hug::Entity, hug::Column::RecipientId);
    let by = (hug::Entity, hug::Column::SenderId);
    let sent = hug::Column::ToAnonymous.eq(true).or(relationships::not_blocked_with(viewer, to));
    let received = hug::Column::Anonymous.eq(true).or(relationships::not_blocked_with(viewer, by));
    // Not "this or that": SQLite would go through all that the viewer sent and received instead of looking at these.
    let shown: Expr = Expr::case(hug::Column::SenderId.eq(viewer), sent)
        .case(hug::Column::RecipientId.eq(viewer), received)
        .finally(false)
        .into();
    let hugs = hug::Entity::find().filter(hug::Column::Id.is_in(ids.iter().copied())).filter(shown);
    let rows = hugs.all(connection).await?;
    Ok(rows.into_iter().filter_map(|row| Hug::from(row).seen_by(viewer)).collect())
}

/// Which hugs of a sender to count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub(super) sender: UserId,
    /// Only those to this person.
    pub(super) recipient: Option<UserId>,
    pub(super) anonymous_only: bool,
    pub(super) since: DateTime<Utc>,
}

impl Sent {
    fn select(self) -> Select<hug::Entity> {
        let mut sent = hug::Entity::find()
            .filter(hug::Column::SenderId.eq(self.sender))
            .filter(hug::Column::SentAt.gt(self.since));
        if let Some(recipient) = self.recipient {
            sent = sent.filter(hug::Column::RecipientId.eq(recipient));
        }
        if self.anonymous_only {
            sent = sent.filter(hug::Column::Anonymous.eq(true));
        }
        sent
    }
}

/// How many of these hugs there are, taken back or not.
pub(super) async fn count_sent(connection: &impl ConnectionTrait, sent: Sent) -> Result<u64, DbErr> {
    sent.select().count(connection).await
}

/// When the first of these hugs was sent.
pub(super) async fn oldest_sent(
    connection: &impl ConnectionTrait,
    sent: Sent,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let oldest = sent.select().order_by_asc(hug::Column::SentAt).one(connection).await?;
    Ok(oldest.map(|hug| hug.sent_at))
}

/// Whether some hug returns this one.
pub(super) async fn is_returned(connection: &impl ConnectionTrait, hug: HugId) -> Result<bool, DbErr> {
    Ok(!returning(connection, &[hug]).await?.is_empty())
}

/// The hugs that return these.
pub(super) async fn returning(
    connection: &impl ConnectionTrait,
    returned: &[HugId],
) -> Result<Vec<HugId>, DbErr> {
    let returning = hug::Entity::find()
        .select_only()
        .column(hug::Column::Id)
        .filter(hug::Column::Returns.is_in(returned.iter().copied()));
    returning.into_tuple().all(connection).await
}

/// Who sent the hug to whom, for moderators; it isn't erased until the transaction ends, or what is noted of it would outlive it.
pub(crate) async fn parties(
    connection: &impl ConnectionTrait,
    id: HugId,
) -> Result<Option<(UserId, UserId)>, DbErr> {
    let row = hug::Entity::find_by_id(id).lock_shared().one(connection).await?;
    Ok(row.map(|row| (row.sender_id, row.recipient_id)))
}

/// Holds for rows of other tables whose column is a hug that `person` sent or received.
pub(crate) fn is_party(column: impl IntoColumnRef, person: UserId) -> Expr {
    let own = Query::select()
        .expr(Expr::value(1))
        .from(hug::Entity)
        .and_where(Expr::col((hug::Entity, hug::Column::Id)).eq(Expr::col(column)))
        .and_where(hug::Column::SenderId.eq(person).or(hug::Column::RecipientId.eq(person)))
        .to_owned();
    Expr::exists(own)
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
            anonymous: row.anonymous,
            to_anonymous: row.to_anonymous,
            returns: row.returns,
            sent_at: row.sent_at,
            seen_at: row.seen_at,
            thanked_at: row.thanked_at,
            cancelled_at: row.cancelled_at,
            declined_at: row.declined_at,
        }
    }
}
