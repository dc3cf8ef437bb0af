//! `@authenticated`, `@requiresScopes` and `@policy`: what a viewer may not have is never fetched.

use std::sync::Arc;

use gateway::authenticate::Identity;
use gateway::engine::authorization::{AuthorizationConfig, AuthorizationMode};
use gateway::engine::options::EngineOptions;
use serde_json::{Map, Value as Json, json};

use super::federation::{Federation, faults};
use super::subgraph::Subgraph;

fn viewer(scopes: &[&str], policies: &[&str], roles: &[&str]) -> Arc<Identity> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Arc::new(Identity {
        subject: "ada".to_owned(),
        session: None,
        roles: owned(roles),
        scopes: owned(scopes),
        policies: owned(policies),
        expires_at: None,
        claims: Map::new(),
    })
}

fn accounts() -> Subgraph {
    Subgraph::new(
        "accounts",
        r#"
        type Query {
          me: User @authenticated
          self: User! @authenticated
          user(id: ID!): User
          users: [User!]
          node(id: ID!): Node
          nodes: [Node!]
          find: [Found!]
          version: Int
          secrets: Vault
          color: Color
          stamp: Stamp
        }
        type Mutation { rename(name: String!): User @authenticated greet: String drop: Int @policy(policies: [["admin"], ["owner", "adult"]]) }
        type User @key(fields: "id") {
          id: ID!
          name: String
          email: String! @authenticated
          phone: String @requiresScopes(scopes: [["read:phone"], ["read:user", "read:contact"]])
          card: Card
          friend: User
        }
        type Card { number: String @policy(policies: [["billing"]]) kind: String }
        interface Node { id: ID! label: String note: String }
        type Page implements Node { id: ID! label: String note: String text: String }
        type Memo implements Node { id: ID! label: String note: String @authenticated text: String @authenticated }
        union Found = Page | Vault
        type Vault @requiresScopes(scopes: [["vault"]]) { id: ID! gold: Int }
        enum Color @policy(policies: [["colors"]]) { RED }
        scalar Stamp @authenticated
        "#,
    )
    .value("Query.me", user("1"))
    .value("Query.self", user("1"))
    .field("Query.user", |_, arguments| user(arguments["id"].as_str().unwrap_or_default()))
    .value("Query.users", json!([user("1"), user("2")]))
    .value("Query.node", page())
    .value("Query.nodes", json!([page(), memo()]))
    .value("Query.find", json!([page()]))
    .value("Query.version", json!(7))
    .value("Query.secrets", json!({ "__typename": "Vault", "id": "v", "gold": 3 }))
    .value("Query.color", json!("RED"))
    .value("Query.stamp", json!("now"))
    .value("Mutation.rename", user("1"))
    .value("Mutation.greet", json!("hello"))
    .value("Mutation.drop", json!(1))
    .entity("User", |key| user(key["id"].as_str().unwrap_or_default()))
}

fn page() -> Json {
    json!({ "__typename": "Page", "id": "p", "label": "A page", "note": "n", "text": "t" })
}

fn memo() -> Json {
    json!({ "__typename": "Memo", "id": "m", "label": "A memo", "note": "n", "text": "t" })
}

fn user(id: &str) -> Json {
    json!({ "id": id, "name": format!("User {id}"), "email": format!("{id}@example.org"), "phone": "555",
        "card": { "number": "42", "kind": "debit" }, "friend": { "id": "9", "name": "Friend", "email": "f" } })
}

/// A shop whose `score` needs the e-mail address, and says so.
fn shop() -> Subgraph {
    Subgraph::new(
        "shop",
        r#"
        type User @key(fields: "id") {
          id: ID!
          email: String! @external
          score: Int @requires(fields: "email") @authenticated
          orders: [Int!] @requiresScopes(scopes: [["read:orders"]])
          points: Int
        }
        "#,
    )
    .entity("User", |key| json!({ "id": key["id"], "score": 5, "orders": [1, 2], "points": 3 }))
}

fn federation() -> Federation {
    Federation::new(vec![accounts(), shop()])
}

fn with_mode(mode: AuthorizationMode) -> Federation {
    let policies_of_roles = [("moderator".to_owned(), vec!["billing".to_owned()])].into();
    let authorization = AuthorizationConfig { mode, policies_of_roles };
    Federation::with_options(
        vec![accounts(), shop()],
        EngineOptions { authorization, ..EngineOptions::default() },
    )
}

async fn ask(federation: &Federation, viewer: Option<&Arc<Identity>>, query: &str) -> Json {
    federation.run_as(viewer, json!({ "query": query })).await
}

/// The operations that a subgraph was sent.
fn sent(federation: &Federation, subgraph: &str) -> String {
    federation.calls_to(subgraph).iter().map(|call| call["query"].to_string()).collect()
}

