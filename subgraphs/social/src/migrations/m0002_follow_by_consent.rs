//! Requests to follow, mutes, and what people have set about both.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "social_0002_follow_by_consent"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [settings(), follow_requests(), mutes()] {
            manager.create_table(table).await?;
        }
        let unique = "CREATE UNIQUE INDEX follow_requests_once ON follow_requests (requester_id, target_id)";
        let outgoing = "CREATE INDEX follow_requests_of_requester ON follow_requests (requester_id, id)";
        let incoming = "CREATE INDEX follow_requests_of_target ON follow_requests (target_id, id)";
        for index in [unique, outgoing, incoming] {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["mutes", "follow_requests", "settings"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn settings() -> TableCreateStatement {
    Table::create()
        .table("settings")
        .col(ColumnDef::new("user_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("approves_followers").boolean().not_null())
        .col(ColumnDef::new("is_suggested").boolean().not_null())
        .to_owned()
}

fn follow_requests() -> TableCreateStatement {
    Table::create()
        .table("follow_requests")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("requester_id").uuid().not_null())
        .col(ColumnDef::new("target_id").uuid().not_null())
        .col(ColumnDef::new("requested_at").timestamp_with_time_zone().not_null())
        .to_owned()
}

fn mutes() -> TableCreateStatement {
    Table::create()
        .table("mutes")
        .col(ColumnDef::new("muter_id").uuid().not_null())
        .col(ColumnDef::new("muted_id").uuid().not_null())
        .col(ColumnDef::new("muted_until").timestamp_with_time_zone().null())
        .col(ColumnDef::new("muted_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("muter_id").col("muted_id"))
        .to_owned()
}
