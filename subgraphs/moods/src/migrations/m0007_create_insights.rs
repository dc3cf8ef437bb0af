//! What is found in people's moods, what they dismissed of it, and for whom it is to be looked for anew.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "moods_0007_create_insights"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(insights()).await?;
        let of_owner = Index::create()
            .name("insights_of_owner")
            .table("insights")
            .col("user_id")
            .col("position")
            .to_owned();
        manager.create_index(of_owner).await?;
        manager.create_table(dismissals()).await?;
        let of_owner = Index::create()
            .name("insight_dismissals_of_owner")
            .table("insight_dismissals")
            .col("user_id")
            .to_owned();
        manager.create_index(of_owner).await?;
        manager.create_table(states()).await?;
        let due = Index::create().name("insight_states_due").table("insight_states").col("due_at").to_owned();
        manager.create_index(due).await?;
        // Whoever has logged moods already has never had them looked at.
        let everybody = "INSERT INTO insight_states (user_id, changes, computed, due_at, helpful)
            SELECT user_id, 1, 0, MAX(updated_at), '[]' FROM mood_entries GROUP BY user_id";
        manager.get_connection().execute_unprepared(everybody).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["insight_states", "insight_dismissals", "insights"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn insights() -> TableCreateStatement {
    Table::create()
        .table("insights")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("position").small_integer().not_null())
        .col(ColumnDef::new("finding").text().not_null())
        .col(ColumnDef::new("found_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("dismissed_at").timestamp_with_time_zone())
        .to_owned()
}

fn dismissals() -> TableCreateStatement {
    Table::create()
        .table("insight_dismissals")
        .col(ColumnDef::new("insight_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("finding").text().not_null())
        .col(ColumnDef::new("dismissed_at").timestamp_with_time_zone().not_null())
        .to_owned()
}

fn states() -> TableCreateStatement {
    Table::create()
        .table("insight_states")
        .col(ColumnDef::new("user_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("changes").big_integer().not_null())
        .col(ColumnDef::new("computed").big_integer().not_null())
        .col(ColumnDef::new("due_at").timestamp_with_time_zone())
        .col(ColumnDef::new("claimed_until").timestamp_with_time_zone())
        .col(ColumnDef::new("computed_at").timestamp_with_time_zone())
        .col(ColumnDef::new("helpful").text().not_null())
        .to_owned()
}
