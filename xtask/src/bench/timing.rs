//! How long something took, over and over; held against what it may take.

use std::fmt::Write;
use std::time::Duration;

use serde::Serialize;

/// The durations of one thing that was measured, in milliseconds.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Timing {
    what: String,
    rounds: usize,
    median_ms: f64,
    p95_ms: f64,
    min_ms: f64,
    max_ms: f64,
    /// What the median may be.
    target_ms: Option<f64>,
}

impl Timing {
    pub(super) fn of(what: impl Into<String>, mut took: Vec<Duration>, target: Option<Duration>) -> Self {
        took.sort_unstable();
        let at = |hundredths: usize| {
            let place = (took.len() * hundredths / 100).min(took.len().saturating_sub(1));
            took.get(place).map_or(0.0, milliseconds)
        };
        Self {
            what: what.into(),
            rounds: took.len(),
            median_ms: at(50),
            p95_ms: at(95),
            min_ms: at(0),
            max_ms: at(100),
            target_ms: target.as_ref().map(milliseconds),
        }
    }

    fn met(&self) -> bool {
        self.target_ms.is_none_or(|target| self.median_ms <= target)
    }
}

fn milliseconds(duration: &Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Everything that was measured, in Markdown for `docs/PERFORMANCE.md`.
pub(super) fn table(timings: &[Timing]) -> String {
    let mut table = "| what | rounds | median ms | p95 ms | min ms | max ms | target | |\n|---|---|---|---|---|---|---|---|\n".to_owned();
    for timing in timings {
        let Timing { what, rounds, median_ms, p95_ms, min_ms, max_ms, target_ms } = timing;
        let target = target_ms.map_or_else(|| "-".to_owned(), |target| format!("{target:.0} ms"));
        let verdict = match target_ms {
            None => "",
            Some(_) if timing.met() => "met",
            Some(_) => "**missed**",
        };
        let _ = writeln!(
            table,
            "| {what} | {rounds} | {median_ms:.1} | {p95_ms:.1} | {min_ms:.1} | {max_ms:.1} | {target} | {verdict} |"
        );
    }
    table
}

/// The same for programs.
pub(super) fn json(timings: &[Timing]) -> String {
    serde_json::to_string_pretty(timings).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_held_against_the_target() {
        let took = |milliseconds: [u64; 5]| milliseconds.map(Duration::from_millis).to_vec();
        let target = Some(Duration::from_millis(5));
        let timings = [
            Timing::of("quick", took([9, 1, 2, 3, 4]), target),
            Timing::of("slow", took([9, 1, 6, 8, 7]), target),
            Timing::of("whatever", Vec::new(), None),
        ];
        let table = table(&timings);
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| quick | 5 | 3.0 | 9.0 | 1.0 | 9.0 | 5 ms | met |",
                "| slow | 5 | 7.0 | 9.0 | 1.0 | 9.0 | 5 ms | **missed** |",
                "| whatever | 0 | 0.0 | 0.0 | 0.0 | 0.0 | - |  |",
            ]
        );
    }
}
