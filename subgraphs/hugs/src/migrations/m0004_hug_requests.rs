//! Requests for hugs, and whom the private ones name.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "hugs_0004_hug_requests"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(hug_requests()).await?;
        manager.create_table(targets()).await?;
        let connection = manager.get_connection();
        for index in INDEXES {
            connection.execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("hug_request_targets").to_owned()).await?;
        manager.drop_table(Table::drop().table("hug_requests").to_owned()).await
    }
}

const INDEXES: [&str; 3] = [
    "CREATE INDEX hug_requests_by_time ON hug_requests (created_at, id)",
    "CREATE INDEX hug_requests_by_requester ON hug_requests (requester_id, created_at, id)",
    "CREATE INDEX hug_request_targets_by_person ON hug_request_targets (person_id, request_id)",
];

fn hug_requests() -> TableCreateStatement {
    Table::create()
        .table("hug_requests")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("requester_id").uuid().not_null())
        .col(ColumnDef::new("message").text())
        .col(ColumnDef::new("audience").text().not_null())
        .col(ColumnDef::new("urgency").text().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("closed_at").timestamp_with_time_zone())
        .to_owned()
}

fn targets() -> TableCreateStatement {
    Table::create()
        .table("hug_request_targets")
        .col(ColumnDef::new("request_id").uuid().not_null())
        .col(ColumnDef::new("person_id").uuid().not_null())
        .primary_key(Index::create().col("request_id").col("person_id"))
        .to_owned()
}
