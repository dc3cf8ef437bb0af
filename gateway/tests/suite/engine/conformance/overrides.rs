//! `@override`: at once, by label, in part, and of what others require.

use serde_json::json;

use super::Supergraph;

pub(super) const ALL: &[fn() -> Supergraph] = &[plain, labelled, percent, required, chained];

fn plain() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { items: [Item!]! } type Item @key(fields: "id") { id: ID! stock: Int place: Place } type Place { city: String }"#,
            ),
            (
                "b",
                r#"type Item @key(fields: "id") { id: ID! stock: Int @override(from: "a") place: Place @override(from: "a") } type Place { city: String @override(from: "a") zip: Int }"#,
            ),
        ],
        json!({
            "Query": { "items": ["@Item/1", "@Item/2"] },
            "Item": { "1": { "id": "1", "stock": 3, "place": { "city": "Oslo", "zip": 1 } }, "2": { "id": "2", "stock": null, "place": null } }
        }),
    )
}

#[tokio::test]
async fn an_overridden_field_is_resolved_by_its_new_subgraph() {
    let gateway = plain().start().await;
    gateway
        .same(&["{ items { stock place { city zip } } }", "{ items { id: stock place { zip: city } } }"])
        .await;
    let down =
        gateway.same_without("b", (500, "text/plain", ""), "{ items { id stock place { city } } }").await;
    assert!(down["errors"].as_array().is_some_and(|errors| errors.len() == 4), "{down:#}");
}

const A: &str =
    r#"type Query { item: Item } type Item @key(fields: "id") { id: ID! stock: Int name: String }"#;

fn labelled() -> Supergraph {
    Supergraph::new(
        &[
            ("a", A),
            ("b", r#"type Item @key(fields: "id") { id: ID! stock: Int @override(from: "a", label: "on") name: String @override(from: "a", label: "off") other: Int }"#),
        ],
        json!({ "Query": { "item": "@Item/1" }, "Item": { "1": { "id": "1", "stock": 3, "name": "n", "other": 4 } } }),
    )
    .operations("override_labels: [on]")
}

#[tokio::test]
async fn labels_decide_field_by_field() {
    let gateway = labelled().start().await;
    gateway.same(&["{ item { stock name other } }"]).await;
    let answer = gateway.ask_without("b", "{ item { stock name } }").await;
    assert_eq!(answer["data"], json!({ "item": { "stock": null, "name": "n" } }));
}

fn percent() -> Supergraph {
    Supergraph::new(
        &[
            ("a", A),
            (
                "b",
                r#"type Item @key(fields: "id") { id: ID! stock: Int @override(from: "a", label: "percent(50)") name: String @override(from: "a", label: "percent(1.5)") other: Int }"#,
            ),
        ],
        json!({ "Query": { "item": "@Item/1" }, "Item": { "1": { "id": "1", "stock": 3, "name": "n", "other": 4 } } }),
    )
}

#[tokio::test]
async fn whichever_subgraph_answers_the_answer_is_the_same() {
    let gateway = percent().start().await;
    for _ in 0..8 {
        gateway.same(&["{ item { stock name other } }", "{ item { name: stock stock: name } }"]).await;
    }
    let mut failed = 0;
    for _ in 0..20 {
        failed += i32::from(gateway.ask_without("b", "{ item { stock } }").await["errors"].is_array());
    }
    assert!((9..=11).contains(&failed), "{failed} of 20");
}

fn required() -> Supergraph {
    Supergraph::new(
        &[
            ("a", r#"type Query { item: Item } type Item @key(fields: "id") { id: ID! price: Int }"#),
            ("b", r#"type Item @key(fields: "id") { id: ID! price: Int @override(from: "a") }"#),
            (
                "c",
                r#"type Item @key(fields: "id") { id: ID! price: Int @external tax: String @requires(fields: "price") }"#,
            ),
        ],
        json!({ "Query": { "item": "@Item/1" }, "Item": { "1": { "id": "1", "price": 9 } } }),
    )
}

#[tokio::test]
async fn a_requirement_follows_the_override() {
    let gateway = required().start().await;
    gateway.same(&["{ item { tax } }", "{ item { price: tax tax: price } }"]).await;
    let answer = gateway.same_without("b", (500, "text/plain", ""), "{ item { tax } }").await;
    assert_eq!(answer["data"], json!({ "item": { "tax": null } }));
}

fn chained() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { items: [Item] } type Item @key(fields: "id") { id: ID! owner: Owner } type Owner @key(fields: "id") { id: ID! name: String }"#,
            ),
            (
                "b",
                r#"type Query { items: [Item] @override(from: "a") } type Item @key(fields: "id") { id: ID! owner: Owner @override(from: "a") } type Owner @key(fields: "id") { id: ID! }"#,
            ),
            (
                "c",
                r#"type Owner @key(fields: "id") { id: ID! name: String @override(from: "a") nick: String }"#,
            ),
        ],
        json!({ "Query": { "items": ["@Item/1"] }, "Item": { "1": { "id": "1", "owner": "@Owner/2" } }, "Owner": { "2": { "id": "2", "name": "Ada", "nick": null } } }),
    )
}

#[tokio::test]
async fn a_root_field_and_what_lies_below_are_overridden() {
    let gateway = chained().start().await;
    gateway.same(&["{ items { owner { name nick } } }"]).await;
}