#[tokio::test]
async fn an_operation_of_denied_fields_alone_asks_no_subgraph() {
    let federation = federation();
    let response = ask(&federation, None, "{ me { name } secrets { gold } color stamp }").await;
    assert_eq!(response["data"], json!({ "me": null, "secrets": null, "color": null, "stamp": null }));
    assert_eq!(
        faults(&response),
        [
            "color UNAUTHORIZED_FIELD_OR_TYPE -",
            "me UNAUTHENTICATED -",
            "secrets UNAUTHORIZED_FIELD_OR_TYPE -",
            "stamp UNAUTHENTICATED -"
        ]
    );
    assert_eq!(federation.called(), [""; 0]);
}

#[tokio::test]
async fn what_is_allowed_is_answered_beside_what_is_not() {
    let federation = federation();
    let query =
        "{ v: version one: user(id: 1) { name phone points orders card { number kind } friend { phone } } }";
    let response = ask(&federation, None, query).await;
    assert_eq!(
        response["data"],
        json!({ "v": 7, "one": { "name": "User 1", "phone": null, "points": 3, "orders": null,
            "card": { "number": null, "kind": "debit" }, "friend": { "phone": null } } })
    );
    assert_eq!(
        faults(&response),
        [
            "one.card.number UNAUTHORIZED_FIELD_OR_TYPE -",
            "one.friend.phone UNAUTHORIZED_FIELD_OR_TYPE -",
            "one.orders UNAUTHORIZED_FIELD_OR_TYPE -",
            "one.phone UNAUTHORIZED_FIELD_OR_TYPE -"
        ]
    );
    let (accounts, shop) = (sent(&federation, "accounts"), sent(&federation, "shop"));
    assert!(!accounts.contains("phone") && !accounts.contains("number"), "{accounts}");
    assert!(!shop.contains("orders") && shop.contains("points"), "{shop}");
}

#[tokio::test]
async fn a_denied_field_that_may_not_be_null_takes_its_parent_and_nothing_is_fetched_for_it() {
    let federation = federation();
    let response = ask(&federation, None, "{ user(id: 1) { name email } version }").await;
    assert_eq!(response["data"], json!({ "user": null, "version": 7 }));
    assert_eq!(faults(&response), ["user.email UNAUTHENTICATED -"]);
    let query = sent(&federation, "accounts");
    assert!(!query.contains("user") && query.contains("version"), "{query}");
    let response = ask(&federation, None, "{ version self { name } users { name } }").await;
    assert_eq!(response["data"], json!(null));
    assert_eq!(faults(&response), ["self UNAUTHENTICATED -"]);
    assert_eq!(federation.called(), [""; 0]);
    // Whether a list has items has to be asked; its path has no indexes, since it was denied before there were any.
    let response = ask(&federation, None, "{ users { name email } }").await;
    assert_eq!(response["data"], json!({ "users": null }));
    assert_eq!(faults(&response), ["users.email UNAUTHENTICATED -"]);
    assert!(!sent(&federation, "accounts").contains("email"));
}

#[tokio::test]
async fn scopes_and_policies_are_alternatives_of_sets() {
    let federation = with_mode(AuthorizationMode::Filter);
    let query = "{ user(id: 1) { phone card { number } } }";
    for (viewer, phone, number) in [
        (viewer(&["read:phone"], &[], &[]), json!("555"), json!(null)),
        (viewer(&["read:user"], &[], &[]), json!(null), json!(null)),
        (viewer(&["read:contact", "x", "read:user"], &["billing"], &[]), json!("555"), json!("42")),
        (viewer(&["billing"], &["read:phone"], &["billing"]), json!(null), json!(null)),
        (viewer(&[], &[], &["moderator"]), json!(null), json!("42")),
    ] {
        let data = ask(&federation, Some(&viewer), query).await["data"].clone();
        assert_eq!(data, json!({ "user": { "phone": phone, "card": { "number": number } } }), "{viewer:?}");
    }
}

#[tokio::test]
async fn skipped_fields_are_not_asked_for_and_so_not_denied() {
    let federation = federation();
    let query = "query($no: Boolean = false) { version me @include(if: $no) { name } ...F @skip(if: true) } fragment F on Query { secrets { gold } }";
    let response = ask(&federation, None, query).await;
    assert_eq!(response, json!({ "data": { "version": 7 } }));
    let response = federation.run_as(None, json!({ "query": query, "variables": { "no": true } })).await;
    assert_eq!(faults(&response), ["me UNAUTHENTICATED -"]);
}

