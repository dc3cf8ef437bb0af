//! `playground`: GraphiQL bundled from npm, for the gateway to embed.

use anyhow::Context;
use xshell::{Shell, cmd};

use crate::node_projects::{self, PLAYGROUND};
use crate::tools::{self, Tool};
use crate::workspace;

/// Where the gateway looks when it is built.
const BUNDLE: &str = "gateway/playground-dist";

/// Bundle GraphiQL, so that gateways built from now on serve it from inside themselves
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Playground {}

impl Playground {
    pub(crate) fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        tools::install(shell, &tools::lacking(&[Tool::Node, Tool::Npm]))?;
        node_projects::install_packages(shell, PLAYGROUND)?;
        let root = workspace::root();
        let (project, bundle) = (root.join(PLAYGROUND), root.join(BUNDLE));
        let sources = node_projects::sources(&project)?;
        let bundled_from = bundle.join(".bundled-from");
        if std::fs::read(&bundled_from).is_ok_and(|found| found == sources) {
            eprintln!("{BUNDLE} is as {PLAYGROUND} wants it");
            return Ok(());
        }
        let _folder = shell.push_dir(&project);
        cmd!(shell, "node build.mjs {bundle}").run().context("the playground can't be bundled")?;
        std::fs::write(bundled_from, sources)?;
        eprintln!("{BUNDLE} is written; a gateway built from now on has it inside");
        Ok(())
    }
}
