//! Interfaces and unions across subgraphs, interface entities and interface objects.

use serde_json::json;

use super::Supergraph;

pub(super) const ALL: &[fn() -> Supergraph] = &[
    union_provides,
    interface_provides,
    interface_object,
    demanding_interface_object,
    interface_entity,
    union_of_entities,
    union_intersection,
    interface_of_interfaces,
    nested_unions,
    same_keys,
    interface_in_two,
    object_of_list,
];

fn union_provides() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { feed: [Media] @provides(fields: "... on Book { title } ... on Film { title length }") plain: [Media] }
                union Media = Book | Film type Book @key(fields: "id") { id: ID! title: String @external } type Film @key(fields: "id") { id: ID! title: String @external length: Int @external }"#,
            ),
            (
                "b",
                r#"type Book @key(fields: "id") { id: ID! title: String @shareable pages: Int } type Film @key(fields: "id") { id: ID! title: String @shareable length: Int @shareable cast: [String!] }"#,
            ),
        ],
        json!({
            "Query": { "feed": ["@Book/1", "@Film/1", null, "@Book/2"], "plain": ["@Film/1", "@Book/1"] },
            "Book": { "1": { "id": "1", "title": "B1", "pages": 3 }, "2": { "id": "2", "title": null, "pages": null } },
            "Film": { "1": { "id": "1", "title": "F1", "length": 90, "cast": ["x"] } }
        }),
    )
}

#[tokio::test]
async fn fields_of_a_unions_members_are_provided() {
    let gateway = union_provides().start().await;
    gateway
        .same(&[
            "{ feed { ... on Book { title } ... on Film { title length } } }",
            "{ feed { __typename ... on Book { title pages } ... on Film { cast } } plain { ... on Book { title } ... on Film { title } } }",
            "{ feed { ... on Book { pages x: title } } feed { ... on Film { y: length id } } }",
        ])
        .await;
}

fn interface_provides() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { zoo: [Animal!] @provides(fields: "... on Dog { name } ... on Cat { name age }") wild: [Animal!] }
                interface Animal { id: ID! name: String } type Dog implements Animal @key(fields: "id") { id: ID! name: String @external } type Cat implements Animal @key(fields: "id") { id: ID! name: String @external age: Int @external }"#,
            ),
            (
                "b",
                r#"type Dog @key(fields: "id") { id: ID! name: String @shareable age: Int } type Cat @key(fields: "id") { id: ID! name: String @shareable age: Int @shareable }"#,
            ),
        ],
        json!({
            "Query": { "zoo": ["@Dog/1", "@Cat/1"], "wild": ["@Cat/1", "@Dog/1"] },
            "Dog": { "1": { "id": "1", "name": "Rex", "age": 4 } }, "Cat": { "1": { "id": "1", "name": null, "age": 7 } }
        }),
    )
}

#[tokio::test]
async fn an_interfaces_fields_are_provided() {
    let gateway = interface_provides().start().await;
    gateway
        .same(&[
            "{ zoo { name } wild { name id } }",
            "{ zoo { id ... on Dog { age } ... on Cat { age name } } wild { ... on Cat { age } __typename } }",
        ])
        .await;
}

const MEDIA: &str = r#"type Query { media: [Media] best: Media book: Book } interface Media @key(fields: "id") { id: ID! title: String }
    type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int sequel: Media }
    type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }"#;

