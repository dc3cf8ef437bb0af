//! Connections and departures in the database.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, PaginatorTrait as _, QueryFilter, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};

use crate::{
    presence::model::{ConnectionId, Status, Trace},
    store::{Connection, Named, StoreError},
};

mod connection {
    //! A connection that was there lately.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "connections")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub connection_id: String,
        pub away: bool,
        pub seen_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod last_seen {
    //! When somebody was last there, before their last connection was forgotten.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "last_seen")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod told {
    //! As what somebody was last told to be present.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "told_presence")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub status: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Named for Status {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Online, "ONLINE"), (Self::Away, "AWAY"), (Self::Offline, "OFFLINE")];
}

/// As what the user was last told to be present; `None` when what another version of this program has written can't be read, so
/// that it is told anew and nobody waits for it. Nobody else changes it, or the user's connections, until the
/// transaction ends: of several connections that change at once, each sees what the others did.
pub(crate) async fn lock_told(
    database: &impl Connection,
    user: UserId,
) -> Result<Option<Status>, StoreError> {
    let row = told::ActiveModel { user_id: Set(user), status: Set(Status::Offline.name().to_owned()) };
    told::Entity::insert(row)
        .on_conflict_do_nothing_on([told::Column::UserId])
        .exec_without_returning(database)
        .await?;
    let row = told::Entity::find_by_id(user).lock_exclusive().one(database).await?;
    Ok(row.and_then(|row| Status::of_name(&row.status).ok()))
}

pub(crate) async fn set_told(
    database: &impl Connection,
    user: UserId,
    status: Status,
) -> Result<(), StoreError> {
    told::Entity::update_many()
        .col_expr(told::Column::Status, Expr::value(status.name()))
        .filter(told::Column::UserId.eq(user))
        .exec(database)
        .await
        .map(|_| ())
}

/// Forgets that the user was ever there.
pub(crate) async fn remove(database: &impl Connection, user: UserId) -> Result<(), StoreError> {
    let of_user = connection::Entity::delete_many().filter(connection::Column::UserId.eq(user));
    of_user.exec(database).await?;
    last_seen::Entity::delete_by_id(user).exec(database).await?;
    told::Entity::delete_by_id(user).exec(database).await.map(|_| ())
}

pub(crate) async fn beat(
    database: &impl Connection,
    user: UserId,
    id: &ConnectionId,
    away: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    use connection::Column;
    let row = connection::ActiveModel {
        user_id: Set(user),
        connection_id: Set(id.as_str().to_owned()),
        away: Set(away),
        seen_at: Set(now),
    };
    let again = OnConflict::columns([Column::UserId, Column::ConnectionId])
        .update_columns([Column::Away, Column::SeenAt])
        .to_owned();
    connection::Entity::insert(row).on_conflict(again).exec_without_returning(database).await.map(|_| ())
}

/// Forgets all but the latest `count` connections of the user.
pub(crate) async fn keep_latest(
    database: &impl Connection,
    user: UserId,
    count: u64,
) -> Result<(), StoreError> {
    use connection::Column;
    let of_user = connection::Entity::find().filter(Column::UserId.eq(user));
    if of_user.clone().count(database).await? <= count {
        return Ok(());
    }
    let latest_first = of_user.order_by_desc(Column::SeenAt).order_by_asc(Column::ConnectionId);
    for row in
        latest_first.all(database).await?.into_iter().skip(usize::try_from(count).unwrap_or(usize::MAX))
    {
        connection::Entity::delete_by_id((row.user_id, row.connection_id)).exec(database).await?;
    }
    Ok(())
}

/// What is known of each user; connections that have been silent since `silent_since` are not there.
pub(crate) async fn traces(
    database: &impl Connection,
    users: &[UserId],
    silent_since: DateTime<Utc>,
) -> Result<HashMap<UserId, Trace>, StoreError> {
    let mut traces: HashMap<UserId, Trace> = HashMap::new();
    if users.is_empty() {
        return Ok(traces);
    }
    let of_users = connection::Column::UserId.is_in(users.iter().copied());
    for row in connection::Entity::find().filter(of_users).all(database).await? {
        let trace = traces.entry(row.user_id).or_default();
        let kept = if row.seen_at <= silent_since {
            &mut trace.left_at
        } else if row.away {
            &mut trace.away_at
        } else {
            &mut trace.looking_at
        };
        *kept = (*kept).max(Some(row.seen_at));
    }
    // Who is there on another connection hasn't left.
    for trace in traces.values_mut().filter(|trace| trace.status() != Status::Offline) {
        trace.left_at = None;
    }
    let of_users = last_seen::Column::UserId.is_in(users.iter().copied());
    for row in last_seen::Entity::find().filter(of_users).all(database).await? {
        let trace = traces.entry(row.user_id).or_default();
        trace.left_at = trace.left_at.max(Some(row.at));
    }
    Ok(traces)
}

pub(crate) async fn any_silent(
    database: &impl Connection,
    silent_since: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let silent = connection::Entity::find().filter(connection::Column::SeenAt.lte(silent_since));
    Ok(silent.limit(1).one(database).await?.is_some())
}

/// The last sign of life of each of some users with a silent connection, in the order of their ids: of those whose `limit`
/// connections have been silent for longest. Grouped here: SQLite would go through the whole table in the order of the groups.
pub(crate) async fn silent(
    database: &impl Connection,
    silent_since: DateTime<Utc>,
    limit: u64,
) -> Result<BTreeMap<UserId, DateTime<Utc>>, StoreError> {
    let rows: Vec<(UserId, DateTime<Utc>)> = connection::Entity::find()
        .select_only()
        .column(connection::Column::UserId)
        .column(connection::Column::SeenAt)
        .filter(connection::Column::SeenAt.lte(silent_since))
        .order_by_asc(connection::Column::SeenAt)
        .limit(limit)
        .into_tuple()
        .all(database)
        .await?;
    let mut latest = BTreeMap::new();
    for (user, at) in rows {
        let known = latest.entry(user).or_insert(at);
        *known = at.max(*known);
    }
    Ok(latest)
}

pub(crate) async fn note_left(
    database: &impl Connection,
    user: UserId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = last_seen::ActiveModel { user_id: Set(user), at: Set(at) };
    last_seen::Entity::insert(row)
        .on_conflict_do_nothing_on([last_seen::Column::UserId])
        .exec_without_returning(database)
        .await?;
    last_seen::Entity::update_many()
        .col_expr(last_seen::Column::At, Expr::value(at))
        .filter(last_seen::Column::UserId.eq(user))
        .filter(last_seen::Column::At.lt(at))
        .exec(database)
        .await
        .map(|_| ())
}

/// Forgets the silent connections of users.
pub(crate) async fn forget(
    database: &impl Connection,
    users: &[UserId],
    silent_since: DateTime<Utc>,
) -> Result<(), StoreError> {
    let silent = connection::Entity::delete_many()
        .filter(connection::Column::UserId.is_in(users.iter().copied()))
        .filter(connection::Column::SeenAt.lte(silent_since));
    silent.exec(database).await.map(|_| ())
}
