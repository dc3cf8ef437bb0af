//! Who agreed to whose hugs, hugs whose sender is hidden, and hugs that return others.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "hugs_0008_consent"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(consents()).await?;
        for mut column in hug_columns() {
            manager.alter_table(Table::alter().table("hugs").add_column(&mut column).to_owned()).await?;
        }
        let mut hidden = flag("other_hidden");
        manager.alter_table(Table::alter().table("hug_sides").add_column(&mut hidden).to_owned()).await?;
        let connection = manager.get_connection();
        for statement in STATEMENTS {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for index in ["hugs_return_once", "hug_sides_by_other"] {
            connection.execute_unprepared(&format!("DROP INDEX {index}")).await?;
        }
        manager.alter_table(Table::alter().table("hug_sides").drop_column("other_hidden").to_owned()).await?;
        for column in ["anonymous", "to_anonymous", "returns", "declined_at"] {
            manager.alter_table(Table::alter().table("hugs").drop_column(column).to_owned()).await?;
        }
        manager.drop_table(Table::drop().table("hug_consents").to_owned()).await
    }
}

const STATEMENTS: [&str; 4] = [
    // One return of a hug. Rows that return none are all distinct.
    "CREATE UNIQUE INDEX hugs_return_once ON hugs (returns)",
    // History with one person, and what waits from them.
    "CREATE INDEX hug_sides_by_other ON hug_sides (person_id, other_id, sent_at, hug_id)",
    // Who hugged somebody, or thanked them, knows them.
    "INSERT INTO hug_consents (person_id, other_id, anonymous, consent, at) \
     SELECT sender_id, recipient_id, FALSE, 'KNOWN', MIN(sent_at) FROM hugs GROUP BY sender_id, recipient_id",
    "INSERT INTO hug_consents (person_id, other_id, anonymous, consent, at) \
     SELECT recipient_id, sender_id, FALSE, 'KNOWN', MIN(thanked_at) FROM hugs WHERE thanked_at IS NOT NULL \
     GROUP BY recipient_id, sender_id ON CONFLICT DO NOTHING",
];

fn consents() -> TableCreateStatement {
    Table::create()
        .table("hug_consents")
        .col(ColumnDef::new("person_id").uuid().not_null())
        .col(ColumnDef::new("other_id").uuid().not_null())
        .col(ColumnDef::new("anonymous").boolean().not_null())
        .col(ColumnDef::new("consent").text().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("person_id").col("other_id").col("anonymous"))
        .to_owned()
}

fn hug_columns() -> [ColumnDef; 4] {
    [
        flag("anonymous"),
        flag("to_anonymous"),
        ColumnDef::new("returns").uuid().take(),
        ColumnDef::new("declined_at").timestamp_with_time_zone().take(),
    ]
}

fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().default(false).take()
}
