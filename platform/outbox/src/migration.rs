//! The tables' migrations, which every subgraph that tells or handles events puts before its own.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

/// Makes `outbox`, `inbox` and `dead_letters`.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(MakeTables), Box::new(FindWhatWasTold)]
}

struct MakeTables;

impl MigrationName for MakeTables {
    fn name(&self) -> &'static str {
        "outbox_0001_make_tables"
    }
}

#[async_trait]
impl MigrationTrait for MakeTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(outbox()).await?;
        manager.create_table(inbox()).await?;
        manager.create_table(dead_letters()).await?;
        let connection = manager.get_connection();
        // The relay's only question, however many rows have been relayed.
        let unrelayed = "CREATE INDEX outbox_unrelayed ON outbox (position) WHERE relayed_at IS NULL";
        connection.execute_unprepared(unrelayed).await?;
        connection.execute_unprepared("CREATE INDEX outbox_relayed_at ON outbox (relayed_at)").await?;
        connection.execute_unprepared("CREATE INDEX inbox_handled_at ON inbox (handled_at)").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["dead_letters", "inbox", "outbox"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

struct FindWhatWasTold;

impl MigrationName for FindWhatWasTold {
    fn name(&self) -> &'static str {
        "outbox_0002_find_what_was_told"
    }
}

#[async_trait]
impl MigrationTrait for FindWhatWasTold {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A stream that is taken up again asks what happened since, of seven days' events.
        let since = "CREATE INDEX outbox_occurred_at ON outbox (occurred_at)";
        manager.get_connection().execute_unprepared(since).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX outbox_occurred_at").await.map(|_| ())
    }
}

fn outbox() -> TableCreateStatement {
    Table::create()
        .table("outbox")
        .col(ColumnDef::new("position").big_integer().not_null().auto_increment().primary_key())
        .col(ColumnDef::new("event_id").uuid().not_null().unique_key())
        .col(ColumnDef::new("producer").text().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("occurred_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("aggregate_id").text().not_null())
        .col(ColumnDef::new("actor_id").uuid())
        .col(ColumnDef::new("traceparent").text())
        .col(ColumnDef::new("data").text().not_null())
        .col(ColumnDef::new("relayed_at").timestamp_with_time_zone())
        .to_owned()
}

fn inbox() -> TableCreateStatement {
    Table::create()
        .table("inbox")
        .col(ColumnDef::new("consumer").text().not_null())
        .col(ColumnDef::new("event_id").uuid().not_null())
        .col(ColumnDef::new("handled_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("consumer").col("event_id"))
        .to_owned()
}

fn dead_letters() -> TableCreateStatement {
    Table::create()
        .table("dead_letters")
        .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
        .col(ColumnDef::new("consumer").text().not_null())
        .col(ColumnDef::new("event_id").uuid().not_null())
        .col(ColumnDef::new("envelope").text().not_null())
        .col(ColumnDef::new("error").text().not_null())
        .col(ColumnDef::new("failed_at").timestamp_with_time_zone().not_null())
        .index(Index::create().unique().name("dead_letters_once").col("consumer").col("event_id"))
        .to_owned()
}
