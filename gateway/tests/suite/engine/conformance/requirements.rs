//! `@requires`: with arguments, through fragments and lists, in chains and circles, across several subgraphs.

use serde_json::json;

use super::Supergraph;

pub(super) const ALL: &[fn() -> Supergraph] = &[
    arguments,
    fragments,
    chain,
    circle,
    nested,
    of_three,
    of_entities,
    inaccessible,
    shared_value,
    twice_removed,
];

fn arguments() -> Supergraph {
    Supergraph::new(
        &[
            (
                "catalog",
                r#"type Query { products(first: Int): [Product!]! product(id: ID!): Product }
                type Product @key(fields: "id") { id: ID! price(currency: String = "EUR"): Int weight: Int }"#,
            ),
            (
                "shipping",
                r#"type Product @key(fields: "id") {
                  id: ID! price(currency: String): Int @external weight: Int @external
                  cost: String @requires(fields: "price(currency: \"USD\") weight")
                  insurance: String @requires(fields: "price(currency: \"GBP\")")
                  plain: String @requires(fields: "price(currency: \"EUR\")")
                }"#,
            ),
        ],
        json!({
            "Query": { "products": { "$all": "Product" }, "product": { "$find": "Product" } },
            "Product": {
                "1": { "id": "1", "weight": 5, "price": { "$by": { "currency": { "USD": 110, "GBP": 90, "else": 100 } } } },
                "2": { "id": "2", "weight": 7, "price": null }
            }
        }),
    )
}

#[tokio::test]
async fn one_field_is_required_with_several_arguments() {
    let gateway = arguments().start().await;
    gateway
        .same(&[
            "{ products { cost } }",
            "{ products { cost insurance plain } }",
            "{ products { x: plain insurance } k6: products(first: 0) { cost title: plain } }",
            r#"{ products { price(currency: "XYZ") cost weight: insurance price2: price(currency: "USD") } }"#,
            r#"{ product(id: "1") { ...A ...B } } fragment A on Product { insurance price } fragment B on Product { cost price }"#,
            r#"{ a: product(id: "1") { price: cost } b: product(id: "1") { price: insurance } c: product(id: "?") { cost } }"#,
        ])
        .await;
    let query = "query($c: String) { products(first: 1) { price(currency: $c) insurance } }";
    gateway.same_with(query, json!({ "c": "USD" })).await;
}

fn fragments() -> Supergraph {
    Supergraph::new(
        &[
            (
                "farm",
                r#"type Query { owners: [Owner] }
                type Owner @key(fields: "id") { id: ID! pet: Pet pets: [Pet] }
                interface Pet { name: String }
                type Cat implements Pet { name: String lives: Int }
                type Dog implements Pet { name: String tricks: [String!] vet: Vet }
                type Vet { city: String }"#,
            ),
            (
                "insurance",
                r#"type Owner @key(fields: "id") { id: ID! pet: Pet @external pets: [Pet] @external
                  premium: String @requires(fields: "pet { __typename ... on Cat { lives } ... on Dog { name vet { city } } }")
                  list: String @requires(fields: "pets { name ... on Dog { tricks } }") }
                interface Pet { name: String }
                type Cat implements Pet @external { name: String lives: Int }
                type Dog implements Pet @external { name: String tricks: [String!] vet: Vet }
                type Vet @external { city: String }"#,
            ),
        ],
        json!({
            "Query": { "owners": ["@Owner/a", null, "@Owner/b", "@Owner/c"] },
            "Owner": {
                "a": { "id": "a", "pet": { "__typename": "Cat", "name": "Tom", "lives": 9 },
                       "pets": [{ "__typename": "Cat", "name": "Tom", "lives": 9 }, { "__typename": "Dog", "name": "Rex", "tricks": ["sit"], "vet": null }] },
                "b": { "id": "b", "pet": { "__typename": "Dog", "name": "Rex", "tricks": null, "vet": { "city": "Oslo" } }, "pets": [] },
                "c": { "id": "c", "pet": null, "pets": null }
            }
        }),
    )
}

#[tokio::test]
async fn what_is_required_is_reached_through_fragments_on_an_interface() {
    let gateway = fragments().start().await;
    gateway
        .same(&[
            "{ owners { premium } }",
            "{ owners { list premium } }",
            "{ owners { list pets { name: __typename ... on Dog { vet { city } } } } }",
            "{ owners { pet { ... on Cat { name: lives } ... on Dog { tricks vet { town: city } } } premium } }",
        ])
        .await;
}

