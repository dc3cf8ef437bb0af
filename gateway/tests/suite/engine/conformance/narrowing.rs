//! Shapes that the planner library plans wrongly: the gateway has to make good what a plan leaves out.

use serde_json::json;

use super::Supergraph;

pub(super) const ALL: &[fn() -> Supergraph] =
    &[two_interface_objects, nullable_here_and_not_there, keys_of_two_kinds, partial_unions];

/// Implementations of which one has a field itself that an interface object gives to the others.
fn two_interface_objects() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { users: [Named!]! } interface Account @key(fields: "id") { id: ID! }
                type Admin implements Account @key(fields: "id") { id: ID! isMain: Boolean! isActive: Boolean! @shareable }
                type Regular implements Account @key(fields: "id") { id: ID! isMain: Boolean! }
                interface Named @key(fields: "id") { id: ID! name: String } type User implements Named @key(fields: "id") { id: ID! name: String age: Int }"#,
            ),
            (
                "b",
                r#"type Query { others: [Named] accounts: [Account] } type Account @key(fields: "id") @interfaceObject { id: ID! name: String! }
                type Named @key(fields: "id") @interfaceObject { id: ID! username: String }"#,
            ),
            (
                "c",
                r#"type Account @key(fields: "id") @interfaceObject { id: ID! isActive: Boolean! @shareable }"#,
            ),
        ],
        json!({
            "Query": { "users": ["@User/u1"], "others": ["@User/u1", null], "accounts": ["@Admin/a1", "@Regular/r1", "@Regular/r2", null] },
            "Admin": { "a1": { "id": "a1", "isMain": true, "isActive": true, "name": "Ada" } },
            "Regular": { "r1": { "id": "r1", "isMain": false, "isActive": true, "name": "Rob" }, "r2": { "id": "r2", "isMain": true, "isActive": false, "name": "Rut" } },
            "User": { "u1": { "id": "u1", "name": "Ulf", "age": 33, "username": "ulf" } }
        }),
    )
}

#[tokio::test]
async fn an_interface_objects_field_is_asked_for_through_one_type_beside_another() {
    let gateway = two_interface_objects().start().await;
    gateway
        .same(&[
            "{ accounts { ... on Regular { name } ... on Admin { id } } }",
            "{ accounts { ... on Regular { id } ... on Admin { name } } }",
            "{ accounts { ... on Regular { name } ... on Admin { name id } } }",
            "{ accounts { ... on Regular { isActive name } ... on Admin { isActive isMain } } }",
            "{ accounts { ... on Regular { isActive } ... on Admin { id name } __typename } }",
            "{ accounts { id ... on Regular { isMain } ... on Admin { isActive } } }",
            "{ others { username ... on User { age name } } users { username ... on User { age } } }",
        ])
        .await;
}

#[tokio::test]
async fn an_interface_objects_key_is_asked_for_under_another_name() {
    let gateway = two_interface_objects().start().await;
    gateway
        .same(&[
            "{ accounts { id ... on Admin { k: id } } users { id } }",
            "{ accounts { k: id id ... on Regular { isActive n: id } ... on Admin { name } } }",
            "{ accounts { ... on Admin { name: id } k: name id } accounts { id ... on Regular { id } } }",
        ])
        .await;
}

#[tokio::test]
async fn what_only_an_unreachable_subgraph_could_tell_the_type_of_is_told() {
    let gateway = two_interface_objects().start().await;
    for query in [
        "{ accounts { id name ... on Admin { isMain } } }",
        "{ accounts { ... on Regular { name } } }",
        "{ accounts { __typename } }",
    ] {
        let answer = gateway.ask_without("a", query).await;
        assert_eq!(answer["data"], json!({ "accounts": [null, null, null, null] }), "{query}\n{answer:#}");
        let errors = answer["errors"].as_array().expect("errors");
        let paths: Vec<_> = errors.iter().map(|error| error["path"].clone()).collect();
        assert_eq!(paths, [0, 1, 2].map(|index| json!(["accounts", index])), "{query}\n{answer:#}");
        assert_eq!(errors[0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE", "{answer:#}");
    }
    let answer = gateway.ask_without("a", "{ accounts { id name } }").await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
}

fn nullable_here_and_not_there() -> Supergraph {
    Supergraph::new(
        &[
            ("a", r"type Query { users: [User!]! } type User @shareable { id: ID }"),
            (
                "b",
                r#"type Query { accounts: [Account!]! } union Account = User | Admin
                type User @key(fields: "id") { id: ID! @shareable name: String similar: [Account!]! }
                type Admin { id: ID name: String similar: [Account!]! }"#,
            ),
        ],
        json!({
            "Query": { "users": ["@User/u1"], "accounts": ["@User/u1", { "__typename": "Admin", "id": null, "name": "Ada", "similar": ["@User/u1", { "__typename": "Admin", "id": "a2", "name": "Adi", "similar": [] }] }] },
            "User": { "u1": { "id": "u1", "name": "Ulf", "similar": [{ "__typename": "Admin", "id": "a3", "name": "Ade", "similar": ["@User/u1"] }] } }
        }),
    )
}

#[tokio::test]
async fn fields_of_conflicting_nullability_lie_below_one_field_of_two_types() {
    let gateway = nullable_here_and_not_there().start().await;
    gateway
        .same(&[
            "{ accounts { ... on User { id name } ... on Admin { id name } } }",
            "{ accounts { ... on User { similar { ... on User { id } } } ... on Admin { similar { ... on Admin { id } } } } }",
            "{ accounts { ... on User { similar { ... on User { name } } } ... on Admin { similar { ... on Admin { name } } } } }",
            "{ accounts { ... on User { similar { ... on User { id name } ... on Admin { id name } } } ... on Admin { similar { ... on User { id name } ... on Admin { id name } } } } }",
        ])
        .await;
}

/// Members of a union whose keys differ in what they may be: a client can't ask for both, a plan has to.
fn keys_of_two_kinds() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { actors: [Actor] } union Actor = User | Bot type User @key(fields: "id") { id: ID! friends: [Actor!] }
                type Bot @key(fields: "id") { id: ID friends: [Actor!] }"#,
            ),
            (
                "b",
                r#"type User @key(fields: "id") { id: ID! mail: String } type Bot @key(fields: "id") { id: ID owner: String twin: Actor } union Actor = User | Bot"#,
            ),
        ],
        json!({
            "Query": { "actors": ["@User/1", "@Bot/1", null] },
            "User": { "1": { "id": "1", "mail": "m1", "friends": ["@Bot/1", "@User/2"] }, "2": { "id": "2", "mail": null, "friends": null } },
            "Bot": { "1": { "id": "1", "owner": "o1", "friends": ["@User/2", "@Bot/2"], "twin": "@User/1" }, "2": { "id": "2", "owner": null, "friends": [], "twin": "@Bot/1" } }
        }),
    )
}