fn interface_object() -> Supergraph {
    Supergraph::new(
        &[
            ("a", MEDIA),
            (
                "b",
                r#"type Query { rated: [Media!]! } type Media @key(fields: "id") @interfaceObject { id: ID! rating: Int similar(first: Int = 1): [Media!] votes: Votes } type Votes { up: Int }"#,
            ),
            ("c", r#"type Media @key(fields: "id") @interfaceObject { id: ID! comments: [String!] }"#),
        ],
        json!({
            "Query": { "media": ["@Book/b1", null, "@Film/f1"], "best": "@Film/f1", "book": "@Book/b1", "rated": ["@Film/f1", "@Book/b1"] },
            "Book": { "b1": { "id": "b1", "title": "Emma", "pages": 400, "sequel": "@Film/f1", "rating": 8, "similar": ["@Film/f1"], "votes": { "up": 1 }, "comments": ["c"] } },
            "Film": { "f1": { "id": "f1", "title": null, "minutes": 90, "rating": 9, "similar": ["@Book/b1", "@Film/f1"], "votes": null, "comments": null } }
        }),
    )
}

#[tokio::test]
async fn interface_objects_add_fields_to_every_implementation() {
    let gateway = interface_object().start().await;
    gateway
        .same(&[
            "{ media { rating comments title } }",
            "{ rated { id rating } }",
            "{ rated { __typename title rating ... on Book { pages } comments } }",
            "{ book { rating votes { up } similar { __typename title similar { rating } } sequel { comments ... on Film { minutes rating } } } }",
            "{ best { ... on Film { rating: minutes minutes: rating } ... on Book { rating } } }",
            "{ rated { ... on Film { title votes { up } } ... on Media { similar(first: 2) { id __typename } } } }",
            "{ media { similar { ... on Book { rating } } } }",
            "{ rated { ... on Book { sequel { similar { ... on Book { rating } ... on Film { comments } } } } } }",
        ])
        .await;
}

fn demanding_interface_object() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { accounts: [Account!]! } interface Account @key(fields: "id") { id: ID! owner: Owner } type Owner { name: String }
                type Admin implements Account @key(fields: "id") { id: ID! owner: Owner level: Int } type Guest implements Account @key(fields: "id") { id: ID! owner: Owner }"#,
            ),
            (
                "b",
                r#"type Query { latest: [Account!] } type Account @key(fields: "id") @interfaceObject { id: ID! logins: Int }"#,
            ),
            (
                "c",
                r#"type Account @key(fields: "id") @interfaceObject { id: ID! logins: Int @external label: String @requires(fields: "logins") }"#,
            ),
        ],
        json!({
            "Query": { "accounts": ["@Admin/1", "@Guest/2"], "latest": ["@Guest/2", "@Admin/1"] },
            "Admin": { "1": { "id": "1", "owner": { "name": "Ada" }, "level": 3, "logins": 5 } },
            "Guest": { "2": { "id": "2", "owner": null, "logins": null } }
        }),
    )
}

#[tokio::test]
async fn an_interface_object_requires_another_interface_objects_field() {
    let gateway = demanding_interface_object().start().await;
    gateway
        .same(&[
            "{ accounts { label } latest { label } }",
            "{ latest { owner { name } label ... on Admin { level label } } }",
            "{ accounts { ... on Guest { label } ... on Admin { rank: level label } } }",
            "{ latest { ... on Admin { label } ... on Guest { id } } }",
            "{ latest { ... on Admin { id } ... on Guest { label } } }",
            "{ latest { ... on Admin { label owner { name } } ... on Guest { label } } }",
        ])
        .await;
}

fn interface_entity() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { nodes: [Node!]! node(id: ID!): Node } interface Node @key(fields: "id") { id: ID! name: String }
                type User implements Node @key(fields: "id") { id: ID! name: String } type Group implements Node @key(fields: "id") { id: ID! name: String members: [Node!] }"#,
            ),
            (
                "b",
                r#"type Query { recent: [Node!]! } type Node @key(fields: "id") @interfaceObject { id: ID! seen: Int } "#,
            ),
            (
                "d",
                r#"type User @key(fields: "id") { id: ID! mail: String } type Group @key(fields: "id") { id: ID! budget: Int lead: User }"#,
            ),
        ],
        json!({
            "Query": { "nodes": ["@User/u1", "@Group/g1", "@User/u1"], "node": { "$find": "Node" }, "recent": ["@Group/g1", "@User/u1"] },
            "User": { "u1": { "id": "u1", "name": "Ada", "mail": "a@", "seen": 3 } },
            "Group": { "g1": { "id": "g1", "name": null, "members": ["@User/u1", "@Group/g1"], "budget": 7, "lead": "@User/u1", "seen": null } }
        }),
    )
}

#[tokio::test]
async fn an_interface_is_an_entity_itself() {
    let gateway = interface_entity().start().await;
    gateway
        .same(&[
            "{ nodes { name seen ... on User { mail } ... on Group { budget lead { mail seen } members { seen name } } } }",
            r#"{ node(id: "g1") { __typename id ... on Group { lead { name } } } none: node(id: "x") { name } }"#,
            "{ recent { name ... on User { mail } } }",
            "{ recent { __typename seen } }",
        ])
        .await;
}

fn union_of_entities() -> Supergraph {
    Supergraph::new(
        &[
            (
                "search",
                r#"type Query { search(text: String): [Hit!]! } union Hit = User | Post | Ad type User @key(fields: "id") { id: ID! } type Post @key(fields: "slug") { slug: ID! } type Ad { banner: String }"#,
            ),
            (
                "users",
                r#"type User @key(fields: "id") { id: ID! name: String pinned: Post } type Post @key(fields: "slug") { slug: ID! }"#,
            ),
            (
                "posts",
                r#"type Post @key(fields: "slug") { slug: ID! title: String author: User } type User @key(fields: "id") { id: ID! }"#,
            ),
        ],
        json!({
            "Query": { "search": ["@User/1", { "__typename": "Ad", "banner": "buy" }, "@Post/p", "@User/1", "@User/2"] },
            "User": { "1": { "id": "1", "name": "Ada", "pinned": "@Post/p" }, "2": { "id": "2", "name": null, "pinned": null } },
            "Post": { "p": { "slug": "p", "title": "P", "author": "@User/2" } }
        }),
    )
}

