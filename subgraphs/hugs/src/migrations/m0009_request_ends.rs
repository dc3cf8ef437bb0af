//! How requests end, and who would rather not answer them.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "hugs_0009_request_ends"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in COLUMNS {
            let mut instant = ColumnDef::new(column).timestamp_with_time_zone().take();
            manager.alter_table(Table::alter().table(table).add_column(&mut instant).to_owned()).await?;
        }
        // What the clock has to end.
        let due = "CREATE INDEX hug_requests_due ON hug_requests (expires_at) \
                   WHERE closed_at IS NULL AND expired_at IS NULL";
        manager.get_connection().execute_unprepared(due).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX hug_requests_due").await?;
        for (table, column) in COLUMNS {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

const COLUMNS: [(&str, &str); 2] = [("hug_requests", "expired_at"), ("hug_request_targets", "declined_at")];
