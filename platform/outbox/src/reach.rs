//! Whether an error says something about the database being out of reach, or about the work itself.

use std::error::Error;

use sea_orm::{DbErr, RuntimeErr, SqlxError};

/// Whether trying the same again later may well succeed: the database was away, busy, or broke a tie.
pub(crate) fn out_of_reach(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<DbErr>().is_some_and(database_away)
            || error.downcast_ref::<SqlxError>().is_some_and(driver_away)
        {
            return true;
        }
        cause = error.source();
    }
    false
}

fn database_away(error: &DbErr) -> bool {
    match error {
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            driver_away(error)
        }
        _ => false,
    }
}

fn driver_away(error: &SqlxError) -> bool {
    match error {
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => true,
        SqlxError::Database(error) => error.code().is_some_and(|code| passing(&code)),
        _ => false,
    }
}

/// SQLSTATE of PostgreSQL (connection lost, shutting down, too many connections, serialization, deadlock, lock
/// timeout) or extended result code of SQLite (busy, locked, and busy with a snapshot or a recovery).
fn passing(code: &str) -> bool {
    code.starts_with("08")
        || code.starts_with("57P")
        || matches!(code, "53300" | "40001" | "40P01" | "55P03" | "5" | "6" | "261" | "517")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("a hug could not be stored")]
    struct Wrapped(#[source] DbErr);

    #[test]
    fn a_lost_connection_is_found_below_the_error_that_wraps_it() {
        let lost = RuntimeErr::Internal("gone".into());
        assert!(out_of_reach(&Wrapped(DbErr::Conn(lost))));
        let closed = RuntimeErr::SqlxError(SqlxError::PoolClosed.into());
        assert!(out_of_reach(&Wrapped(DbErr::Query(closed))));
    }

    #[test]
    fn a_row_that_is_refused_is_the_events_own_fault() {
        assert!(!out_of_reach(&Wrapped(DbErr::RecordNotInserted)));
        assert!(passing("57P01") && passing("40001") && !passing("23505") && !passing("2067"));
    }
}
