//! An export, and how far it is.

use chrono::{DateTime, Utc};
use ids::ExportId;

use super::SERVICES;

/// What somebody takes along of all that is kept of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccountExport {
    pub(crate) id: ExportId,
    pub(crate) requested_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    /// One for each service that has answered.
    pub(crate) parts: Vec<Part>,
}

/// What one service has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) service: String,
    /// How many lines that was when the service answered.
    pub(crate) entries: u64,
    pub(crate) completed_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Preparing,
    Ready,
    Expired,
}

impl AccountExport {
    pub(crate) fn state(&self, now: DateTime<Utc>) -> State {
        if self.expires_at <= now {
            State::Expired
        } else if self.by_service().all(|(_, part)| part.is_some()) {
            State::Ready
        } else {
            State::Preparing
        }
    }

    /// Every service, with its part if it has answered.
    pub(crate) fn by_service(&self) -> impl Iterator<Item = (&'static str, Option<&Part>)> {
        SERVICES.into_iter().map(|name| (name, self.parts.iter().find(|part| part.service == name)))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn an_export_is_ready_when_every_service_has_answered_and_until_its_time_is_over() {
        let now = DateTime::UNIX_EPOCH;
        let mut export = AccountExport {
            id: ExportId::at(now),
            requested_at: now,
            expires_at: now + TimeDelta::days(7),
            parts: Vec::new(),
        };
        for service in SERVICES {
            assert_eq!(export.state(now), State::Preparing, "without {service}");
            export.parts.push(Part { service: service.to_owned(), entries: 1, completed_at: now });
        }
        assert_eq!(export.state(now), State::Ready);
        assert_eq!(export.state(export.expires_at), State::Expired);
    }
}
