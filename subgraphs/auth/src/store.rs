//! What all stores of this subgraph share: the names of the database's parts.

pub(crate) use sea_orm::{ConnectionTrait as Connection, DbErr as StoreError};

/// Waits until `task` is over, or somebody waits for a lock of PostgreSQL's. SQLite has one writer at a time: whatever is begun
/// second comes second there.
#[cfg(test)]
pub(crate) async fn until_it_waits<T>(ctx: &crate::context::Ctx, task: &tokio::task::JoinHandle<T>) {
    const WAITING: &str = "SELECT COUNT(*) AS n FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let db = &ctx.db;
    if db.is_sqlite() {
        return;
    }
    testkit::eventually("the task to wait for a lock", || async {
        let count = sea_orm::Statement::from_string(db.backend(), WAITING);
        let row = db.reader().query_one_raw(count).await.unwrap().unwrap();
        (task.is_finished() || row.try_get::<i64>("", "n").unwrap() > 0).then_some(())
    })
    .await;
}
