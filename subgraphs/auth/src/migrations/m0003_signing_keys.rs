//! The keys that sign access tokens.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = Table::create()
            .table("signing_keys")
            .col(ColumnDef::new("key_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("generation").integer().not_null().unique_key())
            .col(ColumnDef::new("private_key").text().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("signs_from").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("published_until").timestamp_with_time_zone())
            .to_owned();
        manager.create_table(keys).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("signing_keys").to_owned()).await
    }
}
