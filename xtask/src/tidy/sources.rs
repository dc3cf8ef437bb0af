//! Rules about single files: names, lengths, module comments, what is unfinished, and paths of one machine.

use super::tree::{File, Finding, Tree};

const MAX_LINES: usize = 450;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 9] =
    ["utils", "util", "common", "helpers", "helper", "types", "manager", "managers", "misc"];

/// What marks work that was left for later. Split, so that this file passes its own rule.
const UNFINISHED: [&str; 5] = [
    concat!("to", "do!"),
    concat!("un", "implemented!"),
    concat!("#[ig", "nore"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
];

/// Folders of one person's or one machine's file system. Split for the same reason.
const MACHINE_FOLDERS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

pub(super) fn module_files(tree: &Tree) -> Vec<Finding> {
    let wrong = tree.rust_files().filter(|file| file.name() == "mod.rs");
    wrong.map(|file| file.finding(1, "a module `foo` is `foo.rs`, not `foo/mod.rs`")).collect()
}

pub(super) fn telling_names(tree: &Tree) -> Vec<Finding> {
    let empty = |part: &str| EMPTY_NAMES.contains(&part.strip_suffix(".rs").unwrap_or(part));
    let named =
        tree.rust_files().filter_map(|file| Some((file, file.path.split('/').find(|part| empty(part))?)));
    named
        .map(|(file, part)| file.finding(1, format!("`{part}` says nothing: name the noun that is inside")))
        .collect()
}

pub(super) fn file_length(tree: &Tree) -> Vec<Finding> {
    let counted = tree.rust_files().filter(|file| !file.is_test() && !file.path.contains("/migrations"));
    let long = counted.map(|file| (file, file.code_lines().count())).filter(|(_, lines)| *lines > MAX_LINES);
    long.map(|(file, lines)| file.finding(lines, format!("{lines} lines of code: split at {MAX_LINES}")))
        .collect()
}

pub(super) fn module_doc(tree: &Tree) -> Vec<Finding> {
    let opens_with_doc = |file: &File| {
        let first = file.text.lines().find(|line| !line.trim().is_empty());
        first.is_some_and(|line| line.starts_with("//!") || line.starts_with("#![doc"))
    };
    let silent = tree.rust_files().filter(|file| !opens_with_doc(file));
    silent.map(|file| file.finding(1, "a module opens with a `//!` sentence")).collect()
}

pub(super) fn unfinished(tree: &Tree) -> Vec<Finding> {
    let code = tree.files.iter().filter(|file| {
        ["rs", "ts", "tsx", "js", "mjs", "sh", "toml", "yaml", "yml", "graphql"]
            .iter()
            .any(|extension| file.has_extension(extension))
    });
    code.flat_map(|file| {
        let hits = file
            .numbered_lines()
            .filter_map(|(line, text)| Some((line, UNFINISHED.iter().find(|mark| has_word(text, mark))?)));
        hits.map(|(line, mark)| file.finding(line, format!("`{mark}`: finish it or leave it out")))
            .collect::<Vec<_>>()
    })
    .collect()
}

/// Whether `mark` stands in `text` and isn't a part of a longer word.
fn has_word(text: &str, mark: &str) -> bool {
    let in_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(mark).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + mark.len()..].chars().next();
        let ends_in_word = mark.chars().next_back().is_some_and(in_word);
        !(before.is_some_and(in_word) || ends_in_word && after.is_some_and(in_word))
    })
}

pub(super) fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let written =
        tree.files.iter().filter(|file| !["package-lock.json", "Cargo.lock"].contains(&file.name()));
    written
        .flat_map(|file| {
            let hits = file.numbered_lines().filter_map(|(line, text)| Some((line, machine_folder(text)?)));
            hits.map(|(line, folder)| file.finding(line, format!("`{folder}` is a path of one machine")))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// A path that begins at the root: what comes before it is no part of a longer path or address.
fn machine_folder(text: &str) -> Option<&'static str> {
    let begins = |at: usize| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || "._-~}*/$".contains(letter))
    };
    MACHINE_FOLDERS.into_iter().find(|folder| text.match_indices(folder).any(|(at, _)| begins(at)))
}

