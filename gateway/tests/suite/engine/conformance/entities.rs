//! Entities: keys of every shape, and what each subgraph knows of them.

use serde_json::{Value as Json, json};

use super::Supergraph;

pub(super) const ALL: &[fn() -> Supergraph] = &[
    nested_key,
    composite_key,
    several_keys,
    null_key,
    absent,
    lists_of_lists,
    cycle,
    value_types,
    stub,
    provides,
    nested_provides,
    federation_1,
    shared_entity,
    key_of_entity,
];

fn nested_key() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { parcels: [Parcel!]! }
                type Parcel @key(fields: "id { origin { code } number }") { id: ParcelId! weight: Int }
                type ParcelId @shareable { origin: Origin! number: Int! } type Origin @shareable { code: String! }"#,
            ),
            (
                "b",
                r#"type Parcel @key(fields: "id { origin { code } number }") { id: ParcelId! status: String next: Parcel }
                type ParcelId @shareable { origin: Origin! number: Int! } type Origin @shareable { code: String! }"#,
            ),
        ],
        json!({
            "Query": { "parcels": { "$all": "Parcel" } },
            "Parcel": {
                "1": { "id": { "origin": { "code": "NO" }, "number": 1 }, "weight": 3, "status": "sent", "next": "@Parcel/2" },
                "2": { "id": { "origin": { "code": "SE" }, "number": 1 }, "weight": null, "status": null, "next": null }
            }
        }),
    )
}

#[tokio::test]
async fn a_key_lies_within_nested_objects() {
    let gateway = nested_key().start().await;
    gateway
        .same(&[
            "{ parcels { status } }",
            "{ parcels { next { weight next { weight } } } }",
            "{ parcels { id { n: number origin { number: code } } status next { id { number } weight } } }",
        ])
        .await;
}

fn composite_key() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { seat(row: Int!, number: String!): Seat seats: [Seat] } type Seat @key(fields: "row number") { row: Int! number: String! class: Class } enum Class { A B }"#,
            ),
            (
                "b",
                r#"type Seat @key(fields: "number row") { row: Int! number: String! taken: Boolean by: Seat }"#,
            ),
        ],
        json!({
            "Query": { "seat": { "$find": "Seat" }, "seats": ["@Seat/1a", "@Seat/1b", "@Seat/2a"] },
            "Seat": {
                "1a": { "row": 1, "number": "a", "class": "A", "taken": true, "by": "@Seat/1b" },
                "1b": { "row": 1, "number": "b", "class": null, "taken": false, "by": null },
                "2a": { "row": 2, "number": "a", "class": "B", "taken": null, "by": "@Seat/2a" }
            }
        }),
    )
}

#[tokio::test]
async fn a_key_has_several_fields_in_either_order() {
    let gateway = composite_key().start().await;
    gateway
        .same(&[
            "{ seats { taken class } }",
            r#"{ seat(row: 1, number: "b") { taken by { class } } none: seat(row: 9, number: "") { taken } }"#,
            "{ seats { row: number number: row by { row: class by { taken } } } }",
        ])
        .await;
}

fn several_keys() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { books: [Book] } type Book @key(fields: "isbn") { isbn: ID! title: String }"#,
            ),
            (
                "b",
                r#"type Book @key(fields: "isbn") @key(fields: "sku") @key(fields: "id { local }") { isbn: ID! sku: ID id: BookId pages: Int } type BookId @shareable { local: Int }"#,
            ),
            ("c", r#"type Book @key(fields: "sku") { sku: ID stock: Int }"#),
            (
                "d",
                r#"type Query { lent: [Book!] } type Book @key(fields: "id { local }") { id: BookId shelf: String } type BookId @shareable { local: Int }"#,
            ),
        ],
        json!({
            "Query": { "books": ["@Book/1", null, "@Book/2"], "lent": ["@Book/2", "@Book/1"] },
            "Book": {
                "1": { "isbn": "i1", "sku": "s1", "id": { "local": 1 }, "title": "T", "pages": 10, "stock": 4, "shelf": "x" },
                "2": { "isbn": "i2", "sku": "s2", "id": { "local": 2 }, "title": null, "pages": null, "stock": 0, "shelf": null }
            }
        }),
    )
}

#[tokio::test]
async fn a_subgraph_in_between_knows_the_key_of_the_next() {
    let gateway = several_keys().start().await;
    gateway
        .same(&[
            "{ books { stock shelf } lent { title stock } }",
            "{ books { isbn: stock stock: isbn sku: title } }",
            "{ lent { isbn sku id { local } pages } }",
        ])
        .await;
}

