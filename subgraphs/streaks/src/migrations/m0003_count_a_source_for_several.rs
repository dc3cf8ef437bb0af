//! Something that several people did together counts for each of them: there is one day for each source and person.

use async_trait::async_trait;
use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "streaks_0003_count_a_source_for_several"
    }
}

const TABLE: &str = "qualifying_days";
const FORMER: &str = "former_qualifying_days";
const INDEX: &str = "qualifying_days_of_user";

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rebuild(manager, &["user_id", "kind", "source_id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rebuild(manager, &["kind", "source_id"]).await
    }
}

/// SQLite has no other way to change a primary key.
async fn rebuild(manager: &SchemaManager<'_>, key: &[&'static str]) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().name(INDEX).table(TABLE).to_owned()).await?;
    manager.rename_table(Table::rename().table(TABLE, FORMER).to_owned()).await?;
    manager.create_table(qualifying_days(key)).await?;
    let columns = [
        "kind",
        "source_id",
        "user_id",
        "local_date",
        "timezone",
        "day_start_hour",
        "told_at",
        "seq",
        "gone",
    ];
    let rows = Query::select().columns(columns).from(FORMER).to_owned();
    let mut copy = Query::insert();
    copy.into_table(TABLE).columns(columns);
    copy.select_from(rows).map_err(|error| DbErr::Custom(error.to_string()))?;
    manager.get_connection().execute(&copy).await?;
    manager.drop_table(Table::drop().table(FORMER).to_owned()).await?;
    let index = Index::create()
        .name(INDEX)
        .table(TABLE)
        .col("user_id")
        .col("kind")
        .col("gone")
        .col("local_date")
        .to_owned();
    manager.create_index(index).await
}

fn qualifying_days(key: &[&'static str]) -> TableCreateStatement {
    let mut primary_key = Index::create();
    for column in key {
        primary_key.col(*column);
    }
    Table::create()
        .table(TABLE)
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("source_id").uuid().not_null())
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("local_date").date().not_null())
        .col(ColumnDef::new("timezone").text().not_null())
        .col(ColumnDef::new("day_start_hour").small_integer().not_null())
        .col(ColumnDef::new("told_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("seq").big_integer().not_null())
        .col(ColumnDef::new("gone").boolean().not_null().default(false))
        .primary_key(&mut primary_key)
        .to_owned()
}
