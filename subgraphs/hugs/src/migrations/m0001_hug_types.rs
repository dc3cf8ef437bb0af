//! Hug types, with those that everybody starts with.

use ids::HugTypeId;
use sea_orm_migration::prelude::*;
use uuid::Uuid;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "hugs_0001_hug_types"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("hug_types")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("name").text().not_null())
            .col(ColumnDef::new("emoji").text().not_null())
            .col(ColumnDef::new("duration_ms").integer().not_null())
            .col(ColumnDef::new("intensity").integer().not_null())
            .col(ColumnDef::new("active").boolean().not_null())
            .col(ColumnDef::new("position").integer().not_null())
            .to_owned();
        manager.create_table(table).await?;
        manager.get_connection().execute(&seed()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("hug_types").to_owned()).await
    }
}

/// Name, emoji, duration in milliseconds, intensity from 1 to 5.
const SEED: [(&str, &str, i32, i32); 10] = [
    ("Warm hug", "🤗", 4_000, 3),
    ("Bear hug", "🐻", 6_000, 5),
    ("Gentle hug", "🌸", 3_000, 1),
    ("Side hug", "🧑‍🤝‍🧑", 2_000, 2),
    ("Cosy hug", "☕", 5_000, 3),
    ("Comforting hug", "🫂", 8_000, 4),
    ("Celebration hug", "🎉", 3_000, 4),
    ("Encouraging hug", "💪", 4_000, 3),
    ("Goodnight hug", "🌙", 7_000, 2),
    ("Heartfelt hug", "💞", 2_500, 3),
];

fn seed() -> InsertStatement {
    let columns = ["id", "name", "emoji", "duration_ms", "intensity", "active", "position"];
    let mut insert = Query::insert().into_table("hug_types").columns(columns).to_owned();
    for (position, (name, emoji, duration, intensity)) in (1..).zip(SEED) {
        let id = seeded_id(position).as_uuid();
        let values = [
            id.into(),
            name.into(),
            emoji.into(),
            duration.into(),
            intensity.into(),
            true.into(),
            position.into(),
        ];
        insert.values_panic(values);
    }
    insert
}

/// The same on every installation, so that clients and tests may know it.
fn seeded_id(position: i32) -> HugTypeId {
    const FIRST: u128 = 0x0192_f000_0000_7000_8000_0000_0000_0000;
    HugTypeId::from_uuid(Uuid::from_u128(FIRST + u128::from(position.unsigned_abs())))
}
