//! Entities: keys, requirements, sharing, and who is asked for what.

use gateway::engine::options::EngineOptions;
use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::federation::Federation;
use super::shop::shop;
use super::subgraph::Subgraph;

#[tokio::test]
async fn an_answer_is_put_together_from_several_subgraphs_in_the_clients_order() {
    let shop = shop();
    let response = shop
        .query("{ topProducts { reviews { author { name username } body } inStock name upc averageStars } }")
        .await;
    assert_snapshot!(serde_json::to_string(&response).unwrap(), @r#"{"data":{"topProducts":[{"reviews":[{"author":{"name":"Ada","username":"@ad"},"body":"Review r1"},{"author":{"name":"Bo \"the é\"","username":"@bo"},"body":"Review r3"}],"inStock":true,"name":"Table","upc":"p1","averageStars":4.0},{"reviews":[{"author":{"name":"Ada","username":"@ad"},"body":"Review r2"}],"inStock":false,"name":"Couch","upc":"p2","averageStars":1.5},{"reviews":[{"author":{"name":"Cy","username":"@cy"},"body":"Review r4"}],"inStock":true,"name":null,"upc":"p3","averageStars":1.5}]}}"#);
}

#[tokio::test]
async fn an_entity_in_several_places_is_asked_for_once() {
    let shop = shop();
    let data = shop.data("{ latestReviews { author { name friends { name } } } }").await;
    assert_eq!(data["latestReviews"][0]["author"], data["latestReviews"][1]["author"]);
    let calls = shop.calls_to("users");
    assert_eq!(calls.len(), 1);
    assert_eq!(
        calls[0]["variables"]["representations"],
        json!([1, 2, 3].map(|id| json!({ "__typename": "User", "id": id.to_string() })))
    );
}

#[tokio::test]
async fn a_provided_field_costs_no_fetch_and_is_fetched_where_it_is_not_provided() {
    let shop = shop();
    shop.data("{ latestReviews { author { username } } }").await;
    assert_eq!(shop.called(), ["reviews"]);
    shop.data("{ me { username reviews { author { username address { city } } } } }").await;
    assert_eq!(shop.called(), ["users", "reviews", "users"]);
}

#[tokio::test]
async fn required_fields_are_fetched_with_their_arguments_and_do_not_clash_with_the_clients() {
    let shop = shop();
    let data = shop
        .data(r#"{ topProducts { price shippingEstimate pounds: price(currency: "GBP") dollars: price(currency: "USD") weight } }"#)
        .await;
    assert_eq!(
        data["topProducts"][0],
        json!({ "price": 899, "shippingEstimate": 50, "pounds": 899, "dollars": 1798, "weight": 100 })
    );
    assert_eq!(data["topProducts"][1]["shippingEstimate"], 0);
    let calls = shop.calls_to("inventory");
    assert_eq!(
        calls[0]["variables"]["representations"][0],
        json!({ "__typename": "Product", "upc": "p1", "price": 1798, "weight": 100 })
    );
}

#[tokio::test]
async fn what_was_fetched_for_the_gateway_only_does_not_leak() {
    let shop = shop();
    let data = shop.data("{ topProducts(first: 1) { shippingEstimate } me { reviews { id } } }").await;
    assert_eq!(
        data,
        json!({ "topProducts": [{ "shippingEstimate": 50 }], "me": { "reviews": [{ "id": "r1" }, { "id": "r2" }] } })
    );
}

#[tokio::test]
async fn independent_fetches_run_at_once() {
    let shop = shop();
    shop.data("{ me { name } topProducts { name } latestReviews { id } }").await;
    assert_eq!(shop.most_calls_at_once(), 3);
}

#[tokio::test]
async fn only_the_variables_a_fetch_uses_are_sent() {
    let shop = shop();
    let response = shop
        .query_with(
            "query($upc: ID!, $id: ID!, $money: String = \"USD\") { product(upc: $upc) { price(currency: $money) } user(id: $id) { name } }",
            json!({ "upc": "p1", "id": 2, "stray": true }),
        )
        .await;
    assert_eq!(response["data"], json!({ "product": { "price": 1798 }, "user": { "name": "Bo \"the é\"" } }));
    assert_eq!(shop.calls_to("products")[0]["variables"], json!({ "upc": "p1", "money": "USD" }));
    assert_eq!(shop.calls_to("users")[0]["variables"], json!({ "id": "2" }));
}

#[tokio::test]
async fn a_variable_used_inside_an_entity_fetch_arrives_there() {
    let a =
        Subgraph::new("a", r#"type Query { things: [Thing!]! } type Thing @key(fields: "id") { id: ID! }"#)
            .value("Query.things", json!([{ "id": "1" }, { "id": "2" }]));
    let b = Subgraph::new("b", r#"type Thing @key(fields: "id") { id: ID! label(prefix: String!, style: Style): String } input Style { bold: Boolean = true size: Int }"#)
        .field("Thing.label", |thing, arguments| {
            json!(format!("{}{} {}", arguments["prefix"].as_str().unwrap(), thing["id"].as_str().unwrap(), arguments["style"]))
        })
        .entity("Thing", |_| json!({}));
    let federation = Federation::new(vec![a, b]);
    let response = federation
        .query_with(
            "query($p: String!, $s: Int) { things { label(prefix: $p, style: { size: $s }) } }",
            json!({ "p": "№", "s": 3 }),
        )
        .await;
    assert_eq!(response["data"]["things"][1]["label"], r#"№2 {"size":3}"#);
}

#[tokio::test]
async fn a_second_key_leads_where_the_first_does_not() {
    let catalog = Subgraph::new(
        "catalog",
        r#"type Query { books: [Book] } type Book @key(fields: "isbn") { isbn: ID! }"#,
    )
    .value("Query.books", json!([{ "isbn": "i1" }, null, { "isbn": "i2" }, { "isbn": "i3" }]));
    let bridge = Subgraph::new("bridge", r#"type Book @key(fields: "isbn") @key(fields: "id { local }") { isbn: ID! id: BookId } type BookId @shareable { local: Int }"#)
        .entity("Book", |key| match key["isbn"].as_str() {
            Some("i2") => Json::Null,
            Some("i3") => json!({ "id": null }),
            isbn => json!({ "isbn": isbn, "id": { "local": 7 } }),
        });
    let authors = Subgraph::new("authors", r#"type Book @key(fields: "id { local }") { id: BookId author: String } type BookId @shareable { local: Int }"#)
        .entity("Book", |key| json!({ "author": format!("Author {}", key["id"]["local"]) }));
    let federation = Federation::new(vec![catalog, bridge, authors]);
    let data = federation.data("{ books { author isbn } }").await;
    // The second has no entity, the third has a null key: nobody can be asked, and that is no error.
    assert_eq!(
        data["books"],
        json!([
            { "author": "Author 7", "isbn": "i1" },
            null,
            { "author": null, "isbn": "i2" },
            { "author": null, "isbn": "i3" }
        ])
    );
    let calls = federation.calls_to("authors");
    assert_eq!(calls[0]["variables"]["representations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn requirements_chain_through_subgraphs_and_reach_into_nested_objects_and_lists() {
    let a = Subgraph::new(
        "a",
        r#"
        type Query { box: Box }
        type Box @key(fields: "id") { id: ID! parts: [Part!] dimensions: Dimensions }
        type Part @shareable { width: Int label: String }
        type Dimensions @shareable { size: Size }
        type Size @shareable { height: Int depth: Int }
    "#,
    )
    .value(
        "Query.box",
        json!({ "id": "1", "parts": [{ "width": 2, "label": "x" }, { "width": 3 }],
        "dimensions": { "size": { "height": 4, "depth": 5 } } }),
    )
    .entity(
        "Box",
        |_| json!({ "parts": [{ "width": 2 }, { "width": 3 }], "dimensions": { "size": { "height": 4 } } }),
    );
    let b = Subgraph::new(
        "b",
        r#"
        type Box @key(fields: "id") {
          id: ID!
          parts: [Part!] @external
          dimensions: Dimensions @external
          volume: Int @requires(fields: "parts { width } dimensions { size { height } }")
        }
        type Part { width: Int @external }
        type Dimensions { size: Size @external }
        type Size { height: Int @external }
    "#,
    )
    .field("Box.volume", |parent, _| {
        let widths: i64 =
            parent["parts"].as_array().unwrap().iter().map(|part| part["width"].as_i64().unwrap()).sum();
        json!(widths * parent["dimensions"]["size"]["height"].as_i64().unwrap())
    })
    .entity("Box", |_| json!({}));
    let c = Subgraph::new(
        "c",
        r#"
        type Box @key(fields: "id") { id: ID! volume: Int @external price: Int @requires(fields: "volume") }
    "#,
    )
    .field("Box.price", |parent, _| json!(parent["volume"].as_i64().unwrap() * 10))
    .entity("Box", |_| json!({}));
    let federation = Federation::new(vec![a, b, c]);
    assert_eq!(federation.data("{ box { price } }").await, json!({ "box": { "price": 200 } }));
    assert_eq!(federation.called(), ["a", "b", "c"]);
    assert_eq!(
        federation.data("{ box { price dimensions { size { depth } } } }").await,
        json!({ "box": { "price": 200, "dimensions": { "size": { "depth": 5 } } } })
    );
}

#[tokio::test]
async fn an_overridden_field_is_asked_from_its_new_owner() {
    let old = Subgraph::new(
        "old",
        r#"type Query { item: Item } type Item @key(fields: "id") { id: ID! stock: Int }"#,
    )
    .value("Query.item", json!({ "id": "1", "stock": -1 }))
    .entity("Item", |_| json!({ "stock": -1 }));
    let new =
        Subgraph::new("new", r#"type Item @key(fields: "id") { id: ID! stock: Int @override(from: "old") }"#)
            .entity("Item", |_| json!({ "stock": 9 }));
    let federation = Federation::new(vec![old, new]);
    assert_eq!(federation.data("{ item { stock } }").await, json!({ "item": { "stock": 9 } }));
}

fn progressive(label: &str) -> Vec<Subgraph> {
    let a = Subgraph::new(
        "a",
        r#"type Query { item: Item } type Item @key(fields: "id") { id: ID! stock: Int }"#,
    )
    .value("Query.item", json!({ "id": "1", "stock": 1 }));
    let b = r#"type Item @key(fields: "id") { id: ID! stock: Int @override(from: "a", label: "LABEL") }"#;
    let b = Subgraph::new("b", &b.replace("LABEL", label)).entity("Item", |_| json!({ "stock": 2 }));
    vec![a, b]
}

#[tokio::test]
async fn a_labelled_override_is_off_until_its_label_is_configured() {
    for (labels, expected) in [(vec![], 1), (vec!["other"], 1), (vec!["other", "new-stock"], 2)] {
        let override_labels = labels.iter().map(|label| (*label).to_owned()).collect();
        let options = EngineOptions { override_labels, ..EngineOptions::default() };
        let federation = Federation::with_options(progressive("new-stock"), options);
        assert_eq!(federation.data("{ item { stock } }").await["item"]["stock"], expected, "{labels:?}");
    }
}

#[tokio::test]
async fn an_override_by_percent_takes_that_part_of_the_requests() {
    for (label, expected) in [("percent(0)", 0), ("percent(25)", 25), ("percent(100)", 100)] {
        let federation = Federation::new(progressive(label));
        let mut overridden = 0;
        for _ in 0..100 {
            overridden += i32::from(federation.data("{ item { stock } }").await["item"]["stock"] == 2);
        }
        assert!((expected - 2..=expected + 2).contains(&overridden), "{label}: {overridden}");
        assert!(federation.engine.cache_fills().await.plans.entries <= 2);
    }
}

#[tokio::test]
async fn one_field_is_required_with_different_arguments_by_one_type() {
    let a = Subgraph::new(
        "a",
        r#"type Query { products: [Product] } type Product @key(fields: "id") { id: ID! price(currency: String!): Int parts: [Part] }
           type Part @shareable { weight(unit: String): Int }"#,
    )
    .value("Query.products", json!([{ "id": "1" }, { "id": "20" }]))
    .field("Product.price", |product, arguments| {
        let id: i64 = product["id"].as_str().unwrap().parse().unwrap();
        json!(id * if arguments["currency"] == "USD" { 100 } else { 7 })
    })
    .field("Product.parts", |_, _| json!([{}, {}]))
    .field("Part.weight", |_, arguments| json!(if arguments.get("unit") == Some(&json!("g")) { 1_000 } else { 1 }));
    let b = Subgraph::new(
        "b",
        r#"type Product @key(fields: "id") {
             id: ID! price(currency: String!): Int @external parts: [Part] @external
             dollars: String @requires(fields: "price(currency: \"USD\") parts { weight(unit: \"g\") }")
             pounds: String @requires(fields: "price(currency: \"GBP\") parts { weight(unit: \"kg\") }")
           }
           type Part @shareable { weight(unit: String): Int @external }"#,
    )
    .field("Product.dollars", |product, _| json!(format!("${} {}", product["price"], product["parts"])))
    .field("Product.pounds", |product, _| json!(format!("£{} {}", product["price"], product["parts"])))
    .entity("Product", |_| json!({}));
    let federation = Federation::new(vec![a, b]);
    let data = federation
        .data(r#"{ products { pounds price(currency: "EUR") dollars parts { weight } d: dollars usd: price(currency: "USD") } }"#)
        .await;
    let parts = |weight: i64| json!([{ "weight": weight }, { "weight": weight }]).to_string();
    assert_eq!(
        data["products"][1],
        json!({
            "pounds": format!("£140 {}", parts(1)),
            "price": 140,
            "dollars": format!("$2000 {}", parts(1_000)),
            "parts": [{ "weight": 1 }, { "weight": 1 }],
            "d": format!("$2000 {}", parts(1_000)),
            "usd": 2000
        })
    );
}

#[tokio::test]
async fn a_root_field_shared_by_subgraphs_is_asked_in_each_for_its_part() {
    let sdl = |field: &str| {
        format!(
            "type Query {{ viewer: Viewer @shareable }} type Viewer {{ settings: Settings @shareable {field}: Int }} type Settings {{ theme: Theme @shareable {field}Settings: String }} type Theme {{ {field}Theme: String }}"
        )
    };
    let value = |field: &str| json!({ field: 1, "settings": { format!("{field}Settings"): field, "theme": { format!("{field}Theme"): field } } });
    let a = Subgraph::new("a", &sdl("a")).value("Query.viewer", value("a"));
    let b = Subgraph::new("b", &sdl("b")).value("Query.viewer", value("b"));
    let federation = Federation::new(vec![a, b]);
    let data = federation
        .data(
            "{ viewer { b a settings { bSettings aSettings theme { aTheme bTheme } } } again: viewer { b } }",
        )
        .await;
    assert_eq!(
        data,
        json!({
            "viewer": { "b": 1, "a": 1, "settings": { "bSettings": "b", "aSettings": "a", "theme": { "aTheme": "a", "bTheme": "b" } } },
            "again": { "b": 1 }
        })
    );
}

#[tokio::test]
async fn lists_within_lists_keep_their_shape_and_their_nulls() {
    let a = Subgraph::new("a", r#"type Query { grid: [[Cell]] } type Cell @key(fields: "id") { id: ID! }"#)
        .value("Query.grid", json!([[{ "id": "1" }, null], null, [], [{ "id": "2" }, { "id": "1" }]]));
    let b =
        Subgraph::new("b", r#"type Cell @key(fields: "id") { id: ID! text: String neighbours: [[Cell]] }"#)
            .entity("Cell", |key| json!({ "text": key["id"], "neighbours": [[{ "id": "9" }], [null]] }));
    let federation = Federation::new(vec![a, b]);
    let data = federation.data("{ grid { text neighbours { id } } }").await;
    let cell = |id: &str| json!({ "text": id, "neighbours": [[{ "id": "9" }], [null]] });
    assert_eq!(data["grid"], json!([[cell("1"), null], null, [], [cell("2"), cell("1")]]));
}

#[tokio::test]
async fn aliases_and_arguments_keep_the_same_field_apart_at_every_depth() {
    let shop = shop();
    let data = shop
        .data(
            r"{
              first: topProducts(first: 1) { upc reviews { text: body author { id: name } } }
              topProducts { upc: name name: upc price reviews { body: id author { name: username } } }
            }",
        )
        .await;
    assert_eq!(data["first"][0]["reviews"][0], json!({ "text": "Review r1", "author": { "id": "Ada" } }));
    assert_eq!(
        data["topProducts"][0],
        json!({ "upc": "Table", "name": "p1", "price": 899, "reviews": [
            { "body": "r1", "author": { "name": "@ad" } },
            { "body": "r3", "author": { "name": "@bo" } }
        ] })
    );
}

#[tokio::test]
async fn the_same_entity_with_and_without_more_fields_is_completed_in_each_place() {
    let shop = shop();
    let data = shop
        .data("{ me { friends { name reviews { id product { name } } } reviews { author { address { city } friends { address { street } } } } } }")
        .await;
    assert_eq!(data["me"]["friends"][0]["reviews"], json!([{ "id": "r3", "product": { "name": "Table" } }]));
    assert_eq!(
        data["me"]["reviews"][1],
        json!({ "author": { "address": { "city": "London" }, "friends": [{ "address": null }, { "address": { "street": "3 Road" } }] } })
    );
}

#[tokio::test]
async fn fetches_to_one_subgraph_are_batched_under_aliases() {
    let shop = shop();
    let data = shop
        .data("{ latestReviews { author { name } } topProducts { upc reviews { author { name } } } }")
        .await;
    assert_eq!(data["topProducts"][2]["reviews"][0]["author"]["name"], "Cy");
    assert_eq!(data["latestReviews"][3]["author"]["name"], "Cy");
    let calls = shop.calls_to("users");
    let representations: usize = calls
        .iter()
        .flat_map(|call| call["variables"].as_object().unwrap().values())
        .map(|list| list.as_array().unwrap().len())
        .sum();
    assert!(calls.len() <= 2 && representations <= 6, "{calls:#?}");
}

#[tokio::test]
async fn big_numbers_escapes_and_custom_scalars_arrive_byte_for_byte() {
    let shop = shop();
    shop.answer_with("products", r#"{"data":{"topProducts":[{"meta":{"n":123456789012345678901234567890,"f":1.10,"e":"\u00e9\/"},"name":"a\u0022b"}]}}"#);
    let request = serde_json::from_value(json!({ "query": "{ topProducts { meta name } }" })).unwrap();
    let operation = shop.engine.prepare(request, None).await.unwrap();
    let response = shop.engine.execute(&operation, super::federation::context()).await;
    assert_eq!(
        std::str::from_utf8(&response.body).unwrap(),
        r#"{"data":{"topProducts":[{"meta":{"n":123456789012345678901234567890,"f":1.10,"e":"\u00e9\/"},"name":"a\u0022b"}]}}"#
    );
}

#[tokio::test]
async fn a_query_type_reached_from_within_is_served_by_every_subgraph() {
    // Composed by hand: `federation-composition` takes `a` for unreachable.
    let supergraph = r#"
        schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) {
          query: Query mutation: Mutation
        }
        directive @join__field(graph: join__Graph) repeatable on FIELD_DEFINITION
        directive @join__graph(name: String!, url: String!) on ENUM_VALUE
        directive @join__type(graph: join__Graph!, key: String) repeatable on OBJECT
        directive @link(url: String, for: String) repeatable on SCHEMA
        enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
        type Query @join__type(graph: A) @join__type(graph: B) { a: Int @join__field(graph: A) b: Int @join__field(graph: B) }
        type Mutation @join__type(graph: B) { change: Payload @join__field(graph: B) }
        type Payload @join__type(graph: B) { ok: Boolean query: Query }
    "#;
    let a = Subgraph::new("a", "type Query { a: Int } ").value("Query.a", json!(1));
    let b = Subgraph::new(
        "b",
        "type Query { b: Int } type Mutation { change: Payload } type Payload { ok: Boolean query: Query }",
    )
    .value("Mutation.change", json!({ "ok": true, "query": {} }))
    .value("Query.b", json!(2));
    let federation = Federation::serving(supergraph.to_owned(), vec![a, b], EngineOptions::default());
    let data = federation.data("mutation { change { ok query { b a __typename } } }").await;
    assert_eq!(data, json!({ "change": { "ok": true, "query": { "b": 2, "a": 1, "__typename": "Query" } } }));
    assert_eq!(federation.called(), ["b", "a"]);
}

#[tokio::test]
async fn what_each_subgraph_is_asked() {
    let shop = shop();
    shop.data("query($c: String) { topProducts(first: 1) { price(currency: $c) shippingEstimate reviews { author { name } } } me { address { city } reviews { product { name } } } }").await;
    let mut asked: Vec<String> = ["products", "users", "reviews", "inventory"]
        .into_iter()
        .flat_map(|subgraph| shop.calls_to(subgraph).into_iter().map(move |call| (subgraph, call)))
        .map(|(subgraph, call)| format!("{subgraph}: {}", call["query"].as_str().unwrap().replace('\n', " ")))
        .collect();
    asked.sort();
    assert_snapshot!(asked.join("\n"), @r#"
    inventory: query($representations:[_Any!]!){_entities(representations: $representations){...on Product{shippingEstimate}}}
    products: query($c:String){topProducts(first: 1){__typename _client_price: price(currency: $c) upc price(currency: "USD") weight}}
    products: query($representations:[_Any!]!){_entities(representations: $representations){...on Product{name}}}
    reviews: query($__batch_reps_0:[_Any!]!, $__batch_reps_1:[_Any!]!){_e0: _entities(representations: $__batch_reps_0){...on User{reviews{product{__typename upc}}}} _e1: _entities(representations: $__batch_reps_1){...on Product{reviews{author{__typename id}}}}}
    users: query($representations:[_Any!]!){_entities(representations: $representations){...on User{name}}}
    users: {me{__typename address{city} id}}
    "#);
}
