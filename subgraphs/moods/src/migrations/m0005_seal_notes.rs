//! Which key a note is sealed with; none for notes from before they were sealed, which the background seals.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "moods_0005_seal_notes"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let key = ColumnDef::new("note_key").text().to_owned();
        manager.alter_table(Table::alter().table("mood_entries").add_column(key).to_owned()).await
    }

    /// Sealed notes can't be read without their key's id: there is no way back for them.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("mood_entries").drop_column("note_key").to_owned()).await
    }
}
