//! A finding of every kind and direction: tests hold each branch to the same rules.

use chrono::NaiveDate;

use super::model::{Chance, Direction, FactorName, Finding, Kind, Means, Pattern, Range};
use crate::analytics::model::{Measure, Window};

/// Every kind in both directions; a rhythm, which goes neither way, once.
pub(super) fn all() -> Vec<Finding> {
    let directions = [Direction::Higher, Direction::Lower];
    let both = Kind::ALL.into_iter().flat_map(|kind| directions.map(|direction| (kind, direction)));
    let once = both.filter(|branch| *branch != (Kind::Rhythm, Direction::Lower));
    once.map(|(kind, direction)| of(kind, direction)).collect()
}

/// No kind can be left out: the match is over all of them.
pub(super) fn of(kind: Kind, direction: Direction) -> Finding {
    let sign = if direction == Direction::Higher { 1.0 } else { -1.0 };
    let effect = sign * 0.8;
    let range = Range { low: effect - 0.5, high: effect + 0.5 };
    let means = Means { one: 3.0 + effect, other: 3.0, n_one: 24, n_other: 60 };
    let chance = Chance { p: 0.004, error: 0.0006, adjusted: Some(0.008) };
    let factor = FactorName::Tag("tea".to_owned());
    let pattern = match kind {
        Kind::Association | Kind::NextDayAssociation => Pattern::Association {
            factor,
            next_day: kind == Kind::NextDayAssociation,
            means,
            range,
            g: effect,
            g_range: range,
            chance,
        },
        Kind::Trend => Pattern::Trend { slope_per_30_days: effect, range, chance, span_days: 84 },
        Kind::Change => Pattern::Change { date: date("2026-02-10"), means, range },
        Kind::Comparison => Pattern::Comparison {
            before: Window { from: date("2026-01-01"), to: date("2026-01-28") },
            means,
            range,
            chance,
        },
        Kind::Weekday => {
            Pattern::Weekday { weekday: 0, mean: 3.0 + effect, deviation: effect, chance, n: 12 }
        }
        Kind::PartOfDay => {
            Pattern::PartOfDay { part: 1, mean: 3.0 + effect, deviation: effect, chance, n: 40 }
        }
        Kind::Rhythm => Pattern::Rhythm { amplitude: 0.8, peak_hour: 14.5, chance },
        Kind::UnusualDay => Pattern::UnusualDay {
            date: date("2026-02-10"),
            value: 3.0 + effect,
            median: 3.0,
            score: sign * 6.0,
        },
    };
    let window = Window { from: date("2026-01-01"), to: date("2026-03-25") };
    Finding { measure: Measure::Score, window, n: 84, pattern, rank: 0.5, entries: Vec::new() }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
