//! What an entry is called and associated with, and which mood of its owner's own it is.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "moods_0003_describe_mood_entries"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(custom_moods()).await?;
        manager.create_index(custom_moods_by_name()).await?;
        // SQLite adds one column a statement.
        for column in [
            ColumnDef::new("labels").text().not_null().default("[]").to_owned(),
            ColumnDef::new("associations").text().not_null().default("[]").to_owned(),
            ColumnDef::new("custom_mood_id").uuid().to_owned(),
        ] {
            manager.alter_table(Table::alter().table("mood_entries").add_column(column).to_owned()).await?;
        }
        let days = Index::create()
            .name("mood_entries_of_day")
            .table("mood_entries")
            .col("user_id")
            .col("local_date")
            .to_owned();
        manager.create_index(days).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("mood_entries_of_day").table("mood_entries").to_owned())
            .await?;
        for column in ["labels", "associations", "custom_mood_id"] {
            manager.alter_table(Table::alter().table("mood_entries").drop_column(column).to_owned()).await?;
        }
        manager.drop_table(Table::drop().table("custom_moods").to_owned()).await
    }
}

fn custom_moods() -> TableCreateStatement {
    Table::create()
        .table("custom_moods")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("folded_name").text().not_null())
        .col(ColumnDef::new("emoji").text())
        .col(ColumnDef::new("score").small_integer().not_null())
        .col(ColumnDef::new("valence").double())
        .col(ColumnDef::new("energy").double())
        .col(ColumnDef::new("archived").boolean().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .to_owned()
}

/// Names are unique whatever their case, and lists go by them.
fn custom_moods_by_name() -> IndexCreateStatement {
    Index::create()
        .name("custom_moods_by_name")
        .table("custom_moods")
        .col("user_id")
        .col("folded_name")
        .unique()
        .to_owned()
}
