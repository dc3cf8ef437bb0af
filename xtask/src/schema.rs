//! `schema diff` and `schema events`: what changed in the API schema or in the events, and whom it breaks.

mod diff;
mod events;
mod model;

use std::io::stdout;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use owo_colors::Style;
use xshell::{Shell, cmd};

use self::diff::{Change, Impact};
pub(crate) use self::events::EventsSince;
use self::model::Schema;
use crate::terminal::styled;
use crate::{compose, workspace};

/// Questions about the API schema and the events
#[derive(Debug, clap::Args)]
pub(crate) struct SchemaVerb {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, clap::Subcommand)]
enum Question {
    /// List breaking, dangerous and safe changes since BASE; fails when there is a breaking one
    Diff(Diff),
    /// List changes of the events since BASE; fails when one takes a new version of its event
    Events(EventsSince),
}

#[derive(Debug, clap::Args)]
struct Diff {
    /// A git revision, or a file with an API schema
    base: String,
    /// The schema to compare with BASE
    #[arg(long, value_name = "FILE", default_value = compose::API)]
    schema: PathBuf,
    /// Report breaking changes without failing
    #[arg(long)]
    allow_breaking: bool,
}

impl SchemaVerb {
    pub(crate) fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        match &self.question {
            Question::Diff(diff) => diff.run(shell),
            Question::Events(since) => since.run(shell),
        }
    }
}

impl Diff {
    fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        let old = self.old(shell)?;
        let path = workspace::root().join(&self.schema);
        let new =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let old =
            Schema::parse(&old).with_context(|| format!("the schema of {} does not parse", self.base))?;
        let new = Schema::parse(&new).with_context(|| format!("{} does not parse", self.schema.display()))?;
        let changes = diff::changes(&old, &new);
        report(&changes);
        let breaking = changes.iter().filter(|change| change.impact == Impact::Breaking).count();
        ensure!(breaking == 0 || self.allow_breaking, "breaking changes since {}: {breaking}", self.base);
        Ok(())
    }

    fn old(&self, shell: &Shell) -> anyhow::Result<String> {
        if Path::new(&self.base).is_file() {
            return Ok(std::fs::read_to_string(&self.base)?);
        }
        let object = format!("{}:{}", self.base, compose::API);
        let root = workspace::root();
        let shown =
            cmd!(shell, "git -c safe.directory=* -C {root} show {object}").quiet().ignore_stderr().read();
        shown.or_else(|_| {
            bail!("`{}` is neither a file nor a git revision that has {}", self.base, compose::API)
        })
    }
}

fn report(changes: &[Change]) {
    if changes.is_empty() {
        println!("No changes.");
    }
    for Change { impact, coordinate, what } in changes {
        let (word, style) = match impact {
            Impact::Breaking => ("BREAKING ", Style::new().red()),
            Impact::Dangerous => ("DANGEROUS", Style::new().yellow()),
            Impact::Safe => ("SAFE     ", Style::new().green()),
        };
        println!("{}  {coordinate}  {what}", styled(word, style, &stdout()));
    }
}
