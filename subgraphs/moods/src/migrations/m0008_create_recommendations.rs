//! What people think of what was recommended to them.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "moods_0008_create_recommendations"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let ratings = Table::create()
            .table("recommendation_ratings")
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("recommendation_id").uuid().not_null())
            .col(ColumnDef::new("rating").text().not_null())
            .col(ColumnDef::new("rated_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("user_id").col("recommendation_id"))
            .to_owned();
        manager.create_table(ratings).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("recommendation_ratings").to_owned()).await
    }
}
