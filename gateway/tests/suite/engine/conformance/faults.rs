//! Faults: what one subgraph's failure costs, at each place of a plan, and where its nulls go.

use serde_json::{Value as Json, json};

use super::{Answer, Supergraph};

pub(super) const ALL: &[fn() -> Supergraph] = &[journey, strict, failing_fields];

const DOWN: Answer = (500, "text/plain", "out of order");

fn journey() -> Supergraph {
    Supergraph::new(
        &[
            (
                "trips",
                r#"type Query { trips: [Trip!] last: Trip } type Trip @key(fields: "id") { id: ID! title: String legs: [[Leg]] } type Leg @key(fields: "id") { id: ID! }"#,
            ),
            (
                "legs",
                r#"type Leg @key(fields: "id") { id: ID! from: Stop to: Stop minutes: Int } type Stop @key(fields: "code") { code: ID! } type Trip @key(fields: "id") { id: ID! }"#,
            ),
            (
                "stops",
                r#"type Query { stop(code: ID!): Stop } type Stop @key(fields: "code") { code: ID! name: String zone: Int }"#,
            ),
            (
                "fares",
                r#"type Stop @key(fields: "code") { code: ID! zone: Int @external fare: String @requires(fields: "zone") } type Trip @key(fields: "id") { id: ID! price: Int }"#,
            ),
        ],
        json!({
            "Query": { "trips": ["@Trip/1", "@Trip/2"], "last": "@Trip/2", "stop": { "$find": "Stop" } },
            "Trip": { "1": { "id": "1", "title": "One", "legs": [["@Leg/a", null], null, ["@Leg/b", "@Leg/a"]], "price": 5 }, "2": { "id": "2", "title": null, "legs": [[]], "price": null } },
            "Leg": { "a": { "id": "a", "from": "@Stop/x", "to": "@Stop/y", "minutes": 3 }, "b": { "id": "b", "from": "@Stop/y", "to": null, "minutes": null } },
            "Stop": { "x": { "code": "x", "name": "X", "zone": 1 }, "y": { "code": "y", "name": null, "zone": 2 } }
        }),
    )
}

const JOURNEY: &str = r#"{
    trips { title price legs { minutes from { name fare } to { fare code } } }
    last { price legs { id } } stop(code: "x") { fare zone: name }
}"#;

#[tokio::test]
async fn each_subgraph_that_is_down_costs_exactly_its_fields() {
    let gateway = journey().start().await;
    gateway.same(&[JOURNEY]).await;
    for subgraph in ["trips", "legs", "stops", "fares"] {
        let answer = gateway.same_without(subgraph, DOWN, JOURNEY).await;
        for error in answer["errors"].as_array().expect("errors") {
            assert_eq!(error["extensions"]["code"], "UPSTREAM_UNAVAILABLE", "{error}");
            assert_eq!(error["extensions"]["service"], subgraph, "{error}");
        }
    }
}

