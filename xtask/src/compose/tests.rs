//! Apollo's composition errors, each from the smallest supergraph that has it, and what composes.

use std::path::Path;

use super::{Compose, compose_other};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject", "@tag"])
"#;

/// One refusal: the code, where it is said to be, and the subgraphs `a` and `b` without their link.
struct Case {
    code: &'static str,
    place: &'static str,
    a: &'static str,
    b: &'static str,
}

const CASES: [Case; 22] = [
    Case {
        code: "KEY_FIELDS_SELECT_INVALID_TYPE",
        place: "a  U.is (a.graphql:3)",
        a: "type Query { u: U }\ntype U @key(fields: \"is { id }\") { is: [I] }\ninterface I { id: ID }\ntype X implements I { id: ID }",
        b: "type Query { b: Int }",
    },
    Case {
        code: "KEY_INVALID_FIELDS",
        place: "a  U (a.graphql:3)",
        a: "type Query { u: U }\ntype U @key(fields: \"missing\") { id: ID }",
        b: "type Query { b: Int }",
    },
    Case {
        code: "KEY_FIELDS_HAS_ARGS",
        place: "a  U",
        a: "type Query { u: U }\ntype U @key(fields: \"id\") { id(x: Int): ID }",
        b: "type Query { b: Int }",
    },
    Case {
        code: "EXTERNAL_MISSING_ON_BASE",
        place: "a  U.name",
        a: "type Query { u: U }\ntype U @key(fields: \"id\") { id: ID\n  name: String @external\n  hi: Int @requires(fields: \"name\") }",
        b: "type Query { b: Int }",
    },
    Case {
        code: "EXTERNAL_TYPE_MISMATCH",
        place: "a,b  U.name (a.graphql:4, b.graphql:3)",
        a: "type Query { u: U }\ntype U @key(fields: \"id\") { id: ID\n  name: Int @external\n  hi: Int @requires(fields: \"name\") }",
        b: "type Query { b: Int }\ntype U @key(fields: \"id\") { id: ID name: String }",
    },
    Case {
        code: "EXTERNAL_UNUSED",
        place: "a  U.name",
        a: "type Query { u: U }\ntype U @key(fields: \"id\") { id: ID name: String @external }",
        b: "type Query { b: Int }\ntype U @key(fields: \"id\") { id: ID name: String }",
    },
    Case {
        code: "REQUIRES_INVALID_FIELDS",
        place: "a  U.hi",
        a: "type Query { u: U }\ntype U @key(fields: \"id\") { id: ID hi: Int @requires(fields: \"nothing\") }",
        b: "type Query { b: Int }",
    },
    Case {
        code: "REQUIRES_FIELDS_MISSING_EXTERNAL",
        place: "a  U.hi",
        a: "type Query { u: U }\ntype U @key(fields: \"id\") { id: ID name: String hi: Int @requires(fields: \"name\") }",
        b: "type Query { b: Int }",
    },
    Case {
        code: "PROVIDES_INVALID_FIELDS",
        place: "a  Query.u",
        a: "type Query { u: U @provides(fields: \"nothing\") }\ntype U @key(fields: \"id\") { id: ID }",
        b: "type Query { b: Int }",
    },
    Case {
        code: "PROVIDES_ON_NON_OBJECT_FIELD",
        place: "a  Query.u",
        a: "type Query { u: Int @provides(fields: \"nothing\") }",
        b: "type Query { b: Int }",
    },
    Case {
        code: "INVALID_FIELD_SHARING",
        place: "a,b  Query.same (a.graphql:2, b.graphql:2)",
        a: "type Query { same: Int }",
        b: "type Query { same: Int }",
    },
    Case {
        code: "FIELD_TYPE_MISMATCH",
        place: "a,b  Query.same (a.graphql:2, b.graphql:2)",
        a: "type Query { same: Int @shareable }",
        b: "type Query { same: String @shareable }",
    },
    Case {
        code: "FIELD_ARGUMENT_TYPE_MISMATCH",
        place: "a,b  Query.same",
        a: "type Query { same(x: Int): Int @shareable }",
        b: "type Query { same(x: String): Int @shareable }",
    },
    Case {
        code: "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
        place: "a,b  Query.same",
        a: "type Query { same(x: Int!): Int @shareable }",
        b: "type Query { same: Int @shareable }",
    },
    Case {
        code: "ENUM_VALUE_MISMATCH",
        place: "a,b  Mood (a.graphql:3, b.graphql:3)",
        a: "type Query { a(in: Mood): Mood }\nenum Mood { GOOD BAD }",
        b: "type Query { b(in: Mood): Mood }\nenum Mood { GOOD }",
    },
    Case {
        code: "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
        place: "a,b  In",
        a: "type Query { a(in: In): Int }\ninput In { x: Int y: Int! }",
        b: "type Query { b(in: In): Int }\ninput In { x: Int }",
    },
    Case {
        code: "INPUT_FIELD_DEFAULT_MISMATCH",
        place: "a,b  In.x",
        a: "type Query { a(in: In): Int }\ninput In { x: Int = 1 }",
        b: "type Query { b(in: In): Int }\ninput In { x: Int = 2 }",
    },
    Case {
        code: "OVERRIDE_FROM_SELF_ERROR",
        place: "a  Query.x",
        a: "type Query { x: Int @override(from: \"a\") }",
        b: "type Query { b: Int }",
    },
    Case {
        code: "INTERFACE_OBJECT_USAGE_ERROR",
        place: "a  I",
        a: "type Query { i: I }\ntype I @interfaceObject { id: ID }",
        b: "type Query { b: I }\ninterface I { id: ID }\ntype X implements I { id: ID }",
    },
    Case {
        code: "TYPE_KIND_MISMATCH",
        place: "a,b  Both (a.graphql:3, b.graphql:3)",
        a: "type Query { a: Both }\ntype Both { x: Int }",
        b: "type Query { b: Both }\nscalar Both",
    },
    Case {
        code: "SATISFIABILITY_ERROR",
        place: "a,b  U.name",
        a: "type Query { u: U }\ntype U { id: ID @shareable }",
        b: "type Query { b: U }\ntype U { id: ID @shareable name: String }",
    },
    Case { code: "NO_QUERIES", place: "-  -  ", a: "type A { x: Int }", b: "type B { x: Int }" },
];

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
    format!("{LINK}{body}")
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
