//! The table of buckets.

use sea_orm_migration::prelude::*;

/// The migrations that a database needs to keep how often things were tried lately.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(CreateThrottles)]
}

struct CreateThrottles;

impl MigrationName for CreateThrottles {
    fn name(&self) -> &'static str {
        "throttle_0001_create_throttles"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateThrottles {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let throttles = Table::create()
            .table("throttles")
            .col(ColumnDef::new("key").text().not_null().primary_key())
            .col(ColumnDef::new("empty_at").big_integer().not_null())
            .to_owned();
        manager.create_table(throttles).await?;
        let by_time =
            Index::create().name("throttles_empty_at").table("throttles").col("empty_at").to_owned();
        manager.create_index(by_time).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("throttles").to_owned()).await
    }
}
