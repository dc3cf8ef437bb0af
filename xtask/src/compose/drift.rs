//! Generated files against what stands in the tree.

use std::path::{Path, PathBuf};

use anyhow::Context;
use similar::TextDiff;

/// Lines of diff shown for each file that has drifted.
const SHOWN_LINES: usize = 40;

/// A file that `compose` writes.
#[derive(Debug)]
pub(super) struct Generated {
    pub path: PathBuf,
    pub text: String,
}

impl Generated {
    pub(super) fn new(path: impl Into<PathBuf>, made_from: &str, body: &str) -> Self {
        let text = format!("# Made by `cargo xtask compose` from {made_from}. Do not edit.\n{body}");
        Self { path: path.into(), text: text.trim_end().to_owned() + "\n" }
    }

    pub(super) fn write(&self, root: &Path) -> anyhow::Result<()> {
        let path = root.join(&self.path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        std::fs::write(&path, &self.text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// How the file in the tree differs from this one; `None` when it is the same.
    pub(super) fn drift(&self, root: &Path) -> Option<String> {
        let committed = std::fs::read_to_string(root.join(&self.path)).unwrap_or_default();
        if committed == self.text {
            return None;
        }
        let diff = TextDiff::from_lines(&committed, &self.text).unified_diff().context_radius(2).to_string();
        let mut shown: Vec<&str> = diff.lines().take(SHOWN_LINES).collect();
        if diff.lines().count() > SHOWN_LINES {
            shown.push("…");
        }
        Some(format!("{}\n{}", self.path.display(), shown.join("\n")))
    }
}

#[cfg(test)]
mod tests {
    use super::Generated;

    #[test]
    fn a_file_that_differs_is_named_with_its_changed_lines() {
        let folder = tempfile::tempdir().unwrap();
        let file = Generated::new("api.graphql", "code", "type Query { new: Int }\n");
        file.write(folder.path()).unwrap();
        assert_eq!(file.drift(folder.path()), None);
        let changed = Generated::new("api.graphql", "code", "type Query { other: Int }\n");
        let drift = changed.drift(folder.path()).unwrap();
        assert!(
            drift.starts_with("api.graphql\n") && drift.contains("+type Query { other: Int }"),
            "{drift}"
        );
    }
}