fn null_key() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { people: [Person!]! } type Person @key(fields: "id") { id: ID! mentor: Person code: Code } type Code { value: String }"#,
            ),
            (
                "b",
                r#"type Person @key(fields: "id") @key(fields: "badge { number }") { id: ID! badge: Badge } type Badge @shareable { number: Int }"#,
            ),
            (
                "c",
                r#"type Person @key(fields: "badge { number }") { badge: Badge door: String } type Badge @shareable { number: Int }"#,
            ),
        ],
        json!({
            "Query": { "people": { "$all": "Person" } },
            "Person": {
                "1": { "id": "1", "mentor": "@Person/2", "badge": { "number": 5 }, "door": "north", "code": { "value": "x" } },
                "2": { "id": "2", "mentor": null, "badge": null, "door": null, "code": null },
                "3": { "id": "3", "mentor": "@Person/1", "badge": { "number": 6 }, "door": "south", "code": { "value": null } }
            }
        }),
    )
}

#[tokio::test]
async fn an_entity_whose_key_is_null_has_nothing_more_to_tell() {
    let gateway = null_key().start().await;
    gateway
        .same(&[
            "{ people { door } }",
            "{ people { mentor { door badge { number } } code { value } badge { number } } }",
        ])
        .await;
}

fn absent() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { items: [Item!]! } type Item @key(fields: "id") { id: ID! name: String twin: Item }"#,
            ),
            (
                "b",
                r#"type Item @key(fields: "id") { id: ID! rating: Int reviews: [Review!] } type Review { text: String! }"#,
            ),
            (
                "c",
                r#"type Item @key(fields: "id") { id: ID! rating: Int @external stars: String @requires(fields: "rating") }"#,
            ),
        ],
        json!({
            "Query": { "items": { "$all": "Item" } },
            "Item": {
                "1": { "id": "1", "name": "One", "rating": 3, "reviews": [{ "text": "t" }], "twin": "@Item/2" },
                "2": { "id": "2", "name": "Two", "$absentFrom": ["c"], "twin": "@Item/3", "rating": 4, "reviews": [] },
                "3": { "id": "3", "name": "Three", "$absentFrom": ["b", "c"], "twin": null }
            }
        }),
    )
}

#[tokio::test]
async fn an_entity_is_missing_in_one_subgraph() {
    let gateway = absent().start().await;
    gateway
        .same(&[
            "{ items { rating reviews { text } name } }",
            "{ items { twin { twin { rating } rating } } }",
            "{ items { id twin { stars } stars } }",
        ])
        .await;
}

fn lists_of_lists() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { grid: [[Cell]!] cube: [[[Cell!]]] } type Cell @key(fields: "id") { id: ID! row: [[Cell]] }"#,
            ),
            ("b", r#"type Cell @key(fields: "id") { id: ID! value: Int tags: [[String]] near: [[Cell!]!] }"#),
        ],
        json!({
            "Query": { "grid": [["@Cell/1", null, "@Cell/2"], [], ["@Cell/1"]], "cube": [null, [["@Cell/2"], null, []], []] },
            "Cell": {
                "1": { "id": "1", "value": 1, "tags": [["x", null], null], "row": [["@Cell/2", null], null], "near": [["@Cell/1"], []] },
                "2": { "id": "2", "value": null, "tags": null, "row": null, "near": [] }
            }
        }),
    )
}

#[tokio::test]
async fn entities_in_lists_of_lists_keep_their_places() {
    let gateway = lists_of_lists().start().await;
    gateway
        .same(&[
            "{ grid { value tags } }",
            "{ cube { value row { value } } grid { near { row { value id } } } }",
            "{ grid { id: value value: id } other: grid { near { near { tags } } } }",
        ])
        .await;
}

