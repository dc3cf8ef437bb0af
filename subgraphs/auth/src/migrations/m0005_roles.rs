//! What somebody may do besides what everybody may.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let roles = Table::alter()
            .table("accounts")
            .add_column(ColumnDef::new("roles").text().not_null().default(""))
            .to_owned();
        manager.alter_table(roles).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("accounts").drop_column("roles").to_owned()).await
    }
}
