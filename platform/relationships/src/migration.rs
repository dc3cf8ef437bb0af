//! The tables of the projection.

use sea_orm_migration::prelude::*;

/// The migrations that a database needs to hold the projection.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(CreateRelationships)]
}

struct CreateRelationships;

impl MigrationName for CreateRelationships {
    fn name(&self) -> &'static str {
        "m0003_create_relationships"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateRelationships {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, from, to) in PAIRS {
            manager.create_table(pairs(table, from, to)).await?;
            let reverse =
                Index::create().name(format!("{table}_reverse")).table(table).col(to).col(from).to_owned();
            manager.create_index(reverse).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _, _) in PAIRS {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

const PAIRS: [(&str, &str, &str); 2] =
    [("known_follows", "follower_id", "followed_id"), ("known_blocks", "blocker_id", "blocked_id")];

fn pairs(table: &'static str, from: &'static str, to: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(ColumnDef::new(from).uuid().not_null())
        .col(ColumnDef::new(to).uuid().not_null())
        .primary_key(Index::create().col(from).col(to))
        .to_owned()
}
