//! People, and what is between them.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "social_0001_create_relationships"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [people(), pairs(), follows(), blocks()] {
            manager.create_table(table).await?;
        }
        // One index for each direction of a list; the unique one also keeps a follow from being there twice.
        let unique = "CREATE UNIQUE INDEX follows_once ON follows (follower_id, followed_id)";
        let following = "CREATE INDEX follows_of_follower ON follows (follower_id, id)";
        let followers = "CREATE INDEX follows_of_followed ON follows (followed_id, id)";
        let blocked = "CREATE INDEX blocks_of_blocked ON blocks (blocked_id, blocker_id)";
        for index in [unique, following, followers, blocked] {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["blocks", "follows", "pairs", "people"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn people() -> TableCreateStatement {
    Table::create()
        .table("people")
        .col(ColumnDef::new("user_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("registered_at").timestamp_with_time_zone().not_null())
        .to_owned()
}

fn pairs() -> TableCreateStatement {
    Table::create()
        .table("pairs")
        .col(ColumnDef::new("low_id").uuid().not_null())
        .col(ColumnDef::new("high_id").uuid().not_null())
        .col(ColumnDef::new("touched_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("low_id").col("high_id"))
        .to_owned()
}

fn follows() -> TableCreateStatement {
    Table::create()
        .table("follows")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("follower_id").uuid().not_null())
        .col(ColumnDef::new("followed_id").uuid().not_null())
        .col(ColumnDef::new("followed_at").timestamp_with_time_zone().not_null())
        .to_owned()
}

fn blocks() -> TableCreateStatement {
    Table::create()
        .table("blocks")
        .col(ColumnDef::new("blocker_id").uuid().not_null())
        .col(ColumnDef::new("blocked_id").uuid().not_null())
        .col(ColumnDef::new("blocked_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("blocker_id").col("blocked_id"))
        .to_owned()
}
