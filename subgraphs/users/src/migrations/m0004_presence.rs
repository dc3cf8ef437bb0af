//! Connections that are alive, and when people were last seen.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connections = Table::create()
            .table("connections")
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("connection_id").text().not_null())
            .col(ColumnDef::new("away").boolean().not_null())
            .col(ColumnDef::new("seen_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("user_id").col("connection_id"))
            .to_owned();
        manager.create_table(connections).await?;
        let by_time =
            Index::create().name("connections_seen_at").table("connections").col("seen_at").to_owned();
        manager.create_index(by_time).await?;
        let last_seen = Table::create()
            .table("last_seen")
            .col(ColumnDef::new("user_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
            .to_owned();
        manager.create_table(last_seen).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("last_seen").to_owned()).await?;
        manager.drop_table(Table::drop().table("connections").to_owned()).await
    }
}
