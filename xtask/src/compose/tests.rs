//! Apollo's composition errors, each from the smallest supergraph that has it, and what composes.

mod cases;

use std::path::Path;

use super::{Compose, compose_other};
use cases::{CASES, Case};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject", "@tag"])
"#;

fn supergraph(folder: &Path, a: &str, b: &str) -> Result<String, String> {
    let config = folder.join("supergraph.yaml");
    let out = folder.join("supergraph.graphql");
    std::fs::write(folder.join("a.graphql"), a).unwrap();
    std::fs::write(folder.join("b.graphql"), b).unwrap();
    let yaml = "federation_version: =2.5.0\nsubgraphs:\n  a: {routing_url: http://a.test, schema: {file: a.graphql}}\n  \
                b: {routing_url: http://b.test, schema: {file: b.graphql}}\n";
    std::fs::write(&config, yaml).unwrap();
    compose_other(&config, Some(&out)).map_err(|error| format!("{error:#}"))?;
    Ok(std::fs::read_to_string(out).unwrap())
}

fn linked(body: &str) -> String {
    if body.contains("@link(") { body.to_owned() } else { format!("{LINK}{body}") }
}

#[test]
fn each_mistake_is_refused_with_its_code_and_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut surprises = Vec::new();
    for Case { code, place, a, b } in CASES {
        let outcome = supergraph(folder.path(), &linked(a), &linked(b));
        let expected = format!("{code}  {place}");
        let told = outcome.as_ref().is_err_and(|text| text.lines().any(|line| line.starts_with(&expected)));
        if !told {
            surprises.push(format!("expected {expected}\n  {outcome:?}"));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn an_unknown_link_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let a = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.99\", import: [\"@key\"])\ntype Query { a: Int }";
    let refused = supergraph(folder.path(), a, &linked("type Query { b: Int }")).unwrap_err();
    assert!(refused.starts_with("UNKNOWN_FEDERATION_LINK_VERSION  a  "), "{refused}");
}

#[test]
fn a_syntax_error_names_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let a = "type Query {\n  a: Int\n}\ntype Broken {\n  x: : Int\n}\n";
    let refused = supergraph(folder.path(), a, &linked("type Query { b: Int }")).unwrap_err();
    assert!(refused.starts_with("INVALID_GRAPHQL  a  - (a.graphql:5)  Syntax Error"), "{refused}");
}

#[test]
fn a_supergraph_with_federation_in_real_use_composes_and_plans() {
    let folder = tempfile::tempdir().unwrap();
    let a = linked(
        "type Query { user(id: ID!): User moments: [Moment!]! }
         type User @key(fields: \"id\") { id: ID! zone: String @inaccessible }
         interface Moment @key(fields: \"id\") { id: ID! }
         type Hug implements Moment @key(fields: \"id\") { id: ID! to: User }",
    );
    let b = linked(
        "type User @key(fields: \"id\") { id: ID! zone: String @external day: String @requires(fields: \"zone\") }
         type Moment @interfaceObject @key(fields: \"id\") { id: ID! reactions: Int! }
         type Query { top: [Moment!]! }",
    );
    let composed = supergraph(folder.path(), &a, &b).unwrap();
    assert!(composed.contains(r#"A @join__graph(name: "a", url: "http://a.test")"#), "{composed}");
    assert!(composed.contains("reactions: Int!"), "{composed}");
}

#[test]
fn out_is_only_for_a_given_configuration() {
    use clap::{Args, FromArgMatches};
    let parse = |arguments: &[&str]| {
        let matches = Compose::augment_args(clap::Command::new("compose")).try_get_matches_from(arguments)?;
        Compose::from_arg_matches(&matches)
    };
    assert!(parse(&["compose", "--out", "x"]).is_err());
    assert!(parse(&["compose", "--check", "--config", "x"]).is_err());
    assert!(parse(&["compose", "--config", "x", "--out", "y"]).is_ok());
}
