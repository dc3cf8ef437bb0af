//! What is earned when, and what it is worth.

use chrono::{DateTime, Utc};
use events::streaks::StreakKind;
use ids::PointsEntryId;
use pagination::Key;
use serde::{Deserialize, Serialize};

/// What a freeze costs, in points.
pub(crate) const FREEZE_PRICE: i32 = 50;

/// A length that is celebrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Milestone {
    /// Days in a row.
    pub(crate) days: u32,
    /// The points that it earns, once for each kind of streak.
    pub(crate) points: i32,
}

const MILESTONES: [Milestone; 8] = [
    Milestone { days: 3, points: 10 },
    Milestone { days: 7, points: 20 },
    Milestone { days: 14, points: 40 },
    Milestone { days: 30, points: 100 },
    Milestone { days: 50, points: 150 },
    Milestone { days: 100, points: 300 },
    Milestone { days: 200, points: 500 },
    Milestone { days: YEAR, points: YEAR_POINTS },
];
const YEAR: u32 = 365;
const YEAR_POINTS: i32 = 1_000;

/// The milestones, shortest first: after the first year another one each year.
pub(crate) fn milestones() -> impl Iterator<Item = Milestone> {
    let years = (2..).map(|years| Milestone { days: YEAR * years, points: YEAR_POINTS });
    MILESTONES.into_iter().chain(years)
}

/// The first milestone that is longer than `current`.
pub(crate) fn next_milestone(current: u32) -> Option<Milestone> {
    milestones().find(|milestone| milestone.days > current)
}

/// When a badge is awarded. What it is called and looks like is in the catalogue of `users`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadgeRule {
    pub(crate) code: &'static str,
    pub(crate) kind: StreakKind,
    /// Days in a row.
    pub(crate) days: u32,
}

pub(crate) const BADGES: [BadgeRule; 12] = [
    BadgeRule { code: "mood-3", kind: StreakKind::MoodLogging, days: 3 },
    BadgeRule { code: "mood-7", kind: StreakKind::MoodLogging, days: 7 },
    BadgeRule { code: "mood-30", kind: StreakKind::MoodLogging, days: 30 },
    BadgeRule { code: "mood-100", kind: StreakKind::MoodLogging, days: 100 },
    BadgeRule { code: "mood-365", kind: StreakKind::MoodLogging, days: 365 },
    BadgeRule { code: "hug-first", kind: StreakKind::Hugging, days: 1 },
    BadgeRule { code: "hug-7", kind: StreakKind::Hugging, days: 7 },
    BadgeRule { code: "hug-30", kind: StreakKind::Hugging, days: 30 },
    BadgeRule { code: "hug-100", kind: StreakKind::Hugging, days: 100 },
    BadgeRule { code: "check-in-7", kind: StreakKind::CheckIn, days: 7 },
    BadgeRule { code: "check-in-30", kind: StreakKind::CheckIn, days: 30 },
    BadgeRule { code: "check-in-100", kind: StreakKind::CheckIn, days: 100 },
];

/// A badge that somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Award {
    pub(crate) badge: String,
    pub(crate) awarded_at: DateTime<Utc>,
}

/// A line of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PointsEntry {
    pub(crate) id: PointsEntryId,
    /// Below zero when points were spent.
    pub(crate) amount: i32,
    pub(crate) kind: StreakKind,
    pub(crate) reason: Reason,
    pub(crate) made_at: DateTime<Utc>,
}

/// What points were earned with, or spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// That many days in a row.
    Milestone(u32),
    Freeze,
}

/// What the ledger is ordered by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PointsKey {
    pub(crate) id: PointsEntryId,
}

impl Key for PointsKey {
    const KIND: &'static str = "points";
}

/// A freeze to buy.
#[derive(Debug, Clone)]
pub(crate) struct BuyFreeze {
    pub(crate) kind: StreakKind,
    pub(crate) idempotency_key: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn milestones_rise_and_come_once_a_year_in_the_end() {
        let days: Vec<_> = milestones().take(10).map(|milestone| milestone.days).collect();
        assert_eq!(days, [3, 7, 14, 30, 50, 100, 200, 365, 730, 1095]);
        assert_eq!(next_milestone(0).map(|milestone| milestone.days), Some(3));
        assert_eq!(next_milestone(365).map(|milestone| milestone.days), Some(730));
    }

    #[test]
    fn every_badge_has_a_code_of_its_own() {
        let codes: BTreeSet<_> = BADGES.iter().map(|badge| badge.code).collect();
        assert_eq!(codes.len(), BADGES.len());
    }
}
