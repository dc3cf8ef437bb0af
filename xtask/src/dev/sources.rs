//! Noticing that something was saved.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Everything that the product's processes are built and composed from, below the workspace's root.
const WATCHED: [&str; 6] =
    ["subgraphs", "platform", "gateway", "Cargo.toml", "gateway.yaml", "supergraph.yaml"];

/// The product's sources, by the times and sizes of their files.
pub(super) struct Sources {
    root: PathBuf,
    /// As they were when they were last taken up.
    taken: u64,
    /// As they were at the last look.
    seen: u64,
}

impl Sources {
    pub(super) fn new(root: PathBuf) -> Self {
        let now = fingerprint(&root);
        Self { root, taken: now, seen: now }
    }

    /// Whether they have changed and stayed the same since the last look: an editor saves many files one after the
    /// other. The change is then taken up, and told once.
    pub(super) fn have_settled_anew(&mut self) -> bool {
        let now = fingerprint(&self.root);
        let settled = now == self.seen;
        self.seen = now;
        let anew = settled && now != self.taken;
        if anew {
            self.taken = now;
        }
        anew
    }
}

fn fingerprint(root: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    for name in WATCHED {
        add(&root.join(name), &mut hasher);
    }
    hasher.finish()
}

fn add(path: &Path, hasher: &mut DefaultHasher) {
    let Ok(metadata) = std::fs::metadata(path) else { return };
    if !metadata.is_dir() {
        (path, metadata.len(), metadata.modified().ok()).hash(hasher);
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort_unstable();
    // Tests aren't part of any process, and dependencies of test clients are many files.
    let is_source = |path: &&PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        !name.starts_with('.') && !["tests", "target", "node_modules"].contains(&name)
    };
    for path in paths.iter().filter(is_source) {
        add(path, hasher);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_file_is_told_once_and_only_when_it_stays_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("subgraphs/hugs/src");
        std::fs::create_dir_all(&source).unwrap();
        std::fs::create_dir_all(folder.path().join("subgraphs/hugs/tests")).unwrap();
        let mut sources = Sources::new(folder.path().to_path_buf());
        assert!(!sources.have_settled_anew());
        std::fs::write(source.join("lib.rs"), "//! One.").unwrap();
        assert!(!sources.have_settled_anew(), "it may still be changing");
        std::fs::write(source.join("hug.rs"), "//! Two.").unwrap();
        assert!(!sources.have_settled_anew(), "it was");
        assert!(sources.have_settled_anew());
        assert!(!sources.have_settled_anew(), "it was told");
        std::fs::write(folder.path().join("subgraphs/hugs/tests/suite.rs"), "").unwrap();
        assert!(!sources.have_settled_anew() && !sources.have_settled_anew(), "no process has tests in it");
    }
}
