//! What composition makes of types that subgraphs define differently.

use serde_json::json;

use super::Supergraph;

pub(super) const ALL: &[fn() -> Supergraph] =
    &[enums, inputs, inaccessible, shared_roots, scalars, root_from_below, nullability, arguments];

fn enums() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { paint(color: Color): String items: [Item] } type Item @key(fields: "id") { id: ID! state: State } enum Color { RED GREEN BLUE } enum State { NEW OLD }"#,
            ),
            (
                "b",
                r#"type Query { mix(colors: [Color!], spec: Spec): String } input Spec { color: Color = RED } type Item @key(fields: "id") { id: ID! former: State } enum Color { RED BLUE WHITE } enum State { OLD GONE }"#,
            ),
        ],
        json!({
            "Query": { "paint": { "$echo": null }, "mix": { "$echo": null }, "items": ["@Item/1", "@Item/2"] },
            "Item": { "1": { "id": "1", "state": "NEW", "former": "GONE" }, "2": { "id": "2", "state": "OLD", "former": null } }
        }),
    )
}

#[tokio::test]
async fn an_enum_is_merged_by_how_it_is_used() {
    let gateway = enums().start().await;
    gateway
        .same(&[
            "{ paint(color: RED) mix(colors: [RED, BLUE], spec: { color: BLUE }) items { state former } }",
            "{ paint mix(spec: {}) }",
        ])
        .await;
    let query = "query($c: Color, $all: [Color!]) { paint(color: $c) mix(colors: $all) }";
    gateway.same_with(query, json!({ "c": "BLUE", "all": ["RED"] })).await;
    let refused = gateway.ask(query, &json!({ "c": "GREEN" })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "only one subgraph knows GREEN");
}

fn inputs() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                "type Query { search(filter: Filter!): String } input Filter { text: String! limit: Int = 3 within: Range onlyA: Boolean } input Range { from: Int! to: Int = 9 }",
            ),
            (
                "b",
                r#"type Query { count(filter: Filter, all: [Filter!]): String node: Node } type Node @key(fields: "id") { id: ID! } input Filter { text: String! limit: Int = 3 within: Range onlyB: Boolean } input Range { from: Int! to: Int = 9 }"#,
            ),
            (
                "c",
                r#"type Node @key(fields: "id") { id: ID! matches(filter: Filter!): String nested(ids: [[ID!]]!): String } input Filter { text: String! limit: Int = 3 within: Range } input Range { from: Int! to: Int = 9 }"#,
            ),
        ],
        json!({
            "Query": { "search": { "$echo": null }, "count": { "$echo": null }, "node": "@Node/1" },
            "Node": { "1": { "id": "1", "matches": { "$echo": null }, "nested": { "$echo": null } } }
        }),
    )
}

#[tokio::test]
async fn an_input_type_has_the_fields_that_every_subgraph_knows() {
    let gateway = inputs().start().await;
    gateway
        .same(&[
            r#"{ search(filter: { text: "x", within: { from: 1 } }) count(all: [{ text: "y", limit: null }]) }"#,
            r#"{ node { matches(filter: { text: "z" }) other: matches(filter: { text: "\"é\n", limit: 0 }) nested(ids: [["a", "1"], null]) } }"#,
        ])
        .await;
    let query = "query($f: Filter!, $t: String!, $r: Range, $ids: [[ID!]]!) { search(filter: $f) node { a: matches(filter: $f) b: matches(filter: { text: $t, within: $r }) nested(ids: $ids) } }";
    gateway
        .same_with(query, json!({ "f": { "text": "v", "within": { "from": 2, "to": null } }, "t": "w", "r": { "from": 3 }, "ids": [["x"], null, []] }))
        .await;
    gateway.same_with(query, json!({ "f": { "text": "v" }, "t": "w", "ids": [["single"]] })).await;
    let refused = gateway.ask("{ search(filter: { text: \"x\", onlyA: true }) }", &json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

fn inaccessible() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { things: [Thing] any: [Any] open(mode: Mode, hidden: Int @inaccessible): String } enum Mode { FAST SLOW @inaccessible }
                interface Thing { id: ID! note: String @inaccessible } type Chair implements Thing @key(fields: "id") { id: ID! note: String @inaccessible legs: Int }
                type Ghost implements Thing @inaccessible { id: ID! note: String } union Any = Chair | Lamp type Lamp { watts: Int secret: Int @inaccessible }"#,
            ),
            (
                "b",
                r#"type Chair @key(fields: "id") { id: ID! note: String @external tag: String @requires(fields: "note") hidden: Int @inaccessible }"#,
            ),
        ],
        json!({
            "Query": { "things": ["@Chair/1", null, "@Chair/2"], "any": [{ "__typename": "Lamp", "watts": 5, "secret": 1 }, "@Chair/1"], "open": { "$echo": null } },
            "Chair": { "1": { "id": "1", "note": "n", "legs": 4, "hidden": 3 }, "2": { "id": "2", "note": null, "legs": null, "hidden": null } }
        }),
    )
}