pub(super) fn crate_readme(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &tree.crates {
        let at = |path: &str| tree.files.iter().find(|file| file.path == format!("{}/{path}", member.folder));
        let mut object = |path: &str, message: &str| {
            let path = format!("{}/{path}", member.folder);
            findings.push(Finding { path, line: 1, message: message.to_owned() });
        };
        if at("README.md").is_none() {
            object("README.md", "each crate has a README");
        }
        let shown = |file: &File| file.text.contains("#![doc = include_str!(\"../README.md\")]");
        let roots = ["src/lib.rs", "src/main.rs"];
        if let Some(root) = roots.into_iter().find(|root| at(root).is_some())
            && !at(root).is_some_and(shown)
        {
            object(
                root,
                "the README is the crate's documentation: `#![doc = include_str!(\"../README.md\")]`",
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree::Crate;
    use super::*;

    fn places(findings: Vec<Finding>) -> Vec<String> {
        findings.into_iter().map(|finding| format!("{}:{}", finding.path, finding.line)).collect()
    }

    #[test]
    fn module_files_are_named_for_their_module() {
        let tree = Tree::of(&[("a/src/hugs/mod.rs", ""), ("a/src/hugs.rs", "")]);
        assert_eq!(places(module_files(&tree)), ["a/src/hugs/mod.rs:1"]);
    }

    #[test]
    fn empty_names_are_refused_for_files_and_folders() {
        let tree = Tree::of(&[
            ("a/src/utils.rs", ""),
            ("a/src/common/x.rs", ""),
            ("a/src/x/commons.rs", ""),
            ("a/types.md", ""),
        ]);
        assert_eq!(places(telling_names(&tree)), ["a/src/utils.rs:1", "a/src/common/x.rs:1"]);
    }

    #[test]
    fn long_files_are_refused_but_for_tests_and_migrations() {
        let long = "x\n".repeat(MAX_LINES + 1);
        let tested = format!("{}#[cfg(test)]\n{long}", "x\n".repeat(MAX_LINES));
        let tree = Tree::of(&[
            ("a/src/long.rs", &long),
            ("a/src/tested.rs", &tested),
            ("a/tests/suite/main.rs", &long),
            ("a/src/migrations/all.rs", &long),
        ]);
        assert_eq!(places(file_length(&tree)), ["a/src/long.rs:451"]);
    }

    #[test]
    fn a_module_says_what_it_is() {
        let tree = Tree::of(&[
            ("a.rs", "//! A.\n"),
            ("b.rs", "use c;\n"),
            ("c.rs", "#![doc = \"x\"]\n"),
            ("d.rs", ""),
        ]);
        assert_eq!(places(module_doc(&tree)), ["b.rs:1", "d.rs:1"]);
    }

    #[test]
    fn unfinished_work_is_found_as_a_word() {
        let text =
            format!("fn a() {{ {}() }}\n// {}\nlet {}Y = 1;\n", UNFINISHED[0], UNFINISHED[3], UNFINISHED[4]);
        assert_eq!(places(unfinished(&Tree::of(&[("a.rs", &text)]))), ["a.rs:1", "a.rs:2"]);
    }

    #[test]
    fn paths_of_one_machine_are_found_where_they_begin() {
        let home = MACHINE_FOLDERS[2];
        let text = format!("see {home}ada\nhttps://example.org{home}x\n\"{home}x\"\n./a{home}x\n");
        assert_eq!(places(machine_paths(&Tree::of(&[("a.md", &text)]))), ["a.md:1", "a.md:3"]);
    }

    #[test]
    fn a_crate_has_a_readme_and_shows_it() {
        let member = |folder: &str| Crate {
            name: folder.to_owned(),
            folder: folder.to_owned(),
            dependencies: Vec::new(),
            dev_dependencies: Vec::new(),
        };
        let mut tree = Tree::of(&[
            ("good/README.md", "# good"),
            ("good/src/lib.rs", "#![doc = include_str!(\"../README.md\")]\n"),
            ("bad/src/lib.rs", "//! Bad.\n"),
        ]);
        tree.crates = vec![member("good"), member("bad")];
        assert_eq!(places(crate_readme(&tree)), ["bad/README.md:1", "bad/src/lib.rs:1"]);
    }
}
