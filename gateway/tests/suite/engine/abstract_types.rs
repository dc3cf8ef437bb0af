//! Interfaces, unions and interface objects across subgraphs.

use gateway::engine::options::EngineOptions;
use serde_json::{Value as Json, json};

use super::federation::{Federation, compose, faults};
use super::shop::shop;
use super::subgraph::Subgraph;

#[tokio::test]
async fn fragments_choose_by_the_objects_type_and_reach_into_other_subgraphs() {
    let shop = shop();
    let data = shop
        .data(
            r#"{ search(text: "x") {
              __typename
              ... on Product { name inStock reviews { id } }
              ... on Brand { title }
              ... on Node { id __typename }
            } }"#,
        )
        .await;
    assert_eq!(
        data["search"],
        json!([
            { "__typename": "Product", "name": "Table", "inStock": true, "reviews": [{ "id": "r1" }, { "id": "r3" }], "id": "product:p1" },
            { "__typename": "Brand", "title": "Oak & Co", "id": "brand:b1" },
            { "__typename": "Product", "name": null, "inStock": true, "reviews": [{ "id": "r4" }], "id": "product:p3" }
        ])
    );
}

#[tokio::test]
async fn named_fragments_on_interfaces_and_objects_merge() {
    let shop = shop();
    let data = shop
        .data(
            r#"
            query { node(id: "product:p1") { ...N ... on Product { ...P upc } kind: __typename } brand: node(id: "brand:b1") { ...N ...P } gone: node(id: "x") { ...N } }
            fragment N on Node { id ...P }
            fragment P on Product { reviews { stars author { ...U } } shippingEstimate }
            fragment U on User { name ... { id } ... @include(if: true) { username } }
            "#,
        )
        .await;
    let author =
        |name: &str, id: &str, username: &str| json!({ "name": name, "id": id, "username": username });
    assert_eq!(
        data,
        json!({
            "node": {
                "id": "product:p1",
                "reviews": [
                    { "stars": 5, "author": author("Ada", "1", "@ad") },
                    { "stars": 3, "author": author("Bo \"the é\"", "2", "@bo") }
                ],
                "shippingEstimate": 50,
                "upc": "p1",
                "kind": "Product"
            },
            "brand": { "id": "brand:b1" },
            "gone": null
        })
    );
}

