//! Markdown must not speak of what is gone: paths, crates, verbs, variables and ports that it names exist.

use std::collections::BTreeSet;

use super::tree::{File, Finding, Tree};

/// The history of changes may name what is gone.
const HISTORY: &str = "CHANGELOG.md";

/// Variables that libraries read, so that no code of ours names them.
const FOREIGN_VARIABLES: [&str; 3] = ["CARGO_", "OTEL_", "RUST_"];

/// What introduces a port.
const HOSTS: [&str; 4] = ["localhost:", "127.0.0.1:", "0.0.0.0:", "port "];

/// Paths in code marks that begin at the root of the repository.
pub(super) fn stale_paths(tree: &Tree) -> Vec<Finding> {
    let top: BTreeSet<&str> =
        tree.files.iter().filter_map(|file| Some(file.path.split_once('/')?.0)).collect();
    let packages: BTreeSet<&str> = tree.crates.iter().map(|member| member.name.as_str()).collect();
    each(tree, |line| {
        let paths = code_spans(line).filter(|span| {
            let in_tree = span.split_once('/').is_some_and(|(first, _)| top.contains(first));
            in_tree && span.chars().all(|letter| letter.is_alphanumeric() || "/._-".contains(letter))
        });
        let gone = paths.filter(|path| !tree.exists(path)).map(|path| format!("`{path}` does not exist"));
        let named = ["-p ", "--package "].into_iter().flat_map(|flag| following(line, flag));
        // `NAME` stands for any.
        let is_name = |name: &&str| name.starts_with(|letter: char| letter.is_ascii_lowercase());
        let unknown = named.filter(is_name).filter(|name| !packages.contains(*name));
        gone.chain(unknown.map(|name| format!("there is no crate `{name}`"))).collect()
    })
}

/// `cargo xtask` verbs.
pub(super) fn stale_verbs(tree: &Tree) -> Vec<Finding> {
    each(tree, |line| {
        let verbs = following(line, "cargo xtask ").filter(|verb| !verb.is_empty());
        let unknown = verbs.filter(|verb| !tree.verbs.iter().any(|known| known == verb));
        unknown.map(|verb| format!("there is no `cargo xtask {verb}`")).collect()
    })
}

/// Variables (`UPPER_CASE` in code marks) and ports.
pub(super) fn stale_names(tree: &Tree) -> Vec<Finding> {
    let known: BTreeSet<&str> = tree
        .files
        .iter()
        .filter(|file| !file.has_extension("md"))
        .flat_map(|file| words(&file.text))
        .collect();
    each(tree, |line| {
        let variables = code_spans(line).flat_map(words).filter(|word| is_variable(word));
        let gone =
            variables.filter(|name| !known.contains(name) && !known.contains(camel_case(name).as_str()));
        let ports = HOSTS.iter().flat_map(|host| following(line, host));
        let unused = ports.filter(|port| port.len() >= 4 && is_number(port) && !known.contains(port));
        let missing = gone.map(|name| format!("`{name}` is nowhere in the code"));
        missing.chain(unused.map(|port| format!("port {port} is nowhere in the code"))).collect()
    })
}

fn each(tree: &Tree, check: impl Fn(&str) -> Vec<String>) -> Vec<Finding> {
    let is_current = |file: &&File| file.has_extension("md") && file.name() != HISTORY;
    let lines = tree
        .files
        .iter()
        .filter(is_current)
        .flat_map(|file| file.numbered_lines().map(move |(number, line)| (file, number, line)));
    lines
        .flat_map(|(file, number, line)| check(line).into_iter().map(move |text| file.finding(number, text)))
        .collect()
}

/// What stands between backticks on a line.
fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The words that follow each `marker` that begins a word.
fn following<'a>(line: &'a str, marker: &'a str) -> impl Iterator<Item = &'a str> {
    let begins =
        |at: &usize| !line[..*at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '-');
    let ends =
        line.match_indices(marker).map(|(at, _)| at).filter(begins).map(|at| &line[at + marker.len()..]);
    ends.map(|rest| {
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && !"_-".contains(letter));
        &rest[..end.unwrap_or(rest.len())]
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}

fn is_variable(word: &str) -> bool {
    let shape = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    let ours = !FOREIGN_VARIABLES.iter().any(|prefix| word.starts_with(prefix));
    let begins = word.starts_with(|letter: char| letter.is_ascii_uppercase());
    ours && begins && word.contains('_') && word.chars().all(shape)
}

fn is_number(word: &str) -> bool {
    word.chars().all(|letter| letter.is_ascii_digit())
}

/// `RATE_LIMITED` is `RateLimited` where an enum of ours is renamed on its way out.
fn camel_case(name: &str) -> String {
    let parts = name.split('_').map(|part| {
        let (first, rest) = part.split_at(part.len().min(1));
        first.to_owned() + &rest.to_lowercase()
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::Crate;
    use super::*;

    fn tree(markdown: &str) -> Tree {
        let mut tree = Tree::of(&[
            ("README.md", markdown),
            (
                "platform/clock/src/lib.rs",
                "const PORT: &str = \"DATABASE_URL\"; enum E { RateLimited } // 5000",
            ),
        ]);
        tree.verbs = vec!["test".to_owned()];
        tree.crates = vec![Crate {
            name: "clock".to_owned(),
            folder: "platform/clock".to_owned(),
            dependencies: Vec::new(),
            dev_dependencies: Vec::new(),
        }];
        tree
    }

    fn messages(findings: Vec<Finding>) -> Vec<String> {
        findings.into_iter().map(|finding| format!("{}: {}", finding.line, finding.message)).collect()
    }

    #[test]
    fn paths_and_crates_that_are_gone_are_named() {
        let tree = tree(
            "`platform/clock` `platform/clock/src/lib.rs` `application/json` `platform/*`\n`platform/time`\n`cargo test -p clock` `-p NAME` `-p hour`",
        );
        assert_eq!(
            messages(stale_paths(&tree)),
            ["2: `platform/time` does not exist", "3: there is no crate `hour`"]
        );
    }

    #[test]
    fn verbs_that_are_gone_are_named() {
        let tree = tree("`cargo xtask test` `cargo xtask` then\ncargo xtask bake");
        assert_eq!(messages(stale_verbs(&tree)), ["2: there is no `cargo xtask bake`"]);
    }

    #[test]
    fn variables_and_ports_that_are_gone_are_named() {
        let tree = tree(
            "`DATABASE_URL=x` `RATE_LIMITED` http://localhost:5000\n`OLD_URL` OLD_WORD http://127.0.0.1:4999/x",
        );
        assert_eq!(
            messages(stale_names(&tree)),
            ["2: `OLD_URL` is nowhere in the code", "2: port 4999 is nowhere in the code"]
        );
    }

    #[test]
    fn the_changelog_may_speak_of_the_past() {
        assert!(stale_verbs(&Tree::of(&[("CHANGELOG.md", "cargo xtask bake")])).is_empty());
    }
}