fn chain() -> Supergraph {
    Supergraph::new(
        &[
            ("a", r#"type Query { nodes: [Node] } type Node @key(fields: "id") { id: ID! one: String }"#),
            (
                "b",
                r#"type Node @key(fields: "id") { id: ID! one: String @external two: String @requires(fields: "one") }"#,
            ),
            (
                "c",
                r#"type Node @key(fields: "id") { id: ID! two: String @external three: String @requires(fields: "two") }"#,
            ),
            (
                "d",
                r#"type Node @key(fields: "id") { id: ID! one: String @external three: String @external four: String @requires(fields: "three one") }"#,
            ),
        ],
        json!({
            "Query": { "nodes": ["@Node/1", "@Node/2"] },
            "Node": { "1": { "id": "1", "one": "x" }, "2": { "id": "2", "one": null } }
        }),
    )
}

#[tokio::test]
async fn requirements_chain_through_four_subgraphs() {
    let gateway = chain().start().await;
    gateway
        .same(&[
            "{ nodes { four } }",
            "{ nodes { three four one two } }",
            "{ nodes { one: four two: one three: two four: three } }",
        ])
        .await;
}

fn circle() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { box: Box } type Box @key(fields: "id") { id: ID! width: Int
                area: String @requires(fields: "height") height: Int @external depth: Int @external
                volume: String @requires(fields: "shape depth") shape: String @external }"#,
            ),
            (
                "b",
                r#"type Box @key(fields: "id") { id: ID! height: Int depth: Int area: String @external width: Int @external
                shape: String @requires(fields: "area width") }"#,
            ),
        ],
        json!({ "Query": { "box": "@Box/1" }, "Box": { "1": { "id": "1", "width": 2, "height": 3, "depth": 4 } } }),
    )
}

#[tokio::test]
async fn requirements_go_back_and_forth_between_two_subgraphs() {
    let gateway = circle().start().await;
    gateway
        .same(&["{ box { volume } }", "{ box { shape area volume width height } }", "{ box { area } }"])
        .await;
}

fn nested() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { orders: [Order!]! } type Order @key(fields: "id") { id: ID! lines: [[Line!]] address: Address }
                type Line { sku: String amount: Amount } type Amount { value: Int unit: Unit } enum Unit { KG G }
                type Address { street: String country: Country } type Country { code: String! }"#,
            ),
            (
                "b",
                r#"type Order @key(fields: "id") { id: ID! lines: [[Line!]] @external address: Address @external
                  freight: String @requires(fields: "lines { amount { value unit } } address { country { code } }") }
                type Line @external { amount: Amount } type Amount @external { value: Int unit: Unit } enum Unit { KG G }
                type Address @external { country: Country } type Country @external { code: String! }"#,
            ),
        ],
        json!({
            "Query": { "orders": ["@Order/1", "@Order/2"] },
            "Order": {
                "1": { "id": "1", "address": { "street": "S", "country": { "code": "NO" } },
                       "lines": [[{ "sku": "s", "amount": { "value": 1, "unit": "KG" } }, { "sku": "t", "amount": null }], null, []] },
                "2": { "id": "2", "address": null, "lines": null }
            }
        }),
    )
}

#[tokio::test]
async fn what_is_required_lies_deep_in_objects_and_lists_of_lists() {
    let gateway = nested().start().await;
    gateway
        .same(&[
            "{ orders { freight } }",
            "{ orders { lines { sku amount { unit } } freight address { street } } }",
            "{ orders { lines { amount { value: unit } } address { country { it: code } } freight } }",
        ])
        .await;
}

fn of_three() -> Supergraph {
    Supergraph::new(
        &[
            (
                "users",
                r#"type Query { users: [User!]! } type User @key(fields: "id") { id: ID! name: String friends: [User!] }"#,
            ),
            ("ages", r#"type User @key(fields: "id") { id: ID! age: Int }"#),
            (
                "cities",
                r#"type User @key(fields: "id") { id: ID! city: City } type City { name: String zip: Int }"#,
            ),
            (
                "cards",
                r#"type User @key(fields: "id") { id: ID! name: String @external age: Int @external city: City @external
                card: String @requires(fields: "name age city { name zip }") } type City @external { name: String zip: Int }"#,
            ),
        ],
        json!({
            "Query": { "users": { "$all": "User" } },
            "User": {
                "1": { "id": "1", "name": "Ada", "age": 36, "city": { "name": "London", "zip": 1 }, "friends": ["@User/2", "@User/1"] },
                "2": { "id": "2", "name": null, "age": null, "city": null, "friends": [] }
            }
        }),
    )
}

