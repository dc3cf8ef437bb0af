//! What a request may be: syntax, operations, limits, validation, variables.

use std::fmt::Write as _;

use gateway::engine::options::{EngineOptions, Limits};
use gateway::engine::request::GraphqlRequest;
use gateway::engine::{Engine, OperationKind, SupergraphError, subgraphs_of};
use serde_json::{Value as Json, json};

use super::federation::{Federation, compose};
use super::shop::{inventory, products, reviews, shop, users};
use super::subgraph::Subgraph;

#[tokio::test]
async fn a_syntax_error_is_refused_with_its_place() {
    let shop = shop();
    let response = shop.query("{ me { name }\n  topProducts( }").await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "GRAPHQL_PARSE_FAILED");
    assert_eq!(response["errors"][0]["locations"][0]["line"], 2);
    assert_eq!(shop.refusal("").await, "GRAPHQL_PARSE_FAILED");
    assert_eq!(shop.refusal("{ me { name(x: \"\n\") } }").await, "GRAPHQL_PARSE_FAILED");
    let response = shop.run(json!({ "query": null })).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_REQUEST");
}

#[tokio::test]
async fn of_several_operations_the_named_one_runs() {
    let shop = shop();
    let query = "query A { me { id } } query B { user(id: 2) { id } } fragment F on User { id }"
        .replace("{ me { id } }", "{ me { ...F } }");
    let run = async |name: Json| shop.run(json!({ "query": query, "operationName": name })).await;
    assert_eq!(run(json!("A")).await["data"], json!({ "me": { "id": "1" } }));
    assert_eq!(run(json!("B")).await["data"], json!({ "user": { "id": "2" } }));
    for nameless in [json!(null), json!("")] {
        assert_eq!(run(nameless).await["errors"][0]["extensions"]["code"], "OPERATION_NAME_REQUIRED");
    }
    assert_eq!(run(json!("C")).await["errors"][0]["extensions"]["code"], "OPERATION_NOT_FOUND");
    let request: GraphqlRequest =
        serde_json::from_value(json!({ "query": query, "operationName": "B", "variables": null })).unwrap();
    let operation = shop.engine.prepare(request, None).await.ok().unwrap();
    assert_eq!((operation.name(), operation.kind()), (Some("B"), OperationKind::Query));
}

#[tokio::test]
async fn operations_that_are_too_large_are_refused_before_anything_else() {
    let limits = Limits {
        max_depth: 4,
        max_aliases: 3,
        max_root_fields: 3,
        max_directives: 2,
        max_fields: 12,
        max_tokens: 100,
        max_document_bytes: 2_000,
    };
    let options = EngineOptions { limits, ..EngineOptions::default() };
    let shop = Federation::with_options(vec![users(), products(), inventory(), reviews()], options);
    for (query, code) in [
        ("{ me { friends { friends { friends { id } } } } }".to_owned(), "MAX_DEPTH_EXCEEDED"),
        ("{ me { ...A } } fragment A on User { friends { ...B } } fragment B on User { friends { friends { id } } }".to_owned(), "MAX_DEPTH_EXCEEDED"),
        ("{ a: me { id } me { b: id c: name d: username } }".to_owned(), "MAX_ALIASES_EXCEEDED"),
        ("{ ...A ...A } fragment A on Query { me { id } users { id } }".to_owned(), "MAX_ROOT_FIELDS_EXCEEDED"),
        ("{ me @skip(if: false) { id @skip(if: false) name @include(if: true) } }".to_owned(), "MAX_DIRECTIVES_EXCEEDED"),
        (format!("{{ me {{ {} }} }}", "id ".repeat(12)), "MAX_FIELDS_EXCEEDED"),
        (format!("{{ me {{ {} }} }}", "id ".repeat(100)), "MAX_TOKENS_EXCEEDED"),
        (format!("{{ me {{ id }} }} #{}", "x".repeat(2_000)), "MAX_DOCUMENT_SIZE_EXCEEDED"),
    ] {
        assert_eq!(shop.refusal(&query).await, code, "{query}");
    }
    assert_eq!(
        shop.data("{ me { friends { friends { id } } } }").await["me"]["friends"][1]["friends"],
        json!([])
    );
}

