//! `compose`: the subgraphs' SDL from code, composed into the supergraph and the API schema.

mod complete;
mod config;
mod drift;
mod events;
mod further;
mod model;
mod outline;
mod planner;
mod problems;
mod public;
mod tokens;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use federation_composition::{
    CompositionResult, CompositionSuccess, ServiceDefinition, compose_services, graphql_core, sort_sdl,
};
use xshell::{Cmd, Shell, cmd};

use self::config::{Subgraph, SupergraphConfig};
use self::drift::Generated;
pub(crate) use self::events::FOLDER as EVENTS;
use self::further::Models;
use self::problems::{Places, Problem, syntax_problem};
use crate::workspace;

const CONFIG: &str = "supergraph.yaml";
pub(crate) const SUPERGRAPH: &str = "schema/supergraph.graphql";
pub(crate) const API: &str = "schema/api.graphql";
const CONFIG_SCHEMA: &str = "schema/gateway.schema.json";

/// Export the subgraphs' schemas from code and compose them
#[derive(Debug, clap::Args)]
pub(crate) struct Compose {
    /// Write nothing; fail when a committed file differs from what the code gives
    #[arg(long, conflicts_with = "config")]
    check: bool,
    /// Take the program `standalone` from this folder, as it was built last, instead of building it
    #[arg(long, value_name = "FOLDER", conflicts_with = "config")]
    binaries: Option<PathBuf>,
    /// Compose this supergraph.yaml (rover's format) and leave our own schema alone
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the supergraph goes; without it, to standard output
    #[arg(long, value_name = "FILE", requires = "config")]
    out: Option<PathBuf>,
}

/// A supergraph and the schema its clients see.
#[derive(Debug)]
struct Composed {
    supergraph: String,
    api: String,
}

impl Compose {
    /// `compose --check`, of what the binary `standalone` of the folder `binaries` gives.
    pub(crate) fn check_built(shell: &Shell, binaries: PathBuf) -> anyhow::Result<()> {
        Self { check: true, binaries: Some(binaries), config: None, out: None }.run(shell)
    }

    pub(crate) fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        if let Some(config) = &self.config {
            return compose_other(config, self.out.as_deref());
        }
        let standalone = if let Some(folder) = &self.binaries {
            shell.cmd(folder.join("standalone"))
        } else {
            cmd!(shell, "cargo run --quiet -p standalone --")
        };
        compose_ours(standalone, self.check)
    }
}

fn compose_other(config: &Path, out: Option<&Path>) -> anyhow::Result<()> {
    let folder = config.parent().unwrap_or(Path::new("."));
    let subgraphs = SupergraphConfig::read(config)?.load(folder)?;
    let composed = compose(&subgraphs)?;
    let Some(out) = out else {
        print!("{}", composed.supergraph);
        return Ok(());
    };
    std::fs::write(out, composed.supergraph).with_context(|| format!("cannot write {}", out.display()))
}

/// `standalone` starts the program that knows every subgraph.
fn compose_ours(standalone: Cmd<'_>, check: bool) -> anyhow::Result<()> {
    let root = workspace::root();
    let config = SupergraphConfig::read(&root.join(CONFIG))?;
    let exported = tempfile::tempdir()?;
    let folder = exported.path();
    standalone.args(["sdl", "--out"]).arg(folder).quiet().run()?;

    let subgraphs = from_code(config, folder)?;
    let composed = compose(&subgraphs)?;
    let mut files: Vec<Generated> = subgraphs
        .iter()
        .map(|subgraph| Generated { path: PathBuf::from(&subgraph.file), text: subgraph.sdl.clone() })
        .collect();
    files.push(Generated::new(SUPERGRAPH, "supergraph.yaml and schema/subgraphs", &composed.supergraph));
    files.push(Generated::new(API, "schema/supergraph.graphql", &composed.api));
    let config_schema = std::fs::read_to_string(folder.join("gateway.schema.json"))?;
    files.push(Generated { path: CONFIG_SCHEMA.into(), text: config_schema });
    let events = events::generated(folder)?;
    let left_over = events::left_over(&root, &events);
    files.extend(events);
    if check {
        return check_drift(&files, &left_over, &root);
    }
    left_over.iter().try_for_each(std::fs::remove_file)?;
    files.iter().try_for_each(|file| file.write(&root))
}

