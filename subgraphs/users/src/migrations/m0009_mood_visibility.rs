//! Who may see moods of which their owners don't say it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut visibility = ColumnDef::new("mood_visibility");
        visibility.text().not_null().default("PRIVATE");
        manager.alter_table(Table::alter().table("settings").add_column(visibility).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("settings").drop_column("mood_visibility").to_owned()).await
    }
}