#[tokio::test]
async fn the_same_key_means_different_fields_on_different_types() {
    let shop = shop();
    let data = shop
        .data(r#"{ search(text: "x") { ... on Product { label: sku detail: brand { x: title } } ... on Brand { label: title } } }"#)
        .await;
    assert_eq!(
        data["search"],
        json!([
            { "label": "sku-p1", "detail": { "x": "Oak & Co" } },
            { "label": "Oak & Co" },
            { "label": "sku-p3", "detail": { "x": "Oak & Co" } }
        ])
    );
}

fn media() -> Federation {
    let catalog = Subgraph::new(
        "catalog",
        r#"
        type Query { media: [Media] shelf: Shelf }
        interface Media @key(fields: "id") { id: ID! title: String }
        type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
        type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }
        union Item = Book | Film
        type Shelf { items: [Item!] best: Media }
    "#,
    )
    .field("Query.media", |_, _| json!([item("b1"), null, item("f1")]))
    .field("Query.shelf", |_, _| json!({ "items": [item("f1"), item("b1")], "best": item("b1") }))
    .entity("Media", |key| item(key["id"].as_str().expect("a string")))
    .entity("Book", |key| item(key["id"].as_str().expect("a string")))
    .entity("Film", |key| item(key["id"].as_str().expect("a string")));
    let ratings = Subgraph::new("ratings", r#"
        type Query { topRated: [Media!]! }
        type Media @key(fields: "id") @interfaceObject { id: ID! title: String @external rating: Int votes(min: Int): Int verdict: String @requires(fields: "title") }
    "#)
    .value("Query.topRated", json!([{ "id": "f1", "rating": 9 }, { "id": "b1", "rating": 8 }]))
    .field("Media.votes", |media, arguments| json!(format!("{}{}", media["id"].as_str().expect("a string").len(), arguments["min"]).parse::<i64>().expect("present")))
    .field("Media.verdict", |media, _| json!(format!("{}!", media["title"].as_str().expect("a string"))))
    .entity("Media", |key| json!({ "rating": if key["id"] == "b1" { 8 } else { 9 } }));
    let subgraphs = vec![catalog, ratings];
    // `federation-composition` loses `external` on the fields of interfaces.
    let supergraph = compose(&subgraphs);
    let declared = "title: String\n  rating: Int @join__field(graph: RATINGS)";
    assert!(supergraph.contains(declared), "{supergraph}");
    let external = "@join__field(graph: CATALOG) @join__field(graph: RATINGS, external: true)";
    let supergraph = supergraph.replace(declared, &declared.replace("String", &format!("String {external}")));
    Federation::serving(supergraph, subgraphs, EngineOptions::default())
}

fn item(id: &str) -> Json {
    match id {
        "b1" => json!({ "__typename": "Book", "id": "b1", "title": "Emma", "pages": 400 }),
        "f1" => json!({ "__typename": "Film", "id": "f1", "title": "Heat", "minutes": 170 }),
        _ => Json::Null,
    }
}

#[tokio::test]
async fn an_interface_object_adds_fields_to_every_implementation() {
    let federation = media();
    let data =
        federation.data("{ media { id rating ... on Book { pages votes(min: 2) } __typename } }").await;
    assert_eq!(
        data["media"],
        json!([
            { "id": "b1", "rating": 8, "pages": 400, "votes": 22, "__typename": "Book" },
            null,
            { "id": "f1", "rating": 9, "__typename": "Film" }
        ])
    );
    let calls = federation.calls_to("ratings");
    assert_eq!(calls[0]["variables"].as_object().unwrap().values().next().unwrap()[0]["__typename"], "Media");
}

#[tokio::test]
async fn an_interface_object_finds_out_the_concrete_type() {
    let federation = media();
    let data = federation
        .data("{ topRated { rating __typename title ... on Film { minutes } ... on Book { pages } } }")
        .await;
    assert_eq!(
        data["topRated"],
        json!([
            { "rating": 9, "__typename": "Film", "title": "Heat", "minutes": 170 },
            { "rating": 8, "__typename": "Book", "title": "Emma", "pages": 400 }
        ])
    );
}

#[tokio::test]
async fn an_interface_object_can_require_the_interfaces_fields() {
    let federation = media();
    let data = federation.data("{ media { verdict } topRated { verdict } }").await;
    assert_eq!(
        data,
        json!({ "media": [{ "verdict": "Emma!" }, null, { "verdict": "Heat!" }], "topRated": [{ "verdict": "Heat!" }, { "verdict": "Emma!" }] })
    );
}

#[tokio::test]
async fn a_union_within_an_object_is_completed_by_type() {
    let federation = media();
    let data = federation
        .data("{ shelf { items { ... on Media { id rating } ... on Film { minutes } } best { ... on Film { rating } ... on Book { rating pages } } } }")
        .await;
    assert_eq!(
        data["shelf"],
        json!({
            "items": [{ "id": "f1", "rating": 9, "minutes": 170 }, { "id": "b1", "rating": 8 }],
            "best": { "rating": 8, "pages": 400 }
        })
    );
}

#[tokio::test]
async fn members_known_to_one_subgraph_only_are_no_trouble() {
    let a = Subgraph::new(
        "a",
        r#"
        type Query { a: [Pet] }
        union Pet @shareable = Dog | Cat
        type Dog @key(fields: "id") { id: ID! bark: String }
        type Cat @key(fields: "id") { id: ID! }
    "#
        .replace(" @shareable", "")
        .as_str(),
    )
    .value(
        "Query.a",
        json!([{ "__typename": "Dog", "id": "d", "bark": "wuff" }, { "__typename": "Cat", "id": "c" }]),
    )
    .entity("Dog", |_| json!({ "bark": "wuff" }))
    .entity("Cat", |_| json!({}));
    let b = Subgraph::new("b", r#"
        type Query { b: [Pet] }
        union Pet = Cat | Fish
        type Cat @key(fields: "id") { id: ID! lives: Int }
        type Fish @key(fields: "id") { id: ID! depth: Int }
    "#)
    .value("Query.b", json!([{ "__typename": "Cat", "id": "c", "lives": 9 }, { "__typename": "Fish", "id": "f", "depth": 3 }]))
    .entity("Cat", |_| json!({ "lives": 9 }))
    .entity("Fish", |_| json!({}));
    let federation = Federation::new(vec![a, b]);
    let fields = "{ __typename ... on Dog { bark } ... on Cat { lives } ... on Fish { depth } }";
    let data = federation.data(&format!("{{ a {fields} b {fields} }}")).await;
    assert_eq!(
        data,
        json!({
            "a": [{ "__typename": "Dog", "bark": "wuff" }, { "__typename": "Cat", "lives": 9 }],
            "b": [{ "__typename": "Cat", "lives": 9 }, { "__typename": "Fish", "depth": 3 }]
        })
    );
}

#[tokio::test]
async fn an_inaccessible_type_or_enum_value_is_null_with_an_error() {
    let a = Subgraph::new(
        "a",
        r"
        type Query { things: [Thing] mood: Mood moods: [Mood!] }
        interface Thing { id: ID! }
        type Open implements Thing { id: ID! }
        type Hidden implements Thing @inaccessible { id: ID! }
        enum Mood { GOOD BAD @inaccessible }
    ",
    )
    .value("Query.things", json!([{ "__typename": "Open", "id": 1 }, { "__typename": "Hidden", "id": "2" }]))
    .value("Query.mood", json!("BAD"))
    .value("Query.moods", json!(["GOOD", "WHAT"]));
    let federation = Federation::new(vec![a]);
    let response = federation.query("{ things { id ... on Open { x: __typename } } mood moods }").await;
    assert_eq!(
        response["data"],
        json!({ "things": [{ "id": "1", "x": "Open" }, null], "mood": null, "moods": null })
    );
    assert_eq!(
        faults(&response),
        [
            "mood SUBREQUEST_MALFORMED_RESPONSE -",
            "moods.1 SUBREQUEST_MALFORMED_RESPONSE -",
            "things.1 SUBREQUEST_MALFORMED_RESPONSE -"
        ]
    );
}

#[tokio::test]
async fn fields_that_only_a_subgraph_takes_for_conflicting_are_renamed_and_back() {
    let a = Subgraph::new(
        "a",
        r#"
        type Query { animals: [Animal!] }
        union Animal = Dog | Cat
        type Dog @key(fields: "id") { id: ID! name: String! parent: Dog toys: [Toy] }
        type Cat @key(fields: "id") { id: ID! name: String @shareable }
        type Toy { name: String! }
    "#
        .replace("name: String! parent", "name: String! @shareable parent")
        .as_str(),
    )
    .value(
        "Query.animals",
        json!([
            { "__typename": "Dog", "id": "1", "name": "Rex", "toys": [{ "name": "ball" }] },
            { "__typename": "Cat", "id": "2", "name": null }
        ]),
    )
    .entity("Dog", |_| json!({ "name": "Rex" }))
    .entity("Cat", |_| json!({}));
    let b = Subgraph::new("b", r#"type Dog @key(fields: "id") { id: ID! name: String @shareable }"#)
        .entity("Dog", |_| json!({ "name": "Rex" }));
    let federation = Federation::new(vec![a, b]);
    let data = federation.data("{ animals { ... on Dog { name } ... on Cat { name } } }").await;
    assert_eq!(data["animals"], json!([{ "name": "Rex" }, { "name": null }]));
    // Both in one selection set would be invalid in `a`: that the subgraph was strict shows the aliases.
    assert!(federation.calls_to("a")[0]["query"].as_str().unwrap().contains("_internal_qp_alias"));
}
