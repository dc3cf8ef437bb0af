//! Who exists, since when, and under which policy they receive hugs.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "hugs_0002_people"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("people")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("registered_at").timestamp_with_time_zone())
            .col(ColumnDef::new("hug_policy").text())
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("people").to_owned()).await
    }
}
