//! Hugs, and each party's side of them.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "hugs_0003_hugs"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(hugs()).await?;
        manager.create_table(hug_sides()).await?;
        let connection = manager.get_connection();
        for index in INDEXES {
            connection.execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("hug_sides").to_owned()).await?;
        manager.drop_table(Table::drop().table("hugs").to_owned()).await
    }
}

const INDEXES: [&str; 5] = [
    // Statistics, and the sender's limits.
    "CREATE INDEX hugs_sent ON hugs (sender_id, sent_at)",
    "CREATE INDEX hugs_received ON hugs (recipient_id, sent_at)",
    // One answer to a request by each person. Rows without a request are all distinct.
    "CREATE UNIQUE INDEX hugs_answer_once ON hugs (request_id, sender_id)",
    // History, of one side and of both.
    "CREATE INDEX hug_sides_by_side ON hug_sides (person_id, side, sent_at, hug_id)",
    "CREATE INDEX hug_sides_by_time ON hug_sides (person_id, sent_at, hug_id)",
];

fn hugs() -> TableCreateStatement {
    Table::create()
        .table("hugs")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("sender_id").uuid().not_null())
        .col(ColumnDef::new("recipient_id").uuid().not_null())
        .col(ColumnDef::new("type_id").uuid().not_null())
        .col(ColumnDef::new("request_id").uuid())
        .col(ColumnDef::new("message").text())
        .col(ColumnDef::new("filtered").boolean().not_null())
        .col(ColumnDef::new("sent_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("seen_at").timestamp_with_time_zone())
        .col(ColumnDef::new("thanked_at").timestamp_with_time_zone())
        .col(ColumnDef::new("cancelled_at").timestamp_with_time_zone())
        .to_owned()
}

fn hug_sides() -> TableCreateStatement {
    Table::create()
        .table("hug_sides")
        .col(ColumnDef::new("hug_id").uuid().not_null())
        .col(ColumnDef::new("person_id").uuid().not_null())
        .col(ColumnDef::new("other_id").uuid().not_null())
        .col(ColumnDef::new("side").text().not_null())
        .col(ColumnDef::new("sent_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("hug_id").col("person_id"))
        .to_owned()
}
