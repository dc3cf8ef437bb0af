//! Finding the names that are free again.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const INDEX: &str = "username_claims_free_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Most names are somebody's for good.
        let index = format!("CREATE INDEX {INDEX} ON username_claims (free_at) WHERE free_at IS NOT NULL");
        manager.get_connection().execute_unprepared(&index).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(&format!("DROP INDEX {INDEX}")).await.map(|_| ())
    }
}
