//! What the rules look at: the files that belong to the repository, its crates, and our verbs.

use std::fmt;

use cargo_metadata::{DependencyKind, Metadata};
use clap::CommandFactory;
use xshell::{Shell, cmd};

use crate::{Cli, workspace};

#[derive(Debug, Default)]
pub(super) struct Tree {
    pub files: Vec<File>,
    pub crates: Vec<Crate>,
    pub verbs: Vec<String>,
}

/// A text file, its path relative to the root with forward slashes.
#[derive(Debug)]
pub(super) struct File {
    pub path: String,
    pub text: String,
}

#[derive(Debug)]
pub(super) struct Crate {
    pub name: String,
    /// The crate's folder, relative to the root.
    pub folder: String,
    /// Crates of the workspace that it builds upon.
    pub dependencies: Vec<String>,
    pub dev_dependencies: Vec<String>,
}

/// What a rule objects to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub path: String,
    pub line: usize,
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.message)
    }
}

impl Tree {
    pub(super) fn read(shell: &Shell) -> anyhow::Result<Self> {
        let root = workspace::root();
        let listed =
            cmd!(shell, "git -c safe.directory=* -C {root} ls-files --cached --others --exclude-standard")
                .quiet()
                .read()?;
        // What is deleted but still tracked, and what isn't text, has nothing to check.
        let files = listed.lines().filter_map(|path| {
            let text = std::fs::read_to_string(root.join(path)).ok()?;
            Some(File { path: path.to_owned(), text })
        });
        Ok(Self { files: files.collect(), crates: crates(&workspace::metadata()?), verbs: verbs() })
    }

    pub(super) fn rust_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.has_extension("rs"))
    }

    pub(super) fn exists(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.files.iter().any(|file| {
            file.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// A tree of these files alone.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files =
            files.iter().map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() });
        Self { files: files.collect(), ..Self::default() }
    }
}

impl File {
    pub(super) fn has_extension(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
    }

    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether the file holds tests and nothing else.
    pub(super) fn is_test(&self) -> bool {
        let folder = |name: &str| {
            self.path.starts_with(&format!("{name}/")) || self.path.contains(&format!("/{name}/"))
        };
        folder("tests") || folder("benches") || folder("examples") || self.name() == "tests.rs"
    }

    /// The lines before the unit tests, numbered from one.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let before_tests = |(_, line): &(usize, &str)| !line.starts_with("#[cfg(test)]");
        self.numbered_lines().take_while(before_tests)
    }

    pub(super) fn numbered_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(at, line)| (at + 1, line))
    }

    pub(super) fn finding(&self, line: usize, message: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, message: message.into() }
    }
}

fn crates(metadata: &Metadata) -> Vec<Crate> {
    let members = metadata.workspace_packages();
    let is_ours = |name: &str| members.iter().any(|member| member.name.as_str() == name);
    let of = |package: &cargo_metadata::Package| {
        let named = |wanted: fn(DependencyKind) -> bool| {
            let dependencies = package.dependencies.iter().filter(|dependency| wanted(dependency.kind));
            let ours =
                dependencies.filter(|dependency| dependency.path.is_some() && is_ours(&dependency.name));
            ours.map(|dependency| dependency.name.clone()).collect()
        };
        let folder = package.manifest_path.parent().map(|folder| {
            folder.strip_prefix(&metadata.workspace_root).unwrap_or(folder).as_str().to_owned()
        });
        Crate {
            name: package.name.to_string(),
            folder: folder.unwrap_or_default(),
            dependencies: named(|kind| kind != DependencyKind::Development),
            dev_dependencies: named(|kind| kind == DependencyKind::Development),
        }
    };
    members.iter().map(|package| of(package)).collect()
}

fn verbs() -> Vec<String> {
    Cli::command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect()
}
