//! Which crate may build upon which.

use super::tree::{Crate, Finding, Tree};

/// The platform crates that the gateway may know: it serves any supergraph, so none that holds our domain.
const GATEWAY_MAY_USE: [&str; 5] = ["service", "identity", "telemetry", "clock", "bus"];

/// Test support, never part of what ships.
const TEST_ONLY: &str = "testkit";

pub(super) fn crate_directions(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &tree.crates {
        let folder_of = |name: &str| {
            tree.crates.iter().find(|other| other.name == name).map_or("", |other| other.folder.as_str())
        };
        let mut object = |message: String| {
            findings.push(Finding { path: format!("{}/Cargo.toml", member.folder), line: 1, message });
        };
        for name in &member.dependencies {
            if name == TEST_ONLY {
                object(format!("`{TEST_ONLY}` may only be a dev-dependency"));
            } else if !may_use(member, name, folder_of(name)) {
                object(format!("`{}` may not depend on `{name}`", member.name));
            }
        }
        for name in &member.dev_dependencies {
            if !may_test_with(member, folder_of(name)) {
                object(format!("`{}` may not depend on `{name}`, in tests either", member.name));
            }
        }
    }
    findings
}

fn may_use(member: &Crate, name: &str, folder: &str) -> bool {
    let on_platform = folder.starts_with("platform/");
    match member.folder.as_str() {
        "standalone" => on_platform || folder.starts_with("subgraphs/") || folder == "gateway",
        "gateway" => on_platform && GATEWAY_MAY_USE.contains(&name),
        "xtask" => false,
        _ => on_platform,
    }
}

fn may_test_with(member: &Crate, folder: &str) -> bool {
    match member.folder.as_str() {
        "standalone" => true,
        "xtask" => false,
        _ => folder.starts_with("platform/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(folder: &str, dependencies: &[&str], dev_dependencies: &[&str]) -> Crate {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Crate {
            name: folder.rsplit('/').next().unwrap_or(folder).to_owned(),
            folder: folder.to_owned(),
            dependencies: owned(dependencies),
            dev_dependencies: owned(dev_dependencies),
        }
    }

    fn objections(crates: Vec<Crate>) -> Vec<String> {
        crate_directions(&Tree { crates, ..Tree::default() }).into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn the_directions_of_the_architecture_are_taken() {
        let fine = vec![
            member("standalone", &["gateway", "hugs", "clock"], &["testkit"]),
            member("gateway", &["clock", "bus"], &["testkit"]),
            member("subgraphs/hugs", &["clock", "ids"], &["testkit"]),
            member("platform/clock", &[], &[]),
            member("platform/ids", &["clock"], &[]),
            member("platform/bus", &[], &[]),
            member("platform/testkit", &["clock"], &[]),
            member("xtask", &[], &[]),
        ];
        assert_eq!(objections(fine), [""; 0]);
    }

    #[test]
    fn every_other_direction_is_refused() {
        let wrong = vec![
            member("subgraphs/hugs", &["users", "testkit"], &["gateway"]),
            member("subgraphs/users", &["gateway"], &[]),
            member("gateway", &["ids"], &[]),
            member("platform/ids", &["users"], &[]),
            member("platform/testkit", &[], &[]),
            member("xtask", &["ids"], &[]),
        ];
        insta::assert_snapshot!(objections(wrong).join("\n"), @"
        `hugs` may not depend on `users`
        `testkit` may only be a dev-dependency
        `hugs` may not depend on `gateway`, in tests either
        `users` may not depend on `gateway`
        `gateway` may not depend on `ids`
        `ids` may not depend on `users`
        `xtask` may not depend on `ids`
        ");
    }
}