#[tokio::test]
async fn fragments_that_multiply_are_counted_not_expanded() {
    let shop = shop();
    let mut bomb = String::from("{ me { ...F0 } }");
    for level in 0..40 {
        let next = level + 1;
        let _ = write!(
            bomb,
            " fragment F{level} on User {{ a: friends {{ ...F{next} }} b: friends {{ ...F{next} }} }}"
        );
    }
    bomb.push_str(" fragment F40 on User { id }");
    assert_eq!(shop.refusal(&bomb).await, "MAX_DEPTH_EXCEEDED");
    let mut wide = String::from("{ me { ...F0 } }");
    for level in 0..30 {
        let _ = write!(wide, " fragment F{level} on User {{ ...F{0} ...F{0} }}", level + 1);
    }
    wide.push_str(" fragment F30 on User { id }");
    assert_eq!(shop.refusal(&wide).await, "MAX_FIELDS_EXCEEDED");
    for root in ["query { me { id } } query Other", "query { me { id } } fragment Unused on Query", "query"] {
        let mut rooted = format!("{root} {{ ...F0 }}");
        for level in 0..40 {
            let _ = write!(rooted, " fragment F{level} on Query {{ ...F{0} ...F{0} }}", level + 1);
        }
        rooted.push_str(" fragment F40 on Query { me { id } }");
        let refusal = shop.run(json!({ "query": rooted, "operationName": if root.contains("Other") { json!("Other") } else { Json::Null } })).await;
        assert!(
            refusal["errors"][0]["extensions"]["code"].as_str().unwrap().starts_with("MAX_"),
            "{refusal}"
        );
    }
    assert_eq!(shop.refusal(&format!("{{ me {}", "{ friends ".repeat(5_000))).await, "GRAPHQL_PARSE_FAILED");
}

#[tokio::test]
async fn what_the_schema_does_not_allow_is_refused() {
    let shop = shop();
    for query in [
        "{ nothing }",
        "{ me }",
        "{ me { name { x } } }",
        "{ me { ...F } }",
        "{ me { id } } fragment Unused on User { id }",
        "{ me { ...F } } fragment F on User { friends { ...F } }",
        "{ me { ...F } } fragment F on Nothing { id }",
        "{ user { id } }",
        "{ user(id: 1, x: 2) { id } }",
        "{ user(id: {a: 1}) { id } }",
        "{ user(id: [1]) { id } }",
        "{ user(id: 1.5) { id } }",
        "{ user(id: true) { id } }",
        "{ topProducts(first: \"1\") { name } }",
        "{ topProducts(first: 3000000000) { name } }",
        "query($x: Nothing) { user(id: $x) { id } }",
        "query($x: String!) { user(id: $x) { id } }",
        "query($x: ID) { user(id: $x) { id } }",
        "query($x: ID!) { me { id } }",
        "query($x: User) { me { id } }",
        "{ user(id: $x) { id } }",
        "query($x: ID!, $x: ID!) { user(id: $x) { id } }",
        "query($x: ID = {a: 1}) { product(upc: \"1\") { name } user(id: $x) { id } }",
        "{ me { id: name id } }",
        "{ me { __typename: name } }",
        "{ a: __typename __x: __typename }",
        "{ me { id @unknown } }",
        "{ me @skip { id } }",
        "query A { me { id } } query A { me { id } }",
        "mutation { change }",
        "subscription { ticks }",
        "{ search(text: \"x\") { name } }",
        "{ search(text: \"x\") { ... on User { id } } }",
        "fragment F on User { id }",
        "{ _entities(representations: []) { __typename } }",
        "{ _service { sdl } }",
    ] {
        let code = shop.run(json!({ "query": query, "operationName": if query.starts_with("query A") { json!("A") } else { Json::Null } })).await["errors"][0]["extensions"]["code"].clone();
        assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{query}");
    }
    assert_eq!(shop.called(), Vec::<String>::new());
}