/// Our supergraph, from the schemas that code exported to `folder`. Writes nothing.
pub(crate) fn supergraph_of(folder: &Path) -> anyhow::Result<String> {
    let config = SupergraphConfig::read(&workspace::root().join(CONFIG))?;
    Ok(compose(&from_code(config, folder)?)?.supergraph)
}

/// The subgraphs of the configuration with the SDL that their code exported to `folder`.
fn from_code(config: SupergraphConfig, folder: &Path) -> anyhow::Result<Vec<Subgraph>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "graphql") {
            continue;
        }
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        ensure!(config.subgraphs.contains_key(name), "subgraph `{name}` is missing in {CONFIG}");
    }
    let subgraphs = config.subgraphs.into_iter().map(|(name, subgraph)| {
        let exported = folder.join(format!("{name}.graphql"));
        let sdl = std::fs::read_to_string(&exported)
            .with_context(|| format!("{CONFIG} names `{name}`, but no code exports it"))?;
        let completed = complete::complete(&sdl).with_context(|| format!("subgraph `{name}`"))?;
        let path =
            subgraph.schema.file.with_context(|| format!("`{name}` needs a schema file in {CONFIG}"))?;
        let made_from = format!("the code of subgraphs/{name}");
        let Generated { path, text } = Generated::new(path, &made_from, &completed);
        Ok(Subgraph { name, routing_url: subgraph.routing_url, file: path.display().to_string(), sdl: text })
    });
    subgraphs.collect()
}

fn check_drift(files: &[Generated], left_over: &[PathBuf], root: &Path) -> anyhow::Result<()> {
    let mut drifted: Vec<String> = files.iter().filter_map(|file| file.drift(root)).collect();
    drifted.extend(left_over.iter().map(|path| format!("{}: no code knows of it", path.display())));
    if drifted.is_empty() {
        return Ok(());
    }
    bail!("the committed schema differs from the code; run `cargo xtask compose`\n{}", drifted.join("\n"))
}

/// Composes, and has the result loaded and planned before anybody relies on it.
fn compose(subgraphs: &[Subgraph]) -> anyhow::Result<Composed> {
    let services = parse(subgraphs)?;
    let models = Models::of(&services);
    let mut errors = models.errors();
    match compose_services(&services) {
        Ok(CompositionResult::Success(success)) if errors.is_empty() => return finish(&success),
        Ok(CompositionResult::Success(_)) => {}
        Ok(CompositionResult::Failure(failure)) => errors.extend(failure.errors().iter().cloned()),
        Err(error) => errors.push(error.into_graphql_error()),
    }
    let places = Places::of(subgraphs, &models);
    refuse(errors.iter().map(|error| places.problem(error)).collect())
}

fn parse(subgraphs: &[Subgraph]) -> anyhow::Result<Vec<ServiceDefinition>> {
    let mut services = Vec::new();
    let mut problems = Vec::new();
    for subgraph in subgraphs {
        match graphql_core::parse(&subgraph.sdl) {
            Ok(document) => {
                let service = ServiceDefinition::new(&subgraph.name, document);
                let url = subgraph.routing_url.clone().unwrap_or_default();
                services.push(service.with_url(url));
            }
            Err(error) => problems.push(syntax_problem(subgraph, &error)),
        }
    }
    if problems.is_empty() { Ok(services) } else { refuse(problems) }
}

fn finish(success: &CompositionSuccess) -> anyhow::Result<Composed> {
    let api = sort_sdl(&public::without_composed_directives(success.public_document_node()?))?;
    let supergraph = success.supergraph_sdl().trim_end().to_owned() + "\n";
    planner::check(&supergraph, &api).context("the query planner refuses the composed supergraph")?;
    Ok(Composed { supergraph, api: graphql_core::print(&api).trim_end().to_owned() + "\n" })
}

fn refuse<T>(problems: Vec<Problem>) -> anyhow::Result<T> {
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    bail!("{}", lines.join("\n"))
}

#[cfg(test)]
mod tests;
