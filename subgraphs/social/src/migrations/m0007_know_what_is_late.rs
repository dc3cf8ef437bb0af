//! From which event what is known of moods and settings is, and which moods are gone: so that one that comes late changes nothing.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "social_0007_know_what_is_late"
    }
}

const STATEMENTS: [&str; 3] = [
    "ALTER TABLE moods ADD COLUMN seq bigint NOT NULL DEFAULT 0",
    "ALTER TABLE moods ADD COLUMN is_gone boolean NOT NULL DEFAULT false",
    "ALTER TABLE settings ADD COLUMN seq bigint NOT NULL DEFAULT 0",
];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in STATEMENTS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DELETE FROM moods WHERE is_gone").await?;
        for (table, column) in [("moods", "seq"), ("moods", "is_gone"), ("settings", "seq")] {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
