//! The tables of the projection, and the questions asked of them.

use std::collections::HashSet;

use ids::UserId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{
        ColumnRef, Expr, ExprTrait, IntoColumnRef, OnConflict, Query, SelectStatement, SimpleExpr, UnionType,
    },
};

mod follow {
    //! `follower_id` follows `followed_id`.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "known_follows")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub follower_id: ids::UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub followed_id: ids::UserId,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod block {
    //! `blocker_id` blocks `blocked_id`.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "known_blocks")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub blocker_id: ids::UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub blocked_id: ids::UserId,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod heard {
    //! The number of the latest word about a pair, also of one that is no longer.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "heard_relationships")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub from_id: ids::UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub to_id: ids::UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        pub seq: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What somebody may be to somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Follow,
    Block,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Block => "block",
        }
    }
}

/// `from` follows or blocks `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) kind: Kind,
    pub(crate) from: UserId,
    pub(crate) to: UserId,
}

/// Whether either of two people blocks the other.
pub async fn blocked_pair(
    connection: &impl ConnectionTrait,
    one: UserId,
    other: UserId,
) -> Result<bool, DbErr> {
    let either = Condition::any().add(blocks(one, other)).add(blocks(other, one));
    Ok(block::Entity::find().filter(either).count(connection).await? > 0)
}

/// Those of `others` who block `viewer` or are blocked by them.
pub async fn hidden_from(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    others: &[UserId],
) -> Result<HashSet<UserId>, DbErr> {
    if others.is_empty() {
        return Ok(HashSet::new());
    }
    let blocking =
        block::Column::BlockerId.eq(viewer).and(block::Column::BlockedId.is_in(others.iter().copied()));
    let blocked =
        block::Column::BlockedId.eq(viewer).and(block::Column::BlockerId.is_in(others.iter().copied()));
    let rows = block::Entity::find().filter(blocking.or(blocked)).all(connection).await?;
    Ok(rows
        .into_iter()
        .map(|row| if row.blocker_id == viewer { row.blocked_id } else { row.blocker_id })
        .collect())
}

/// Whether `follower` follows `followed`.
pub async fn follows(
    connection: &impl ConnectionTrait,
    follower: UserId,
    followed: UserId,
) -> Result<bool, DbErr> {
    Ok(follow::Entity::find_by_id((follower, followed)).one(connection).await?.is_some())
}

/// Those of `others` whom `follower` follows.
pub async fn followed_among(
    connection: &impl ConnectionTrait,
    follower: UserId,
    others: &[UserId],
) -> Result<HashSet<UserId>, DbErr> {
    if others.is_empty() {
        return Ok(HashSet::new());
    }
    let followed =
        follow::Column::FollowerId.eq(follower).and(follow::Column::FollowedId.is_in(others.iter().copied()));
    let rows = follow::Entity::find().filter(followed).all(connection).await?;
    Ok(rows.into_iter().map(|row| row.followed_id).collect())
}

/// Those of `others` who follow `followed`.
pub async fn followers_among(
    connection: &impl ConnectionTrait,
    followed: UserId,
    others: &[UserId],
) -> Result<HashSet<UserId>, DbErr> {
    if others.is_empty() {
        return Ok(HashSet::new());
    }
    let following =
        follow::Column::FollowedId.eq(followed).and(follow::Column::FollowerId.is_in(others.iter().copied()));
    let rows = follow::Entity::find().filter(following).all(connection).await?;
    Ok(rows.into_iter().map(|row| row.follower_id).collect())
}

/// Some of the people who follow `followed`, in ascending order: at most `limit`, those after `after`.
pub async fn followers(
    connection: &impl ConnectionTrait,
    followed: UserId,
    after: Option<UserId>,
    limit: u64,
) -> Result<Vec<UserId>, DbErr> {
    let mut followers = follow::Entity::find().filter(follow::Column::FollowedId.eq(followed));
    if let Some(after) = after {
        followers = followers.filter(follow::Column::FollowerId.gt(after));
    }
    let rows = followers.order_by_asc(follow::Column::FollowerId).limit(limit).all(connection).await?;
    Ok(rows.into_iter().map(|row| row.follower_id).collect())
}

/// A condition for list queries: nobody blocks anybody between `viewer` and the person in `column`.
pub fn not_blocked_with(viewer: UserId, column: impl IntoColumnRef) -> SimpleExpr {
    let column: ColumnRef = column.into_column_ref();
    let blocking: SelectStatement = block::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(block::Column::BlockerId.eq(viewer))
        .filter(Expr::col((block::Entity, block::Column::BlockedId)).eq(Expr::col(column.clone())))
        .into_query();
    let blocked: SelectStatement = block::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(block::Column::BlockedId.eq(viewer))
        .filter(Expr::col((block::Entity, block::Column::BlockerId)).eq(Expr::col(column)))
        .into_query();
    Expr::exists(blocking).not().and(Expr::exists(blocked).not())
}

