//! Which moderators asked who sent an anonymous hug, and why.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "hugs_0010_disclosures"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("hug_disclosures")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("hug_id").uuid().not_null())
            .col(ColumnDef::new("moderator_id").uuid().not_null())
            .col(ColumnDef::new("reason").text().not_null())
            .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
            .to_owned();
        manager.create_table(table).await?;
        let index = "CREATE INDEX hug_disclosures_by_hug ON hug_disclosures (hug_id)";
        manager.get_connection().execute_unprepared(index).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("hug_disclosures").to_owned()).await
    }
}
