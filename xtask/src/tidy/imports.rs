//! Layers: which files may speak GraphQL, and which may speak to the database.

use super::tree::{File, Finding, Tree};

/// Platform crates whose noun is GraphQL, or that implement its traits for theirs.
const GRAPHQL_CRATES: [&str; 2] = ["graphql", "ids"];

/// Platform crates that keep tables, open databases, or implement the database's traits.
const STORE_CRATES: [&str; 10] = [
    "database",
    "outbox",
    "ids",
    "testkit",
    "idempotency",
    "relationships",
    "erasure",
    "service",
    "throttle",
    "named",
];

pub(super) fn graphql_layer(tree: &Tree) -> Vec<Finding> {
    let allowed = |file: &File| {
        let of_subgraph = file.path.starts_with("subgraphs/");
        has_layer(file, "graphql") || (of_subgraph && ["schema.rs", "lib.rs"].contains(&file.name()))
    };
    let why = "`async_graphql` belongs in `graphql.rs`, `schema.rs` and a subgraph's `lib.rs`";
    imports(tree, "async_graphql", &GRAPHQL_CRATES, allowed, why)
}

pub(super) fn store_layer(tree: &Tree) -> Vec<Finding> {
    let allowed = |file: &File| {
        ["store", "migrations", "entities", "entity"].iter().any(|layer| has_layer(file, layer))
    };
    let why = "`sea_orm` belongs in `store.rs`, entities and migrations";
    imports(tree, "sea_orm", &STORE_CRATES, allowed, why)
}

/// Whether the file, or a folder it stands in, has the layer's name.
fn has_layer(file: &File, layer: &str) -> bool {
    file.path
        .split('/')
        .skip_while(|part| *part != "src")
        .any(|part| part.strip_suffix(".rs").unwrap_or(part) == layer)
}

fn imports(
    tree: &Tree,
    library: &str,
    crates: &[&str],
    allowed: impl Fn(&File) -> bool,
    why: &str,
) -> Vec<Finding> {
    let in_crate =
        |file: &File| crates.iter().any(|name| file.path.starts_with(&format!("platform/{name}/")));
    let others = tree.rust_files().filter(|file| {
        !file.is_test() && !file.path.starts_with("xtask/") && !in_crate(file) && !allowed(file)
    });
    let path = format!("{library}::");
    others
        .flat_map(|file| {
            let lines = file.code_lines().filter(|(_, line)| !line.trim_start().starts_with("//"));
            let hits =
                lines.filter(|(_, line)| line.contains(&path) || line.contains(&format!("use {library}")));
            hits.map(|(line, _)| file.finding(line, why)).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(findings: Vec<Finding>) -> Vec<String> {
        findings.into_iter().map(|finding| finding.path).collect()
    }

    #[test]
    fn graphql_stays_in_its_layer() {
        let text = "//! x\nuse async_graphql::Object;\n";
        let tree = Tree::of(&[
            ("subgraphs/hugs/src/hugs/graphql.rs", text),
            ("subgraphs/hugs/src/hugs/graphql/connection.rs", text),
            ("subgraphs/hugs/src/schema.rs", text),
            ("subgraphs/hugs/src/lib.rs", text),
            ("platform/graphql/src/errors.rs", text),
            ("platform/ids/src/graphql.rs", text),
            ("gateway/tests/suite/main.rs", text),
            ("subgraphs/hugs/src/hugs/model.rs", text),
            ("platform/clock/src/lib.rs", text),
        ]);
        assert_eq!(
            paths(graphql_layer(&tree)),
            ["subgraphs/hugs/src/hugs/model.rs", "platform/clock/src/lib.rs"]
        );
    }

    #[test]
    fn the_database_stays_in_its_layer() {
        let text = "//! x\nfn f(db: &sea_orm::DatabaseConnection) {}\n";
        let tree = Tree::of(&[
            ("subgraphs/hugs/src/hugs/store.rs", text),
            ("subgraphs/hugs/src/migrations/first.rs", text),
            ("platform/outbox/src/relay.rs", text),
            ("subgraphs/hugs/src/hugs.rs", text),
        ]);
        assert_eq!(paths(store_layer(&tree)), ["subgraphs/hugs/src/hugs.rs"]);
    }

    #[test]
    fn comments_and_unit_tests_may_name_a_library() {
        let text = "//! Not sea_orm:: here.\nfn f() {}\n#[cfg(test)]\nmod tests { use sea_orm::X; }\n";
        assert!(store_layer(&Tree::of(&[("subgraphs/hugs/src/hugs.rs", text)])).is_empty());
    }
}
