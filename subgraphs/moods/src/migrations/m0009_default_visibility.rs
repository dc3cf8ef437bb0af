//! Who may see each person's moods when they don't say it, as `users` tells.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "moods_0009_default_visibility"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut visibility = ColumnDef::new("visibility");
        visibility.text().not_null().default("PRIVATE");
        manager.alter_table(Table::alter().table("settings").add_column(visibility).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("settings").drop_column("visibility").to_owned()).await
    }
}
