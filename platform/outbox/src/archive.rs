//! What was told, for a bus that keeps nothing: relayed rows stay for seven days.

use async_trait::async_trait;
use bus::{Archive, BusError};
use chrono::{DateTime, Utc};
use database::Database;
use events::Envelope;

use crate::table;

/// Reads the outbox. It holds no part of the bus, which holds it.
#[derive(Debug)]
pub(crate) struct Told(pub(crate) Database);

#[async_trait]
impl Archive for Told {
    async fn since(&self, kind: Option<&str>, since: DateTime<Utc>) -> Result<Vec<Envelope>, BusError> {
        let told = table::told_since(self.0.reader(), kind, since).await;
        told.map_err(|error| BusError::Unreachable(Box::new(error)))
    }
}
