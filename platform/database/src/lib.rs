#![doc = include_str!("../README.md")]

pub mod keyset;
mod open;

use std::time::Duration;

pub use open::{OpenError, OpenOptions};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqlErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

/// A subgraph's own database. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Database {
    /// Opens the database at `url`, making the SQLite file if there is none.
    pub async fn open(url: &str, options: &OpenOptions) -> Result<Self, OpenError> {
        let (reader, writer) = open::open(url, options).await?;
        Ok(Self { reader, writer })
    }

    /// The same database, whose statements `observer` is told of as they end: those outside of transactions, and those within.
    /// Clones that were made before it aren't observed.
    pub fn observed_by(mut self, observer: impl Fn(&Statement) + Clone + Send + Sync + 'static) -> Self {
        for connection in [&mut self.reader, &mut self.writer] {
            let observer = observer.clone();
            connection.set_metric_callback(move |ended| observer(ended.statement));
        }
        self
    }

    /// For queries outside a transaction.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let options = if self.is_sqlite() { immediate } else { TransactionOptions::default() };
        self.writer.begin_with_options(options).await
    }

    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    pub fn is_sqlite(&self) -> bool {
        self.backend() == DbBackend::Sqlite
    }

    /// Applies the migrations that are missing. Several processes may start at once: one does it, the others wait.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<(), DbErr> {
        if self.is_sqlite() {
            return M::up(&self.writer, None).await;
        }
        let turn = self.writer.begin().await?;
        let lock = "SELECT pg_advisory_xact_lock(hashtext('schema migrations'))";
        turn.execute_raw(Statement::from_string(DbBackend::Postgres, lock)).await?;
        M::up(&self.reader, None).await?;
        turn.commit().await
    }

    /// Asks the database whether it answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.reader.ping().await
    }

    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.close().await?;
        self.writer.close().await
    }
}

/// Lets one transaction at a time go on of those that name the same, from here until it ends. SQLite has one writer anyway.
pub async fn take_turn(connection: &impl ConnectionTrait, name: &str) -> Result<(), DbErr> {
    if connection.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
    let lock = Statement::from_sql_and_values(DbBackend::Postgres, lock, [name.into()]);
    connection.execute_raw(lock).await.map(|_| ())
}

/// Whether a write failed because a row with that key is there already.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// How long a statement waits for SQLite's one writer of another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
