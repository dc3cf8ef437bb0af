//! How often things were tried lately.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let throttles = Table::create()
            .table("throttles")
            .col(ColumnDef::new("key").text().not_null().primary_key())
            .col(ColumnDef::new("empty_at").big_integer().not_null())
            .to_owned();
        manager.create_table(throttles).await?;
        let by_time =
            Index::create().name("throttles_empty_at").table("throttles").col("empty_at").to_owned();
        manager.create_index(by_time).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("throttles").to_owned()).await
    }
}
