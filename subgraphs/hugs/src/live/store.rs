//! The logs and their counters.

use chrono::{DateTime, Utc};
use ids::{GroupHugId, HugRequestId, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::{
    Topic,
    model::{Entry, Happening, Kind},
};
use crate::store::Named;

mod counter {
    //! The number of the last entry in each log.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "live_counters")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub topic_id: Uuid,
        pub last: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod log {
    //! A row for each thing that happened to a person or a group hug.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "live_log")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub topic_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub kind: String,
        pub hug_id: Option<ids::HugId>,
        pub request_id: Option<ids::HugRequestId>,
        pub group_hug_id: Option<ids::GroupHugId>,
        pub person_id: Option<ids::UserId>,
        pub at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Logs `happening` for `person`. Their counter's row stays locked until the transaction ends, so that whoever comes
/// next gets a later number and commits later: no reader ever passes a number that is still to come.
pub(crate) async fn append(
    transaction: &impl ConnectionTrait,
    person: UserId,
    happening: Happening,
) -> Result<(), DbErr> {
    append_for_all(transaction, &[person], happening).await
}

/// Logs `happening` for each of `people`, who must be in ascending order within the whole transaction: two
/// transactions that took the counters in different orders would wait for each other.
pub(crate) async fn append_for_all(
    transaction: &impl ConnectionTrait,
    people: &[UserId],
    happening: Happening,
) -> Result<(), DbErr> {
    let topics: Vec<_> = people.iter().copied().map(Topic::from).collect();
    append_to_each(transaction, &topics, happening).await
}

/// The same for logs of any kind. A group hug's may stand anywhere among them: its row is locked by whoever writes to it.
pub(crate) async fn append_to_each(
    transaction: &impl ConnectionTrait,
    topics: &[Topic],
    happening: Happening,
) -> Result<(), DbErr> {
    if topics.is_empty() {
        return Ok(());
    }
    let first =
        topics.iter().map(|topic| counter::ActiveModel { topic_id: Set(topic.as_uuid()), last: Set(1) });
    let next = Expr::col((counter::Entity, counter::Column::Last)).add(1);
    let counted = counter::Entity::insert_many(first)
        .on_conflict(
            OnConflict::column(counter::Column::TopicId).value(counter::Column::Last, next).to_owned(),
        )
        .exec_with_returning(transaction)
        .await?;
    let rows = counted.into_iter().map(|counter| log::ActiveModel {
        topic_id: Set(counter.topic_id),
        number: Set(counter.last),
        kind: Set(happening.kind.name().to_owned()),
        hug_id: Set(happening.hug_id),
        request_id: Set(happening.request_id),
        group_hug_id: Set(happening.group_hug_id),
        person_id: Set(happening.person_id),
        at: Set(happening.at),
    });
    log::Entity::insert_many(rows).exec_without_returning(transaction).await.map(|_| ())
}

/// The number of the last entry in the log of `topic`; 0 when there was never any.
pub(super) async fn last_number(connection: &impl ConnectionTrait, topic: Topic) -> Result<i64, DbErr> {
    let counter = counter::Entity::find_by_id(topic.as_uuid()).one(connection).await?;
    Ok(counter.map_or(0, |counter| counter.last))
}

/// The entries after `number` that are younger than `since`, oldest first.
pub(super) async fn entries_after(
    connection: &impl ConnectionTrait,
    topic: Topic,
    number: i64,
    since: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Entry>, DbErr> {
    let rows = log::Entity::find()
        .filter(log::Column::TopicId.eq(topic.as_uuid()))
        .filter(log::Column::Number.gt(number))
        .filter(log::Column::At.gt(since))
        .order_by_asc(log::Column::Number)
        .limit(limit);
    rows.all(connection).await?.into_iter().map(entry).collect()
}

fn entry(row: log::Model) -> Result<Entry, DbErr> {
    let kind = Kind::of_name(&row.kind)?;
    let happening = Happening {
        kind,
        hug_id: row.hug_id,
        request_id: row.request_id,
        group_hug_id: row.group_hug_id,
        person_id: row.person_id,
        at: row.at,
    };
    Ok(Entry { number: row.number, happening })
}

/// Whom the posting of `request` was told, in ascending order from after `after`.
pub(super) async fn audience(
    connection: &impl ConnectionTrait,
    request: HugRequestId,
    after: Option<UserId>,
    limit: u64,
) -> Result<Vec<UserId>, DbErr> {
    let mut told = log::Entity::find()
        .select_only()
        .column(log::Column::TopicId)
        .filter(log::Column::RequestId.eq(request))
        .filter(log::Column::Kind.eq(Kind::RequestPosted.name()));
    if let Some(after) = after {
        told = told.filter(log::Column::TopicId.gt(after.as_uuid()));
    }
    told.order_by_asc(log::Column::TopicId).limit(limit).into_tuple().all(connection).await
}

/// Who was told what happened to the group hug at that instant, in ascending order from after `after`. The group's own
/// log is among them, as if it were somebody's.
pub(super) async fn audience_of_group(
    connection: &impl ConnectionTrait,
    group: GroupHugId,
    at: DateTime<Utc>,
    after: Option<UserId>,
    limit: u64,
) -> Result<Vec<UserId>, DbErr> {
    let mut told = log::Entity::find()
        .select_only()
        .column(log::Column::TopicId)
        .distinct()
        .filter(log::Column::GroupHugId.eq(group))
        .filter(log::Column::At.eq(at));
    if let Some(after) = after {
        told = told.filter(log::Column::TopicId.gt(after.as_uuid()));
    }
    told.order_by_asc(log::Column::TopicId).limit(limit).into_tuple().all(connection).await
}

/// The youngest of the `limit` oldest entries, when it is older than `before`: what can be deleted in one go.
pub(super) async fn end_of_slice(
    connection: &impl ConnectionTrait,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let oldest = log::Entity::find()
        .select_only()
        .column(log::Column::At)
        .filter(log::Column::At.lte(before))
        .order_by_asc(log::Column::At)
        .limit(limit);
    let oldest: Vec<DateTime<Utc>> = oldest.into_tuple().all(connection).await?;
    Ok(oldest.last().copied())
}

/// Deletes the entries up to `end`, and says how many they were.
pub(super) async fn delete_up_to(
    connection: &impl ConnectionTrait,
    end: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let deleted = log::Entity::delete_many().filter(log::Column::At.lte(end)).exec(connection).await?;
    Ok(deleted.rows_affected)
}

/// Erases the log of `topic`, and takes a person out of what others' logs say of their comings and goings. Those entries stay,
/// or their numbers would be missing; they aren't shown any more.
pub(crate) async fn forget(connection: &impl ConnectionTrait, topic: Topic) -> Result<(), DbErr> {
    if let Topic::Person(person) = topic {
        log::Entity::update_many()
            .col_expr(log::Column::PersonId, Expr::value(Option::<Uuid>::None))
            .filter(log::Column::PersonId.eq(person))
            .exec(connection)
            .await?;
    }
    let entries = log::Column::TopicId.eq(topic.as_uuid());
    log::Entity::delete_many().filter(entries).exec(connection).await?;
    counter::Entity::delete_by_id(topic.as_uuid()).exec(connection).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use database::Database;
    use ids::HugId;
    use testkit::TestDatabase;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::migrations::Migrator;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_772_366_400, 0).unwrap()
    }

    fn happening() -> Happening {
        Happening::to_hug(Kind::Seen, HugId::at(now()), now())
    }

    async fn numbers(db: &Database, person: UserId) -> Vec<i64> {
        let entries = entries_after(db.reader(), person.into(), 0, DateTime::UNIX_EPOCH, 100).await.unwrap();
        entries.into_iter().map(|entry| entry.number).collect()
    }

    /// A second writer, while a first one has its transaction open.
    async fn second_writer(db: &Database, person: UserId) -> JoinHandle<()> {
        let db = db.clone();
        let mut second = tokio::spawn(async move {
            let transaction = db.begin().await.unwrap();
            append(&transaction, person, happening()).await.unwrap();
            transaction.commit().await.unwrap();
        });
        let overtaken = tokio::time::timeout(Duration::from_millis(200), &mut second).await;
        assert!(overtaken.is_err(), "the second writer has committed before the first");
        second
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn writers_to_one_person_commit_in_the_order_of_their_numbers() {
        let database = TestDatabase::create().await;
        let db = database.open().await;
        db.migrate::<Migrator>().await.unwrap();
        let ada = UserId::at(now());

        let first = db.begin().await.unwrap();
        append(&first, ada, happening()).await.unwrap();
        let second = second_writer(&db, ada).await;
        assert_eq!(numbers(&db, ada).await, [] as [i64; 0]);
        first.commit().await.unwrap();
        second.await.unwrap();
        assert_eq!(numbers(&db, ada).await, [1, 2]);

        let undone = db.begin().await.unwrap();
        append(&undone, ada, happening()).await.unwrap();
        let third = second_writer(&db, ada).await;
        undone.rollback().await.unwrap();
        third.await.unwrap();
        assert_eq!(numbers(&db, ada).await, [1, 2, 3], "a number that was taken back leaves no hole");

        db.close().await.unwrap();
        database.remove().await;
    }

    #[tokio::test]
    async fn one_happening_is_numbered_in_each_log_by_itself() {
        let database = TestDatabase::create().await;
        let db = database.open().await;
        db.migrate::<Migrator>().await.unwrap();
        let (ada, bo) = (UserId::at(now()), UserId::at(now()));
        let transaction = db.begin().await.unwrap();
        append(&transaction, bo, happening()).await.unwrap();
        append_for_all(&transaction, &[ada, bo], happening()).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(numbers(&db, ada).await, [1]);
        assert_eq!(numbers(&db, bo).await, [1, 2]);
        assert_eq!(last_number(db.reader(), bo.into()).await.unwrap(), 2);
        db.close().await.unwrap();
        database.remove().await;
    }
}
