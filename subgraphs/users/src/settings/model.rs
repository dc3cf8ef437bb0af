//! What can be set.

use chrono_tz::Tz;
use clock::day::DayStart;
use events::users::{HugPolicy, HugPolicyAction};

/// What somebody has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) timezone: Tz,
    pub(crate) day_start: DayStart,
    pub(crate) hug_policy: HugPolicy,
    pub(crate) privacy: Privacy,
}

/// Who sees what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Privacy {
    pub(crate) presence: ShownTo,
    pub(crate) last_seen: ShownTo,
}

/// To whom something is shown; who shows it to nobody doesn't see that of others either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShownTo {
    Everyone,
    Nobody,
}

impl Default for Settings {
    fn default() -> Self {
        let accept = HugPolicyAction::Accept;
        Self {
            timezone: Tz::UTC,
            day_start: DayStart::MIDNIGHT,
            hug_policy: HugPolicy {
                not_followed: accept,
                not_following: accept,
                new_accounts: accept,
                anonymous: accept,
            },
            privacy: Privacy { presence: ShownTo::Everyone, last_seen: ShownTo::Everyone },
        }
    }
}
