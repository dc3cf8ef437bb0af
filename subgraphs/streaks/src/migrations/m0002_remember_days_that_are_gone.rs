//! Days that don't count any more, kept so that an earlier event which comes late doesn't bring them back.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "streaks_0002_remember_days_that_are_gone"
    }
}

const TABLE: &str = "qualifying_days";
const INDEX: &str = "qualifying_days_of_user";

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let gone = ColumnDef::new("gone").boolean().not_null().default(false).to_owned();
        manager.alter_table(Table::alter().table(TABLE).add_column(gone).to_owned()).await?;
        manager.drop_index(Index::drop().name(INDEX).table(TABLE).to_owned()).await?;
        manager.create_index(index(&["user_id", "kind", "gone", "local_date"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table(TABLE).to_owned()).await?;
        manager.alter_table(Table::alter().table(TABLE).drop_column("gone").to_owned()).await?;
        manager.create_index(index(&["user_id", "kind", "local_date"])).await
    }
}

fn index(columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(INDEX).table(TABLE).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}