#[tokio::test]
async fn a_unions_members_are_entities_of_different_subgraphs() {
    let gateway = union_of_entities().start().await;
    gateway
        .same(&[
            "{ search { ... on User { name pinned { title author { name } } } ... on Post { title author { pinned { slug } } } ... on Ad { banner } } }",
            "{ search { ... on User { x: name } ... on Post { x: title } ... on Ad { x: banner } t: __typename } }",
            "{ search(text: \"q\") { ... on Post { slug } } other: search { ... on Ad { __typename } } }",
        ])
        .await;
}

fn union_intersection() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { drawing: Drawing } type Drawing @key(fields: "id") { id: ID! shape: Shape @shareable } union Shape = Circle | Square type Circle @shareable { r: Int } type Square @shareable { side: Int }"#,
            ),
            (
                "b",
                r#"type Query { other: Drawing } type Drawing @key(fields: "id") { id: ID! shape: Shape @shareable shapes: [Shape!] } union Shape = Circle | Line type Circle @shareable { r: Int } type Line { length: Int }"#,
            ),
        ],
        json!({
            "Query": { "drawing": "@Drawing/1", "other": "@Drawing/1" },
            "Drawing": { "1": { "id": "1", "shape": { "__typename": "Circle", "r": 4 }, "shapes": [{ "__typename": "Line", "length": 2 }, { "__typename": "Circle", "r": 1 }] } }
        }),
    )
}

#[tokio::test]
async fn two_subgraphs_know_different_members_of_a_union() {
    let gateway = union_intersection().start().await;
    gateway
        .same(&[
            "{ drawing { shape { ... on Circle { r } ... on Square { side } ... on Line { length } } shapes { __typename ... on Line { length } } } }",
            "{ other { shape { ... on Square { side } ... on Line { length } __typename } shapes { ... on Square { side } ... on Circle { length: r } } } }",
        ])
        .await;
}

fn interface_of_interfaces() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { things: [Thing!]! } interface Thing { id: ID! } interface Named implements Thing { id: ID! name: String }
                type Person implements Named & Thing @key(fields: "id") { id: ID! name: String } type Rock implements Thing @key(fields: "id") { id: ID! }"#,
            ),
            (
                "b",
                r#"type Person @key(fields: "id") { id: ID! friend: Thing } type Rock implements Thing @key(fields: "id") { id: ID! mass: Int on: Thing } interface Thing { id: ID! }"#,
            ),
        ],
        json!({
            "Query": { "things": ["@Person/1", "@Rock/1"] },
            "Person": { "1": { "id": "p1", "name": "Ada", "friend": "@Rock/1" } },
            "Rock": { "1": { "id": "r1", "mass": 5, "on": "@Rock/1" } }
        }),
    )
}

#[tokio::test]
async fn interfaces_implement_interfaces() {
    let gateway = interface_of_interfaces().start().await;
    gateway
        .same(&[
            "{ things { id ... on Named { name ... on Person { friend { id ... on Rock { mass } } } } ... on Rock { on { ... on Rock { mass } __typename } } } }",
            "{ things { ...T ... on Person { ...N } } } fragment T on Thing { ... on Rock { mass } ...N } fragment N on Named { id name }",
        ])
        .await;
}

fn nested_unions() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { page: Page } type Page { blocks: [Block] } union Block = Row | Card type Row { blocks: [Block!] } type Card @key(fields: "id") { id: ID! }"#,
            ),
            (
                "b",
                r#"type Card @key(fields: "id") { id: ID! body: Body rows: [[Body]] } union Body = Text | Image type Text { text: String } type Image { url: String alt: Text }"#,
            ),
        ],
        json!({
            "Query": { "page": { "blocks": [
                { "__typename": "Row", "blocks": ["@Card/1", { "__typename": "Row", "blocks": ["@Card/2", "@Card/1"] }] }, null, "@Card/2", { "__typename": "Row", "blocks": null }
            ] } },
            "Card": {
                "1": { "id": "1", "body": { "__typename": "Text", "text": "hi" }, "rows": [[{ "__typename": "Image", "url": "u", "alt": { "text": "a" } }, null], null] },
                "2": { "id": "2", "body": { "__typename": "Image", "url": null, "alt": null }, "rows": null }
            }
        }),
    )
}

#[tokio::test]
async fn unions_lie_within_unions_and_lists() {
    let gateway = nested_unions().start().await;
    gateway
        .same(&[
            "{ page { blocks { ...B } } } fragment B on Block { ... on Card { body { ...X } rows { ...X } } ... on Row { blocks { ... on Card { id body { __typename } } ... on Row { blocks { ... on Card { rows { ...X } } } } } } }
             fragment X on Body { ... on Text { text } ... on Image { text: url alt { text } } }",
        ])
        .await;
}

