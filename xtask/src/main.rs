#![doc = include_str!("../README.md")]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks on its standard streams"
)]

mod bench;
mod ci;
mod compose;
mod dev;
mod events;
mod golden;
mod licences;
mod node_projects;
mod playground;
mod processes;
mod schema;
mod servers;
mod temporary;
mod terminal;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xshell::Shell;

/// What developers and CI run
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Bench(bench::Bench),
    Compose(compose::Compose),
    Schema(schema::SchemaVerb),
    Dev(dev::Dev),
    Events(events::Events),
    Golden(golden::Golden),
    Playground(playground::Playground),
    Test(test::Test),
    Tidy(tidy::Tidy),
    Licences(licences::Licences),
    Ci(ci::Ci),
}

fn main() -> ExitCode {
    match run(Cli::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> anyhow::Result<()> {
    let shell = Shell::new()?;
    match verb {
        Verb::Bench(bench) => bench.run(&shell),
        Verb::Compose(compose) => compose.run(&shell),
        Verb::Schema(schema) => schema.run(&shell),
        Verb::Dev(dev) => dev.run(&shell),
        Verb::Events(events) => events.run(&shell),
        Verb::Golden(golden) => golden.run(&shell),
        Verb::Playground(playground) => playground.run(&shell),
        Verb::Test(test) => test.run(&shell),
        Verb::Tidy(tidy) => tidy.run(&shell),
        Verb::Licences(licences) => licences.run(&shell),
        Verb::Ci(ci) => ci.run(&shell),
    }
}
