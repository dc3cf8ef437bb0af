//! `cargo xtask bench moods`: what all statistics of years of moods cost at the gateway, and whether logging waits for them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::{Map, Value as Json, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::Instant;
use xshell::Shell;

use super::product::{Person, Product};
use super::timing::{self, Timing};

const ANALYTICS: &str = include_str!("analytics.graphql");
/// The gateway takes so many root fields at once.
const BATCH: u64 = 50;
const SECONDS_A_DAY: u64 = 86_400;
const DAYS_A_YEAR: u64 = 365;
/// What the median may be.
const TARGETS: [(u64, Duration); 2] = [(1, Duration::from_millis(150)), (10, Duration::from_secs(2))];

/// All statistics of a year and of ten years of moods, and logging while they are computed
#[derive(Debug, Args)]
pub(super) struct MoodsBench {
    /// For so many years somebody has logged moods; each number is measured with an account of its own
    #[arg(long, value_delimiter = ',', default_values_t = [1, 10])]
    years: Vec<u64>,
    /// So many moods a day
    #[arg(long, default_value_t = 5)]
    moods: u64,
    /// How often each is measured
    #[arg(long, default_value_t = 21)]
    rounds: usize,
    /// How long moods are logged, alone and beside analytics
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// So many clients ask for analytics over and over while moods are logged
    #[arg(long, default_value_t = 4)]
    beside: usize,
    /// How the product is built
    #[arg(long, default_value = "release")]
    profile: String,
    /// A `standalone` that is built already
    #[arg(long, value_name = "FILE")]
    product: Option<PathBuf>,
    /// A product that runs already, such as `cargo xtask dev --postgres` on 127.0.0.1:5000; accounts are made in it
    #[arg(long, value_name = "ADDRESS")]
    address: Option<SocketAddr>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

impl MoodsBench {
    pub(super) fn run(self, shell: &Shell) -> anyhow::Result<()> {
        let program = match (&self.product, self.address) {
            (Some(program), _) => program.clone(),
            (None, Some(_)) => PathBuf::new(),
            (None, None) => Product::build(shell, &self.profile)?,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let timings = runtime.block_on(async {
            let mut terminations = signal(SignalKind::terminate())?;
            tokio::select! {
                measured = self.measure_product(&program) => measured,
                _ = tokio::signal::ctrl_c() => bail!("interrupted"),
                _ = terminations.recv() => bail!("told to stop"),
            }
        })?;
        println!("{}", if self.json { timing::json(&timings) } else { timing::table(&timings) });
        Ok(())
    }

    async fn measure_product(&self, program: &Path) -> anyhow::Result<Vec<Timing>> {
        let product = match self.address {
            Some(address) => Product::running_at(address),
            None => Product::start(program).await?,
        };
        let timings = self.measure(&product).await?;
        if let Some(kib) = product.peak_memory_kib() {
            eprintln!("peak memory of the product: {} MiB", kib / 1024);
        }
        Ok(timings)
    }

    async fn measure(&self, product: &Product) -> anyhow::Result<Vec<Timing>> {
        let mut timings = Vec::new();
        let mut analysed = None;
        for years in &self.years {
            let person = product.register(&unused_name(&format!("years{years}"))).await?;
            self.seed(&person, *years).await?;
            timings.push(self.analytics(&person, *years).await?);
            analysed = Some((person, *years));
        }
        let Some(analysed) = analysed else { return Ok(timings) };
        let writer = product.register(&unused_name("writer")).await?;
        log_for(&writer, Duration::from_secs(1)).await?;
        let alone = log_for(&writer, Duration::from_secs(self.seconds)).await?;
        timings.push(Timing::of("a mood logged, nothing else going on", alone, None));
        timings.push(self.logging_beside(&writer, analysed).await?);
        Ok(timings)
    }

    /// Logs so many moods a day for years, the oldest first, each mutation like any client's.
    async fn seed(&self, person: &Person, years: u64) -> anyhow::Result<()> {
        let total = years * DAYS_A_YEAR * self.moods;
        let began = Instant::now();
        for first in (0..total).step_by(usize::try_from(BATCH)?) {
            let batch = first..total.min(first + BATCH);
            let moods: Vec<Json> = batch.map(|number| self.mood(number, total)).collect();
            log_together(person, &moods).await?;
        }
        eprintln!("{total} moods logged in {:.1} s", began.elapsed().as_secs_f64());
        Ok(())
    }

    fn mood(&self, number: u64, total: u64) -> Json {
        let ago = (total - number) * SECONDS_A_DAY / self.moods;
        // A score with a rhythm, a trend, and noise that is the same in every run.
        let noise =
            number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 33;
        let score = 1 + (noise % 3) + u64::from(number % self.moods == 2) + u64::from(number * 2 > total);
        let tag = |every: u64, name: &str| (noise / 7).is_multiple_of(every).then(|| name.to_owned());
        let tags: Vec<String> =
            [tag(3, "walk"), tag(4, "tea"), tag(5, "late night"), tag(6, "music"), tag(9, "river")]
                .into_iter()
                .flatten()
                .collect();
        let associations = ["work", "family", "friends", "health", "weather", "hobbies"];
        let association = associations[usize::try_from(noise % 6).unwrap_or_default()];
        json!({
            "score": score, "occurredAt": rfc3339(now() - ago), "timezone": "Europe/Berlin", "tags": tags,
            "associations": [association], "valence": if score > 3 { 0.5 } else { -0.25 },
        })
    }

    async fn analytics(&self, person: &Person, years: u64) -> anyhow::Result<Timing> {
        let variables = window(years, 0);
        let (answer, _) = person.timed(ANALYTICS, &variables).await?;
        let analytics = &answer["me"]["moodAnalytics"];
        let least = (years * DAYS_A_YEAR - 2) * self.moods;
        ensure!(analytics["entries"].as_u64() >= Some(least), "not every mood is there: {answer:.300}");
        let mut took = Vec::new();
        for _ in 0..self.rounds {
            took.push(person.timed(ANALYTICS, &variables).await?.1);
        }
        let what = format!("all statistics of {years} years, {} moods", analytics["entries"]);
        let target = TARGETS.iter().find(|(of, _)| *of == years).map(|(_, target)| *target);
        Ok(Timing::of(what, took, target))
    }

    /// Logs while others ask for analytics all the time.
    async fn logging_beside(
        &self,
        writer: &Person,
        (analysed, years): (Person, u64),
    ) -> anyhow::Result<Timing> {
        let mut readers = JoinSet::new();
        for reader in 0..self.beside {
            let analysed = analysed.clone();
            // Each asks for other days, so that no answer is shared.
            let variables = window(years, u64::try_from(reader)?);
            readers.spawn(async move {
                loop {
                    if let Err(error) = analysed.ask(ANALYTICS, &variables).await {
                        return error;
                    }
                }
            });
        }
        let logged = log_for(writer, Duration::from_secs(self.seconds)).await;
        if let Some(failed) = readers.try_join_next() {
            return Err(failed?).context("analytics beside logging");
        }
        readers.shutdown().await;
        let what = format!("a mood logged while {} ask for statistics of {years} years", self.beside);
        Ok(Timing::of(what, logged?, None))
    }
}

/// Logs one mood after the other, and gives how long each took.
async fn log_for(person: &Person, duration: Duration) -> anyhow::Result<Vec<Duration>> {
    let query =
        "mutation Log($input: LogMoodInput!) { logMood(input: $input) { mood { id } errors { code } } }";
    let began = Instant::now();
    let mut took = Vec::new();
    while began.elapsed() < duration {
        let (answer, latency) =
            person.timed(query, &json!({ "input": { "score": 3, "tags": ["walk"] } })).await?;
        ensure!(answer["logMood"]["mood"].is_object(), "a mood is refused: {answer}");
        took.push(latency);
    }
    Ok(took)
}

/// Logs moods by one operation.
async fn log_together(person: &Person, moods: &[Json]) -> anyhow::Result<()> {
    let names: Vec<String> = (0..moods.len()).map(|number| format!("m{number}")).collect();
    let declared: Vec<String> = names.iter().map(|name| format!("${name}: LogMoodInput!")).collect();
    let logged: Vec<String> =
        names.iter().map(|name| format!("{name}: logMood(input: ${name}) {{ errors {{ code }} }}")).collect();
    let query = format!("mutation Log({}) {{ {} }}", declared.join(", "), logged.join(" "));
    let variables: Map<String, Json> = names.iter().cloned().zip(moods.iter().cloned()).collect();
    let answer = person.ask(&query, &Json::Object(variables)).await?;
    let refused =
        answer.as_object().into_iter().flatten().find(|(_, payload)| payload["errors"] != json!([]));
    ensure!(refused.is_none(), "a mood is refused: {refused:?}");
    Ok(())
}

/// The days of so many years up to some days ago.
fn window(years: u64, ago: u64) -> Json {
    let to = now() - ago * SECONDS_A_DAY;
    let from = to - (years * DAYS_A_YEAR - 1) * SECONDS_A_DAY;
    json!({ "from": &rfc3339(from)[..10], "to": &rfc3339(to)[..10] })
}

/// A name that nobody has in a product that runs already, either.
fn unused_name(prefix: &str) -> String {
    let mut name = format!("{prefix}_{}_{}", now(), std::process::id());
    name.truncate(30);
    name
}

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "moods are logged up to today, whichever day that is")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// An instant in UTC, by Howard Hinnant's `civil_from_days`.
fn rfc3339(seconds: u64) -> String {
    let (days, of_day) = (seconds / SECONDS_A_DAY + 719_468, seconds % SECONDS_A_DAY);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months from March, of 30.6 days on average.
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_as_people_write_it() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_772_366_399), "2026-03-01T11:59:59Z");
        assert_eq!(rfc3339(1_767_225_599), "2025-12-31T23:59:59Z");
    }
}
