//! What can be set.

use clock::day::Calendar;
use events::{
    moods::MoodVisibility,
    users::{HugPolicy, HugPolicyAction},
};

/// What somebody has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) calendar: Calendar,
    pub(crate) hug_policy: HugPolicy,
    pub(crate) privacy: Privacy,
    pub(crate) notifications: Notifications,
}

/// Who sees what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Privacy {
    pub(crate) presence: ShownTo,
    pub(crate) last_seen: ShownTo,
    /// Following the owner takes their consent.
    pub(crate) approves_followers: bool,
    /// The owner may be suggested to people who don't know them.
    pub(crate) is_suggested: bool,
    /// Who may see moods of which their owner doesn't say it.
    pub(crate) mood_visibility: MoodVisibility,
}

/// To whom something is shown. It is mutual: who doesn't show it to somebody doesn't see it of them either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShownTo {
    Everyone,
    /// Those whom the owner follows.
    Followed,
    Nobody,
}

/// What somebody may be told of while they aren't looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotificationKind {
    HugReceived,
    HugThanked,
    HugRequested,
    GroupHug,
    Followed,
    Reaction,
    StreakAtRisk,
    BadgeAwarded,
}

impl NotificationKind {
    pub(crate) const ALL: [Self; 8] = [
        Self::HugReceived,
        Self::HugThanked,
        Self::HugRequested,
        Self::GroupHug,
        Self::Followed,
        Self::Reaction,
        Self::StreakAtRisk,
        Self::BadgeAwarded,
    ];

    fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// Some kinds of notifications.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u16);

impl Kinds {
    pub(crate) fn has(self, kind: NotificationKind) -> bool {
        self.0 & kind.bit() != 0
    }

    pub(crate) fn set(&mut self, kind: NotificationKind, is_in: bool) {
        if is_in { self.0 |= kind.bit() } else { self.0 &= !kind.bit() }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = NotificationKind> {
        NotificationKind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

impl FromIterator<NotificationKind> for Kinds {
    fn from_iter<I: IntoIterator<Item = NotificationKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::default(), |Self(all), kind| Self(all | kind.bit()))
    }
}

/// How somebody wants to be told. What differs from the usual is kept, so that a kind that is new has the usual for
/// everybody: pushed, and not sent by mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Notifications {
    pub(crate) not_pushed: Kinds,
    pub(crate) mailed: Kinds,
}

/// How somebody wants to be told of one kind from now on; what is `None` stays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NotificationChange {
    pub(crate) kind: NotificationKind,
    pub(crate) push: Option<bool>,
    pub(crate) email: Option<bool>,
}

impl Notifications {
    pub(crate) fn apply(&mut self, change: NotificationChange) {
        if let Some(push) = change.push {
            self.not_pushed.set(change.kind, !push);
        }
        if let Some(email) = change.email {
            self.mailed.set(change.kind, email);
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let accept = HugPolicyAction::Accept;
        Self {
            calendar: Calendar::default(),
            hug_policy: HugPolicy {
                not_followed: accept,
                not_following: accept,
                new_accounts: accept,
                anonymous: accept,
            },
            privacy: Privacy {
                presence: ShownTo::Everyone,
                last_seen: ShownTo::Everyone,
                approves_followers: false,
                is_suggested: true,
                mood_visibility: MoodVisibility::Private,
            },
            notifications: Notifications::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_notification_is_set_by_itself() {
        for kind in NotificationKind::ALL {
            let mut notifications = Notifications::default();
            notifications.apply(NotificationChange { kind, push: Some(false), email: Some(true) });
            assert_eq!(notifications.not_pushed.iter().collect::<Vec<_>>(), [kind]);
            assert_eq!(notifications.mailed.iter().collect::<Vec<_>>(), [kind]);
            notifications.apply(NotificationChange { kind, push: Some(true), email: None });
            assert_eq!(notifications.not_pushed, Kinds::default());
            assert!(notifications.mailed.has(kind));
        }
    }
}
