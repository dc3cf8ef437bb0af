//! `@skip` and `@include`, by literals and by variables, at every level.

use serde_json::{Value as Json, json};

use super::shop::shop;

#[tokio::test]
async fn variables_decide_fields_fragments_and_spreads() {
    let shop = shop();
    let query = r"
        query($yes: Boolean!, $no: Boolean = false) {
          me @include(if: $yes) {
            name @skip(if: $yes)
            username @include(if: $no)
            id
            ... @include(if: $no) { address { city } }
            ...Reviews @skip(if: $no)
          }
          topProducts(first: 1) @skip(if: $no) @include(if: $yes) { inStock @include(if: $yes) name @skip(if: $no) @include(if: $no) }
          users @include(if: $no) { id }
        }
        fragment Reviews on User { reviews { stars @include(if: $yes) author @include(if: $no) { name } } }
    ";
    let on = shop.query_with(query, json!({ "yes": true })).await;
    assert_eq!(
        on["data"],
        json!({ "me": { "id": "1", "reviews": [{ "stars": 5 }, { "stars": null }] }, "topProducts": [{ "inStock": true }] })
    );
    let off = shop.query_with(query, json!({ "yes": false, "no": true })).await;
    assert_eq!(off["data"], json!({ "users": [{ "id": "1" }, { "id": "2" }, { "id": "3" }] }));
    let both = shop.query_with(query, json!({ "yes": true, "no": true })).await;
    assert_eq!(both["data"]["me"], json!({ "username": "@ad", "id": "1", "address": { "city": "London" } }));
}

#[tokio::test]
async fn an_operation_of_which_nothing_is_left_is_an_empty_answer() {
    let shop = shop();
    assert_eq!(shop.query("{ me @skip(if: true) { name } }").await, json!({ "data": {} }));
    assert_eq!(shop.query("{ ... @include(if: false) { me { name } } }").await, json!({ "data": {} }));
    let query = "query($no: Boolean!) { me @include(if: $no) { name } }";
    assert_eq!(shop.query_with(query, json!({ "no": false })).await, json!({ "data": {} }));
    assert_eq!(shop.called(), Vec::<String>::new());
}

#[tokio::test]
async fn an_object_of_which_nothing_is_left_is_empty_but_its_existence_is_asked() {
    let shop = shop();
    let query = "query($no: Boolean!) { me { name @include(if: $no) } user(id: 9) { ... @include(if: $no) { id } } topProducts { reviews { body @skip(if: true) } } }";
    let response = shop.query_with(query, json!({ "no": false })).await;
    assert_eq!(
        response,
        json!({ "data": { "me": {}, "user": null, "topProducts": [{ "reviews": [{}, {}] }, { "reviews": [{}] }, { "reviews": [{}] }] } })
    );
}

#[tokio::test]
async fn the_same_field_kept_by_one_condition_is_kept() {
    let shop = shop();
    let query = "query($a: Boolean!, $b: Boolean!) { me @include(if: $a) { name } me @include(if: $b) { id } ... @skip(if: $b) { me { username } } }";
    for (a, b, expected) in [
        (true, true, json!({ "me": { "name": "Ada", "id": "1" } })),
        (true, false, json!({ "me": { "name": "Ada", "username": "@ad" } })),
        (false, true, json!({ "me": { "id": "1" } })),
        (false, false, json!({ "me": { "username": "@ad" } })),
    ] {
        let response = shop.query_with(query, json!({ "a": a, "b": b })).await;
        assert_eq!(response["data"], expected, "a = {a}, b = {b}");
    }
}

#[tokio::test]
async fn a_condition_that_is_not_a_boolean_is_refused() {
    let shop = shop();
    for variables in [json!({}), json!({ "a": null }), json!({ "a": "true" }), json!({ "a": 1 })] {
        let response = shop.query_with("query($a: Boolean!) { me @skip(if: $a) { id } }", variables).await;
        assert_eq!(response.get("data"), None::<&Json>);
        assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn a_nullable_condition_that_is_given_null_is_refused() {
    let shop = shop();
    let query = "query Q($a: Boolean = true) { me { id ...F } } query Other($b: Boolean!) { me @skip(if: $b) { id } } \
                 fragment F on User { name @include(if: $a) }";
    let run =
        |variables: Json| shop.run(json!({ "query": query, "operationName": "Q", "variables": variables }));
    assert_eq!(run(json!({})).await["data"], json!({ "me": { "id": "1", "name": "Ada" } }));
    assert_eq!(run(json!({ "a": false })).await["data"], json!({ "me": { "id": "1" } }));
    let response = run(json!({ "a": null })).await;
    assert_eq!(response.get("data"), None::<&Json>);
    assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert!(response["errors"][0]["message"].as_str().unwrap().contains("\"$a\""));
    // Null stands for a condition of another operation only.
    let query =
        "query Q($a: Boolean) { me { id name } } query Other($a: Boolean!) { me @skip(if: $a) { id } }";
    let query = query.replace("name", "name @skip(if: false)");
    let response =
        shop.run(json!({ "query": query, "operationName": "Q", "variables": { "a": null } })).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{response}");
}
