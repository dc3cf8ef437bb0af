//! The tables of the projection.

use sea_orm_migration::prelude::*;

/// The migrations that a database needs to hold the projection.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(CreateRelationships), Box::new(CreateHeardRelationships)]
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

const HEARD: &str = "heard_relationships";

const PAIRS: [(&str, &str, &str); 2] =
    [("known_follows", "follower_id", "followed_id"), ("known_blocks", "blocker_id", "blocked_id")];

struct CreateHeardRelationships;

impl MigrationName for CreateHeardRelationships {
    fn name(&self) -> &'static str {
        "relationships_0002_create_heard_relationships"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateHeardRelationships {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let heard = Table::create()
            .table(HEARD)
            .col(ColumnDef::new("from_id").uuid().not_null())
            .col(ColumnDef::new("to_id").uuid().not_null())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("seq").big_integer().not_null())
            .primary_key(Index::create().col("from_id").col("to_id").col("kind"))
            .to_owned();
        manager.create_table(heard).await?;
        let reverse =
            Index::create().name("heard_relationships_reverse").table(HEARD).col("to_id").to_owned();
        manager.create_index(reverse).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(HEARD).to_owned()).await
    }
}

fn pairs(table: &'static str, from: &'static str, to: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(ColumnDef::new(from).uuid().not_null())
        .col(ColumnDef::new(to).uuid().not_null())
        .primary_key(Index::create().col(from).col(to))
        .to_owned()
}
