//! Introspection, and `__typename` wherever it may stand.

use std::fmt::Write as _;

use gateway::engine::options::EngineOptions;
use serde_json::{Value as Json, json};

use super::federation::Federation;
use super::shop::shop;
use super::subgraph::Subgraph;

/// As GraphiQL sends it.
const GRAPHIQL: &str = r"
query IntrospectionQuery {
  __schema {
    description
    queryType { name kind }
    mutationType { name kind }
    subscriptionType { name kind }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) {
    name description
    args(includeDeprecated: true) { ...InputValue }
    type { ...TypeRef }
    isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type {
  kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
}
";

fn described() -> Federation {
    let a = Subgraph::new("a", r#"
        type Query {
          "Finds one."
          find(id: ID! = "7", filter: Filter = {size: SMALL, tags: ["x"]}, old: Int @deprecated(reason: "gone")): Thing
          all: [[Thing!]!]! @deprecated
          secret: Secret @inaccessible
          url: Url
        }
        type Mutation { "Changes it." change: Boolean }
        "Anything."
        interface Thing { id: ID! }
        interface Named implements Thing { id: ID! name: String }
        type Lamp implements Thing & Named @key(fields: "id") @tag(name: "x") { id: ID! name: String watts: Int @inaccessible }
        type Secret implements Thing @inaccessible { id: ID! }
        union Any = Lamp | Secret
        type Holder { any: Any }
        enum Size { SMALL LARGE @deprecated(reason: "too large") HIDDEN @inaccessible }
        input Filter { size: Size tags: [String!] internal: Int @inaccessible }
        scalar Url @specifiedBy(url: "https://url.spec.whatwg.org")
        extend type Query { holder: Holder }
    "#.replace("extend type Query { holder: Holder }", "").replace("url: Url", "url: Url holder: Holder").as_str())
    .value("Query.url", json!("x"))
    .entity("Lamp", |_| json!({}));
    Federation::new(vec![a])
}

/// The schema as SDL-like lines, rebuilt from an introspection result.
fn outline(schema: &Json) -> String {
    fn reference(of: &Json) -> String {
        match of["kind"].as_str() {
            Some("NON_NULL") => format!("{}!", reference(&of["ofType"])),
            Some("LIST") => format!("[{}]", reference(&of["ofType"])),
            _ => of["name"].as_str().unwrap_or("?").to_owned(),
        }
    }
    fn inputs(of: &Json) -> String {
        let of = of.as_array().cloned().unwrap_or_default();
        let shown: Vec<_> = of
            .iter()
            .map(|input| {
                let default =
                    input["defaultValue"].as_str().map(|value| format!(" = {value}")).unwrap_or_default();
                let deprecated = input["deprecationReason"]
                    .as_str()
                    .map(|reason| format!(" ~{reason}~"))
                    .unwrap_or_default();
                format!(
                    "{}: {}{default}{deprecated}",
                    input["name"].as_str().expect("a string"),
                    reference(&input["type"])
                )
            })
            .collect();
        if shown.is_empty() { String::new() } else { format!("({})", shown.join(", ")) }
    }
    let mut lines = String::new();
    let mut types = schema["types"].as_array().expect("a list").clone();
    types.retain(|definition| !definition["name"].as_str().expect("a string").starts_with("__"));
    types.sort_by_key(|definition| definition["name"].to_string());
    for definition in &types {
        let names = |key: &str| {
            let list = definition[key].as_array().cloned().unwrap_or_default();
            list.iter().map(reference).collect::<Vec<_>>().join(" ")
        };
        let _ = writeln!(
            lines,
            "{} {} [{}] ({}) {}",
            definition["kind"].as_str().expect("a string"),
            definition["name"].as_str().expect("a string"),
            names("interfaces"),
            names("possibleTypes"),
            definition["specifiedByURL"].as_str().unwrap_or_default()
        );
        for field in definition["fields"].as_array().into_iter().flatten() {
            let deprecated =
                field["deprecationReason"].as_str().map(|reason| format!(" ~{reason}~")).unwrap_or_default();
            let _ = writeln!(
                lines,
                "  {}{}: {}{deprecated}",
                field["name"].as_str().expect("a string"),
                inputs(&field["args"]),
                reference(&field["type"])
            );
        }
        for value in definition["enumValues"].as_array().into_iter().flatten() {
            let _ = writeln!(
                lines,
                "  {} {}",
                value["name"].as_str().expect("a string"),
                value["deprecationReason"]
            );
        }
        if definition["inputFields"].is_array() {
            let _ = writeln!(lines, "  {}", inputs(&definition["inputFields"]));
        }
    }
    let lines: Vec<_> = lines.lines().map(|line| line.trim_end().trim_end_matches(" null")).collect();
    lines.join("\n")
}

#[tokio::test]
async fn graphiql_sees_the_api_schema_and_nothing_of_the_federation() {
    let federation = described();
    let data = federation.data(GRAPHIQL).await;
    let schema = &data["__schema"];
    insta::assert_snapshot!(outline(schema), @r#"
    UNION Any [] (Lamp)
    SCALAR Boolean [] ()
    INPUT_OBJECT Filter [] ()
      (size: Size, tags: [String!])
    SCALAR Float [] ()
    OBJECT Holder [] ()
      any: Any
    SCALAR ID [] ()
    SCALAR Int [] ()
    OBJECT Lamp [Thing Named] ()
      id: ID!
      name: String
    OBJECT Mutation [] ()
      change: Boolean
    INTERFACE Named [Thing] (Lamp)
      id: ID!
      name: String
    OBJECT Query [] ()
      find(id: ID! = "7", filter: Filter = {size: SMALL, tags: ["x"]}, old: Int ~gone~): Thing
      all: [[Thing!]!]! ~No longer supported~
      url: Url
      holder: Holder
    ENUM Size [] ()
      SMALL
      LARGE "too large"
    SCALAR String [] ()
    INTERFACE Thing [] (Lamp)
      id: ID!
    SCALAR Url [] () https://url.spec.whatwg.org
    "#);
    assert_eq!(schema["queryType"], json!({ "name": "Query", "kind": "OBJECT" }));
    assert_eq!(schema["mutationType"], json!({ "name": "Mutation", "kind": "OBJECT" }));
    assert_eq!(schema["subscriptionType"], json!(null));
    let mut directives: Vec<_> = schema["directives"]
        .as_array()
        .unwrap()
        .iter()
        .map(|directive| directive["name"].as_str().unwrap())
        .collect();
    directives.sort_unstable();
    assert_eq!(directives, ["deprecated", "include", "oneOf", "skip", "specifiedBy"]);
    let text = data.to_string();
    for hidden in
        ["join__", "link__", "Secret", "secret", "HIDDEN", "watts", "internal", "@tag", "inaccessible"]
    {
        assert!(!text.contains(hidden), "{hidden} shows");
    }
    assert_eq!(federation.called(), Vec::<String>::new());
}

#[tokio::test]
async fn deprecated_things_show_only_when_asked_for() {
    let federation = described();
    let query = "query($all: Boolean) { __type(name: \"Query\") { fields(includeDeprecated: $all) { name args { name } } } size: __type(name: \"Size\") { enumValues { name } } }";
    let names = |response: &Json| {
        response["data"]["__type"]["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let some = federation.query_with(query, json!({})).await;
    assert_eq!(names(&some), ["find", "url", "holder"]);
    assert_eq!(some["data"]["__type"]["fields"][0]["args"], json!([{ "name": "id" }, { "name": "filter" }]));
    assert_eq!(some["data"]["size"]["enumValues"], json!([{ "name": "SMALL" }]));
    assert_eq!(
        names(&federation.query_with(query, json!({ "all": true })).await),
        ["find", "all", "url", "holder"]
    );
}

#[tokio::test]
async fn introspection_stands_beside_data_in_the_clients_order() {
    let shop = shop();
    let request = serde_json::from_value(json!({ "query": "query($n: String!) { __typename me { __typename name } t: __type(name: $n) { name __typename kind } ...R none: __type(name: \"Nobody\") { name } } fragment R on Query { root: __typename __schema { queryType { name } } }", "variables": { "n": "User" } })).unwrap();
    let operation = shop.engine.prepare(request, None).await.ok().unwrap();
    let response = shop.engine.execute(&operation, super::federation::context()).await;
    assert_eq!(
        std::str::from_utf8(&response.body).unwrap(),
        r#"{"data":{"__typename":"Query","me":{"__typename":"User","name":"Ada"},"t":{"name":"User","__typename":"__Type","kind":"OBJECT"},"root":"Query","__schema":{"queryType":{"name":"Query"}},"none":null}}"#
    );
    assert_eq!(shop.called(), ["users"]);
}

#[tokio::test]
async fn a_bare_typename_asks_nobody() {
    let shop = shop();
    assert_eq!(shop.query("{ __typename }").await, json!({ "data": { "__typename": "Query" } }));
    assert_eq!(
        shop.query("query { a: __typename ... { b: __typename } }").await,
        json!({ "data": { "a": "Query", "b": "Query" } })
    );
    assert_eq!(shop.called(), Vec::<String>::new());
}

#[tokio::test]
async fn typename_is_answered_at_every_level() {
    let shop = shop();
    let data = shop
        .data("{ latestReviews { __typename author { kind: __typename address { __typename } } product { __typename brand { __typename } } } search(text: \"\") { t: __typename } }")
        .await;
    assert_eq!(
        data["latestReviews"][0],
        json!({ "__typename": "Review", "author": { "kind": "User", "address": { "__typename": "Address" } }, "product": { "__typename": "Product", "brand": { "__typename": "Brand" } } })
    );
    assert_eq!(data["search"][1], json!({ "t": "Brand" }));
}

#[tokio::test]
async fn introspection_can_be_turned_off_but_typename_stays() {
    let options = EngineOptions { introspection: false, ..EngineOptions::default() };
    let federation = Federation::with_options(vec![super::shop::users()], options);
    assert_eq!(federation.refusal(GRAPHIQL).await, "INTROSPECTION_DISABLED");
    assert_eq!(
        federation
            .refusal("{ me { id } ...F } fragment F on Query { __type(name: \"User\") { name } }")
            .await,
        "INTROSPECTION_DISABLED"
    );
    assert_eq!(
        federation.data("{ __typename me { __typename } }").await,
        json!({ "__typename": "Query", "me": { "__typename": "User" } })
    );
}

#[tokio::test]
async fn introspection_in_circles_is_refused() {
    let shop = shop();
    let circle =
        format!("{{ __schema {{ types {{ {} name {} }} }} }}", "fields { type { ".repeat(4), "} }".repeat(4));
    assert_eq!(shop.refusal(&circle).await, "GRAPHQL_VALIDATION_FAILED");
    let hidden = "{ __type(name: \"User\") { ...A } } fragment A on __Type { fields { type { ...B } } } fragment B on __Type { interfaces { possibleTypes { fields { name } } } }";
    assert_eq!(shop.refusal(hidden).await, "GRAPHQL_VALIDATION_FAILED");
    let straight = "{ __schema { types { fields { type { fields { type { name } } } } } } }";
    assert!(shop.data(straight).await["__schema"]["types"].is_array());
}
