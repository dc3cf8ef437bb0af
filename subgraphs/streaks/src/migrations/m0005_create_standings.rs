//! What people chose, what holds their streaks besides days, and where the streaks stand.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "streaks_0005_create_standings"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(members()).await?;
        manager.create_table(holds()).await?;
        let of_streak =
            Index::create().name("holds_of_streak").table("holds").col("user_id").col("kind").to_owned();
        manager.create_index(of_streak).await?;
        manager.create_table(standings()).await?;
        let overdue =
            Index::create().name("standings_by_breaks_at").table("standings").col("breaks_at").to_owned();
        manager.create_index(overdue).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["standings", "holds", "members"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn members() -> TableCreateStatement {
    Table::create()
        .table("members")
        .col(ColumnDef::new("user_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("shows_badges").boolean().not_null().default(true))
        .col(ColumnDef::new("on_leaderboard").boolean().not_null().default(false))
        .to_owned()
}

fn holds() -> TableCreateStatement {
    Table::create()
        .table("holds")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("hold").text().not_null())
        .col(ColumnDef::new("first_date").date().not_null())
        .col(ColumnDef::new("last_date").date().not_null())
        .col(ColumnDef::new("made_at").timestamp_with_time_zone().not_null())
        .to_owned()
}

fn standings() -> TableCreateStatement {
    Table::create()
        .table("standings")
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("is_tracked").boolean().not_null().default(true))
        .col(ColumnDef::new("current").integer().not_null().default(0))
        .col(ColumnDef::new("breaks_at").timestamp_with_time_zone())
        .col(ColumnDef::new("told_end").date())
        .primary_key(Index::create().col("user_id").col("kind"))
        .to_owned()
}
