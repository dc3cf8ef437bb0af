//! Opening a database: pools, pragmas, and plain words when it can't be done.

use std::time::Duration;

use sea_orm::{ConnectOptions, Database as SeaDatabase, DatabaseConnection, DbErr};

use crate::BUSY_TIMEOUT;

#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The most connections for reading (SQLite), or for everything (PostgreSQL).
    pub max_connections: u32,
    pub connect_timeout: Duration,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { max_connections: 8, connect_timeout: Duration::from_secs(5) }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("`{scheme}` is not a database that can be opened: use sqlite: or postgres:")]
    Scheme { scheme: String },
    #[error("the database at {place} can't be opened: {source}")]
    Connect { place: String, source: DbErr },
}

/// The reading and the writing side of the database at `url`.
pub(crate) async fn open(
    url: &str,
    options: &OpenOptions,
) -> Result<(DatabaseConnection, DatabaseConnection), OpenError> {
    let scheme = url.split(':').next().unwrap_or_default();
    let failed = |source| OpenError::Connect { place: without_password(url), source };
    match scheme {
        "sqlite" => open_sqlite(url, options).await.map_err(failed),
        "postgres" | "postgresql" => {
            let connection = SeaDatabase::connect(pool(url, options, options.max_connections)).await;
            connection.map(|pool| (pool.clone(), pool)).map_err(failed)
        }
        _ => Err(OpenError::Scheme { scheme: scheme.to_owned() }),
    }
}

async fn open_sqlite(
    url: &str,
    options: &OpenOptions,
) -> Result<(DatabaseConnection, DatabaseConnection), DbErr> {
    // The writer first: it makes the file and turns WAL on.
    let writer = SeaDatabase::connect(sqlite_pool(url, options, 1)).await?;
    let reader = SeaDatabase::connect(sqlite_pool(url, options, options.max_connections)).await?;
    Ok((reader, writer))
}

fn sqlite_pool(url: &str, options: &OpenOptions, max_connections: u32) -> ConnectOptions {
    let mut pool = pool(url, options, max_connections);
    pool.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .create_if_missing(true)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "NORMAL")
            .pragma("temp_store", "MEMORY")
    });
    pool
}

fn pool(url: &str, options: &OpenOptions, max_connections: u32) -> ConnectOptions {
    let mut pool = ConnectOptions::new(url);
    pool.max_connections(max_connections)
        .connect_timeout(options.connect_timeout)
        .acquire_timeout(Duration::from_secs(30))
        .test_before_acquire_if_idle_for(Duration::from_secs(10))
        .sqlx_logging(false);
    pool
}

/// The URL as it may be shown: without user and password.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://{place}"),
        _ => url.to_owned(),
    }
}
