//! A table of single changes and what each does to clients.

use super::{Impact, Schema, changes};
use Impact::{Breaking, Dangerous, Safe};

type Row = (&'static str, &'static str, Option<(Impact, &'static str, &'static str)>);

const TABLE: &[Row] = &[
    ("scalar A", "scalar A", None),
    ("type A { x: Int y: Int }", "\"described\" type A { y: Int x: Int }", None),
    ("type A { x: Int }", "scalar B type A { x: Int }", Some((Safe, "B", "scalar added"))),
    ("scalar A scalar B", "scalar A", Some((Breaking, "B", "type removed"))),
    ("scalar A", "enum A { X }", Some((Breaking, "A", "changed from scalar to enum"))),
    ("scalar A", "scalar A @specifiedBy(url: \"x\")", Some((Dangerous, "A", "specification changed"))),
    ("type A { x: Int }", "type A { x: Int y: Int }", Some((Safe, "A.y", "field added"))),
    ("type A { x: Int y: Int }", "type A { x: Int }", Some((Breaking, "A.y", "field removed"))),
    (
        "type A { x: Int y: Int @deprecated }",
        "type A { x: Int }",
        Some((Breaking, "A.y", "deprecated field removed")),
    ),
    ("type A { x: Int }", "type A { x: Int @deprecated }", Some((Safe, "A.x", "deprecated"))),
    ("type A { x: Int }", "type A { x: Int! }", Some((Safe, "A.x", "type changed from Int to Int!"))),
    ("type A { x: Int! }", "type A { x: Int }", Some((Breaking, "A.x", "type changed from Int! to Int"))),
    (
        "type A { x: [Int] }",
        "type A { x: [Int!]! }",
        Some((Safe, "A.x", "type changed from [Int] to [Int!]!")),
    ),
    ("type A { x: Int }", "type A { x: [Int] }", Some((Breaking, "A.x", "type changed from Int to [Int]"))),
    ("type A { x: Int }", "type A { x: ID }", Some((Breaking, "A.x", "type changed from Int to ID"))),
    ("type A { x(a: Int): Int }", "type A { x: Int }", Some((Breaking, "A.x(a:)", "argument removed"))),
    (
        "type A { x: Int }",
        "type A { x(a: Int): Int }",
        Some((Dangerous, "A.x(a:)", "optional argument added")),
    ),
    (
        "type A { x: Int }",
        "type A { x(a: Int!): Int }",
        Some((Breaking, "A.x(a:)", "required argument added")),
    ),
    (
        "type A { x: Int }",
        "type A { x(a: Int! = 1): Int }",
        Some((Dangerous, "A.x(a:)", "optional argument added")),
    ),
    (
        "type A { x(a: Int): Int }",
        "type A { x(a: Int!): Int }",
        Some((Breaking, "A.x(a:)", "type changed from Int to Int!")),
    ),
    (
        "type A { x(a: Int!): Int }",
        "type A { x(a: Int): Int }",
        Some((Safe, "A.x(a:)", "type changed from Int! to Int")),
    ),
    (
        "type A { x(a: Int = 1): Int }",
        "type A { x(a: Int = 2): Int }",
        Some((Dangerous, "A.x(a:)", "default changed from 1 to 2")),
    ),
    (
        "type A { x(a: Int! = 1): Int }",
        "type A { x(a: Int!): Int }",
        Some((Breaking, "A.x(a:)", "default changed from 1 to none")),
    ),
    ("enum A { X }", "enum A { X Y }", Some((Dangerous, "A.Y", "value added"))),
    ("enum A { X Y }", "enum A { X }", Some((Breaking, "A.Y", "value removed"))),
    ("union A = X", "union A = X | Y", Some((Dangerous, "A", "member Y added"))),
    ("union A = X | Y", "union A = X", Some((Breaking, "A", "member Y removed"))),
    ("type A { x: Int }", "type A implements I { x: Int }", Some((Dangerous, "A", "interface I added"))),
    ("type A implements I { x: Int }", "type A { x: Int }", Some((Breaking, "A", "interface I removed"))),
    ("interface A { x: Int }", "interface A { x: Int y: Int }", Some((Safe, "A.y", "field added"))),
    (
        "input A { x: Int }",
        "input A { x: Int y: Int }",
        Some((Dangerous, "A.y", "optional input field added")),
    ),
    (
        "input A { x: Int }",
        "input A { x: Int y: Int! }",
        Some((Breaking, "A.y", "required input field added")),
    ),
    ("input A { x: Int y: Int }", "input A { x: Int }", Some((Breaking, "A.y", "input field removed"))),
    ("input A { x: Int }", "input A { x: Int! }", Some((Breaking, "A.x", "type changed from Int to Int!"))),
    (
        "input A { x: Int = 1 }",
        "input A { x: Int }",
        Some((Dangerous, "A.x", "default changed from 1 to none")),
    ),
    ("input A { x: Int }", "input A @oneOf { x: Int }", Some((Breaking, "A", "takes exactly one field now"))),
    ("directive @a on FIELD", "scalar A", Some((Breaking, "@a", "directive removed"))),
    (
        "directive @a on FIELD | QUERY",
        "directive @a on FIELD",
        Some((Breaking, "@a", "location QUERY removed")),
    ),
    (
        "directive @a repeatable on FIELD",
        "directive @a on FIELD",
        Some((Breaking, "@a", "no longer repeatable")),
    ),
    (
        "directive @a on FIELD",
        "directive @a(x: Int!) on FIELD",
        Some((Breaking, "@a(x:)", "required argument added")),
    ),
];

#[test]
fn each_change_has_its_impact_and_its_coordinate() {
    for (old, new, expected) in TABLE {
        let found = changes(&Schema::parse(old).unwrap(), &Schema::parse(new).unwrap());
        let worst =
            found.first().map(|change| (change.impact, change.coordinate.as_str(), change.what.as_str()));
        assert_eq!(worst, *expected, "{old}  →  {new}");
    }
}

#[test]
fn breaking_changes_come_first() {
    let old = Schema::parse("type A { x: Int y: Int } enum E { X }").unwrap();
    let new = Schema::parse("type A { x: Int z: Int } enum E { X Y }").unwrap();
    let impacts: Vec<Impact> = changes(&old, &new).iter().map(|change| change.impact).collect();
    assert_eq!(impacts, [Breaking, Dangerous, Safe]);
}
