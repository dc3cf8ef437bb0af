//! Commands for operators: done once on a subgraph's database, whether the subgraph runs meanwhile or not.

use std::sync::Arc;

use bus::memory::MemoryBus;
use clap::{Arg, ArgMatches, Command};
use clock::SystemClock;
use database::{Database, OpenOptions};
use futures::future::BoxFuture;
use identity::{AssertionSigner, Caller};
use outbox::Outbox;

use crate::{Ctx, Peers, Subgraph};

/// Something that whoever has the database may have done to it.
#[derive(Debug, Clone, Copy)]
pub struct OperatorCommand {
    /// How it is called: the program's subcommand.
    pub name: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// The name and the meaning of each argument, in their order; all have to be given.
    pub arguments: &'static [(&'static str, &'static str)],
    /// Does it, and says what was done.
    pub run: fn(Ctx, Vec<String>) -> BoxFuture<'static, anyhow::Result<String>>,
}

impl OperatorCommand {
    /// Does it on the database at `url`. What it tells others goes out with the subgraph's own relay, now or at the
    /// next start.
    pub async fn run_on<S: Subgraph>(&self, url: &str, arguments: Vec<String>) -> anyhow::Result<String> {
        let db = Database::open(url, &OpenOptions::default()).await?;
        db.migrate::<S::Migrator>().await?;
        let clock = SystemClock::shared();
        let outbox = Outbox::new(db.clone(), Arc::new(MemoryBus::new()), clock.clone(), S::NAME);
        // Nobody is asked anything: the others may not even run.
        let peers = Peers::in_process(S::NAME, AssertionSigner::new(""), clock.clone(), &[]);
        let ctx = Ctx { db: db.clone(), clock, outbox, caller: Caller::Anonymous, peers };
        let done = (self.run)(ctx, arguments).await;
        db.close().await?;
        done
    }

    /// The subcommand, as the program's help shows it.
    pub(crate) fn command(&self) -> Command {
        let arguments = self.arguments.iter().map(|(name, help)| Arg::new(*name).required(true).help(*help));
        Command::new(self.name).about(self.about).args(arguments)
    }

    /// The arguments as they were given.
    pub(crate) fn read(&self, given: &ArgMatches) -> Vec<String> {
        let names = self.arguments.iter();
        names.filter_map(|(name, _)| given.get_one::<String>(name).cloned()).collect()
    }
}
