//! Operations: names that collide, conditions at every level, the order of mutations.

use serde_json::json;

use super::Supergraph;

pub(super) const ALL: &[fn() -> Supergraph] = &[library, diary];

fn library() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { shelf: [Item!] item(id: ID!): Item reader: Reader } interface Item { id: ID! title(upper: Boolean): String } type Book implements Item @key(fields: "id") { id: ID! title(upper: Boolean): String pages: Int }
                type Disc implements Item @key(fields: "id") { id: ID! title(upper: Boolean): String minutes: Int } type Reader @key(fields: "id") { id: ID! loans: [Item!] }"#,
            ),
            (
                "b",
                r#"type Book @key(fields: "id") { id: ID! stock: Int authors: [Author!] } type Disc @key(fields: "id") { id: ID! stock: Int label: String } type Author @key(fields: "id") { id: ID! name: String }"#,
            ),
            (
                "c",
                r#"type Author @key(fields: "id") { id: ID! born: Int books(first: Int): [Book!] } type Book @key(fields: "id") { id: ID! } type Reader @key(fields: "id") { id: ID! name: String stock: Int }"#,
            ),
        ],
        json!({
            "Query": { "shelf": ["@Book/1", "@Disc/2", "@Book/3"], "item": { "$find": "Item" }, "reader": "@Reader/r" },
            "Book": { "1": { "id": "1", "title": { "$echo": null }, "pages": 10, "stock": 2, "authors": ["@Author/x", "@Author/y"] }, "3": { "id": "3", "title": null, "pages": null, "stock": 0, "authors": [] } },
            "Disc": { "2": { "id": "2", "title": { "$echo": null }, "minutes": 60, "stock": null, "label": "L" } },
            "Author": { "x": { "id": "x", "name": "X", "born": 1900, "books": ["@Book/3", "@Book/1"] }, "y": { "id": "y", "name": null, "born": null, "books": null } },
            "Reader": { "r": { "id": "r", "name": "R", "stock": 7, "loans": ["@Disc/2", "@Book/1"] } }
        }),
    )
}

#[tokio::test]
async fn aliases_collide_across_fragments_and_with_keys() {
    let gateway = library().start().await;
    gateway
        .same(&[
            "{ shelf { ...A ...B } } fragment A on Item { x: title(upper: true) ... on Book { y: pages } } fragment B on Item { ... on Disc { y: minutes id: label } x: title(upper: true) }",
            "{ shelf { ... on Book { id: stock name: id authors { id: name name: born born: id } } ... on Disc { id: minutes __typename stock } } }",
            "{ shelf { ... on Book { authors { books { id: pages pages: id } } } ... on Book { authors { books { stock } id } } } }",
            "{ reader { id: name name: stock loans { id: __typename title: id ... on Disc { stock: label } } } reader { loans { ... on Book { authors { id: born } } } } }",
            "{ a: shelf { t: title } b: shelf { t: title(upper: false) t2: title(upper: null) } shelf { title } }",
        ])
        .await;
}

#[tokio::test]
async fn typename_is_answered_at_every_level() {
    let gateway = library().start().await;
    gateway
        .same(&[
            "{ __typename t: __typename shelf { __typename u: __typename ... on Book { v: __typename authors { __typename books { w: __typename __typename } } } } }",
            "{ reader { __typename loans { __typename } } ... on Query { q: __typename } ...F } fragment F on Query { r: __typename }",
            "{ shelf { id: __typename ... on Book { stock } } }",
        ])
        .await;
}

#[tokio::test]
async fn variables_decide_at_every_level() {
    let gateway = library().start().await;
    let query = "query($a: Boolean!, $b: Boolean! = true, $c: Boolean = false) {
        shelf @include(if: $a) { id title @skip(if: $b) ... @include(if: $b) { ... on Book { stock @include(if: $c) authors @skip(if: $c) { name books @include(if: $a) { stock @skip(if: $a) pages } } } } ...D @skip(if: $b) }
        again: shelf { ... on Disc @include(if: $c) { stock label @skip(if: $a) @include(if: $b) } stockOf: title @include(if: $a) @skip(if: $a) }
        reader @skip(if: $c) { name @include(if: $b) stock @skip(if: $b) loans { ...D ... on Book @skip(if: $a) { stock } } }
    } fragment D on Disc { minutes @include(if: $c) stock @skip(if: $c) label }";
    for bits in 0..8 {
        let variables = json!({ "a": bits & 1 == 1, "b": bits & 2 == 2, "c": bits & 4 == 4 });
        let answer = gateway.same_with(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer:#}");
    }
    gateway.same_with(query, json!({ "a": true })).await;
}

#[tokio::test]
async fn what_nothing_is_left_of_is_empty() {
    let gateway = library().start().await;
    let query = "query($no: Boolean! = false) { shelf { ... on Book { authors { name @include(if: $no) } stock @include(if: $no) } } reader { ... @include(if: $no) { name } loans { id @skip(if: true) } } }";
    gateway.same_with(query, json!({})).await;
    gateway
        .same(&[
            "{ shelf @skip(if: true) { id } }",
            "{ reader { stock @include(if: false) } x: reader { id } }",
        ])
        .await;
}

fn diary() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { entry(id: ID!): Entry } type Mutation { write(text: String!): Int addA: Receipt failA: Int } type Receipt { number: Int entry: Entry } type Entry @key(fields: "id") { id: ID! text: String }"#,
            ),
            (
                "b",
                r#"type Mutation { count: Int addB(by: Int = 1): Int entryB: Entry mustB: Int! } type Entry @key(fields: "id") { id: ID! mood: Int }"#,
            ),
            (
                "c",
                r#"type Entry @key(fields: "id") { id: ID! mood: Int @external advice: String @requires(fields: "mood") }"#,
            ),
        ],
        json!({
            "Query": { "entry": { "$find": "Entry" } },
            "Mutation": { "write": { "$next": null }, "addA": { "number": 1, "entry": "@Entry/1" }, "failA": { "$error": "no" }, "count": { "$next": null }, "addB": { "$next": null }, "entryB": "@Entry/1", "mustB": { "$next": null } },
            "Entry": { "1": { "id": "1", "text": "t", "mood": 4 } }
        }),
    )
}

#[tokio::test]
async fn mutations_run_one_after_the_other_across_subgraphs() {
    let gateway = diary().start().await;
    gateway
        .same(&[
            "mutation { one: write(text: \"a\") two: count three: write(text: \"b\") four: addB five: count six: write(text: \"c\") }",
            "mutation { count addA { number entry { advice mood text } } last: addB(by: 2) entryB { text advice } }",
            "mutation { ...M count } fragment M on Mutation { b: addB a: write(text: \"\") c: mustB }",
        ])
        .await;
    let answer = gateway
        .same_with("mutation { one: count failA two: count three: write(text: \"x\") }", json!({}))
        .await;
    assert_eq!(answer["data"], json!({ "one": 1, "failA": null, "two": 2, "three": 3 }));
}