/// A subquery: everybody who blocks `viewer` or is blocked by them.
pub fn hidden_people(viewer: UserId) -> SelectStatement {
    let blocking = Query::select()
        .column(block::Column::BlockerId)
        .from(block::Entity)
        .and_where(Expr::col(block::Column::BlockedId).eq(viewer))
        .take();
    Query::select()
        .column(block::Column::BlockedId)
        .from(block::Entity)
        .and_where(Expr::col(block::Column::BlockerId).eq(viewer))
        .union(UnionType::All, blocking)
        .take()
}

/// A condition for list queries: `viewer` follows the person in `column`.
pub fn follows_shown(viewer: UserId, column: impl IntoColumnRef) -> SimpleExpr {
    let followed = Query::select()
        .column(follow::Column::FollowedId)
        .from(follow::Entity)
        .and_where(Expr::col(follow::Column::FollowerId).eq(viewer))
        .take();
    Expr::col(column.into_column_ref()).in_subquery(followed)
}

/// Forgets whom `user` follows and blocks, and who follows and blocks them.
pub async fn forget(connection: &impl ConnectionTrait, user: UserId) -> Result<(), DbErr> {
    let follows = follow::Column::FollowerId.eq(user).or(follow::Column::FollowedId.eq(user));
    follow::Entity::delete_many().filter(follows).exec(connection).await?;
    let blocks = block::Column::BlockerId.eq(user).or(block::Column::BlockedId.eq(user));
    block::Entity::delete_many().filter(blocks).exec(connection).await?;
    let words = heard::Column::FromId.eq(user).or(heard::Column::ToId.eq(user));
    heard::Entity::delete_many().filter(words).exec(connection).await.map(|_| ())
}

/// Whether `seq` is the latest word about the pair, which is then noted.
pub(crate) async fn hear(connection: &impl ConnectionTrait, pair: Pair, seq: i64) -> Result<bool, DbErr> {
    use heard::Column;
    let Pair { kind, from, to } = pair;
    let row = heard::ActiveModel {
        from_id: Set(from),
        to_id: Set(to),
        kind: Set(kind.name().to_owned()),
        seq: Set(seq),
    };
    let earlier = Expr::col((heard::Entity, Column::Seq)).lt(seq);
    let later = OnConflict::columns([Column::FromId, Column::ToId, Column::Kind])
        .update_column(Column::Seq)
        .action_and_where(earlier)
        .to_owned();
    Ok(heard::Entity::insert(row).on_conflict(later).exec_without_returning(connection).await? > 0)
}

/// Keeps the pair, or no longer.
pub(crate) async fn put(connection: &impl ConnectionTrait, pair: Pair, holds: bool) -> Result<(), DbErr> {
    let Pair { kind, from, to } = pair;
    match (kind, holds) {
        (Kind::Follow, true) => add_follow(connection, from, to).await,
        (Kind::Follow, false) => follow::Entity::delete_by_id((from, to)).exec(connection).await.map(|_| ()),
        (Kind::Block, true) => add_block(connection, from, to).await,
        (Kind::Block, false) => block::Entity::delete_by_id((from, to)).exec(connection).await.map(|_| ()),
    }
}

async fn add_follow(
    connection: &impl ConnectionTrait,
    follower: UserId,
    followed: UserId,
) -> Result<(), DbErr> {
    let row = follow::ActiveModel { follower_id: Set(follower), followed_id: Set(followed) };
    follow::Entity::insert(row)
        .on_conflict_do_nothing_on([follow::Column::FollowerId, follow::Column::FollowedId])
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}

async fn add_block(connection: &impl ConnectionTrait, blocker: UserId, blocked: UserId) -> Result<(), DbErr> {
    let row = block::ActiveModel { blocker_id: Set(blocker), blocked_id: Set(blocked) };
    block::Entity::insert(row)
        .on_conflict_do_nothing_on([block::Column::BlockerId, block::Column::BlockedId])
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}