#[tokio::test]
async fn answers_that_are_no_graphql_cost_the_same_and_are_called_malformed() {
    let gateway = journey().start().await;
    let malformed: &[Answer] = &[
        (200, "text/html", "<html>busy</html>"),
        (200, "application/json", ""),
        (200, "application/json", "{"),
        (200, "application/json", "[]"),
        (200, "application/json", "null"),
        (200, "application/json", "{}"),
        (200, "application/json", r#"{"data":null}"#),
        (200, "application/json", r#"{"data":7}"#),
        (200, "application/json", r#"{"data":[],"errors":{}}"#),
        (200, "application/json", r#"{"data":{"_entities":{}}}"#),
        (200, "application/json", r#"{"data":{"_entities":[1],"_e0":1,"_e1":true}}"#),
        (200, "application/json", "{\"data\":{\"_entities\":[\"\u{0}\"]}}"),
        (404, "application/json", r#"{"message":"no such page"}"#),
        (302, "text/plain", ""),
    ];
    for answer in malformed {
        for subgraph in ["legs", "fares"] {
            let response = gateway.same_without(subgraph, *answer, JOURNEY).await;
            for error in response["errors"].as_array().expect("errors") {
                assert_eq!(
                    error["extensions"]["code"], "SUBREQUEST_MALFORMED_RESPONSE",
                    "{answer:?} {error}"
                );
            }
        }
    }
}

fn strict() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { rooms: [Room] must: [Room!]! one: Room! } type Room @key(fields: "id") { id: ID! beds: [[Bed!]!] } type Bed @key(fields: "id") { id: ID! }"#,
            ),
            (
                "b",
                r#"type Bed @key(fields: "id") { id: ID! size: Int! sheets: [String!]! twin: Bed } type Room @key(fields: "id") { id: ID! name: String! door: Door! } type Door { width: Int! frame: Frame! } type Frame { color: String! wood: String }"#,
            ),
        ],
        json!({
            "Query": { "rooms": ["@Room/1", "@Room/2"], "must": ["@Room/1", "@Room/2"], "one": "@Room/1" },
            "Room": {
                "1": { "id": "1", "name": "One", "beds": [["@Bed/ok", "@Bed/bad"], ["@Bed/ok"]], "door": { "width": 1, "frame": { "color": "red", "wood": null } } },
                "2": { "id": "2", "name": { "$error": "nameless" }, "beds": [["@Bed/ok"]], "door": { "width": 2, "frame": { "color": { "$error": "unpainted" }, "wood": { "$error": "unknown" } } } }
            },
            "Bed": {
                "ok": { "id": "ok", "size": 2, "sheets": ["s"], "twin": "@Bed/bad" },
                "bad": { "id": "bad", "size": { "$error": "unmeasured" }, "sheets": ["t", { "$error": "torn" }], "twin": null }
            }
        }),
    )
}

#[tokio::test]
async fn null_takes_its_nearest_nullable_parent_through_lists_of_entities() {
    let gateway = strict().start().await;
    for (query, expected) in [
        (
            "{ rooms { beds { size } } }",
            json!({ "rooms": [{ "beds": null }, { "beds": [[{ "size": 2 }]] }] }),
        ),
        ("{ rooms { name } }", json!({ "rooms": [{ "name": "One" }, null] })),
        (
            "{ must { id } rooms { door { frame { color } } } }",
            json!({ "must": [{ "id": "1" }, { "id": "2" }], "rooms": [{ "door": { "frame": { "color": "red" } } }, null] }),
        ),
        ("{ one { name door { frame { wood } } } rooms { door { frame { wood } } } }", Json::Null),
        ("{ one { beds { twin { size } id } } }", Json::Null),
        ("{ one { beds { sheets twin { id } } } }", json!({ "one": { "beds": null } })),
        ("{ must { name } rooms { id } }", Json::Null),
    ] {
        let answer = gateway.same_with(query, json!({})).await;
        assert!(answer["errors"].is_array() || !expected.is_null(), "{query}: {answer:#}");
        if !expected.is_null() {
            assert_eq!(answer["data"], expected, "{query}");
        }
    }
}

#[tokio::test]
async fn a_subgraph_that_is_down_nulls_what_its_non_null_fields_stand_in() {
    let gateway = strict().start().await;
    for query in [
        "{ rooms { name } }",
        "{ rooms { id beds { id size } } }",
        "{ rooms { id } must { door { width } } }",
        "{ one { id beds { twin { id } } } }",
    ] {
        gateway.same_without("b", DOWN, query).await;
    }
}

fn failing_fields() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { list: [Item] item: Item broken: Item } type Item @key(fields: "id") { id: ID! a: Int next: Item items: [Item] }"#,
            ),
            (
                "b",
                r#"type Item @key(fields: "id") { id: ID! b: Int parts: [Part!] } type Part { c: Int d: [Int] }"#,
            ),
            (
                "c",
                r#"type Item @key(fields: "id") { id: ID! b: Int @external e: String @requires(fields: "b") }"#,
            ),
        ],
        json!({
            "Query": { "list": ["@Item/1", { "$error": "lost" }, "@Item/2", null], "item": "@Item/1", "broken": { "$error": "broken" } },
            "Item": {
                "1": { "id": "1", "a": { "$error": "no a" }, "b": 2, "parts": [{ "c": { "$error": "no c" }, "d": [1, { "$error": "no d" }] }, { "c": 3, "d": null }], "next": "@Item/2", "items": [{ "$error": "gone" }, "@Item/1"] },
                "2": { "id": "2", "a": 1, "b": 5, "parts": { "$error": "no parts" }, "next": { "$error": "no next" }, "items": null }
            }
        }),
    )
}

#[tokio::test]
async fn fields_that_fail_are_told_at_each_of_their_places() {
    let gateway = failing_fields().start().await;
    for query in [
        "{ list { a b parts { c d } } broken { e } }",
        "{ list { e next { a parts { c } } } item { items { parts { d } e } __typename } }",
        "{ item { id: a parts { x: c } next { next { b } } } }",
        "{ x: list { y: a } z: list { y: parts { w: d } } }",
    ] {
        let answer = gateway.same_with(query, json!({})).await;
        assert!(answer["errors"].is_array(), "{query}");
    }
}