#[tokio::test]
async fn what_is_inaccessible_serves_the_gateway_only() {
    let gateway = inaccessible().start().await;
    gateway
        .same(&[
            "{ things { id ... on Chair { tag legs } } any { ... on Lamp { watts } ... on Chair { note: tag } } open(mode: FAST) }",
            "{ things { __typename ... on Chair { hidden: legs note: id } } }",
            // No thing is a lamp, so nobody asks for what would tell them apart.
            "{ things { id ... on Any { ... on Lamp { watts } } } }",
        ])
        .await;
    for query in [
        "{ things { note } }",
        "{ open(hidden: 1) }",
        "{ open(mode: SLOW) }",
        "{ things { ... on Ghost { id } } }",
        "{ any { ... on Lamp { secret } } }",
    ] {
        let refused = gateway.ask(query, &json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{query}");
    }
}

fn shared_roots() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                "type Query { site: Site! @shareable version: Int @shareable } type Site { name: String @shareable left: Part } type Part @shareable { a: Int b: Int }",
            ),
            (
                "b",
                "type Query { site: Site! @shareable version: Int @shareable } type Site { name: String @shareable right: Part deep: Deep @shareable } type Part @shareable { a: Int b: Int } type Deep { b: Int }",
            ),
            (
                "c",
                "type Query { site: Site! @shareable } type Site { deep: Deep @shareable } type Deep { c: Int list: [Part!] } type Part @shareable { a: Int b: Int }",
            ),
        ],
        json!({ "Query": { "version": 3, "site": { "name": "n", "left": { "a": 1, "b": 2 }, "right": null, "deep": { "b": 4, "c": 5, "list": [{ "a": 6, "b": null }] } } } }),
    )
}

#[tokio::test]
async fn shared_root_fields_and_what_lies_below_are_put_together() {
    let gateway = shared_roots().start().await;
    gateway
        .same(&[
            "{ site { left { a } right { b } deep { b c list { a b } } name } version }",
            "{ x: site { deep { c: b b: c } } y: site { name right { a } } }",
        ])
        .await;
}

fn scalars() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"scalar JSON scalar Date @specifiedBy(url: "https://example.org/date") type Query { now: Date raw(value: JSON): JSON bits: Bits } type Bits @key(fields: "id") { id: ID! any: JSON float: Float big: Float }"#,
            ),
            (
                "b",
                r#"scalar JSON type Bits @key(fields: "id") { id: ID! any: JSON @external copy: String @requires(fields: "any") list: [JSON] flags: [Boolean!]! }"#,
            ),
        ],
        json!({
            "Query": { "now": "2024-02-29T00:00:00Z", "raw": { "deep": [{ "x": null }, 1.5, "é\"\\\u{1F600}"] }, "bits": "@Bits/1" },
            "Bits": { "1": { "id": "1", "any": { "a": [1, { "b": null }] }, "float": 0.1, "big": 1e300, "list": [1, "2", null, { "k": [] }], "flags": [true, false] } }
        }),
    )
}