fn same_keys() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { all: [Any] } union Any = A | B | C type A @key(fields: "id") { id: ID! } type B @key(fields: "id") { id: ID! } type C @key(fields: "key") { key: ID! id: Int }"#,
            ),
            (
                "b",
                r#"type A @key(fields: "id") { id: ID! value: String } type B @key(fields: "id") { id: ID! value: Int other: String } type C @key(fields: "key") { key: ID! value: [String!]! }"#,
            ),
        ],
        json!({
            "Query": { "all": ["@A/1", "@B/1", "@C/1"] },
            "A": { "1": { "id": "1", "value": "a" } }, "B": { "1": { "id": "1", "value": 7, "other": "o" } }, "C": { "1": { "key": "1", "id": 5, "value": ["c"] } }
        }),
    )
}

#[tokio::test]
async fn members_have_the_same_keys_and_fields_of_different_types() {
    let gateway = same_keys().start().await;
    gateway
        .same(&[
            "{ all { ... on A { value } ... on B { other } ... on C { list: value } } }",
            "{ all { ... on A { id: value } ... on B { id: other number: value } ... on C { key number: id } } }",
            "{ all { ... on A { id } ... on C { id2: id value } } }",
        ])
        .await;
}

fn interface_in_two() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { vehicles: [Vehicle!]! } interface Vehicle { id: ID! wheels: Int } type Car implements Vehicle @key(fields: "id") { id: ID! wheels: Int } type Bike implements Vehicle @key(fields: "id") { id: ID! wheels: Int }"#,
            ),
            (
                "b",
                r#"type Query { rented: [Vehicle!]! } interface Vehicle { id: ID! rent: Int } type Car implements Vehicle @key(fields: "id") { id: ID! rent: Int doors: Int } type Bike implements Vehicle @key(fields: "id") { id: ID! rent: Int }"#,
            ),
        ],
        json!({
            "Query": { "vehicles": ["@Car/1", "@Bike/1"], "rented": ["@Bike/1", "@Car/1"] },
            "Car": { "1": { "id": "1", "wheels": 4, "rent": 50, "doors": 5 } }, "Bike": { "1": { "id": "1", "wheels": 2, "rent": null } }
        }),
    )
}

#[tokio::test]
async fn two_subgraphs_give_one_interface_different_fields() {
    let gateway = interface_in_two().start().await;
    gateway
        .same(&[
            "{ vehicles { wheels rent } rented { rent wheels } }",
            "{ vehicles { ... on Car { doors rent } ... on Bike { wheels } } rented { __typename ... on Car { wheels: doors } } }",
        ])
        .await;
}

fn object_of_list() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { groups: [[Media!]] } interface Media @key(fields: "id") { id: ID! title: String } type Book implements Media @key(fields: "id") { id: ID! title: String } type Film implements Media @key(fields: "id") { id: ID! title: String }"#,
            ),
            (
                "b",
                r#"type Media @key(fields: "id") @interfaceObject { id: ID! title: String @external slug: String @requires(fields: "title") tags: [Tag!] } type Tag @key(fields: "name") { name: ID! }"#,
            ),
            (
                "c",
                r#"type Tag @key(fields: "name") { name: ID! used: Int media: [Media!] } type Media @key(fields: "id") @interfaceObject { id: ID! }"#,
            ),
        ],
        json!({
            "Query": { "groups": [["@Book/1", "@Film/2"], null, []] },
            "Book": { "1": { "id": "1", "title": "B", "tags": ["@Tag/x", "@Tag/y"] } },
            "Film": { "2": { "id": "2", "title": null, "tags": null } },
            "Tag": { "x": { "name": "x", "used": 3, "media": ["@Film/2", "@Book/1"] }, "y": { "name": "y", "used": null, "media": null } }
        }),
    )
}

#[tokio::test]
async fn an_interface_object_requires_the_interfaces_field_within_lists() {
    let gateway = object_of_list().start().await;
    gateway
        .same(&[
            "{ groups { slug tags { used } } }",
            "{ groups { tags { media { title __typename slug } } ... on Book { slug title } } }",
        ])
        .await;
}

/// The planner's maps have another order each time, and its plans differ by it: one in ten went wrong here.
#[tokio::test]
async fn an_object_goes_from_one_interface_object_to_another_by_the_interfaces_name() {
    let query = "query($no: Boolean!) {
        groups { slug @include(if: $no) name: tags { title: media { _entities: title ...F slug ... on Media { _entities: title id } } } __typename }
        groups { id } groups { id } groups { id }
    } fragment F on Film { id kind: __typename }";
    for _ in 0..16 {
        object_of_list().start().await.same_with(query, json!({ "no": false })).await;
    }
}
