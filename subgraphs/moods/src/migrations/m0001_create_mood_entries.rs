//! Mood entries.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "moods_0001_create_mood_entries"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(mood_entries()).await?;
        let history = Index::create()
            .name("mood_entries_of_user")
            .table("mood_entries")
            .col("user_id")
            .col("occurred_at")
            .col("id")
            .to_owned();
        manager.create_index(history).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("mood_entries").to_owned()).await
    }
}

fn mood_entries() -> TableCreateStatement {
    Table::create()
        .table("mood_entries")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("score").small_integer().not_null())
        .col(ColumnDef::new("valence").double())
        .col(ColumnDef::new("energy").double())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("tags").text().not_null())
        .col(ColumnDef::new("note").text())
        .col(ColumnDef::new("occurred_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("timezone").text().not_null())
        .col(ColumnDef::new("day_start_hour").small_integer().not_null())
        .col(ColumnDef::new("local_date").date().not_null())
        .col(ColumnDef::new("visibility").text().not_null())
        .col(ColumnDef::new("revision").integer().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .to_owned()
}
