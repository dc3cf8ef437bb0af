//! Accounts that are to be erased, and who has answered that they have erased theirs.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let erasures = Table::create()
            .table("erasures")
            .col(ColumnDef::new("user_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("requested_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("erased_at").timestamp_with_time_zone())
            .to_owned();
        manager.create_table(erasures).await?;
        let by_due = Index::create().name("erasures_due_at").table("erasures").col("due_at").to_owned();
        manager.create_index(by_due).await?;
        let answers = Table::create()
            .table("erasure_answers")
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("service").text().not_null())
            .col(ColumnDef::new("completed_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("user_id").col("service"))
            .to_owned();
        manager.create_table(answers).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("erasure_answers").to_owned()).await?;
        manager.drop_table(Table::drop().table("erasures").to_owned()).await
    }
}