fn cycle() -> Supergraph {
    Supergraph::new(
        &[
            ("users", r#"type Query { me: User } type User @key(fields: "id") { id: ID! name: String! }"#),
            (
                "posts",
                r#"type User @key(fields: "id") { id: ID! posts: [Post!]! } type Post @key(fields: "id") { id: ID! author: User! text: String }"#,
            ),
            (
                "likes",
                r#"type Post @key(fields: "id") { id: ID! likedBy: [User!] } type User @key(fields: "id") { id: ID! liked: [Post!]! }"#,
            ),
        ],
        json!({
            "Query": { "me": "@User/1" },
            "User": {
                "1": { "id": "1", "name": "Ada", "posts": ["@Post/a", "@Post/b"], "liked": ["@Post/b"] },
                "2": { "id": "2", "name": "Bo", "posts": [], "liked": ["@Post/a", "@Post/b"] }
            },
            "Post": {
                "a": { "id": "a", "author": "@User/1", "text": "first", "likedBy": ["@User/2"] },
                "b": { "id": "b", "author": "@User/1", "text": null, "likedBy": null }
            }
        }),
    )
}

#[tokio::test]
async fn entities_refer_to_each_other_in_circles() {
    let gateway = cycle().start().await;
    gateway
        .same(&[
            "{ me { posts { likedBy { liked { author { name posts { text } } } } } } }",
            "{ me { liked { likedBy { name } author { name: id liked { id } } } posts { author { posts { author { name } } } } } }",
        ])
        .await;
}

fn value_types() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { here: Place } type Place @key(fields: "id") { id: ID! at: Point @shareable } type Point @shareable { x: Int y: Int } "#,
            ),
            (
                "b",
                r#"type Query { there: Place point: Point } type Place @key(fields: "id") { id: ID! at: Point @shareable height: Int } type Point @shareable { x: Int y: Int }"#,
            ),
        ],
        json!({
            "Query": { "here": "@Place/1", "there": "@Place/2", "point": { "x": 9, "y": null } },
            "Place": { "1": { "id": "1", "at": { "x": 1, "y": 2 }, "height": 3 }, "2": { "id": "2", "at": null, "height": null } }
        }),
    )
}

#[tokio::test]
async fn a_value_type_is_shared_whole() {
    let gateway = value_types().start().await;
    gateway
        .same(&[
            "{ here { at { x } height } there { at { y x } } point { y x } }",
            "{ here { height at { y: x x: y } } }",
        ])
        .await;
}

fn stub() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { order: Order } type Order { id: ID! buyer: User seller: User! } type User @key(fields: "id", resolvable: false) { id: ID! }"#,
            ),
            ("b", r#"type User @key(fields: "id") { id: ID! name: String phone(country: Int): String }"#),
        ],
        json!({
            "Query": { "order": { "id": "o", "buyer": "@User/1", "seller": "@User/2" } },
            "User": { "1": { "id": "1", "name": "Ada", "phone": { "$echo": null } }, "2": { "id": "2", "name": null, "phone": null } }
        }),
    )
}

#[tokio::test]
async fn one_subgraph_only_refers_to_the_entities_of_another() {
    let gateway = stub().start().await;
    gateway
        .same(&[
            "{ order { buyer { id } seller { name } } }",
            "{ order { seller { id phone } buyer { phone(country: 47) other: phone name } } }",
        ])
        .await;
}

fn provides() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { reviews: [Review!]! } type Review { text: String author: User @provides(fields: "name") editor: User } type User @key(fields: "id") { id: ID! name: String @external }"#,
            ),
            ("b", r#"type User @key(fields: "id") { id: ID! name: String @shareable email: String }"#),
        ],
        json!({
            "Query": { "reviews": [{ "text": "t", "author": "@User/1", "editor": "@User/2" }, { "text": null, "author": null, "editor": "@User/1" }] },
            "User": { "1": { "id": "1", "name": "Ada", "email": "a@" }, "2": { "id": "2", "name": "Bo", "email": null } }
        }),
    )
}

#[tokio::test]
async fn a_field_is_provided_on_one_path_and_fetched_on_another() {
    let gateway = provides().start().await;
    gateway
        .same(&[
            "{ reviews { author { name } editor { name } } }",
            "{ reviews { author { email: name name: email } editor { id name } } }",
        ])
        .await;
}

fn nested_provides() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { teams: [Team] @provides(fields: "lead { name home { city } }") all: [Team] }
                type Team @key(fields: "id") { id: ID! lead: User @external motto: String }
                type User @key(fields: "id") { id: ID! name: String @external home: Home @external } type Home { city: String @external }"#,
            ),
            (
                "b",
                r#"type Team @key(fields: "id") { id: ID! lead: User @shareable } type User @key(fields: "id") { id: ID! name: String @shareable home: Home @shareable age: Int } type Home @shareable { city: String zip: Int }"#,
            ),
        ],
        json!({
            "Query": { "teams": ["@Team/1", "@Team/2"], "all": ["@Team/2", "@Team/1"] },
            "Team": { "1": { "id": "1", "lead": "@User/1", "motto": "m" }, "2": { "id": "2", "lead": null, "motto": null } },
            "User": { "1": { "id": "1", "name": "Ada", "home": { "city": "Oslo", "zip": 4 }, "age": 5 } }
        }),
    )
}

