//! Of hugs without a name, whom nobody else is to know: who sent it, or who gets one back for it. Reports of them keep that
//! back, and so does the log.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "social_0006_hide_one_of_two"
    }
}

/// What is about a hug, and was written before, keeps back whose that is: it may be one without a name, and be gone.
const STATEMENTS: [&str; 4] = [
    "ALTER TABLE moments ADD COLUMN hidden_id uuid NULL",
    "UPDATE moments SET hidden_id = owner_id WHERE is_anonymous",
    "ALTER TABLE reports ADD COLUMN is_subject_hidden boolean NOT NULL DEFAULT true",
    "ALTER TABLE audit_entries ADD COLUMN is_subject_hidden boolean NOT NULL DEFAULT true",
];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in STATEMENTS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        manager.alter_table(Table::alter().table("moments").drop_column("is_anonymous").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let anonymous = "ALTER TABLE moments ADD COLUMN is_anonymous boolean NOT NULL DEFAULT false";
        connection.execute_unprepared(anonymous).await?;
        let known = "UPDATE moments SET is_anonymous = true WHERE hidden_id IS NOT NULL";
        connection.execute_unprepared(known).await?;
        let columns = [
            ("moments", "hidden_id"),
            ("reports", "is_subject_hidden"),
            ("audit_entries", "is_subject_hidden"),
        ];
        for (table, column) in columns {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
