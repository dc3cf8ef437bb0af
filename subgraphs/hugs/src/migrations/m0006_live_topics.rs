//! Logs of more than people: group hugs have one, too, and stand in those of people.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "hugs_0006_live_topics"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["live_counters", "live_log"] {
            rename(manager, table, "person_id", "topic_id").await?;
        }
        for mut column in
            [ColumnDef::new("group_hug_id").uuid().take(), ColumnDef::new("person_id").uuid().take()]
        {
            let add = Table::alter().table("live_log").add_column(&mut column).to_owned();
            manager.alter_table(add).await?;
        }
        let connection = manager.get_connection();
        for index in INDEXES {
            connection.execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in ["live_log_group_hug", "live_log_person"] {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {index}")).await?;
        }
        for column in ["group_hug_id", "person_id"] {
            manager.alter_table(Table::alter().table("live_log").drop_column(column).to_owned()).await?;
        }
        for table in ["live_counters", "live_log"] {
            rename(manager, table, "topic_id", "person_id").await?;
        }
        Ok(())
    }
}

const INDEXES: [&str; 2] = [
    // Whom to wake for a group hug.
    "CREATE INDEX live_log_group_hug ON live_log (group_hug_id, at, topic_id)",
    // Whom to take out when they are erased.
    "CREATE INDEX live_log_person ON live_log (person_id) WHERE person_id IS NOT NULL",
];

async fn rename(
    manager: &SchemaManager<'_>,
    table: &'static str,
    from: &'static str,
    to: &'static str,
) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).rename_column(from, to).to_owned()).await
}
