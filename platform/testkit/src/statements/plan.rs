//! What is said of a plan that reads a whole table.

use std::fmt;

/// A statement for which the database would look at every row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullScan {
    pub sql: String,
    /// The step of the plan, in the database's words.
    pub scan: String,
}

impl fmt::Display for FullScan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} in {}", self.scan, self.sql)
    }
}

/// Which of `tables` a step of a plan is about, that calls it `name`: by its own name, or by what the statement calls it.
pub(super) fn table_of<'tables>(name: &str, sql: &str, tables: &[&'tables str]) -> Option<&'tables str> {
    let is_meant = |table: &&&str| name == **table || sql.contains(&format!("\"{table}\" AS \"{name}\""));
    tables.iter().find(is_meant).copied()
}
