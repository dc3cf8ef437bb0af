//! `licences`: what we depend on may be shipped and comes from where we expect it.

mod expression;

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use cargo_metadata::{Metadata, Package};
use serde::Deserialize;
use xshell::{Shell, cmd};

use crate::{tools, workspace};

const RULES: &str = "deny.toml";

/// Check the licences and sources of all dependencies against deny.toml
#[derive(Debug, clap::Args)]
pub(crate) struct Licences {}

/// The part of cargo-deny's configuration that we check ourselves where cargo-deny is not installed.
#[derive(Debug, Deserialize)]
struct Rules {
    licenses: LicenceRules,
    bans: Bans,
    sources: Sources,
}

#[derive(Debug, Deserialize)]
struct LicenceRules {
    allow: BTreeSet<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    package: String,
    allow: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    #[serde(default)]
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    package: String,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: BTreeSet<String>,
}

impl Licences {
    pub(crate) fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        if tools::find("cargo-deny").is_some() {
            return Ok(cmd!(shell, "cargo deny check licenses bans sources").run()?);
        }
        let path = workspace::root().join(RULES);
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {RULES}"))?;
        let rules: Rules = toml::from_str(&text).with_context(|| format!("{RULES} is not understood"))?;
        let metadata = workspace::metadata()?;
        let problems = rules.problems(&metadata);
        if !problems.is_empty() {
            bail!("{}", problems.join("\n"));
        }
        eprintln!(
            "{} packages: licences, bans and sources are as {RULES} wants them",
            metadata.packages.len()
        );
        Ok(())
    }
}

impl Rules {
    fn problems(&self, metadata: &Metadata) -> Vec<String> {
        metadata.packages.iter().flat_map(|package| self.package_problems(package)).collect()
    }

    fn package_problems(&self, package: &Package) -> Vec<String> {
        let mut problems = Vec::new();
        let name = package.name.as_str();
        let mut report = |what: String| problems.push(format!("{name} {}: {what}", package.version));
        match &package.license {
            Some(licence) if self.accepts(name, licence) => {}
            Some(licence) => report(format!("licence `{licence}` is not allowed by {RULES}")),
            None => report("no licence is declared".to_owned()),
        }
        if let Some(ban) = self.bans.deny.iter().find(|ban| ban.package == name) {
            report(format!("banned: {}", ban.reason));
        }
        if let Some(source) = &package.source {
            let registry = source.repr.split_once('+').map_or(source.repr.as_str(), |(_, url)| url);
            if !self.sources.allow_registry.contains(registry) {
                report(format!("comes from {}, which is not an allowed registry", source.repr));
            }
        }
        problems
    }

    fn accepts(&self, name: &str, licence: &str) -> bool {
        let excepted = self.licenses.exceptions.iter().filter(|exception| exception.package == name);
        let more: BTreeSet<&str> =
            excepted.flat_map(|exception| exception.allow.iter()).map(String::as_str).collect();
        expression::is_satisfied(licence, |id| self.licenses.allow.contains(id) || more.contains(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        toml::from_str(
            r#"
            [licenses]
            allow = ["MIT"]
            exceptions = [{ crate = "special", allow = ["ISC"] }]
            [bans]
            deny = [{ crate = "openssl", reason = "rustls does it" }]
            [sources]
            allow-registry = ["https://github.com/rust-lang/crates.io-index"]
            "#,
        )
        .unwrap()
    }

    fn problems(name: &str, licence: Option<&str>, source: &str) -> Vec<String> {
        let package = serde_json::json!({
            "name": name, "version": "1.0.0", "id": name, "license": licence, "source": source,
            "dependencies": [], "targets": [], "features": {}, "manifest_path": "/Cargo.toml",
        });
        rules().package_problems(&serde_json::from_value(package).unwrap())
    }

    const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

    #[test]
    fn an_exception_holds_for_its_crate_alone() {
        assert!(problems("special", Some("ISC"), CRATES_IO).is_empty());
        assert_eq!(problems("other", Some("ISC"), CRATES_IO).len(), 1);
    }

    #[test]
    fn bans_missing_licences_and_foreign_sources_are_reported() {
        assert_eq!(problems("openssl", Some("MIT"), CRATES_IO), ["openssl 1.0.0: banned: rustls does it"]);
        assert_eq!(problems("a", None, CRATES_IO), ["a 1.0.0: no licence is declared"]);
        assert_eq!(problems("a", Some("MIT"), "git+https://example.org/a").len(), 1);
    }
}
