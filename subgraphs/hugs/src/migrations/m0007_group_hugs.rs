//! Group hugs, who takes part in them and who is invited.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "hugs_0007_group_hugs"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(group_hugs()).await?;
        manager.create_table(participants()).await?;
        manager.create_table(invitations()).await?;
        let connection = manager.get_connection();
        for index in INDEXES {
            connection.execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["group_hug_invitations", "group_hug_participants", "group_hugs"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

const INDEXES: [&str; 7] = [
    "CREATE INDEX group_hugs_by_creator ON group_hugs (creator_id, created_at)",
    "CREATE INDEX group_hugs_by_time ON group_hugs (created_at, id)",
    "CREATE INDEX group_hugs_by_host ON group_hugs (host_id, created_at, id)",
    // What the clock has to change.
    "CREATE INDEX group_hugs_to_open ON group_hugs (opens_at) WHERE state = 'SCHEDULED'",
    "CREATE INDEX group_hugs_to_expire ON group_hugs (expires_at) WHERE state IN ('OPEN', 'ACTIVE')",
    "CREATE INDEX group_hug_participants_by_person ON group_hug_participants (person_id, group_hug_id)",
    "CREATE INDEX group_hug_invitations_by_person ON group_hug_invitations (person_id, group_hug_id)",
];

fn group_hugs() -> TableCreateStatement {
    Table::create()
        .table("group_hugs")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("creator_id").uuid().not_null())
        .col(ColumnDef::new("host_id").uuid().not_null())
        .col(ColumnDef::new("type_id").uuid().not_null())
        .col(ColumnDef::new("message").text())
        .col(ColumnDef::new("audience").text().not_null())
        .col(ColumnDef::new("capacity").integer().not_null())
        .col(ColumnDef::new("taken").integer().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("opens_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("started_at").timestamp_with_time_zone())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("ended_at").timestamp_with_time_zone())
        .to_owned()
}

fn participants() -> TableCreateStatement {
    Table::create()
        .table("group_hug_participants")
        .col(ColumnDef::new("group_hug_id").uuid().not_null())
        .col(ColumnDef::new("person_id").uuid().not_null())
        .col(ColumnDef::new("joined_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("group_hug_id").col("person_id"))
        .to_owned()
}

fn invitations() -> TableCreateStatement {
    Table::create()
        .table("group_hug_invitations")
        .col(ColumnDef::new("group_hug_id").uuid().not_null())
        .col(ColumnDef::new("person_id").uuid().not_null())
        .col(ColumnDef::new("quietly").boolean().not_null())
        .col(ColumnDef::new("invited_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("group_hug_id").col("person_id"))
        .to_owned()
}
