//! Reports to the moderators, and the log of what these do.

use async_trait::async_trait;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "social_0004_create_reports"
    }
}

const INDEXES: [&str; 5] = [
    "CREATE INDEX reports_by_state ON reports (state, id)",
    "CREATE INDEX reports_of_reporter ON reports (reporter_id, target_id)",
    "CREATE INDEX reports_of_subject ON reports (subject_id)",
    "CREATE INDEX audit_entries_of_subject ON audit_entries (subject_id, id)",
    "CREATE INDEX audit_entries_of_moderator ON audit_entries (moderator_id, id)",
];

/// What is in the log stays as it is, whoever writes to the database.
const APPEND_ONLY_ON_SQLITE: [&str; 2] = [
    "CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER audit_entries_stay_the_same BEFORE UPDATE ON audit_entries
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
];
const APPEND_ONLY_ON_POSTGRES: [&str; 2] = [
    "CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''the audit log is append-only''; END'",
    "CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries
        FOR EACH ROW EXECUTE FUNCTION audit_entries_stay()",
];

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [reports(), audit_entries()] {
            manager.create_table(table).await?;
        }
        let guards = match manager.get_database_backend() {
            DbBackend::Postgres => APPEND_ONLY_ON_POSTGRES,
            _ => APPEND_ONLY_ON_SQLITE,
        };
        for statement in INDEXES.into_iter().chain(guards) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["audit_entries", "reports"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION audit_entries_stay").await?;
        }
        Ok(())
    }
}

fn reports() -> TableCreateStatement {
    Table::create()
        .table("reports")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("reporter_id").uuid().not_null())
        .col(ColumnDef::new("target_kind").text().not_null())
        .col(ColumnDef::new("target_id").uuid().not_null())
        .col(ColumnDef::new("subject_id").uuid().not_null())
        .col(ColumnDef::new("reason").text().not_null())
        .col(ColumnDef::new("text").text().null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("reported_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("resolved_at").timestamp_with_time_zone().null())
        .to_owned()
}

fn audit_entries() -> TableCreateStatement {
    Table::create()
        .table("audit_entries")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("moderator_id").uuid().not_null())
        .col(ColumnDef::new("action").text().not_null())
        .col(ColumnDef::new("target_kind").text().not_null())
        .col(ColumnDef::new("target_id").uuid().not_null())
        .col(ColumnDef::new("subject_id").uuid().not_null())
        .col(ColumnDef::new("report_id").uuid().not_null())
        .col(ColumnDef::new("reason").text().not_null())
        .col(ColumnDef::new("acted_at").timestamp_with_time_zone().not_null())
        .to_owned()
}