#[tokio::test]
async fn keys_of_conflicting_nullability_are_asked_for_beside_each_other() {
    let gateway = keys_of_two_kinds().start().await;
    gateway
        .same(&[
            "{ actors { ... on User { mail } ... on Bot { owner } } }",
            "{ actors { ... on User { id mail } ... on Bot { owner n: id } __typename } }",
            "{ actors { ... on User { friends { ... on User { mail } } } ... on Bot { friends { ... on Bot { owner } } } } }",
            "{ actors { ... on Bot { twin { ... on User { mail friends { ... on Bot { owner } } } ... on Bot { friends { ... on User { mail } } } } } } }",
        ])
        .await;
}

/// A union of which each subgraph knows some members, within a type that both have.
fn partial_unions() -> Supergraph {
    Supergraph::new(
        &[
            (
                "a",
                r#"type Query { rootA: Container shared: Container @shareable } type Container @key(fields: "id") { id: ID! wrapper: Wrapper @shareable aWrapper: Wrapper }
                type Wrapper @shareable { actions: Action all: [Action!] } union Action = Common | OnlyA type Common @shareable { label: String }
                type OnlyA { a: String times(by: Int = 2): String wrapped: Wrapper container: Container }"#,
            ),
            (
                "b",
                r#"type Query { rootB: Container shared: Container @shareable } type Container @key(fields: "id") { id: ID! wrapper: Wrapper @shareable bWrapper: Wrapper }
                type Wrapper @shareable { actions: Action all: [Action!] } union Action = Common | OnlyB type Common @shareable { label: String } type OnlyB { b: String }"#,
            ),
        ],
        json!({
            "Query": { "rootA": "@Container/1", "rootB": "@Container/1", "shared": "@Container/1" },
            "Container": { "1": {
                "id": "1",
                "wrapper": { "actions": { "__typename": "Common", "label": "l" }, "all": [] },
                "aWrapper": { "actions": { "__typename": "OnlyA", "a": "aa", "times": { "$echo": true }, "wrapped": { "actions": { "__typename": "OnlyA", "a": "inner" } } }, "all": [{ "__typename": "Common" }, { "__typename": "OnlyA", "container": "@Container/1" }] },
                "bWrapper": { "actions": { "__typename": "OnlyB", "b": "bb" }, "all": null }
            } }
        }),
    )
}

#[tokio::test]
async fn a_subgraph_is_asked_for_the_members_of_a_union_that_it_alone_knows() {
    let gateway = partial_unions().start().await;
    for (root, wrapper) in [
        ("rootA", "wrapper"),
        ("rootB", "wrapper"),
        ("shared", "wrapper"),
        ("rootA", "aWrapper"),
        ("rootB", "aWrapper"),
        ("shared", "bWrapper"),
        ("rootA", "bWrapper"),
    ] {
        for fields in [
            "__typename ... on Common { label } ... on OnlyA { a } ... on OnlyB { b }",
            "... on OnlyA { a wrapped { actions { ... on OnlyA { a } ... on OnlyB { b } } } }",
            "... on OnlyB { b } __typename",
            "... on Common { label }",
        ] {
            let query =
                format!("{{ {root} {{ {wrapper} {{ actions {{ {fields} }} all {{ {fields} }} }} }} }}");
            gateway.same(&[&query]).await;
        }
    }
}

#[tokio::test]
async fn a_members_fields_keep_their_arguments_and_conditions() {
    let gateway = partial_unions().start().await;
    let query = "query($by: Int, $yes: Boolean!, $no: Boolean!) { rootA { aWrapper { actions {
        ... on OnlyA @include(if: $yes) { times(by: $by) twice: times @skip(if: $yes) a @include(if: $no) container { id } }
        ... on OnlyB @skip(if: $no) { b }
    } } } }";
    for yes in [true, false] {
        for no in [true, false] {
            gateway.same_with(query, json!({ "by": 3, "yes": yes, "no": no })).await;
        }
    }
}
