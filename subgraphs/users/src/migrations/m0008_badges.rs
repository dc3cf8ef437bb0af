//! Who has which badges.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let awarded = Table::create()
            .table("awarded_badges")
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("badge").text().not_null())
            .col(ColumnDef::new("awarded_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("user_id").col("badge"))
            .to_owned();
        manager.create_table(awarded).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("awarded_badges").to_owned()).await
    }
}
