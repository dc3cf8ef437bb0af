//! Posts, what can be shared, reactions, and dismissed suggestions.

use async_trait::async_trait;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "social_0003_create_posts"
    }
}

const TABLES: [&str; 8] =
    ["moods", "moments", "moment_people", "streaks", "badges", "posts", "reactions", "dismissals"];

/// Feeds ask for one author's newest post among those that others may see, and for the newest of all that everybody may.
const INDEXES: [&str; 12] = [
    "CREATE INDEX moods_of_owner ON moods (owner_id)",
    "CREATE INDEX moments_of_owner ON moments (owner_id)",
    "CREATE INDEX moment_people_by_user ON moment_people (user_id)",
    "CREATE INDEX posts_of_author ON posts (author_id, id)",
    "CREATE INDEX posts_shown_of_author ON posts (author_id, id) WHERE reach > 0",
    "CREATE INDEX posts_by_reach ON posts (reach, id)",
    "CREATE INDEX posts_by_shared ON posts (shared_id)",
    "CREATE INDEX reactions_by_kind ON reactions (target_id, kind, user_id)",
    "CREATE INDEX reactions_by_user ON reactions (user_id)",
    "CREATE INDEX dismissals_by_dismissed ON dismissals (dismissed_id)",
    "CREATE INDEX mutes_by_muted ON mutes (muted_id)",
    "CREATE INDEX pairs_by_higher ON pairs (high_id)",
];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables =
            [moods(), moments(), moment_people(), streaks(), badges(), posts(), reactions(), dismissals()];
        for table in tables {
            manager.create_table(table).await?;
        }
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.into_iter().rev() {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn moods() -> TableCreateStatement {
    Table::create()
        .table("moods")
        .col(ColumnDef::new("mood_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("owner_id").uuid().not_null())
        .col(ColumnDef::new("visibility").small_integer().not_null())
        .to_owned()
}

fn moments() -> TableCreateStatement {
    Table::create()
        .table("moments")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("owner_id").uuid().not_null())
        .col(ColumnDef::new("audience").small_integer().not_null())
        .col(ColumnDef::new("is_anonymous").boolean().not_null())
        .to_owned()
}

fn moment_people() -> TableCreateStatement {
    Table::create()
        .table("moment_people")
        .col(ColumnDef::new("moment_id").uuid().not_null())
        .col(ColumnDef::new("user_id").uuid().not_null())
        .primary_key(Index::create().col("moment_id").col("user_id"))
        .to_owned()
}

fn streaks() -> TableCreateStatement {
    Table::create()
        .table("streaks")
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("days").integer().not_null())
        .primary_key(Index::create().col("user_id").col("kind"))
        .to_owned()
}

fn badges() -> TableCreateStatement {
    Table::create()
        .table("badges")
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("badge").text().not_null())
        .primary_key(Index::create().col("user_id").col("badge"))
        .to_owned()
}

fn posts() -> TableCreateStatement {
    Table::create()
        .table("posts")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("author_id").uuid().not_null())
        .col(ColumnDef::new("text").text().null())
        .col(ColumnDef::new("visibility").small_integer().not_null())
        .col(ColumnDef::new("reach").small_integer().not_null())
        .col(ColumnDef::new("shared_kind").text().not_null())
        .col(ColumnDef::new("shared_id").uuid().null())
        .col(ColumnDef::new("shared_name").text().null())
        .col(ColumnDef::new("shared_days").integer().null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .to_owned()
}

fn reactions() -> TableCreateStatement {
    Table::create()
        .table("reactions")
        .col(ColumnDef::new("target_id").uuid().not_null())
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("reacted_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("target_id").col("user_id"))
        .to_owned()
}

fn dismissals() -> TableCreateStatement {
    Table::create()
        .table("dismissals")
        .col(ColumnDef::new("user_id").uuid().not_null())
        .col(ColumnDef::new("dismissed_id").uuid().not_null())
        .col(ColumnDef::new("dismissed_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("user_id").col("dismissed_id"))
        .to_owned()
}
