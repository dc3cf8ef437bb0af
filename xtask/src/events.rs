//! `events`: what services could not handle, of HugMood in one process or in many, whether it runs or not.

use std::path::PathBuf;

use anyhow::ensure;
use xshell::{Shell, cmd};

use crate::dev;

/// What each service's name takes the place of in the address of its database.
const NAME: &str = "{service}";

/// Look at events that services could not handle, and handle them again
///
/// Goes to the databases, so that it doesn't matter whether anything runs.
#[derive(Debug, clap::Args)]
pub(crate) struct Events {
    /// The data folder of HugMood in one process, or with --dev of the processes that `dev` starts
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// The databases of the processes that `dev` starts, without --postgres
    #[arg(long)]
    dev: bool,
    /// The databases of other processes, such as postgres://user@host/{service}
    #[arg(long, value_name = "URL", conflicts_with = "dev")]
    databases: Option<String>,
    /// Only this service: auth, users, moods, hugs, social or streaks
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// list [--limit N], show ID, replay ID, replay --all, or discard ID
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "WHAT")]
    what: Vec<String>,
}

impl Events {
    pub(crate) fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        let Some(databases) = self.databases() else {
            return self.of_one_process(shell);
        };
        ensure!(
            databases.contains(NAME),
            "the address of the databases needs {NAME} where each one's name stands"
        );
        let keys = if self.dev { Some(dev::data_keys(&self.own_folder_of_dev())?) } else { None };
        let mut failed = Vec::new();
        for service in self.services()? {
            let what = &self.what;
            let mut command = cmd!(shell, "cargo run --quiet --package {service} -- events {what...}");
            command = command.env("DATABASE_URL", databases.replace(NAME, service));
            if let Some(keys) = &keys {
                command = command.env("DATA_KEYS", keys);
            }
            // One service's trouble keeps nobody from seeing the others'.
            if command.quiet().run().is_err() {
                failed.push(service);
            }
        }
        ensure!(failed.is_empty(), "not done, or not all of it: {}", failed.join(", "));
        Ok(())
    }

    fn of_one_process(&self, shell: &Shell) -> anyhow::Result<()> {
        let Self { data, what, .. } = self;
        let service = self.service.iter().flat_map(|service| ["--service", service]);
        let run = cmd!(shell, "cargo run --quiet --package standalone -- events --data {data}");
        Ok(run.args(service).args(what).quiet().run()?)
    }

    fn databases(&self) -> Option<String> {
        let of_dev = || format!("sqlite:{}/{NAME}.db", self.own_folder_of_dev().display());
        self.databases.clone().or_else(|| self.dev.then(of_dev))
    }

    fn own_folder_of_dev(&self) -> PathBuf {
        self.data.join("dev")
    }

    fn services(&self) -> anyhow::Result<Vec<&'static str>> {
        let names = dev::subgraphs();
        let Some(wanted) = &self.service else {
            let all = matches!(self.what[0].as_str(), "list") || self.what.iter().any(|word| word == "--all");
            ensure!(all, "numbers are of one service's events: say which with --service");
            return Ok(names.to_vec());
        };
        let known: Vec<_> = names.into_iter().filter(|name| name == wanted).collect();
        ensure!(!known.is_empty(), "there is no service {wanted}");
        Ok(known)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        events: Events,
    }

    fn parse(line: &str) -> Events {
        Line::try_parse_from(line.split(' ')).unwrap().events
    }

    #[test]
    fn a_number_needs_a_service_and_a_list_does_not() {
        assert_eq!(parse("events list").services().unwrap().len(), 6);
        assert_eq!(parse("events replay --all").services().unwrap().len(), 6);
        assert!(parse("events replay 3").services().is_err());
        assert_eq!(parse("events --service moods replay 3").services().unwrap(), ["moods"]);
        assert!(parse("events --service mods replay 3").services().is_err());
    }

    #[test]
    fn where_the_databases_are_is_said_or_known_of_dev() {
        assert_eq!(parse("events list").databases(), None);
        assert_eq!(parse("events --dev list").databases().unwrap(), "sqlite:data/dev/{service}.db");
        let elsewhere = parse("events --databases postgres://db/{service} list").databases();
        assert_eq!(elsewhere.unwrap(), "postgres://db/{service}");
    }
}
