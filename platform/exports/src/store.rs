//! Reading rows of any table, and the table of permits.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use events::auth::ExportRequested;
use ids::{ExportId, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryResult,
    prelude::Uuid,
    sea_query::{Expr, Order, Query, SelectStatement},
};
pub use sea_orm::{DatabaseConnection as Reader, DbErr as StoreError, sea_query::SimpleExpr as Condition};
use serde_json::Value;

use crate::{
    row::{Row, field},
    table::{Column, Form, Table},
};

mod permit {
    //! Who may read which export.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "export_permits")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub export_id: ids::ExportId,
        pub user_id: ids::UserId,
        pub requested_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Whether `person` may read the export `export` now.
pub async fn permits(
    connection: &impl ConnectionTrait,
    export: ExportId,
    person: UserId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let permits = permit::Entity::find_by_id(export)
        .filter(permit::Column::UserId.eq(person))
        .filter(permit::Column::ExpiresAt.gt(now));
    Ok(permits.count(connection).await? > 0)
}

/// Forgets which exports `person` may read.
pub async fn forget(connection: &impl ConnectionTrait, person: UserId) -> Result<(), StoreError> {
    let permits = permit::Entity::delete_many().filter(permit::Column::UserId.eq(person));
    permits.exec(connection).await.map(|_| ())
}

pub(crate) async fn forget_expired(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let expired = permit::Entity::delete_many().filter(permit::Column::ExpiresAt.lte(now));
    expired.exec(connection).await.map(|_| ())
}

pub(crate) async fn permit(
    connection: &impl ConnectionTrait,
    requested: &ExportRequested,
) -> Result<(), StoreError> {
    let row = permit::ActiveModel {
        export_id: Set(requested.export_id),
        user_id: Set(requested.user_id),
        requested_at: Set(requested.requested_at),
        expires_at: Set(requested.expires_at),
    };
    permit::Entity::insert(row)
        .on_conflict_do_nothing_on([permit::Column::ExportId])
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}

/// How many rows of `table` are the person's and meet the condition.
pub(crate) async fn count(
    connection: &impl ConnectionTrait,
    table: &Table,
    person: UserId,
    condition: Option<Condition>,
) -> Result<u64, StoreError> {
    let mut select = theirs(table, person, condition);
    select.expr_as(Expr::col((table.name, table.person)).count(), "rows");
    let row = connection.query_one(&select).await?;
    let rows: i64 = row.map(|row| row.try_get("", "rows")).transpose()?.unwrap_or_default();
    Ok(u64::try_from(rows).unwrap_or_default())
}

/// Some of these rows in the table's order, those after `after`.
pub(crate) async fn rows(
    connection: &impl ConnectionTrait,
    table: &Table,
    person: UserId,
    condition: Option<Condition>,
    after: Option<Vec<sea_orm::Value>>,
    limit: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut select = theirs(table, person, condition);
    for column in table.columns {
        let value = Expr::col((table.name, column.name));
        // Numbers are of three widths, and PostgreSQL's driver wants to know which.
        let value = if matches!(column.form, Form::Number) { value.cast_as("bigint") } else { value };
        select.expr_as(value, column.name);
    }
    if let Some(after) = after {
        let key = table.order.iter().map(|column| Expr::col((table.name, *column)));
        let after = after.into_iter().map(Expr::value);
        select.and_where(Expr::tuple(key.collect::<Vec<_>>()).gt(Expr::tuple(after.collect::<Vec<_>>())));
    }
    for column in table.order {
        select.order_by((table.name, *column), Order::Asc);
    }
    select.limit(u64::try_from(limit).unwrap_or(u64::MAX));
    let rows = connection.query_all(&select).await?;
    rows.iter().map(|row| read(table, row)).collect()
}

fn theirs(table: &Table, person: UserId, condition: Option<Condition>) -> SelectStatement {
    let mut select = Query::select();
    select.from(table.name).and_where(Expr::col((table.name, table.person)).eq(person.as_uuid()));
    if let Some(condition) = condition {
        select.and_where(condition);
    }
    select
}

fn read(table: &Table, values: &QueryResult) -> Result<Row, StoreError> {
    let mut row = Row::default();
    for column in table.columns {
        row.put(&field(column.name), value(column, values)?);
    }
    Ok(row)
}

fn value(column: &Column, values: &QueryResult) -> Result<Value, StoreError> {
    let name = column.name;
    let id = |prefix: &str, id: Uuid| format!("{prefix}_{}", id.simple());
    Ok(match column.form {
        Form::Id(prefix) => values.try_get::<Option<Uuid>>("", name)?.map(|uuid| id(prefix, uuid)).into(),
        Form::IdBy(kind, prefixes) => {
            let kind: String = values.try_get("", kind)?;
            let prefix = prefixes.iter().find(|(known, _)| *known == kind).map(|(_, prefix)| *prefix);
            let uuid: Option<Uuid> = values.try_get("", name)?;
            uuid.map(|uuid| prefix.map_or_else(|| uuid.to_string(), |prefix| id(prefix, uuid))).into()
        }
        Form::Bare => values.try_get::<Option<Uuid>>("", name)?.map(|uuid| uuid.simple().to_string()).into(),
        Form::Text => values.try_get::<Option<String>>("", name)?.into(),
        Form::Json => {
            let text: Option<String> = values.try_get("", name)?;
            let json = text.map(|text| serde_json::from_str(&text)).transpose();
            json.map_err(|error| StoreError::Json(error.to_string()))?.unwrap_or_default()
        }
        Form::Number => values.try_get::<Option<i64>>("", name)?.into(),
        Form::Decimal => values.try_get::<Option<f64>>("", name)?.into(),
        Form::Flag => values.try_get::<Option<bool>>("", name)?.into(),
        Form::Instant => {
            let instant: Option<DateTime<Utc>> = values.try_get("", name)?;
            instant.map(|instant| instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)).into()
        }
        Form::Day => values.try_get::<Option<NaiveDate>>("", name)?.map(|day| day.to_string()).into(),
    })
}

/// What a place says, as values to compare with; none when it says something else.
pub(crate) fn key_values(table: &Table, key: &[Value]) -> Option<Vec<sea_orm::Value>> {
    if key.len() != table.order.len() {
        return None;
    }
    let columns = table.order.iter().map(|column| table.column(column));
    columns.zip(key).map(|(column, value)| key_value(column?, value)).collect()
}

fn key_value(column: &Column, value: &Value) -> Option<sea_orm::Value> {
    Some(match column.form {
        Form::Id(prefix) => {
            let digits = value.as_str()?.strip_prefix(prefix)?.strip_prefix('_')?;
            Uuid::try_parse(digits).ok()?.into()
        }
        Form::Bare | Form::IdBy(..) => {
            let text = value.as_str()?;
            let digits = text.rsplit_once('_').map_or(text, |(_, digits)| digits);
            Uuid::try_parse(digits).ok()?.into()
        }
        Form::Text => value.as_str()?.to_owned().into(),
        Form::Number => value.as_i64()?.into(),
        Form::Flag => value.as_bool()?.into(),
        Form::Instant => DateTime::parse_from_rfc3339(value.as_str()?).ok()?.to_utc().into(),
        Form::Day => value.as_str()?.parse::<NaiveDate>().ok()?.into(),
        Form::Json | Form::Decimal => return None,
    })
}