#[tokio::test]
async fn custom_scalars_of_any_shape_pass_and_are_required() {
    let gateway = scalars().start().await;
    gateway
        .same(&[
            "{ now raw(value: { a: [1] }) bits { any float big list flags } }",
            "{ bits { copy any: id } }",
        ])
        .await;
    gateway
        .same_with("query($v: JSON) { raw(value: $v) bits { copy } }", json!({ "v": { "x": [null, 1] } }))
        .await;
}

fn root_from_below() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { item(id: ID!): Item } type Item @key(fields: "id") { id: ID! query: Query self: Item }"#,
            ),
            ("b", r#"type Item @key(fields: "id") { id: ID! b: Int back: Item }"#),
        ],
        json!({ "Query": { "item": { "$find": "Item" } }, "Item": { "1": { "id": "1", "b": 2, "self": "@Item/1", "query": {}, "back": "@Item/1" } } }),
    )
}

#[tokio::test]
async fn the_query_type_is_reached_again_from_below() {
    let gateway = root_from_below().start().await;
    gateway
        .same(&[
            r#"{ item(id: "1") { query { item(id: "1") { b } } } }"#,
            r#"{ item(id: "1") { self { back { query { item(id: "1") { b self { id } } __typename } } b } } }"#,
        ])
        .await;
}

fn nullability() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { rows: [Row] } type Row @key(fields: "id") { id: ID! name: String! @shareable cells: [Cell]! @shareable } type Cell @shareable { value: Int }"#,
            ),
            (
                "b",
                r#"type Query { row: Row! } type Row @key(fields: "id") { id: ID! name: String @shareable cells: [Cell] @shareable extra: Int! } type Cell @shareable { value: Int! }"#,
            ),
        ],
        json!({
            "Query": { "rows": ["@Row/1", "@Row/2"], "row": "@Row/1" },
            "Row": { "1": { "id": "1", "name": "n", "cells": [{ "value": 1 }], "extra": 1 }, "2": { "id": "2", "name": "m", "cells": [], "extra": 2 } }
        }),
    )
}

#[tokio::test]
async fn a_field_is_nullable_where_one_subgraph_says_so() {
    let gateway = nullability().start().await;
    gateway.same(&["{ rows { name cells { value } extra } row { name cells { value } } }"]).await;
}

fn arguments() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { list(first: Int = 2, after: ID): [Item!]! } type Item @key(fields: "id") { id: ID! text(length: Int! = 5, upper: Boolean = false): String @shareable }"#,
            ),
            (
                "b",
                r#"type Item @key(fields: "id") { id: ID! text(length: Int! = 5, upper: Boolean = false): String @shareable size(unit: Unit! = CM, digits: [Int!] = [1, 2]): String } enum Unit { CM IN }"#,
            ),
        ],
        json!({
            "Query": { "list": { "$all": "Item" } },
            "Item": { "1": { "id": "1", "text": { "$echo": null }, "size": { "$echo": null } }, "2": { "id": "2", "text": null, "size": { "$echo": null } }, "3": { "id": "3", "text": { "$echo": null }, "size": null } }
        }),
    )
}

#[tokio::test]
async fn arguments_keep_their_defaults_and_tell_fields_apart() {
    let gateway = arguments().start().await;
    gateway
        .same(&[
            "{ list { text size } all: list(first: 9) { id text(length: 1) long: text(length: 99, upper: true) size(unit: IN) } }",
            "{ list(first: 1) { size(digits: []) s: size(digits: 7) t: text(upper: null) } }",
        ])
        .await;
    let query = "query($l: Int! = 7, $u: Unit = IN, $d: [Int!], $n: Int) { list(first: $n) { text(length: $l) size(unit: $u, digits: $d) } }";
    gateway.same_with(query, json!({})).await;
    gateway.same_with(query, json!({ "l": 8, "u": "CM", "d": [3], "n": 1 })).await;
    gateway.same_with(query, json!({ "d": null })).await;
}