fn blocks(blocker: UserId, blocked: UserId) -> SimpleExpr {
    block::Column::BlockerId.eq(blocker).and(block::Column::BlockedId.eq(blocked))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bus::{Bus as _, memory::MemoryBus};
    use clock::ManualClock;
    use database::{Database, OpenOptions};
    use events::{Event, social};
    use outbox::Outbox;
    use sea_orm_migration::{MigrationTrait, MigratorTrait};

    use super::*;

    struct Migrator;

    impl MigratorTrait for Migrator {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            outbox::migrations().into_iter().chain(crate::migrations()).collect()
        }
    }

    async fn tell<E: Event>(bus: &MemoryBus, seq: i64, event: &E) {
        let envelope = events::Envelope {
            id: ids::EventId::at(chrono::DateTime::UNIX_EPOCH),
            producer: E::PRODUCER.into(),
            kind: E::TYPE.into(),
            version: E::VERSION,
            occurred_at: chrono::DateTime::UNIX_EPOCH,
            aggregate_id: event.aggregate_id(),
            seq,
            actor_id: None,
            traceparent: None,
            data: serde_json::to_value(event).unwrap(),
        };
        bus.publish(&[envelope]).await.unwrap();
    }

    /// A subgraph that listens to social.
    struct World {
        db: Database,
        bus: Arc<MemoryBus>,
        outbox: Outbox,
        at: chrono::DateTime<chrono::Utc>,
        _folder: tempfile::TempDir,
        _consumption: bus::Consumption,
    }

    impl World {
        async fn start() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let url = format!("sqlite:{}", folder.path().join("test.db").display());
            let db = Database::open(&url, &OpenOptions::default()).await.unwrap();
            db.migrate::<Migrator>().await.unwrap();
            let (bus, at) = (Arc::new(MemoryBus::new()), chrono::DateTime::UNIX_EPOCH);
            let outbox = Outbox::new(db.clone(), bus.clone(), Arc::new(ManualClock::at(at)), "hugs");
            let projection = Arc::new(crate::Projection);
            let consumption = outbox.consumer("hugs.relationships", crate::subjects(), projection);
            let consumption = consumption.await.unwrap();
            Self { db, bus, outbox, at, _folder: folder, _consumption: consumption }
        }
    }

    #[tokio::test]
    async fn what_social_tells_is_what_is_known() {
        let World { db, bus, outbox, at, .. } = &World::start().await;
        let at = *at;
        let (ada, bo, cy) = (UserId::at(at), UserId::at(at), UserId::at(at));

        tell(bus, 1, &social::FollowCreated { follower_id: ada, followed_id: bo, at }).await;
        tell(bus, 2, &social::Blocked { blocker_id: cy, blocked_id: ada, at }).await;
        assert!(follows(db.reader(), ada, bo).await.unwrap());
        assert!(!follows(db.reader(), bo, ada).await.unwrap());
        assert_eq!(followers(db.reader(), bo, None, 10).await.unwrap(), [ada]);
        assert_eq!(followers(db.reader(), bo, Some(ada), 10).await.unwrap(), []);
        assert!(blocked_pair(db.reader(), ada, cy).await.unwrap());
        assert_eq!(hidden_from(db.reader(), ada, &[bo, cy]).await.unwrap(), HashSet::from([cy]));
        let shown = follow::Entity::find().filter(not_blocked_with(cy, follow::Column::FollowerId));
        assert_eq!(shown.all(db.reader()).await.unwrap(), []);
        for (viewer, people) in [(cy, 1), (ada, 0), (bo, 0)] {
            let hidden = follow::Column::FollowerId.in_subquery(hidden_people(viewer));
            assert_eq!(follow::Entity::find().filter(hidden).count(db.reader()).await.unwrap(), people);
        }
        let followed = follow::Entity::find().filter(follows_shown(ada, follow::Column::FollowedId));
        assert_eq!(followed.count(db.reader()).await.unwrap(), 1);

        let work = outbox.begin(None).await.unwrap();
        forget(&*work, bo).await.unwrap();
        assert!(!follows(&*work, ada, bo).await.unwrap() && blocked_pair(&*work, ada, cy).await.unwrap());
        work.rollback().await.unwrap();

        tell(bus, 3, &social::FollowRemoved { follower_id: ada, followed_id: bo, at }).await;
        tell(bus, 4, &social::Unblocked { blocker_id: cy, blocked_id: ada, at }).await;
        assert!(!follows(db.reader(), ada, bo).await.unwrap());
        assert!(!blocked_pair(db.reader(), ada, cy).await.unwrap());
    }
    #[tokio::test]
    async fn a_word_that_comes_late_changes_nothing() {
        let World { db, bus, at, .. } = &World::start().await;
        let at = *at;
        let (ada, bo) = (UserId::at(at), UserId::at(at));
        tell(bus, 2, &social::FollowRemoved { follower_id: ada, followed_id: bo, at }).await;
        tell(bus, 1, &social::FollowCreated { follower_id: ada, followed_id: bo, at }).await;
        assert!(!follows(db.reader(), ada, bo).await.unwrap());
        tell(bus, 3, &social::Blocked { blocker_id: ada, blocked_id: bo, at }).await;
        tell(bus, 5, &social::Blocked { blocker_id: ada, blocked_id: bo, at }).await;
        tell(bus, 4, &social::Unblocked { blocker_id: ada, blocked_id: bo, at }).await;
        assert!(blocked_pair(db.reader(), ada, bo).await.unwrap());
        tell(bus, 6, &social::Unblocked { blocker_id: bo, blocked_id: ada, at }).await;
        assert!(blocked_pair(db.reader(), ada, bo).await.unwrap());
        tell(bus, 7, &social::Unblocked { blocker_id: ada, blocked_id: bo, at }).await;
        tell(bus, 8, &social::FollowCreated { follower_id: ada, followed_id: bo, at }).await;
        assert!(!blocked_pair(db.reader(), ada, bo).await.unwrap());
        assert!(follows(db.reader(), ada, bo).await.unwrap());
    }
}
