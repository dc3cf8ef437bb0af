//! When hugs that waited were let in.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "hugs_0013_let_in"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("let_in_at").timestamp_with_time_zone().to_owned();
        manager.alter_table(Table::alter().table("hug_sides").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("hug_sides").drop_column("let_in_at").to_owned()).await
    }
}
