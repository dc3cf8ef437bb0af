//! What people asked to take along, and which services have answered.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let exports = Table::create()
            .table("account_exports")
            .col(ColumnDef::new("user_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("export_id").uuid().not_null())
            .col(ColumnDef::new("requested_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .to_owned();
        manager.create_table(exports).await?;
        let parts = Table::create()
            .table("account_export_parts")
            .col(ColumnDef::new("export_id").uuid().not_null())
            .col(ColumnDef::new("service").text().not_null())
            .col(ColumnDef::new("entries").big_integer().not_null())
            .col(ColumnDef::new("completed_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("export_id").col("service"))
            .to_owned();
        manager.create_table(parts).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("account_export_parts").to_owned()).await?;
        manager.drop_table(Table::drop().table("account_exports").to_owned()).await
    }
}