#[tokio::test]
async fn aliases_and_fragments_are_no_way_around() {
    let federation = federation();
    let query = "{ a: user(id: 1) { ...U } ... { b: me { id } } __typename } fragment U on User { mail: phone ... on User { mail: phone } }";
    let response = ask(&federation, None, query).await;
    assert_eq!(response["data"], json!({ "a": { "mail": null }, "b": null, "__typename": "Query" }));
    assert_eq!(faults(&response), ["a.mail UNAUTHORIZED_FIELD_OR_TYPE -", "b UNAUTHENTICATED -"]);
    assert!(!sent(&federation, "accounts").contains("phone"));
}

#[tokio::test]
async fn a_field_of_an_interface_requires_what_any_of_its_objects_does() {
    let federation = federation();
    let response = ask(&federation, None, "{ nodes { id note ... on Page { text } } }").await;
    let note = json!(null);
    assert_eq!(
        response["data"]["nodes"],
        json!([{ "id": "p", "note": note, "text": "t" }, { "id": "m", "note": note }])
    );
    assert_eq!(faults(&response), ["nodes.note UNAUTHENTICATED -"]);
    assert!(!sent(&federation, "accounts").contains("note"));
    // Where only one type can be, only that one counts.
    let response =
        ask(&federation, None, "{ nodes { ... on Page { note } ... on Memo { note text } } }").await;
    assert_eq!(response["data"]["nodes"], json!([{ "note": "n" }, { "note": null, "text": null }]));
    assert_eq!(faults(&response), ["nodes.note UNAUTHENTICATED -", "nodes.text UNAUTHENTICATED -"]);
}

#[tokio::test]
async fn a_member_of_a_union_is_denied_where_it_is_selected() {
    let federation = federation();
    let response =
        ask(&federation, None, "{ find { __typename ... on Page { id } ... on Vault { gold } } }").await;
    assert_eq!(response["data"], json!({ "find": [{ "__typename": "Page", "id": "p" }] }));
    assert_eq!(faults(&response), ["find.gold UNAUTHORIZED_FIELD_OR_TYPE -"]);
    assert!(!sent(&federation, "accounts").contains("gold"));
}

#[tokio::test]
async fn what_is_required_of_an_interface_is_no_less_required_of_its_objects() {
    let sdl = r#"
        schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
          @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY) @link(url: "https://specs.apollo.dev/policy/v0.1", as: "rule", for: SECURITY) { query: Query }
        directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
        directive @join__graph(name: String!, url: String!) on ENUM_VALUE
        directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
        directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
        directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
        directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
        directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
        directive @rule(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
        scalar link__Import
        scalar join__FieldSet
        enum link__Purpose { SECURITY EXECUTION }
        enum join__Graph { ACCOUNTS @join__graph(name: "accounts", url: "http://accounts") }
        interface Node @join__type(graph: ACCOUNTS) @authenticated { id: ID! label: String @rule(policies: [["labels"]]) }
        type Page implements Node @join__implements(graph: ACCOUNTS, interface: "Node") @join__type(graph: ACCOUNTS) { id: ID! label: String text: String }
        type Vault @join__type(graph: ACCOUNTS) { id: ID! gold: Int }
        union Found @join__type(graph: ACCOUNTS) @join__unionMember(graph: ACCOUNTS, member: "Page") @join__unionMember(graph: ACCOUNTS, member: "Vault") = Page | Vault
        type Query @join__type(graph: ACCOUNTS) { find: [Found!] version: Int }
    "#;
    let federation = Federation::serving(sdl.to_owned(), vec![accounts()], EngineOptions::default());
    let response = ask(&federation, None, "{ find { ... on Page { text } } version }").await;
    assert_eq!(response["data"], json!({ "find": [{ "text": null }], "version": 7 }));
    assert_eq!(faults(&response), ["find.text UNAUTHENTICATED -"]);
    let viewer = viewer(&[], &[], &[]);
    let response = ask(&federation, Some(&viewer), "{ find { ... on Page { text label } } }").await;
    assert_eq!(response["data"], json!({ "find": [{ "text": "t", "label": null }] }));
    assert_eq!(faults(&response), ["find.label UNAUTHORIZED_FIELD_OR_TYPE -"]);
}

#[tokio::test]
async fn neither_a_denied_field_nor_what_it_requires_is_fetched() {
    let federation = federation();
    let response = ask(&federation, None, "{ user(id: 1) { name score } }").await;
    assert_eq!(response["data"], json!({ "user": { "name": "User 1", "score": null } }));
    assert_eq!(faults(&response), ["user.score UNAUTHENTICATED -"]);
    assert!(!sent(&federation, "accounts").contains("email"));
    assert_eq!(federation.called(), [""; 0]);
    let viewer = viewer(&[], &[], &[]);
    let response = ask(&federation, Some(&viewer), "{ user(id: 1) { score } }").await;
    assert_eq!(response, json!({ "data": { "user": { "score": 5 } } }));
    assert!(sent(&federation, "accounts").contains("email"));
}

