//! The schemas of the events, one file each.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::drift::Generated;

/// Where they stand in the tree, and in what the code exports.
pub(crate) const FOLDER: &str = "schema/events";
const EXPORTED: &str = "events";

/// The files that the code exported to `folder`.
pub(super) fn generated(folder: &Path) -> anyhow::Result<Vec<Generated>> {
    let exported = files(&folder.join(EXPORTED)).context("the code exports no schemas of events")?;
    let generated = exported.into_iter().map(|path| {
        let name = path.file_name().unwrap_or_default();
        Ok(Generated { path: Path::new(FOLDER).join(name), text: std::fs::read_to_string(&path)? })
    });
    generated.collect()
}

/// Files in the tree of which no code knows any more.
pub(super) fn left_over(root: &Path, generated: &[Generated]) -> Vec<PathBuf> {
    let known = |path: &PathBuf| generated.iter().any(|file| root.join(&file.path) == *path);
    files(&root.join(FOLDER)).unwrap_or_default().into_iter().filter(|path| !known(path)).collect()
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_code_no_longer_exports_is_left_over() {
        let folder = tempfile::tempdir().unwrap();
        let (exported, tree) = (folder.path().join(EXPORTED), folder.path().join(FOLDER));
        for (place, name) in [(&exported, "a.Told.json"), (&tree, "a.Told.json"), (&tree, "a.Gone.json")] {
            std::fs::create_dir_all(place).unwrap();
            std::fs::write(place.join(name), "{}\n").unwrap();
        }
        let generated = generated(folder.path()).unwrap();
        assert_eq!(generated[0].path, Path::new("schema/events/a.Told.json"));
        assert_eq!(left_over(folder.path(), &generated), [tree.join("a.Gone.json")]);
    }
}
