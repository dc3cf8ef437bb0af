//! The table of who may read which export.

use sea_orm_migration::prelude::*;

/// The migrations that a database needs to let people read exports.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(CreatePermits)]
}

struct CreatePermits;

impl MigrationName for CreatePermits {
    fn name(&self) -> &'static str {
        "exports_0001_create_permits"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreatePermits {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let permits = Table::create()
            .table("export_permits")
            .col(ColumnDef::new("export_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("requested_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .to_owned();
        manager.create_table(permits).await?;
        for column in ["user_id", "expires_at"] {
            let name = format!("export_permits_{column}");
            let index = Index::create().name(name).table("export_permits").col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("export_permits").to_owned()).await
    }
}
