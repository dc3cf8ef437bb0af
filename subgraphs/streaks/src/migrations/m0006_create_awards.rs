//! Points, in a ledger that is only ever added to, and badges.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "streaks_0006_create_awards"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(points()).await?;
        let once = Index::create()
            .name("points_once")
            .table("points")
            .col("user_id")
            .col("reason_key")
            .unique()
            .to_owned();
        manager.create_index(once).await?;
        let history =
            Index::create().name("points_of_user").table("points").col("user_id").col("id").to_owned();
        manager.create_index(history).await?;
        let badges = Table::create()
            .table("badge_awards")
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("badge").text().not_null())
            .col(ColumnDef::new("awarded_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("user_id").col("badge"))
            .to_owned();
        manager.create_table(badges).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("badge_awards").to_owned()).await?;
        manager.drop_table(Table::drop().table("points").to_owned()).await
    }
}

fn points() -> TableCreateStatement {
    Table::create()
        .table("points")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("reason_key").text().not_null())
        .col(ColumnDef::new("amount").integer().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("milestone").integer())
        .col(ColumnDef::new("made_at").timestamp_with_time_zone().not_null())
        .to_owned()
}
