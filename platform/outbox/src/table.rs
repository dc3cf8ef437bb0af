//! The three tables: what was told, what was handled, what was given up.

use chrono::{DateTime, Utc};
use events::Envelope;
use ids::{EventId, UserId};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, TryInsertResult,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType},
};

use crate::DeadLetter;

#[expect(unreachable_pub, reason = "what the derive makes of the entity is public")]
mod outbox {
    use ids::{EventId, UserId};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub position: i64,
        pub event_id: EventId,
        pub producer: String,
        pub kind: String,
        pub version: i32,
        pub occurred_at: DateTimeUtc,
        pub aggregate_id: String,
        pub actor_id: Option<UserId>,
        pub traceparent: Option<String>,
        pub data: String,
        pub relayed_at: Option<DateTimeUtc>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[expect(unreachable_pub, reason = "what the derive makes of the entity is public")]
mod inbox {
    use ids::EventId;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "inbox")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub consumer: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: EventId,
        pub handled_at: DateTimeUtc,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[expect(unreachable_pub, reason = "what the derive makes of the entity is public")]
mod dead_letters {
    use ids::EventId;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "dead_letters")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub consumer: String,
        pub event_id: EventId,
        /// The whole envelope, as JSON.
        pub envelope: String,
        pub error: String,
        pub failed_at: DateTimeUtc,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// An event as it is told, before it has its position.
pub(crate) struct NewEvent {
    pub(crate) id: EventId,
    pub(crate) producer: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) version: u16,
    pub(crate) occurred_at: DateTime<Utc>,
    pub(crate) aggregate_id: String,
    pub(crate) actor_id: Option<UserId>,
    pub(crate) traceparent: Option<String>,
    pub(crate) data: String,
}

/// Appends events, at least one, in their order.
pub(crate) async fn append(connection: &impl ConnectionTrait, events: Vec<NewEvent>) -> Result<(), DbErr> {
    let rows = events.into_iter().map(|event| outbox::ActiveModel {
        position: NotSet,
        event_id: Set(event.id),
        producer: Set(event.producer.to_owned()),
        kind: Set(event.kind.to_owned()),
        version: Set(event.version.into()),
        occurred_at: Set(event.occurred_at),
        aggregate_id: Set(event.aggregate_id),
        actor_id: Set(event.actor_id),
        traceparent: Set(event.traceparent),
        data: Set(event.data),
        relayed_at: Set(None),
    });
    outbox::Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}

