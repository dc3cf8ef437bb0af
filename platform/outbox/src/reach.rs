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

/// SQLSTATE of PostgreSQL, which has five characters (connection lost, shutting down, disk full, too many connections,
/// read only after a failover, serialization, deadlock, lock timeout, input or output failed); or extended result code of
/// SQLite, whose last byte says which kind it is of.
fn passing(code: &str) -> bool {
    if code.len() == 5 {
        return code.starts_with("08")
            || code.starts_with("57P")
            || matches!(code, "53100" | "53300" | "25006" | "40001" | "40P01" | "55P03" | "58030");
    }
    code.parse::<u32>().is_ok_and(|code| SQLITE_PASSING.contains(&(code & 0xff)))
}

/// Busy, locked, read only, input or output failed, disk full, the file can't be opened.
const SQLITE_PASSING: [u32; 6] = [5, 6, 8, 10, 13, 14];

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
        for refused in ["23505", "23514", "22001", "57014", "25P02", "1", "19", "2067", "1555", ""] {
            assert!(!passing(refused), "{refused}");
        }
    }

    #[test]
    fn a_database_that_can_not_be_written_for_a_while_is_no_events_fault() {
        // A standby that isn't promoted yet, a full disk, a disk that fails; and whatever is busy.
        for away in ["08006", "57P01", "25006", "53100", "53300", "58030", "40001", "40P01", "55P03"] {
            assert!(passing(away), "{away}");
        }
        for away in
            ["5", "261", "517", "773", "6", "262", "8", "1032", "10", "778", "3850", "13", "14", "270"]
        {
            assert!(passing(away), "{away}");
        }
    }
}