#[tokio::test]
async fn a_path_provides_fields_of_nested_objects() {
    let gateway = nested_provides().start().await;
    gateway
        .same(&[
            "{ teams { lead { name home { city } } } }",
            "{ teams { lead { name home { city zip } age } motto } all { lead { name } } }",
        ])
        .await;
}

fn federation_1() -> Supergraph {
    Supergraph::new(
        &[("b", r#"type Product @key(fields: "upc") { upc: ID! reviews: [Review!] } type Review { stars: Int author: User } type User @key(fields: "id") { id: ID! }"#)],
        json!({
            "Query": { "top": ["@Product/1", "@Product/2"], "me": "@User/1" },
            "Product": {
                "1": { "upc": "1", "price": 10, "weight": 2, "reviews": [{ "stars": 5, "author": "@User/1" }] },
                "2": { "upc": "2", "price": null, "weight": 3, "reviews": [] }
            },
            "User": { "1": { "id": "1", "handle": "ada", "name": "Ada" } }
        }),
    )
    .federation_1("a", r#"type Query { top: [Product] me: User } type Product @key(fields: "upc") { upc: ID! price: Int weight: Int } type User @key(fields: "id") { id: ID! handle: String name: String }"#)
    .federation_1(
        "c",
        r#"extend type Product @key(fields: "upc") { upc: ID! @external price: Int @external weight: Int @external shipping: String @requires(fields: "price weight") }
        extend type User @key(fields: "id") { id: ID! @external handle: String @external greeting: String @requires(fields: "handle") }"#,
    )
}

#[tokio::test]
async fn subgraphs_of_federation_1_and_2_are_composed_together() {
    let gateway = federation_1().start().await;
    gateway
        .same(&[
            "{ top { shipping reviews { stars author { name handle greeting } } } me { greeting } }",
            "{ top { price: shipping upc: weight } me { handle: greeting } }",
        ])
        .await;
}

fn shared_entity() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { item: Item @shareable } type Item @key(fields: "id") { id: ID! name: String @shareable a: Int }"#,
            ),
            (
                "b",
                r#"type Query { item: Item @shareable } type Item @key(fields: "id") { id: ID! name: String @shareable b: Int }"#,
            ),
            (
                "c",
                r#"type Query { item: Item @shareable } type Item @key(fields: "id") { id: ID! name: String @shareable c: Int }"#,
            ),
        ],
        json!({ "Query": { "item": "@Item/1" }, "Item": { "1": { "id": "1", "name": "n", "a": 1, "b": 2, "c": null } } }),
    )
}

#[tokio::test]
async fn a_shared_root_field_leads_to_what_every_subgraph_adds() {
    let gateway = shared_entity().start().await;
    gateway
        .same(&["{ item { a b c name } }", "{ x: item { b } y: item { c: a a: c } }", "{ item { id } }"])
        .await;
}

fn key_of_entity() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { seats: [Membership!]! } type Membership @key(fields: "user { id } team { id }") { user: User! team: Team! since: Int }
                type User @key(fields: "id") { id: ID! } type Team @key(fields: "id") { id: ID! name: String }"#,
            ),
            (
                "b",
                r#"type Membership @key(fields: "user { id } team { id }") { user: User! team: Team! role: String } type User @key(fields: "id") { id: ID! login: String } type Team @key(fields: "id") { id: ID! }"#,
            ),
        ],
        json!({
            "Query": { "seats": { "$all": "Membership" } },
            "Membership": { "1": { "user": "@User/1", "team": "@Team/1", "since": 1, "role": "lead" }, "2": { "user": "@User/1", "team": "@Team/2", "since": null, "role": null } },
            "User": { "1": { "id": "1", "login": "ada" } },
            "Team": { "1": { "id": "1", "name": "One" }, "2": { "id": "2", "name": Json::Null } }
        }),
    )
}

#[tokio::test]
async fn a_key_is_made_of_the_keys_of_two_other_entities() {
    let gateway = key_of_entity().start().await;
    gateway
        .same(&[
            "{ seats { role user { login } team { name } } }",
            "{ seats { user { id: login } team { id: name } role since } }",
        ])
        .await;
}
