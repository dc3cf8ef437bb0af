//! Profiles, and the terms by which they are found.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let profiles = Table::create()
            .table("profiles")
            .col(ColumnDef::new("user_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("username").text().not_null().unique_key())
            .col(ColumnDef::new("display_name").text().not_null())
            .col(ColumnDef::new("bio").text())
            .col(ColumnDef::new("pronouns").text())
            .col(ColumnDef::new("joined_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("renamed_at").timestamp_with_time_zone())
            .to_owned();
        manager.create_table(profiles).await?;
        manager.create_table(search_terms(manager.get_database_backend())).await?;
        let by_user = Index::create()
            .name("search_terms_of_user")
            .table("search_terms")
            .col("user_id")
            .col("term")
            .to_owned();
        manager.create_index(by_user).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("search_terms").to_owned()).await?;
        manager.drop_table(Table::drop().table("profiles").to_owned()).await
    }
}

fn search_terms(backend: DbBackend) -> TableCreateStatement {
    let mut term = ColumnDef::new("term");
    term.text().not_null();
    if backend == DbBackend::Postgres {
        // The search for a prefix is a range of bytes, as it is on SQLite without being asked.
        term.extra(r#"COLLATE "C""#);
    }
    Table::create()
        .table("search_terms")
        .col(term)
        .col(ColumnDef::new("user_id").uuid().not_null())
        .primary_key(Index::create().col("term").col("user_id"))
        .to_owned()
}
