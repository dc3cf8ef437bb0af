//! Each person's live log, and the counter that numbers it.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "hugs_0005_live"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(counters()).await?;
        manager.create_table(log()).await?;
        let connection = manager.get_connection();
        // Pruning, and whom to wake for a request.
        connection.execute_unprepared("CREATE INDEX live_log_at ON live_log (at)").await?;
        connection.execute_unprepared("CREATE INDEX live_log_request ON live_log (request_id, kind)").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("live_log").to_owned()).await?;
        manager.drop_table(Table::drop().table("live_counters").to_owned()).await
    }
}

fn counters() -> TableCreateStatement {
    Table::create()
        .table("live_counters")
        .col(ColumnDef::new("person_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("last").big_integer().not_null())
        .to_owned()
}

fn log() -> TableCreateStatement {
    Table::create()
        .table("live_log")
        .col(ColumnDef::new("person_id").uuid().not_null())
        .col(ColumnDef::new("number").big_integer().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("hug_id").uuid())
        .col(ColumnDef::new("request_id").uuid())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("person_id").col("number"))
        .to_owned()
}
