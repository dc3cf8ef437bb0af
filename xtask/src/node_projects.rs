//! Node projects of the repository: their packages as the lock file says, installed when that has changed.

use std::path::Path;

use anyhow::Context;
use xshell::{Shell, cmd};

use crate::workspace;

/// GraphiQL and what bundles it.
pub(crate) const PLAYGROUND: &str = "clients/playground";
/// The client libraries and the browser with which the tests drive us.
pub(crate) const TESTED_WITH: [&str; 2] = ["clients/journeys", "clients/conformance"];

/// `npm ci`, unless what is installed came from the lock file as it is now.
pub(crate) fn install_packages(shell: &Shell, project: &str) -> anyhow::Result<()> {
    let folder = workspace::root().join(project);
    let lock = std::fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("{project}/package-lock.json cannot be read"))?;
    let installed = folder.join("node_modules/.installed-lock.json");
    if std::fs::read(&installed).is_ok_and(|found| found == lock) {
        return Ok(());
    }
    let _folder = shell.push_dir(&folder);
    cmd!(shell, "npm ci --no-audit --no-fund")
        .run()
        .with_context(|| format!("the packages of {project} do not install"))?;
    std::fs::write(installed, lock)?;
    Ok(())
}

/// What is in a project's own files, in the order of their names: its packages aside.
pub(crate) fn sources(project: &Path) -> anyhow::Result<Vec<u8>> {
    let mut content = Vec::new();
    let mut folders = vec![project.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path()));
        let mut paths = entries.collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        for path in paths {
            if path.is_dir() {
                if !path.ends_with("node_modules") {
                    folders.push(path);
                }
                continue;
            }
            content.extend_from_slice(path.as_os_str().as_encoded_bytes());
            content.extend(std::fs::read(&path)?);
        }
    }
    Ok(content)
}