#[tokio::test]
async fn one_field_requires_fields_of_three_subgraphs_at_every_depth() {
    let gateway = of_three().start().await;
    gateway
        .same(&[
            "{ users { card } }",
            "{ users { friends { card friends { card age } } } }",
            "{ users { name: card card: name age city { zip } } }",
        ])
        .await;
}

fn of_entities() -> Supergraph {
    Supergraph::new(
        &[
            (
                "carts",
                r#"type Query { cart: Cart } type Cart @key(fields: "id") { id: ID! items: [Item!] gift: Item } type Item @key(fields: "sku") { sku: ID! }"#,
            ),
            ("prices", r#"type Item @key(fields: "sku") { sku: ID! price: Int }"#),
            (
                "totals",
                r#"type Cart @key(fields: "id") { id: ID! items: [Item!] @external gift: Item @external total: String @requires(fields: "items { price } gift { price }") }
                type Item @key(fields: "sku") { sku: ID! price: Int @external }"#,
            ),
        ],
        json!({
            "Query": { "cart": "@Cart/1" },
            "Cart": { "1": { "id": "1", "items": ["@Item/a", "@Item/b", "@Item/a"], "gift": "@Item/b" } },
            "Item": { "a": { "sku": "a", "price": 5 }, "b": { "sku": "b", "price": null } }
        }),
    )
}

#[tokio::test]
async fn what_is_required_belongs_to_entities_of_another_subgraph() {
    let gateway = of_entities().start().await;
    gateway
        .same(&[
            "{ cart { total } }",
            "{ cart { items { sku } total gift { price } } }",
            "{ cart { items { price: sku } total } }",
        ])
        .await;
}

fn inaccessible() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { user: User } type User @key(fields: "id") { id: ID! @inaccessible secret: Secret @inaccessible name: String }
                type Secret @inaccessible { code: Int }"#,
            ),
            (
                "b",
                r#"type User @key(fields: "id") { id: ID! secret: Secret @external badge: String @requires(fields: "secret { code }") }
                type Secret @external { code: Int }"#,
            ),
        ],
        json!({ "Query": { "user": "@User/1" }, "User": { "1": { "id": "1", "name": "N", "secret": { "code": 7 } } } }),
    )
}

#[tokio::test]
async fn inaccessible_keys_and_requirements_are_fetched_and_never_shown() {
    let gateway = inaccessible().start().await;
    gateway.same(&["{ user { badge } }", "{ user { id: badge secret: name } }"]).await;
    let refused = gateway.ask("{ user { secret { code } } }", &json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

fn shared_value() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! size: Size @shareable } type Size @shareable { w: Int h: Int }"#,
            ),
            (
                "b",
                r#"type Thing @key(fields: "id") { id: ID! size: Size @shareable } type Size @shareable { w: Int h: Int }"#,
            ),
            (
                "c",
                r#"type Thing @key(fields: "id") { id: ID! size: Size @external label: String @requires(fields: "size { w h }") } type Size @external { w: Int h: Int }"#,
            ),
        ],
        json!({ "Query": { "thing": "@Thing/1" }, "Thing": { "1": { "id": "1", "size": { "w": 1, "h": 2 } } } }),
    )
}

#[tokio::test]
async fn what_is_required_is_shared_by_two_subgraphs() {
    let gateway = shared_value().start().await;
    gateway.same(&["{ thing { label } }", "{ thing { size { w: h } label } }"]).await;
}

fn twice_removed() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { post: Post } type Post @key(fields: "id") { id: ID! author: Author } type Author @key(fields: "id") { id: ID! }"#,
            ),
            ("b", r#"type Author @key(fields: "id") { id: ID! email: String }"#),
            (
                "c",
                r#"type Author @key(fields: "id") { id: ID! email: String @external gravatar: String @requires(fields: "email") }"#,
            ),
            (
                "d",
                r#"type Post @key(fields: "id") { id: ID! author: Author @external cover: String @requires(fields: "author { gravatar }") }
                type Author @key(fields: "id") { id: ID! gravatar: String @external }"#,
            ),
        ],
        json!({
            "Query": { "post": "@Post/1" },
            "Post": { "1": { "id": "1", "author": "@Author/9" } },
            "Author": { "9": { "id": "9", "email": "a@b" } }
        }),
    )
}

#[tokio::test]
async fn what_is_required_is_itself_required_from_elsewhere_below_an_entity() {
    let gateway = twice_removed().start().await;
    gateway.same(&["{ post { cover } }", "{ post { author { email gravatar } cover } }"]).await;
}
