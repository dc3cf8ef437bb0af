//! What people are called.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "hugs_0011_names"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            ColumnDef::new("username").text().to_owned(),
            ColumnDef::new("display_name").text().to_owned(),
            ColumnDef::new("names_seq").big_integer().to_owned(),
        ] {
            let table = Table::alter().table("people").add_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        // Those who were heard of before names were; a start looks for them.
        let index = "CREATE INDEX people_without_names ON people (id) WHERE username IS NULL";
        manager.get_connection().execute_unprepared(index).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("people_without_names").table("people").to_owned()).await?;
        for column in ["username", "display_name", "names_seq"] {
            let table = Table::alter().table("people").drop_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
