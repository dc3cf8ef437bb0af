//! The table of keys and their results.

use sea_orm_migration::prelude::*;

/// The migrations that a database needs to keep idempotency keys.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(CreateIdempotencyKeys), Box::new(FindOldKeys)]
}

/// Whether a database with these migrations keeps idempotency keys.
pub fn is_part_of(migrations: &[Box<dyn MigrationTrait>]) -> bool {
    migrations.iter().any(|migration| migration.name() == CREATE)
}

const CREATE: &str = "m0002_create_idempotency_keys";

struct CreateIdempotencyKeys;

impl MigrationName for CreateIdempotencyKeys {
    fn name(&self) -> &'static str {
        CREATE
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateIdempotencyKeys {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("idempotency_keys")
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("key").string_len(255).not_null())
            .col(ColumnDef::new("fingerprint").string_len(64).not_null())
            .col(ColumnDef::new("result").text().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("user_id").col("key"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("idempotency_keys").to_owned()).await
    }
}

struct FindOldKeys;

impl MigrationName for FindOldKeys {
    fn name(&self) -> &'static str {
        "idempotency_0002_find_old_keys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for FindOldKeys {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_time = Index::create()
            .name("idempotency_keys_created_at")
            .table("idempotency_keys")
            .col("created_at")
            .to_owned();
        manager.create_index(by_time).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_time = Index::drop().name("idempotency_keys_created_at").table("idempotency_keys").to_owned();
        manager.drop_index(by_time).await
    }
}
