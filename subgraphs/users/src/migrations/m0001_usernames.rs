//! Whose each name is, and names that wait for their account.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let claims = Table::create()
            .table("username_claims")
            .col(ColumnDef::new("skeleton").text().not_null().primary_key())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("free_at").timestamp_with_time_zone())
            .to_owned();
        manager.create_table(claims).await?;
        let reservations = Table::create()
            .table("username_reservations")
            .col(ColumnDef::new("user_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("username").text().not_null())
            .col(ColumnDef::new("display_name").text().not_null())
            .col(ColumnDef::new("reserved_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .to_owned();
        manager.create_table(reservations).await?;
        let expiry = Index::create()
            .name("username_reservations_expires_at")
            .table("username_reservations")
            .col("expires_at")
            .to_owned();
        manager.create_index(expiry).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("username_reservations").to_owned()).await?;
        manager.drop_table(Table::drop().table("username_claims").to_owned()).await
    }
}
