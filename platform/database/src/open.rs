//! Opening a database: pools, pragmas, and plain words when it can't be done.

use std::time::Duration;

use sea_orm::{ConnectOptions, Database as SeaDatabase, DatabaseConnection, DbErr};

use crate::BUSY_TIMEOUT;

#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The most connections for reading (SQLite), or for everything (PostgreSQL).
    pub max_connections: u32,
    /// How long to wait for a connection: a new one, or one that is busy.
    pub acquire_timeout: Duration,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { max_connections: 8, acquire_timeout: Duration::from_secs(10) }
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
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire_if_idle_for(Duration::from_secs(10))
        .sqlx_logging(false);
    pool
}

/// The URL as it may be shown: without user and password, which may also stand among its parameters.
fn without_password(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(url, _)| url);
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://{place}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Database, OpenOptions, is_unique_violation};

    #[tokio::test]
    async fn what_can_not_be_opened_is_said_without_the_password() {
        let options =
            OpenOptions { acquire_timeout: std::time::Duration::from_millis(200), ..Default::default() };
        let unknown = Database::open("mysql://localhost/x", &options).await.unwrap_err().to_string();
        assert_eq!(unknown, "`mysql` is not a database that can be opened: use sqlite: or postgres:");
        for url in
            ["postgres://ada:secret@127.0.0.1:1/x", "postgres://127.0.0.1:1/x?user=ada&password=secret"]
        {
            let refused = Database::open(url, &options).await.unwrap_err().to_string();
            assert!(refused.contains("postgres://127.0.0.1:1/x") && !refused.contains("secret"), "{refused}");
        }
    }

    #[tokio::test]
    async fn sixty_four_writers_wait_for_each_other_on_sqlite() {
        use sea_orm::ConnectionTrait as _;

        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let database = Database::open(&url, &OpenOptions::default()).await.unwrap();
        let begin = database.begin().await.unwrap();
        begin
            .execute_unprepared("CREATE TABLE counter (id integer PRIMARY KEY, value integer)")
            .await
            .unwrap();
        begin.execute_unprepared("INSERT INTO counter VALUES (1, 0)").await.unwrap();
        begin.commit().await.unwrap();
        let writers = (0..64).map(|_| {
            let database = database.clone();
            tokio::spawn(async move {
                let transaction = database.begin().await.unwrap();
                let add = "UPDATE counter SET value = value + 1 WHERE id = 1";
                transaction.execute_unprepared(add).await.unwrap();
                transaction.commit().await.unwrap();
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let row = database
            .reader()
            .query_one_raw(sea_orm::Statement::from_string(database.backend(), "SELECT value FROM counter"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 64);
        let twice =
            database.reader().execute_unprepared("INSERT INTO counter VALUES (1, 0)").await.unwrap_err();
        assert!(is_unique_violation(&twice));
    }
}
