//! Accounts whose owners consent to followers, suggestions, and how people want to be told of things.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const COLUMNS: [&str; 4] = ["approves_followers", "is_suggested", "not_pushed", "mailed"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut columns = COLUMNS.map(ColumnDef::new);
        let [approves, suggested, not_pushed, mailed] = &mut columns;
        approves.boolean().not_null().default(false);
        suggested.boolean().not_null().default(true);
        not_pushed.text().not_null().default("");
        mailed.text().not_null().default("");
        for column in &mut columns {
            // SQLite adds one column at a time.
            let settings = Table::alter().table("settings").add_column(column).to_owned();
            manager.alter_table(settings).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            let settings = Table::alter().table("settings").drop_column(column).to_owned();
            manager.alter_table(settings).await?;
        }
        Ok(())
    }
}
