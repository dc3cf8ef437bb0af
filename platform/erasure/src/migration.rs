//! The table of those who are gone.

use sea_orm_migration::prelude::*;

/// The migrations that a database needs to remember who is gone.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(CreateTombstones)]
}

struct CreateTombstones;

impl MigrationName for CreateTombstones {
    fn name(&self) -> &'static str {
        "erasure_0001_create_tombstones"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateTombstones {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tombstones = Table::create()
            .table("tombstones")
            .col(ColumnDef::new("user_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("erased_at").timestamp_with_time_zone().not_null())
            .to_owned();
        manager.create_table(tombstones).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("tombstones").to_owned()).await
    }
}
