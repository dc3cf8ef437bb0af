//! The figures: medians over the rounds, as a table or JSON.

use std::fmt::Write;
use std::time::Duration;

use serde::Serialize;

/// One measurement.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Round {
    requests_per_second: f64,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    cpu_us_per_request: Option<f64>,
}

impl Round {
    /// `latencies` are sorted.
    pub(super) fn of(latencies: &[Duration], took: Duration, cpu: Option<Duration>) -> Self {
        let count = f64::from(u32::try_from(latencies.len()).unwrap_or(u32::MAX));
        let percentile = |hundredths: usize| {
            let at = (latencies.len() * hundredths / 100).min(latencies.len().saturating_sub(1));
            latencies.get(at).map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
        };
        Self {
            requests_per_second: count / took.as_secs_f64(),
            p50_ms: percentile(50),
            p95_ms: percentile(95),
            p99_ms: percentile(99),
            cpu_us_per_request: cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / count),
        }
    }

    fn median(rounds: &[Self]) -> Self {
        let of = |figure: &dyn Fn(&Self) -> f64| median(rounds.iter().map(figure).collect());
        let cpu: Option<Vec<f64>> = rounds.iter().map(|round| round.cpu_us_per_request).collect();
        Self {
            requests_per_second: of(&|round| round.requests_per_second),
            p50_ms: of(&|round| round.p50_ms),
            p95_ms: of(&|round| round.p95_ms),
            p99_ms: of(&|round| round.p99_ms),
            cpu_us_per_request: cpu.map(median),
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    rounds: usize,
    seconds: u64,
    connections: usize,
    entries: Vec<Entry>,
    memory: Vec<Memory>,
}

#[derive(Debug, Serialize)]
struct Entry {
    workload: String,
    answer_bytes: usize,
    contestant: String,
    median: Option<Round>,
    rounds: Vec<Round>,
}

#[derive(Debug, Serialize)]
struct Memory {
    contestant: String,
    peak_kib: Option<u64>,
}

impl Report {
    pub(super) fn new(rounds: usize, seconds: u64, connections: usize) -> Self {
        Self { rounds, seconds, connections, entries: Vec::new(), memory: Vec::new() }
    }

    pub(super) fn add(&mut self, workload: &str, answer_bytes: usize, contestant: &str, round: Round) {
        let same = |entry: &&mut Entry| entry.workload == workload && entry.contestant == contestant;
        if let Some(entry) = self.entries.iter_mut().find(same) {
            entry.rounds.push(round);
            entry.median = Some(Round::median(&entry.rounds));
        } else {
            let (workload, contestant) = (workload.to_owned(), contestant.to_owned());
            let (median, rounds) = (Some(round), vec![round]);
            self.entries.push(Entry { workload, answer_bytes, contestant, median, rounds });
        }
    }

    pub(super) fn add_memory(&mut self, contestant: &str, peak_kib: Option<u64>) {
        self.memory.push(Memory { contestant: contestant.to_owned(), peak_kib });
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// In Markdown, for `docs/PERFORMANCE.md`.
    pub(super) fn table(&self) -> String {
        let mut table = format!(
            "{} rounds of {} s, {} connections; medians.\n\n\
             | workload | answer | | requests/s | p50 ms | p95 ms | p99 ms | CPU µs/request | peak memory |\n\
             |---|---|---|---|---|---|---|---|---|\n",
            self.rounds, self.seconds, self.connections
        );
        for Entry { workload, answer_bytes, contestant, median, .. } in &self.entries {
            let Some(round) = median else { continue };
            let memory = self.memory.iter().find(|memory| memory.contestant == *contestant);
            let memory = memory.and_then(|memory| memory.peak_kib);
            let memory = memory.map_or_else(|| "-".to_owned(), |kib| format!("{} MiB", kib / 1024));
            let cpu = round.cpu_us_per_request.map_or_else(|| "-".to_owned(), |cpu| format!("{cpu:.0}"));
            let Round { requests_per_second, p50_ms, p95_ms, p99_ms, .. } = round;
            let _ = writeln!(
                table,
                "| {workload} | {answer_bytes} B | {contestant} | {requests_per_second:.0} | {p50_ms:.1} | {p95_ms:.1} | {p99_ms:.1} | {cpu} | {memory} |",
            );
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_shows_the_medians_of_the_rounds() {
        let mut report = Report::new(3, 1, 4);
        for milliseconds in [1, 9, 2] {
            let latencies = vec![Duration::from_millis(milliseconds); 100];
            let round =
                Round::of(&latencies, Duration::from_secs(1), Some(Duration::from_millis(milliseconds)));
            report.add("small", 12, "gateway", round);
        }
        report.add_memory("gateway", Some(2048));
        let table = report.table();
        assert_eq!(
            table.lines().last(),
            Some("| small | 12 B | gateway | 100 | 2.0 | 2.0 | 2.0 | 20 | 2 MiB |")
        );
    }
}