fn inputs() -> Federation {
    let a = Subgraph::new("a", r"
        type Query { echo(input: Outer, ids: [ID!], n: Int, f: Float, b: Boolean, s: String, e: Color, es: [[Color]], any: Any, pick: Pick): String }
        input Outer { name: String! tags: [String!] inner: Inner level: Int! = 3 color: Color }
        input Inner { weight: Float hidden: Int @inaccessible id: ID deep: Inner }
        input Pick @oneOf { a: Int b: String }
        enum Color { RED GREEN @inaccessible }
        scalar Any
    ".replace(" @oneOf", "").as_str())
    .field("Query.echo", |_, arguments| json!(serde_json::to_string(arguments).expect("present")));
    Federation::new(vec![a])
}

#[tokio::test]
async fn variables_are_coerced_by_the_api_schema() {
    let federation = inputs();
    let declared = "query($input: Outer, $ids: [ID!], $n: Int = 5, $f: Float, $e: Color = RED, $es: [[Color]], $any: Any) { echo(input: $input, ids: $ids, n: $n, f: $f, e: $e, es: $es, any: $any) }";
    let echo = async |variables: Json| {
        let response = federation.query_with(declared, variables).await;
        serde_json::from_str::<Json>(
            response["data"]["echo"].as_str().unwrap_or_else(|| panic!("{response}")),
        )
        .unwrap()
    };
    assert_eq!(echo(json!({})).await, json!({ "n": 5, "e": "RED" }));
    assert_eq!(echo(json!({ "n": null, "ids": null })).await, json!({ "n": null, "ids": null, "e": "RED" }));
    assert_eq!(
        echo(json!({ "ids": 7, "es": "RED", "n": 4.0, "f": 3 })).await,
        json!({ "ids": ["7"], "es": [["RED"]], "n": 4, "f": 3, "e": "RED" })
    );
    assert_eq!(
        echo(json!({ "input": { "name": "x", "tags": "t", "inner": { "id": 9, "deep": { "weight": 1 } } }, "any": { "x": [1, { "y": null }] } })).await,
        json!({ "input": { "name": "x", "tags": ["t"], "inner": { "id": "9", "deep": { "weight": 1 } } }, "any": { "x": [1, { "y": null }] }, "n": 5, "e": "RED" })
    );
}

#[tokio::test]
async fn a_variable_that_does_not_fit_is_named_with_the_path_of_the_fault() {
    let federation = inputs();
    for (declared, value, expected) in [
        ("Int!", json!(null), "null; Expected non-nullable type \"Int!\" not to be null."),
        ("Int", json!("1"), "\"1\"; Int cannot represent non-integer value: \"1\""),
        ("Int", json!(1.5), "1.5; Int cannot represent non-integer value: 1.5"),
        (
            "Int",
            json!(4_000_000_000_u64),
            "4000000000; Int cannot represent non 32-bit signed integer value: 4000000000",
        ),
        ("Float", json!("x"), "\"x\"; Float cannot represent non numeric value: \"x\""),
        ("String", json!(1), "1; String cannot represent a non string value: 1"),
        ("Boolean", json!(1), "1; Boolean cannot represent a non boolean value: 1"),
        ("[ID!]", json!(["a", null]), "null at \"v[1]\"; Expected non-nullable type \"ID!\" not to be null."),
        ("[ID!]", json!([1.5]), "1.5 at \"v[0]\"; ID cannot represent value: 1.5"),
        ("Color", json!("BLUE"), "\"BLUE\"; Value \"BLUE\" does not exist in \"Color\" enum."),
        ("Color", json!("GREEN"), "\"GREEN\"; Value \"GREEN\" does not exist in \"Color\" enum."),
        ("Outer", json!("x"), "\"x\"; Expected type \"Outer\" to be an object."),
        ("Outer", json!({}), "{}; Field \"name\" of required type \"String!\" was not provided."),
        (
            "Outer",
            json!({ "name": "n", "inner": { "weight": "w" } }),
            "\"w\" at \"v.inner.weight\"; Float cannot represent non numeric value: \"w\"",
        ),
        (
            "Outer",
            json!({ "name": "n", "inner": { "deep": { "hidden": 1 } } }),
            "{\"hidden\":1} at \"v.inner.deep\"; Field \"hidden\" is not defined by type \"Inner\".",
        ),
        (
            "Outer",
            json!({ "name": "n", "level": null }),
            "null at \"v.level\"; Expected non-nullable type \"Int!\" not to be null.",
        ),
    ] {
        let argument = match declared {
            "Int!" | "Int" => "n",
            "Float" => "f",
            "String" => "s",
            "Boolean" => "b",
            "[ID!]" => "ids",
            "Color" => "e",
            _ => "input",
        };
        let response = federation
            .query_with(&format!("query($v: {declared}) {{ echo({argument}: $v) }}"), json!({ "v": value }))
            .await;
        let expected = format!("Variable \"$v\" got invalid value {expected}");
        assert_eq!(response["errors"][0]["message"], expected);
        assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
        assert_eq!(response["errors"][0]["locations"], json!([{ "line": 1, "column": 7 }]));
        assert_eq!(response.get("data"), None);
    }
    let response = federation.query("query($v: Int!) { echo(n: $v) }").await;
    assert_eq!(
        response["errors"][0]["message"],
        "Variable \"$v\" of required type \"Int!\" was not provided."
    );
}

#[tokio::test]
async fn refusals_are_remembered_and_so_are_plans() {
    let shop = shop();
    for _ in 0..3 {
        assert_eq!(shop.refusal("{ nothing }").await, "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(shop.data("{ me { id } }").await, json!({ "me": { "id": "1" } }));
    }
}

#[tokio::test]
async fn the_query_plan_is_shown_when_the_options_say_so() {
    let options = EngineOptions { expose_query_plan: true, ..EngineOptions::default() };
    let shop = Federation::with_options(vec![users(), products(), inventory(), reviews()], options);
    let response = shop.query("{ me { name } }").await;
    assert_eq!(
        response["extensions"]["queryPlan"],
        json!({ "kind": "QueryPlan", "node": { "kind": "Fetch", "serviceName": "users", "operationKind": "query", "operation": "{me{name}}" } })
    );
}

#[test]
fn an_engine_names_its_subgraphs() {
    let supergraph = compose(&[users(), products()]);
    let subgraphs = subgraphs_of(&supergraph).unwrap();
    assert!(subgraphs.contains(&("users".to_owned(), "http://users/graphql".to_owned())), "{subgraphs:?}");
    let federation = Federation::new(vec![users(), products()]);
    let mut names: Vec<_> = federation.engine.subgraphs().map(|(name, _)| name).collect();
    names.sort_unstable();
    assert_eq!(names, ["products", "users"]);
}

#[test]
fn a_supergraph_that_cannot_be_served_is_refused_with_the_reason() {
    struct Nobody;
    #[async_trait::async_trait]
    impl gateway::engine::upstream::Upstream for Nobody {
        async fn fetch(
            &self,
            _: &str,
            _: bytes::Bytes,
            _: &gateway::engine::context::RequestContext,
        ) -> Result<bytes::Bytes, gateway::engine::upstream::UpstreamError> {
            unreachable!("nothing is fetched")
        }
        async fn stream(
            &self,
            _: &str,
            _: bytes::Bytes,
            _: &gateway::engine::context::RequestContext,
        ) -> Result<gateway::engine::upstream::UpstreamStream, gateway::engine::upstream::UpstreamError>
        {
            unreachable!("nothing is streamed")
        }
    }
    let load = |sdl: &str| {
        Engine::try_new(sdl, std::sync::Arc::new(Nobody), EngineOptions::default()).err().unwrap()
    };
    assert!(matches!(load("type Query {"), SupergraphError::Syntax(_)));
    assert!(matches!(load("type Query { a: Int }"), SupergraphError::NotASupergraph(_)));
    let old = "schema @core(feature: \"https://specs.apollo.dev/join/v0.1\") { query: Query } enum join__Graph { A @join__graph(name: \"a\", url: \"\") } type Query { a: Int @join__field(graph: A) }";
    assert!(load(old).to_string().contains("Federation 1"), "{}", load(old));
    let dangling = compose(&[users()]).replace("graph: USERS", "graph: NOBODY");
    assert!(matches!(load(&dangling), SupergraphError::Inconsistent(_)), "{}", load(&dangling));
}

#[tokio::test]
async fn subgraphs_of_federation_1_are_served() {
    let accounts = Subgraph::federation_1(
        "accounts",
        r#"
        type Query { me: User }
        type User @key(fields: "id") { id: ID! name: String address: Address }
        type Address { city: String }
    "#,
    )
    .value("Query.me", json!({ "id": "1" }))
    .value("User.name", json!("Ada"))
    .value("User.address", json!({ "city": "London" }))
    .entity("User", |_| json!({}));
    let reviews = Subgraph::federation_1("reviews", r#"
        extend type User @key(fields: "id") { id: ID! @external name: String @external greeting: String @requires(fields: "name") reviews: [Review] }
        type Review { author: User home: Address }
        type Address { city: String }
    "#)
    .field("User.greeting", |user, _| json!(format!("Hi {}", user["name"].as_str().unwrap())))
    .value("User.reviews", json!([{ "author": { "id": "1" }, "home": { "city": "Bath" } }]))
    .entity("User", |_| json!({}));
    let federation = Federation::new(vec![accounts, reviews]);
    let data = federation
        .data("{ me { greeting address { city } reviews { home { city } author { name } } } }")
        .await;
    assert_eq!(
        data,
        json!({ "me": { "greeting": "Hi Ada", "address": { "city": "London" }, "reviews": [{ "home": { "city": "Bath" }, "author": { "name": "Ada" } }] } })
    );
}

#[tokio::test]
async fn a_document_as_wide_as_allowed_is_checked_in_reasonable_time() {
    let shop = shop();
    let wide = format!("{{ me {{ {} }} }}", "id name username ".repeat(666));
    let started = clock::Stopwatch::start();
    assert_eq!(shop.refusal(&wide.replace("{ me", "{ nothing me")).await, "GRAPHQL_VALIDATION_FAILED");
    let validated = started.elapsed();
    shop.data(&wide).await;
    let answered = started.elapsed();
    assert!(answered < std::time::Duration::from_secs(6), "{validated:?} {answered:?}");
}