#[tokio::test]
async fn a_field_that_requires_a_guarded_one_is_guarded_though_it_does_not_say_so() {
    let composed = super::federation::compose(&[accounts(), shop()]);
    let bare = composed.replace(
        "score: Int @join__field(graph: SHOP, requires: \"email\") @authenticated",
        "score: Int @join__field(graph: SHOP, requires: \"email\")",
    );
    assert_ne!(composed, bare);
    let federation = Federation::serving(bare, vec![accounts(), shop()], EngineOptions::default());
    let response = ask(&federation, None, "{ user(id: 1) { name score } }").await;
    assert_eq!(faults(&response), ["user.score UNAUTHENTICATED -"]);
    assert!(!sent(&federation, "accounts").contains("email"));
}

#[tokio::test]
async fn a_denied_mutation_does_not_run_and_the_others_do() {
    let federation = federation();
    let query = "mutation { rename(name: \"x\") { email } greet drop }";
    let response = ask(&federation, None, query).await;
    assert_eq!(response["data"], json!({ "rename": null, "greet": "hello", "drop": null }));
    assert_eq!(faults(&response), ["drop UNAUTHORIZED_FIELD_OR_TYPE -", "rename UNAUTHENTICATED -"]);
    let sent = sent(&federation, "accounts");
    assert!(sent.contains("greet") && !sent.contains("rename") && !sent.contains("drop"), "{sent}");
    let owner = viewer(&[], &["owner", "adult"], &[]);
    let response = ask(&federation, Some(&owner), query).await;
    assert_eq!(
        response,
        json!({ "data": { "rename": { "email": "1@example.org" }, "greet": "hello", "drop": 1 } })
    );
}

#[tokio::test]
async fn a_mutation_that_may_run_runs_though_all_it_answers_is_denied() {
    let tree = Subgraph::new(
        "tree",
        "type Query { x: Int } type Mutation { grow: Tree } type Tree { height: Int! @authenticated }",
    )
    .value("Mutation.grow", json!({ "height": 3 }));
    let federation = Federation::new(vec![tree]);
    let response = ask(&federation, None, "mutation { grow { height } }").await;
    assert_eq!(response["data"], json!({ "grow": null }));
    assert_eq!(faults(&response), ["grow.height UNAUTHENTICATED -"]);
    let sent = sent(&federation, "tree");
    assert!(sent.contains("grow") && !sent.contains("height"), "{sent}");
}

#[tokio::test]
async fn to_reject_is_to_refuse_the_whole_operation() {
    let federation = with_mode(AuthorizationMode::Reject);
    let query = "{ version me { name } user(id: 1) { phone } }";
    let response = ask(&federation, None, query).await;
    assert_eq!(response.get("data"), None);
    assert_eq!(
        response["errors"][0]["extensions"],
        json!({ "code": "UNAUTHENTICATED", "paths": [["me"], ["user", "phone"]] })
    );
    let ada = viewer(&[], &[], &[]);
    let response = ask(&federation, Some(&ada), query).await;
    assert_eq!(
        response["errors"][0]["extensions"],
        json!({ "code": "UNAUTHORIZED_FIELD_OR_TYPE", "paths": [["user", "phone"]] })
    );
    assert_eq!(federation.called(), [""; 0]);
    let ada = viewer(&["read:phone"], &[], &[]);
    assert_eq!(ask(&federation, Some(&ada), query).await.get("errors"), None);
}

#[tokio::test]
async fn off_leaves_everything_to_the_subgraphs() {
    let federation = with_mode(AuthorizationMode::Off);
    let response = ask(&federation, None, "{ me { phone email } }").await;
    assert_eq!(response, json!({ "data": { "me": { "phone": "555", "email": "1@example.org" } } }));
}

#[tokio::test]
async fn viewers_with_different_rights_never_share_what_was_made_for_the_other() {
    let federation = federation();
    let query = "{ me { phone } }";
    let (poor, rich) = (viewer(&[], &[], &[]), viewer(&["read:phone"], &[], &[]));
    for _ in 0..3 {
        assert_eq!(ask(&federation, None, query).await["data"], json!({ "me": null }));
        assert_eq!(ask(&federation, Some(&poor), query).await["data"], json!({ "me": { "phone": null } }));
        assert_eq!(ask(&federation, Some(&rich), query).await["data"], json!({ "me": { "phone": "555" } }));
    }
}

#[tokio::test]
async fn introspection_shows_everything_but_the_directives() {
    let federation = federation();
    let data = federation
        .data("{ __type(name: \"User\") { fields { name } } __schema { directives { name } } }")
        .await;
    assert!(data["__type"].to_string().contains("email"));
    assert!(!data["__schema"].to_string().contains("authenticated"));
}
