//! Which picture is whose, and which pictures are to be deleted.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let of_profile =
            Table::alter().table("profiles").add_column(ColumnDef::new("avatar_id").uuid()).to_owned();
        manager.alter_table(of_profile).await?;
        let discarded = Table::create()
            .table("discarded_avatars")
            .col(ColumnDef::new("avatar_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("delete_at").timestamp_with_time_zone().not_null())
            .to_owned();
        manager.create_table(discarded).await?;
        let by_time = Index::create()
            .name("discarded_avatars_delete_at")
            .table("discarded_avatars")
            .col("delete_at")
            .to_owned();
        manager.create_index(by_time).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("discarded_avatars").to_owned()).await?;
        manager.alter_table(Table::alter().table("profiles").drop_column("avatar_id").to_owned()).await
    }
}
