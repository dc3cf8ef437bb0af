//! The supergraph of the subgraphs as they are built now, in the file that the gateway watches.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, anyhow, ensure};

use super::blueprint::Blueprint;
use super::services::SUBGRAPHS;
use crate::compose;

/// Asks each subgraph's binary for its schema, composes, and writes the file if it says something else now. After
/// an error the file is as it was, and the gateway serves on.
pub(super) fn renew(blueprint: &Blueprint) -> anyhow::Result<bool> {
    let exported = tempfile::tempdir()?;
    for subgraph in &SUBGRAPHS {
        let output = Command::new(blueprint.binary(subgraph)).arg("sdl").output();
        let output = output.with_context(|| format!("{} does not start", subgraph.name))?;
        ensure!(output.status.success(), "{} prints no schema ({})", subgraph.name, output.status);
        fs::write(exported.path().join(subgraph.name).with_extension("graphql"), output.stdout)?;
    }
    let composed = catch_unwind(|| compose::supergraph_of(exported.path()));
    let supergraph = composed.map_err(|_| anyhow!("the composer panicked"))??;
    replace(&blueprint.supergraph, &supergraph)
}

/// Puts the text into place at once; nobody sees half of it.
fn replace(path: &Path, text: &str) -> anyhow::Result<bool> {
    if fs::read_to_string(path).is_ok_and(|known| known == text) {
        return Ok(false);
    }
    let aside = path.with_extension("new");
    fs::write(&aside, text).with_context(|| format!("cannot write {}", aside.display()))?;
    fs::rename(&aside, path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn only_another_text_replaces_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("supergraph.graphql");
        assert!(replace(&path, "one").unwrap());
        assert!(!replace(&path, "one").unwrap());
        assert!(replace(&path, "two").unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
    }
}
