//! The tables of group hugs, of who takes part and of who is invited.

mod forgetting;
mod visibility;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
pub(super) use forgetting::{concerning, forget_invitations, forget_words, remove};
use ids::{GroupHugId, UserId};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
pub(super) use visibility::{page, shown_invitees, shown_participants, visible};

use super::{GroupHug, GroupHugState};
use crate::{hug_requests::Audience, store::Named};

mod group {
    //! A row for each group hug. `taken` is how many take part.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "group_hugs")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ids::GroupHugId,
        pub creator_id: ids::UserId,
        pub host_id: ids::UserId,
        pub type_id: ids::HugTypeId,
        pub message: Option<String>,
        pub audience: String,
        pub capacity: i32,
        pub taken: i32,
        pub state: String,
        pub created_at: DateTimeUtc,
        pub opens_at: DateTimeUtc,
        pub started_at: Option<DateTimeUtc>,
        pub expires_at: DateTimeUtc,
        pub ended_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod participant {
    //! A row for each person who takes part.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "group_hug_participants")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub group_hug_id: ids::GroupHugId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: ids::UserId,
        pub joined_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {
        #[sea_orm(
            belongs_to = "super::group::Entity",
            from = "Column::GroupHugId",
            to = "super::group::Column::Id"
        )]
        Group,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod invitation {
    //! A row for each person who is invited.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "group_hug_invitations")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub group_hug_id: ids::GroupHugId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: ids::UserId,
        pub quietly: bool,
        pub invited_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Somebody who is invited.
#[derive(Debug, Clone, Copy)]
pub(super) struct Invitee {
    pub(super) person: UserId,
    /// By their own policy they aren't told live.
    pub(super) quietly: bool,
}

/// Writes a new group hug, with its host as the first who takes part.
pub(super) async fn insert(connection: &impl ConnectionTrait, hug: &GroupHug) -> Result<(), DbErr> {
    let row = group::ActiveModel {
        id: Set(hug.id),
        creator_id: Set(hug.creator_id),
        host_id: Set(hug.host_id),
        type_id: Set(hug.type_id),
        message: Set(hug.message.clone()),
        audience: Set(hug.audience.name().to_owned()),
        capacity: Set(hug.capacity),
        taken: Set(1),
        state: Set(hug.state.name().to_owned()),
        created_at: Set(hug.created_at),
        opens_at: Set(hug.opens_at),
        started_at: Set(hug.started_at),
        expires_at: Set(hug.expires_at),
        ended_at: Set(hug.ended_at),
    };
    group::Entity::insert(row).exec_without_returning(connection).await?;
    add_participant(connection, hug.id, hug.host_id, hug.created_at).await
}

/// The group hug, which nobody else changes until the transaction ends.
pub(super) async fn find_locked(
    connection: &impl ConnectionTrait,
    id: GroupHugId,
) -> Result<Option<GroupHug>, DbErr> {
    let row = group::Entity::find_by_id(id).lock_exclusive().one(connection).await?;
    row.map(from_row).transpose()
}

pub(super) async fn state_of(
    connection: &impl ConnectionTrait,
    id: GroupHugId,
) -> Result<Option<GroupHugState>, DbErr> {
    let row = group::Entity::find_by_id(id).one(connection).await?;
    Ok(row.map(|row| GroupHugState::of_name(&row.state)).transpose()?)
}

/// Writes what can change of a group hug, but for its places.
pub(super) async fn save(connection: &impl ConnectionTrait, hug: &GroupHug) -> Result<(), DbErr> {
    let row = group::ActiveModel {
        id: Set(hug.id),
        host_id: Set(hug.host_id),
        state: Set(hug.state.name().to_owned()),
        started_at: Set(hug.started_at),
        ended_at: Set(hug.ended_at),
        ..Default::default()
    };
    row.update(connection).await.map(|_| ())
}

/// Takes a place, if there is one; true when there was. Capacity rests on this one statement.
pub(super) async fn take_place(connection: &impl ConnectionTrait, id: GroupHugId) -> Result<bool, DbErr> {
    let taken = group::Entity::update_many()
        .col_expr(group::Column::Taken, Expr::col(group::Column::Taken).add(1))
        .filter(group::Column::Id.eq(id))
        .filter(Expr::col(group::Column::Taken).lt(Expr::col(group::Column::Capacity)))
        .filter(group::Column::State.is_in([GroupHugState::Open.name(), GroupHugState::Active.name()]));
    Ok(taken.exec(connection).await?.rows_affected == 1)
}

pub(super) async fn free_place(connection: &impl ConnectionTrait, id: GroupHugId) -> Result<(), DbErr> {
    let freed = group::Entity::update_many()
        .col_expr(group::Column::Taken, Expr::col(group::Column::Taken).sub(1))
        .filter(group::Column::Id.eq(id));
    freed.exec(connection).await.map(|_| ())
}

pub(super) async fn add_participant(
    connection: &impl ConnectionTrait,
    id: GroupHugId,
    person: UserId,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = participant::ActiveModel { group_hug_id: Set(id), person_id: Set(person), joined_at: Set(at) };
    participant::Entity::insert(row).exec_without_returning(connection).await.map(|_| ())
}

/// False when they didn't take part.
pub(super) async fn remove_participant(
    connection: &impl ConnectionTrait,
    id: GroupHugId,
    person: UserId,
) -> Result<bool, DbErr> {
    let removed = participant::Entity::delete_by_id((id, person)).exec(connection).await?;
    Ok(removed.rows_affected == 1)
}

/// Everybody who takes part, those first who have for longest.
pub(super) async fn participants(
    connection: &impl ConnectionTrait,
    id: GroupHugId,
) -> Result<Vec<UserId>, DbErr> {
    let rows = participant::Entity::find()
        .filter(participant::Column::GroupHugId.eq(id))
        .order_by_asc(participant::Column::JoinedAt)
        .order_by_asc(participant::Column::PersonId);
    Ok(rows.all(connection).await?.into_iter().map(|row| row.person_id).collect())
}

/// Invites each of the people who isn't yet.
pub(super) async fn invite(
    connection: &impl ConnectionTrait,
    id: GroupHugId,
    invitees: &[Invitee],
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    if invitees.is_empty() {
        return Ok(());
    }
    let rows = invitees.iter().map(|invitee| invitation::ActiveModel {
        group_hug_id: Set(id),
        person_id: Set(invitee.person),
        quietly: Set(invitee.quietly),
        invited_at: Set(at),
    });
    let known = OnConflict::columns([invitation::Column::GroupHugId, invitation::Column::PersonId])
        .do_nothing()
        .to_owned();
    let inserted = invitation::Entity::insert_many(rows).on_conflict(known);
    inserted.exec_without_returning(connection).await.map(|_| ())
}

/// Everybody who is invited, in ascending order.
pub(super) async fn invited(
    connection: &impl ConnectionTrait,
    id: GroupHugId,
) -> Result<Vec<Invitee>, DbErr> {
    let rows = invitation::Entity::find()
        .filter(invitation::Column::GroupHugId.eq(id))
        .order_by_asc(invitation::Column::PersonId);
    let rows = rows.all(connection).await?.into_iter();
    Ok(rows.map(|row| Invitee { person: row.person_id, quietly: row.quietly }).collect())
}

/// When the first of the latest `how_many` group hugs was made, if the person has made so many since then.
pub(super) async fn first_of_latest(
    connection: &impl ConnectionTrait,
    creator: UserId,
    since: DateTime<Utc>,
    how_many: u64,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let made = group::Entity::find()
        .select_only()
        .column(group::Column::CreatedAt)
        .filter(group::Column::CreatorId.eq(creator))
        .filter(group::Column::CreatedAt.gt(since))
        .order_by_desc(group::Column::CreatedAt)
        .offset(how_many - 1)
        .limit(1);
    made.into_tuple().one(connection).await
}

/// Those that should have opened or expired by now.
pub(super) async fn due(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<GroupHugId>, DbErr> {
    let ids = |condition| {
        group::Entity::find().select_only().column(group::Column::Id).filter(condition).limit(limit)
    };
    // Written without parameters, so that the indexes of those that are not over serve.
    let to_open = Expr::cust("\"group_hugs\".\"state\" = 'SCHEDULED'");
    let to_open = ids(to_open.and(group::Column::OpensAt.lte(now)));
    let running = Expr::cust("\"group_hugs\".\"state\" IN ('OPEN', 'ACTIVE')");
    let to_expire = ids(running.and(group::Column::ExpiresAt.lte(now)));
    let mut due: Vec<GroupHugId> = to_open.into_tuple().all(connection).await?;
    due.extend(to_expire.into_tuple::<GroupHugId>().all(connection).await?);
    Ok(due)
}

/// How many group hugs `person` took part in to the end.
pub(crate) async fn count_completed(connection: &impl ConnectionTrait, person: UserId) -> Result<u64, DbErr> {
    let completed = participant::Entity::find()
        .join(JoinType::InnerJoin, participant::Relation::Group.def())
        .filter(participant::Column::PersonId.eq(person))
        .filter(group::Column::State.eq(GroupHugState::Completed.name()));
    completed.count(connection).await
}

fn from_row(row: group::Model) -> Result<GroupHug, DbErr> {
    Ok(GroupHug {
        id: row.id,
        creator_id: row.creator_id,
        host_id: row.host_id,
        type_id: row.type_id,
        message: row.message,
        audience: Audience::of_name(&row.audience)?,
        capacity: row.capacity,
        state: GroupHugState::of_name(&row.state)?,
        created_at: row.created_at,
        opens_at: row.opens_at,
        started_at: row.started_at,
        expires_at: row.expires_at,
        ended_at: row.ended_at,
    })
}
