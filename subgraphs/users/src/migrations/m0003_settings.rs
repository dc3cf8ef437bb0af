//! What people have set.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let settings = Table::create()
            .table("settings")
            .col(ColumnDef::new("user_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("timezone").text().not_null())
            .col(ColumnDef::new("day_start_hour").integer().not_null())
            .col(ColumnDef::new("hugs_not_followed").text().not_null())
            .col(ColumnDef::new("hugs_not_following").text().not_null())
            .col(ColumnDef::new("hugs_new_accounts").text().not_null())
            .col(ColumnDef::new("hugs_anonymous").text().not_null())
            .col(ColumnDef::new("presence_shown_to").text().not_null())
            .col(ColumnDef::new("last_seen_shown_to").text().not_null())
            .to_owned();
        manager.create_table(settings).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("settings").to_owned()).await
    }
}
