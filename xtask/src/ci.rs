//! `ci`: everything that must hold before a change lands, the quick checks first.

use std::io::stderr;

use owo_colors::Style;
use tokio::time::Instant;
use xshell::{Shell, cmd};

use crate::compose::Compose;
use crate::golden::Golden;
use crate::licences::Licences;
use crate::schema::EventsSince;
use crate::terminal::styled;
use crate::test::Test;
use crate::tidy::Tidy;

/// Check everything: format, lints, tidiness, licences, schema, tests
#[derive(Debug, clap::Args)]
pub(crate) struct Ci {}

type Step = (&'static str, fn(&Shell) -> anyhow::Result<()>);

/// What needs no build of everything.
const CHECKS: [Step; 6] = [
    ("format", |shell| Ok(cmd!(shell, "cargo fmt --all --check").run()?)),
    ("lints", |shell| Ok(cmd!(shell, "cargo clippy --workspace --all-targets -- -D warnings").run()?)),
    ("tidy", |shell| Tidy {}.run(shell)),
    ("licences", |shell| Licences {}.run(shell)),
    ("references", Golden::check_where_possible),
    ("events", |shell| EventsSince::default().run(shell)),
];

impl Ci {
    pub(crate) fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        for (name, check) in CHECKS {
            timed(name, || check(shell))?;
        }
        let test = Test::default();
        let built = timed("build", || test.build(shell))?;
        timed("schema", || Compose::check_built(shell, built.binaries.clone()))?;
        timed("test", || test.run_built(shell, &built))
    }
}

fn timed<T>(name: &str, step: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    eprintln!("{}", styled(&format!("── {name}"), Style::new().bold(), &stderr()));
    let started = Instant::now();
    let outcome = step()?;
    let took = format!("── {name}: {:.1} s", started.elapsed().as_secs_f64());
    eprintln!("{}", styled(&took, Style::new().green(), &stderr()));
    Ok(outcome)
}
