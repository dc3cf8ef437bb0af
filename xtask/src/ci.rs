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

const STEPS: [Step; 9] = [
    ("format", |shell| Ok(cmd!(shell, "cargo fmt --all --check").run()?)),
    ("lints", |shell| Ok(cmd!(shell, "cargo clippy --workspace --all-targets -- -D warnings").run()?)),
    ("tidy", |shell| Tidy {}.run(shell)),
    ("licences", |shell| Licences {}.run(shell)),
    ("references", Golden::check_where_possible),
    ("build", |shell| Test::default().build(shell).map(|_| ())),
    ("schema", |shell| Compose::check_built(shell, Test::default().build(shell)?.binaries)),
    ("events", |shell| EventsSince::default().run(shell)),
    ("test", |shell| Test::default().run(shell)),
];

impl Ci {
    pub(crate) fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        for (name, step) in STEPS {
            eprintln!("{}", styled(&format!("── {name}"), Style::new().bold(), &stderr()));
            let started = Instant::now();
            step(shell)?;
            let took = format!("── {name}: {:.1} s", started.elapsed().as_secs_f64());
            eprintln!("{}", styled(&took, Style::new().green(), &stderr()));
        }
        Ok(())
    }
}
