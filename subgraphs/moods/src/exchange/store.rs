//! What keeps two imports apart.

use ids::UserId;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// Waits until no other import of this person's is under way, and keeps others waiting until the transaction ends: of
/// two that bring the same, the second is to find what the first has written. SQLite has one writer anyway.
pub(super) async fn one_import_at_a_time(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<(), DbErr> {
    if connection.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
    let key = format!("moods.import/{user_id}");
    let lock = Statement::from_sql_and_values(DbBackend::Postgres, lock, [key.into()]);
    connection.execute_raw(lock).await.map(|_| ())
}
