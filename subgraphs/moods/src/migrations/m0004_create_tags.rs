//! Tags as things of their own, so that they can be renamed and merged; until now they were texts in each entry.

use std::collections::HashMap;

use async_trait::async_trait;
use ids::TagId;
use sea_orm_migration::{
    prelude::*,
    sea_orm::{
        ConnectionTrait, DbErr, QueryResult,
        prelude::{DateTimeUtc, Uuid},
    },
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "moods_0004_create_tags"
    }
}

/// How many entries are read at a time.
const BATCH: u64 = 500;

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(tags()).await?;
        manager.create_index(tags_by_name()).await?;
        manager.create_table(entry_tags()).await?;
        let entries = Index::create()
            .name("mood_entry_tags_of_tag")
            .table("mood_entry_tags")
            .col("tag_id")
            .col("entry_id")
            .to_owned();
        manager.create_index(entries).await?;
        move_texts(manager.get_connection()).await?;
        manager.alter_table(Table::alter().table("mood_entries").drop_column("tags").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("tags").text().not_null().default("[]").to_owned();
        manager.alter_table(Table::alter().table("mood_entries").add_column(column).to_owned()).await?;
        manager.drop_table(Table::drop().table("mood_entry_tags").to_owned()).await?;
        manager.drop_table(Table::drop().table("mood_tags").to_owned()).await
    }
}

fn tags() -> TableCreateStatement {
    Table::create()
        .table("mood_tags")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("folded_name").text().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .to_owned()
}

/// Names are unique whatever their case, and lists go by them.
fn tags_by_name() -> IndexCreateStatement {
    Index::create()
        .name("mood_tags_by_name")
        .table("mood_tags")
        .col("user_id")
        .col("folded_name")
        .unique()
        .to_owned()
}

fn entry_tags() -> TableCreateStatement {
    Table::create()
        .table("mood_entry_tags")
        .col(ColumnDef::new("entry_id").uuid().not_null())
        .col(ColumnDef::new("tag_id").uuid().not_null())
        .col(ColumnDef::new("position").small_integer().not_null())
        .primary_key(Index::create().col("entry_id").col("tag_id"))
        .to_owned()
}

/// Makes tags of the texts that entries have, in the order of the entries' ids.
async fn move_texts(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    let mut known = HashMap::new();
    let mut last = Uuid::nil();
    loop {
        let batch = Query::select()
            .columns(["id", "user_id", "tags", "created_at"])
            .from("mood_entries")
            .and_where(Expr::col("id").gt(last))
            .order_by("id", Order::Asc)
            .limit(BATCH)
            .to_owned();
        let rows = connection.query_all(&batch).await?;
        let Some(end) = rows.last() else {
            return Ok(());
        };
        last = end.try_get("", "id")?;
        for row in &rows {
            move_texts_of(connection, row, &mut known).await?;
        }
    }
}

async fn move_texts_of(
    connection: &impl ConnectionTrait,
    row: &QueryResult,
    known: &mut HashMap<(Uuid, String), TagId>,
) -> Result<(), DbErr> {
    let (entry_id, user_id): (Uuid, Uuid) = (row.try_get("", "id")?, row.try_get("", "user_id")?);
    let created_at: DateTimeUtc = row.try_get("", "created_at")?;
    let texts: String = row.try_get("", "tags")?;
    let names: Vec<String> = serde_json::from_str(&texts).map_err(|error| DbErr::Json(error.to_string()))?;
    for (name, position) in names.into_iter().zip(0_i16..) {
        let folded = name.to_lowercase();
        let tag = if let Some(tag) = known.get(&(user_id, folded.clone())) {
            *tag
        } else {
            let tag = TagId::at(created_at);
            let columns = ["id", "user_id", "name", "folded_name", "created_at"];
            let values =
                [tag.as_uuid().into(), user_id.into(), name.into(), folded.clone().into(), created_at.into()];
            insert(connection, "mood_tags", columns, values).await?;
            known.insert((user_id, folded), tag);
            tag
        };
        let values = [entry_id.into(), tag.as_uuid().into(), position.into()];
        insert(connection, "mood_entry_tags", ["entry_id", "tag_id", "position"], values).await?;
    }
    Ok(())
}

async fn insert<const COLUMNS: usize>(
    connection: &impl ConnectionTrait,
    table: &'static str,
    columns: [&'static str; COLUMNS],
    values: [Value; COLUMNS],
) -> Result<(), DbErr> {
    let insert =
        Query::insert().into_table(table).columns(columns).values_panic(values.map(Expr::val)).to_owned();
    connection.execute(&insert).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use sea_orm_migration::sea_orm::TransactionTrait as _;
    use testkit::TestDatabase;

    use super::*;
    use crate::migrations::Migrator;

    #[tokio::test]
    async fn texts_become_tags_and_keep_their_order() {
        let database = TestDatabase::create().await;
        let db = database.open().await;
        let earlier = Migrator::migrations();
        let steps = (0..).zip(&earlier).find(|(_, migration)| migration.name() == Migration.name());
        Migrator::up(db.reader(), steps.map(|(steps, _)| steps)).await.unwrap();
        let user = Uuid::from_u128(7);
        for (id, texts) in [(1_u128, r#"["Walk","tea"]"#), (2, "[]"), (3, r#"["TEA","sun","walk"]"#)] {
            let columns = [
                "id",
                "user_id",
                "score",
                "kind",
                "tags",
                "occurred_at",
                "timezone",
                "day_start_hour",
                "local_date",
                "visibility",
                "revision",
                "created_at",
                "updated_at",
            ];
            let now = DateTimeUtc::UNIX_EPOCH;
            let values = [
                Uuid::from_u128(id).into(),
                user.into(),
                3_i16.into(),
                "MOMENT".into(),
                texts.into(),
                now.into(),
                "UTC".into(),
                0_i16.into(),
                now.date_naive().into(),
                "PRIVATE".into(),
                1_i32.into(),
                now.into(),
                now.into(),
            ];
            insert(db.reader(), "mood_entries", columns, values).await.unwrap();
        }
        Migrator::up(db.reader(), None).await.unwrap();

        let work = db.reader().begin().await.unwrap();
        let entries = [1, 2, 3].map(|id| ids::MoodId::from_uuid(Uuid::from_u128(id)));
        let tags = crate::tags::store::of_entries(&work, &entries).await.unwrap();
        let names = |entry| {
            tags.get(entry).into_iter().flatten().map(|tag| tag.name.text().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(entries.each_ref().map(names), [vec!["Walk", "tea"], vec![], vec!["tea", "sun", "Walk"]]);
        work.commit().await.unwrap();
        db.close().await.unwrap();
        database.remove().await;
    }
}
