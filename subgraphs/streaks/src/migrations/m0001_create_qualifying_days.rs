//! The days that count, each with what makes it count.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "streaks_0001_create_qualifying_days"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(qualifying_days()).await?;
        let dates = Index::create()
            .name("qualifying_days_of_user")
            .table("qualifying_days")
            .col("user_id")
            .col("kind")
            .col("local_date")
            .to_owned();
        manager.create_index(dates).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("qualifying_days").to_owned()).await
    }
}

fn qualifying_days() -> TableCreateStatement {
    Table::create()
        .table("qualifying_days")
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("source_id").uuid().not_null())
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("local_date").date().not_null())
        .col(ColumnDef::new("timezone").text().not_null())
        .col(ColumnDef::new("day_start_hour").small_integer().not_null())
        .col(ColumnDef::new("told_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("seq").big_integer().not_null())
        .primary_key(Index::create().col("kind").col("source_id"))
        .to_owned()
}
