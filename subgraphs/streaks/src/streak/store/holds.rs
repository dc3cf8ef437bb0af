//! The table of what holds streaks besides days that count.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use ids::UserId;
use named::Named as _;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use super::{Connection, StoreError};
use crate::streak::model::{History, Pause, StreakKind};

mod entity {
    //! A row for each repair, each pause and each freeze that was bought.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "holds")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: ids::UserId,
        pub kind: String,
        /// What it is: `repair`, `pause` or `freeze`.
        pub hold: String,
        /// The repaired date, the first of the pause, or the date on which the freeze was bought.
        pub first_date: Date,
        pub last_date: Date,
        pub made_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity};

const REPAIR: &str = "repair";
const PAUSE: &str = "pause";
const FREEZE: &str = "freeze";

/// What holds a streak besides days that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// The missed day counts.
    Repair(NaiveDate),
    Pause(Pause),
    /// A freeze was bought on that date.
    Freeze(NaiveDate),
}

/// Adds a hold to somebody's streak.
pub(crate) async fn insert(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
    hold: Hold,
    (id, made_at): (Uuid, DateTime<Utc>),
) -> Result<(), StoreError> {
    let (name, first, last) = match hold {
        Hold::Repair(date) => (REPAIR, date, date),
        Hold::Pause(pause) => (PAUSE, pause.first, pause.last),
        Hold::Freeze(date) => (FREEZE, date, date),
    };
    let row = entity::ActiveModel {
        id: Set(id),
        user_id: Set(user_id),
        kind: Set(kind.name().to_owned()),
        hold: Set(name.to_owned()),
        first_date: Set(first),
        last_date: Set(last),
        made_at: Set(made_at),
    };
    Entity::insert(row).exec_without_returning(connection).await.map(|_| ())
}

/// Ends the pauses of a streak that go on on `today` or begin later; false when there is none.
pub(crate) async fn end_pauses(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
    today: NaiveDate,
) -> Result<bool, StoreError> {
    let begins_later = of_streak(user_id, kind).add(Column::Hold.eq(PAUSE)).add(Column::FirstDate.gte(today));
    let planned = Entity::delete_many().filter(begins_later).exec(connection).await?;
    let goes_on = of_streak(user_id, kind).add(Column::Hold.eq(PAUSE)).add(Column::LastDate.gte(today));
    let yesterday = today.pred_opt().unwrap_or(today);
    let running = Entity::update_many().col_expr(Column::LastDate, Expr::value(yesterday)).filter(goes_on);
    Ok(planned.rows_affected + running.exec(connection).await?.rows_affected > 0)
}

/// The history of these dates and of what holds the streak besides.
pub(super) async fn history(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
    dates: BTreeSet<NaiveDate>,
) -> Result<History, StoreError> {
    let mut history = History { dates, ..History::default() };
    for row in Entity::find().filter(of_streak(user_id, kind)).all(connection).await? {
        match row.hold.as_str() {
            REPAIR => {
                history.repairs.insert(row.first_date, row.made_at);
            }
            PAUSE => {
                history.pauses.insert(Pause { first: row.first_date, last: row.last_date });
            }
            FREEZE => *history.bought.entry(row.first_date).or_default() += 1,
            other => return Err(StoreError::Type(format!("nothing holds a streak as a `{other}`"))),
        }
    }
    Ok(history)
}

pub(super) async fn forget(connection: &impl Connection, user_id: UserId) -> Result<(), StoreError> {
    Entity::delete_many().filter(Column::UserId.eq(user_id)).exec(connection).await.map(|_| ())
}

fn of_streak(user_id: UserId, kind: StreakKind) -> Condition {
    Condition::all().add(Column::UserId.eq(user_id)).add(Column::Kind.eq(kind.name()))
}