/// The first of the events that are not known to be with the bus, in the order of their positions.
pub(crate) async fn unrelayed(connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<Envelope>, DbErr> {
    let rows = outbox::Entity::find()
        .filter(outbox::Column::RelayedAt.is_null())
        .order_by_asc(outbox::Column::Position)
        .limit(limit)
        .all(connection)
        .await?;
    rows.into_iter().map(envelope).collect()
}

/// What happened since then and was committed, relayed or not.
pub(crate) async fn told_since(
    connection: &impl ConnectionTrait,
    kind: Option<&str>,
    since: DateTime<Utc>,
) -> Result<Vec<Envelope>, DbErr> {
    let mut query = outbox::Entity::find().filter(outbox::Column::OccurredAt.gte(since));
    if let Some(kind) = kind {
        query = query.filter(outbox::Column::Kind.eq(kind));
    }
    // In order here: SQLite would go through all of the table in the order of positions.
    let mut rows = query.all(connection).await?;
    rows.sort_unstable_by_key(|row| row.position);
    rows.into_iter().map(envelope).collect()
}

fn envelope(row: outbox::Model) -> Result<Envelope, DbErr> {
    Ok(Envelope {
        id: row.event_id,
        producer: row.producer,
        kind: row.kind,
        version: u16::try_from(row.version).map_err(|error| DbErr::Type(error.to_string()))?,
        occurred_at: row.occurred_at,
        aggregate_id: row.aggregate_id,
        seq: row.position,
        actor_id: row.actor_id,
        traceparent: row.traceparent,
        data: serde_json::from_str(&row.data).map_err(|error| DbErr::Json(error.to_string()))?,
    })
}

pub(crate) async fn mark_relayed(
    connection: &impl ConnectionTrait,
    positions: &[i64],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    outbox::Entity::update_many()
        .col_expr(outbox::Column::RelayedAt, Expr::value(now))
        .filter(outbox::Column::Position.is_in(positions.iter().copied()))
        .exec(connection)
        .await?;
    Ok(())
}

pub(crate) async fn count_pending(connection: &impl ConnectionTrait) -> Result<u64, DbErr> {
    outbox::Entity::find().filter(outbox::Column::RelayedAt.is_null()).count(connection).await
}

/// Notes that `consumer` handles the event in this transaction; false when it has handled it before.
pub(crate) async fn note_handled(
    connection: &impl ConnectionTrait,
    consumer: &str,
    event_id: EventId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let row = inbox::ActiveModel {
        consumer: Set(consumer.to_owned()),
        event_id: Set(event_id),
        handled_at: Set(now),
    };
    let inserted =
        inbox::Entity::insert(row).on_conflict_do_nothing().exec_without_returning(connection).await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
}

pub(crate) async fn bury(
    connection: &impl ConnectionTrait,
    consumer: &str,
    event_id: EventId,
    envelope: String,
    error: String,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = dead_letters::ActiveModel {
        id: NotSet,
        consumer: Set(consumer.to_owned()),
        event_id: Set(event_id),
        envelope: Set(envelope),
        error: Set(error),
        failed_at: Set(now),
    };
    let key = [dead_letters::Column::Consumer, dead_letters::Column::EventId];
    dead_letters::Entity::insert(row)
        .on_conflict_do_nothing_on(key)
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

pub(crate) async fn dead_letters(
    connection: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<DeadLetter>, DbErr> {
    let rows = dead_letters::Entity::find()
        .order_by_asc(dead_letters::Column::Id)
        .limit(limit)
        .all(connection)
        .await?;
    rows.into_iter().map(letter).collect()
}

/// The ids of all of them, oldest first.
pub(crate) async fn dead_letter_ids(connection: &impl ConnectionTrait) -> Result<Vec<i64>, DbErr> {
    let letters = dead_letters::Entity::find().order_by_asc(dead_letters::Column::Id);
    letters.select_only().column(dead_letters::Column::Id).into_tuple().all(connection).await
}

/// Those in whose envelope `text` stands, oldest first.
pub(crate) async fn dead_letters_naming(
    connection: &impl ConnectionTrait,
    text: &str,
) -> Result<Vec<DeadLetter>, DbErr> {
    let rows = dead_letters::Entity::find()
        .filter(dead_letters::Column::Envelope.contains(text))
        .order_by_asc(dead_letters::Column::Id)
        .all(connection)
        .await?;
    rows.into_iter().map(letter).collect()
}

pub(crate) async fn dead_letter(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<DeadLetter>, DbErr> {
    dead_letters::Entity::find_by_id(id).one(connection).await?.map(letter).transpose()
}

fn letter(row: dead_letters::Model) -> Result<DeadLetter, DbErr> {
    let event = serde_json::from_str(&row.envelope).map_err(|error| DbErr::Json(error.to_string()))?;
    Ok(DeadLetter { id: row.id, group: row.consumer, event, error: row.error, failed_at: row.failed_at })
}

/// False when there was none.
pub(crate) async fn unbury(connection: &impl ConnectionTrait, id: i64) -> Result<bool, DbErr> {
    Ok(dead_letters::Entity::delete_by_id(id).exec(connection).await?.rows_affected == 1)
}

/// Removes at most so many rows of each table, and says whether there may be more. Rows that another process is just
/// removing are passed over.
pub(crate) async fn prune(
    connection: &impl ConnectionTrait,
    relayed_before: DateTime<Utc>,
    handled_before: DateTime<Utc>,
    at_most: u64,
) -> Result<bool, DbErr> {
    let relayed = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Position)
        .filter(outbox::Column::RelayedAt.lt(relayed_before))
        .limit(at_most)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query();
    let relayed = outbox::Column::Position.in_subquery(relayed);
    let relayed = outbox::Entity::delete_many().filter(relayed).exec(connection).await?;
    let handled = inbox::Entity::find()
        .select_only()
        .columns([inbox::Column::Consumer, inbox::Column::EventId])
        .filter(inbox::Column::HandledAt.lt(handled_before))
        .limit(at_most)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query();
    let key = Expr::tuple([inbox::Column::Consumer, inbox::Column::EventId].map(Expr::col));
    let handled = inbox::Entity::delete_many().filter(key.in_subquery(handled)).exec(connection).await?;
    Ok(relayed.rows_affected >= at_most || handled.rows_affected >= at_most)
}
