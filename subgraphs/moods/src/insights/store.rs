//! The tables of insights, and of what was dismissed.

mod state;

use chrono::{DateTime, Utc};
use database::keyset::{self, Shown};
use ids::{InsightId, UserId};
use pagination::{PageRequest, Slice};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select,
    sea_query::{Expr, OnConflict},
};
pub(crate) use sea_orm::{ConnectionTrait as Connection, DbErr as StoreError};

pub(super) use self::state::{claim, due, lock, settle, state};
pub(crate) use self::state::{helpful, mark};
use super::model::{Finding, Insight, InsightKey};

mod insight {
    //! A row for each insight that somebody has at present.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "insights")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ids::InsightId,
        pub user_id: ids::UserId,
        pub position: i16,
        /// JSON.
        pub finding: String,
        pub found_at: DateTimeUtc,
        pub dismissed_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod dismissal {
    //! A row for each insight that somebody dismissed, as it was then.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "insight_dismissals")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub insight_id: ids::InsightId,
        pub user_id: ids::UserId,
        /// JSON, without entries.
        pub finding: String,
        pub dismissed_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What somebody dismissed, and when.
#[derive(Debug)]
pub(super) struct Dismissal {
    pub(super) id: InsightId,
    pub(super) finding: Finding,
    pub(super) at: DateTime<Utc>,
}

/// A page of the owner's insights, the surest first; the index (user_id, position) serves it.
pub(super) async fn page(
    connection: &impl Connection,
    owner: UserId,
    dismissed: bool,
    page: &PageRequest<InsightKey>,
) -> Result<Slice<Insight>, StoreError> {
    let mut insights = of_owner(owner);
    if !dismissed {
        insights = insights.filter(insight::Column::DismissedAt.is_null());
    }
    let columns = [insight::Column::Position, insight::Column::Id];
    let values = |key: &InsightKey| vec![key.position.into(), key.id.into()];
    let rows = keyset::page(insights, page, Shown::OldestFirst, &columns, values).all(connection).await?;
    let insights = rows.into_iter().map(Insight::try_from).collect::<Result<_, _>>()?;
    Ok(Slice::from_rows(insights, page))
}

pub(super) async fn all(connection: &impl Connection, owner: UserId) -> Result<Vec<Insight>, StoreError> {
    let rows = of_owner(owner).order_by_asc(insight::Column::Position).all(connection).await?;
    rows.into_iter().map(Insight::try_from).collect()
}

pub(super) async fn find_own(
    connection: &impl Connection,
    owner: UserId,
    id: InsightId,
) -> Result<Option<Insight>, StoreError> {
    let row = of_owner(owner).filter(insight::Column::Id.eq(id)).one(connection).await?;
    row.map(Insight::try_from).transpose()
}

/// Puts `insights` in the place of those that the owner has.
pub(super) async fn replace(
    connection: &impl Connection,
    owner: UserId,
    insights: &[Insight],
) -> Result<(), StoreError> {
    let former = insight::Entity::delete_many().filter(insight::Column::UserId.eq(owner));
    former.exec(connection).await?;
    let rows: Vec<_> = insights.iter().map(|insight| to_row(owner, insight)).collect::<Result<_, _>>()?;
    if !rows.is_empty() {
        insight::Entity::insert_many(rows).exec_without_returning(connection).await?;
    }
    Ok(())
}

pub(super) async fn set_dismissed(
    connection: &impl Connection,
    id: InsightId,
    at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let update = insight::Entity::update_many()
        .col_expr(insight::Column::DismissedAt, Expr::value(at))
        .filter(insight::Column::Id.eq(id));
    update.exec(connection).await.map(|_| ())
}

pub(super) async fn dismissals(
    connection: &impl Connection,
    owner: UserId,
) -> Result<Vec<Dismissal>, StoreError> {
    let of_owner = dismissal::Entity::find().filter(dismissal::Column::UserId.eq(owner));
    let rows = of_owner.order_by_asc(dismissal::Column::InsightId).all(connection).await?;
    let read = |row: dismissal::Model| {
        Ok(Dismissal { id: row.insight_id, finding: read(&row.finding)?, at: row.dismissed_at })
    };
    rows.into_iter().map(read).collect()
}

/// Keeps that the insight was dismissed, as it is now.
pub(super) async fn keep_dismissal(
    connection: &impl Connection,
    owner: UserId,
    insight: &Insight,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    use dismissal::Column;
    let finding = Finding { entries: Vec::new(), ..insight.finding.clone() };
    let row = dismissal::ActiveModel {
        insight_id: Set(insight.id),
        user_id: Set(owner),
        finding: Set(write(&finding)?),
        dismissed_at: Set(at),
    };
    let anew = OnConflict::column(Column::InsightId)
        .update_columns([Column::Finding, Column::DismissedAt])
        .to_owned();
    dismissal::Entity::insert(row).on_conflict(anew).exec_without_returning(connection).await.map(|_| ())
}

pub(super) async fn forget_dismissals(
    connection: &impl Connection,
    owner: UserId,
    ids: &[InsightId],
) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = dismissal::Entity::delete_many()
        .filter(dismissal::Column::UserId.eq(owner))
        .filter(dismissal::Column::InsightId.is_in(ids.iter().copied()));
    rows.exec(connection).await.map(|_| ())
}

fn of_owner(owner: UserId) -> Select<insight::Entity> {
    insight::Entity::find().filter(insight::Column::UserId.eq(owner))
}

fn to_row(owner: UserId, insight: &Insight) -> Result<insight::ActiveModel, StoreError> {
    Ok(insight::ActiveModel {
        id: Set(insight.id),
        user_id: Set(owner),
        position: Set(insight.position),
        finding: Set(write(&insight.finding)?),
        found_at: Set(insight.found_at),
        dismissed_at: Set(insight.dismissed_at),
    })
}

impl TryFrom<insight::Model> for Insight {
    type Error = StoreError;

    fn try_from(row: insight::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            position: row.position,
            finding: read(&row.finding)?,
            found_at: row.found_at,
            dismissed_at: row.dismissed_at,
        })
    }
}

fn write<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Json(error.to_string()))
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Json(error.to_string()))
}
