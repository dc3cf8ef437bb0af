//! `supergraph.yaml` in rover's format: which subgraphs there are, where they answer, where their SDL is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

/// A subgraph to compose, its SDL read.
#[derive(Clone, Debug)]
pub(super) struct Subgraph {
    pub name: String,
    pub routing_url: Option<String>,
    /// Where the SDL was read from, as messages name it.
    pub file: String,
    pub sdl: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct SupergraphConfig {
    federation_version: Option<FederationVersion>,
    pub subgraphs: BTreeMap<String, SubgraphConfig>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SubgraphConfig {
    pub routing_url: Option<String>,
    pub schema: SchemaSource,
}

#[derive(Debug, Deserialize)]
pub(super) struct SchemaSource {
    pub file: Option<PathBuf>,
    sdl: Option<String>,
    subgraph_url: Option<String>,
    graphref: Option<String>,
}

/// Rover takes `2`, `"2"`, `"=2.9"` and `"=2.9.3"`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum FederationVersion {
    Number(f64),
    Text(String),
}

impl SupergraphConfig {
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is not a supergraph configuration", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let config: Self = serde_yaml_ng::from_str(text)?;
        if let Some(version) = &config.federation_version {
            version.check()?;
        }
        ensure!(!config.subgraphs.is_empty(), "it names no subgraph");
        Ok(config)
    }

    /// Reads each subgraph's SDL; file paths are relative to `folder`.
    pub(super) fn load(self, folder: &Path) -> anyhow::Result<Vec<Subgraph>> {
        self.subgraphs.into_iter().map(|(name, subgraph)| subgraph.load(name, folder)).collect()
    }
}

impl SubgraphConfig {
    fn load(self, name: String, folder: &Path) -> anyhow::Result<Subgraph> {
        let (file, sdl) = match self.schema {
            SchemaSource { file: Some(file), .. } => {
                let path = folder.join(&file);
                let sdl = std::fs::read_to_string(&path)
                    .with_context(|| format!("cannot read the schema of `{name}` from {}", path.display()))?;
                (file.display().to_string(), sdl)
            }
            SchemaSource { sdl: Some(sdl), .. } => (format!("subgraphs.{name}.schema.sdl"), sdl),
            SchemaSource { subgraph_url: Some(_), .. } | SchemaSource { graphref: Some(_), .. } => {
                bail!(
                    "the schema of `{name}` must be given by `file` or `sdl`: nothing is fetched over the network"
                )
            }
            _ => bail!("the schema of `{name}` has neither `file` nor `sdl`"),
        };
        Ok(Subgraph { name, routing_url: self.routing_url, file, sdl })
    }
}

impl FederationVersion {
    /// Composition speaks Federation 2 up to 2.9.
    fn check(&self) -> anyhow::Result<()> {
        let text = match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.trim_start_matches(['=', 'v']).to_owned(),
        };
        let mut parts = text.split('.');
        let major = parts.next().and_then(|part| part.parse::<u32>().ok());
        let minor = parts.next().map_or(Some(0), |part| part.parse::<u32>().ok());
        match (major, minor) {
            (Some(2), Some(0..=9)) => Ok(()),
            (Some(_), Some(_)) => bail!("federation_version {text} is not supported: 2 to 2.9 are"),
            _ => bail!("federation_version `{text}` is not a version"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SupergraphConfig;

    fn with_version(version: &str) -> Result<SupergraphConfig, anyhow::Error> {
        SupergraphConfig::parse(&format!(
            "federation_version: {version}\nsubgraphs: {{a: {{schema: {{sdl: 'type Query {{ a: Int }}'}}}}}}"
        ))
    }

    #[test]
    fn the_versions_rover_writes_are_understood() {
        for version in ["2", "'2'", "=2.9", "=2.4.8", "2.9"] {
            assert!(with_version(version).is_ok(), "{version}");
        }
        for version in ["1", "=2.11.0", "latest"] {
            assert!(with_version(version).is_err(), "{version}");
        }
    }

    #[test]
    fn a_schema_that_would_have_to_be_fetched_is_refused() {
        let text = "subgraphs: {a: {schema: {subgraph_url: 'http://127.0.0.1:1'}}}";
        let refused = SupergraphConfig::parse(text).unwrap().load(std::path::Path::new(".")).unwrap_err();
        assert!(refused.to_string().contains("`file` or `sdl`"), "{refused}");
    }
}
