//! What goes wrong in a subgraph costs its own fields, and is told with path, code and service.

use gateway::engine::options::{EngineOptions, SubgraphErrors};
use gateway::engine::upstream::UpstreamError;
use serde_json::json;

use super::federation::{Federation, faults};
use super::shop::{inventory, products, reviews, shop, users};
use super::subgraph::{Subgraph, failing};

#[tokio::test]
async fn a_failed_fetch_costs_its_fields_with_one_error_for_each_topmost_one() {
    let shop = shop();
    shop.fail("reviews", UpstreamError::Timeout);
    shop.fail("inventory", UpstreamError::Unreachable("127.0.0.1:1 refused".to_owned()));
    let response = shop
        .query("{ topProducts(first: 2) { name reviews { id author { name } } inStock shippingEstimate } latestReviews { id } me { name } }")
        .await;
    // `latestReviews` must not be null, so all is; the errors tell why.
    assert_eq!(response["data"], json!(null));
    assert_eq!(
        faults(&response),
        [
            "latestReviews UPSTREAM_UNAVAILABLE reviews",
            "topProducts.0.inStock UPSTREAM_UNAVAILABLE inventory",
            "topProducts.0.reviews UPSTREAM_UNAVAILABLE reviews",
            "topProducts.0.shippingEstimate UPSTREAM_UNAVAILABLE inventory",
            "topProducts.1.inStock UPSTREAM_UNAVAILABLE inventory",
            "topProducts.1.reviews UPSTREAM_UNAVAILABLE reviews",
            "topProducts.1.shippingEstimate UPSTREAM_UNAVAILABLE inventory",
        ]
    );
    assert!(!response.to_string().contains("127.0.0.1"));
    let response =
        shop.query("{ topProducts(first: 1) { title: name stars: averageStars } me { name } }").await;
    assert_eq!(response["data"], json!({ "topProducts": [null], "me": { "name": "Ada" } }));
    assert_eq!(faults(&response), ["topProducts.0.stars UPSTREAM_UNAVAILABLE reviews"]);
}

#[tokio::test]
async fn what_depends_on_a_failed_fetch_fails_with_it() {
    let shop = shop();
    shop.fail("products", UpstreamError::Status(502, None));
    let response = shop.query("{ latestReviews { id product { upc shippingEstimate } } }").await;
    let expected = json!({ "id": "r4", "product": { "upc": "p3", "shippingEstimate": null } });
    assert_eq!(response["data"]["latestReviews"][3], expected);
    let expected: Vec<String> = (0..4)
        .map(|index| format!("latestReviews.{index}.product.shippingEstimate UPSTREAM_UNAVAILABLE products"))
        .collect();
    assert_eq!(faults(&response), expected);
    assert_eq!(response["errors"][0]["message"], "The service \"products\" answered with status 502.");
}

#[tokio::test]
async fn errors_of_a_root_fetch_keep_message_path_and_extensions() {
    let a = Subgraph::new("a", "type Query { list: [Item] } type Item { ok: String bad: String }")
        .value("Query.list", json!([{ "ok": "1", "bad": failing("no luck") }, { "ok": "2", "bad": "fine" }]));
    let federation = Federation::new(vec![a]);
    let response = federation.query("{ l: list { x: bad ok } }").await;
    assert_eq!(response["data"], json!({ "l": [{ "x": null, "ok": "1" }, { "x": "fine", "ok": "2" }] }));
    assert_eq!(
        response["errors"],
        json!([{ "message": "no luck", "path": ["l", 0, "x"], "extensions": { "code": "TEAPOT", "detail": 7, "service": "a" } }])
    );
}

#[tokio::test]
async fn an_entitys_error_is_told_at_each_of_its_positions() {
    let a = Subgraph::new("a", r#"type Query { posts: [Post] } type Post { author: Author } type Author @key(fields: "id") { id: ID! }"#)
        .value("Query.posts", json!([{ "author": { "id": "1" } }, { "author": { "id": "2" } }, { "author": { "id": "1" } }]));
    let b = Subgraph::new("b", r#"type Author @key(fields: "id") { id: ID! name: String address: Address } type Address { street: String! }"#)
        .entity("Author", |key| match key["id"].as_str() {
            Some("1") => json!({ "name": failing("gone"), "address": { "street": failing("burnt") } }),
            _ => json!({ "name": "Bo", "address": null }),
        });
    let federation = Federation::new(vec![a, b]);
    let response = federation.query("{ posts { by: author { name address { id: street } } } }").await;
    assert_eq!(
        response["data"]["posts"],
        json!([
            { "by": { "name": null, "address": null } },
            { "by": { "name": "Bo", "address": null } },
            { "by": { "name": null, "address": null } }
        ])
    );
    assert_eq!(
        faults(&response),
        [
            "posts.0.by.address.id TEAPOT b",
            "posts.0.by.name TEAPOT b",
            "posts.2.by.address.id TEAPOT b",
            "posts.2.by.name TEAPOT b"
        ]
    );
}

#[tokio::test]
async fn null_where_none_may_be_takes_its_nearest_nullable_parent_with_one_error() {
    let a = Subgraph::new(
        "a",
        r"
        type Query { rows: [Row!] box: Box strict: Box! matrix: [[Cell!]]! }
        type Row { id: ID! cells: [Cell!]! }
        type Cell { text: String! note: String }
        type Box { inner: Inner! other: Int }
        type Inner { must: Int! also: Int! }
    ",
    )
    .value(
        "Query.rows",
        json!([
            { "id": "1", "cells": [{ "text": "a" }, { "text": null }] },
            { "id": "2", "cells": [{ "text": null }] }
        ]),
    )
    .value("Query.box", json!({ "inner": { "must": null, "also": null }, "other": 1 }))
    .value("Query.strict", json!({ "inner": { "must": 1, "also": 2 } }))
    .value("Query.matrix", json!([[{ "text": "a" }, { "text": null }], [{ "text": "b" }], null]));
    let federation = Federation::new(vec![a]);
    let response = federation
        .query("{ rows { cells { t: text } } box { inner { must also } other } m: matrix { text } }")
        .await;
    assert_eq!(response["data"], json!({ "rows": null, "box": null, "m": [null, [{ "text": "b" }], null] }));
    assert_eq!(
        faults(&response),
        [
            "box.inner.must UNEXPECTED_NULL -",
            "m.0.1.text UNEXPECTED_NULL -",
            "rows.0.cells.1.t UNEXPECTED_NULL -"
        ]
    );
    assert_eq!(response["errors"][0]["message"], "Cannot return null for non-nullable field Cell.text.");
}

#[tokio::test]
async fn a_null_that_was_explained_below_gets_no_second_error() {
    let a =
        Subgraph::new("a", "type Query { box: Box } type Box { inner: Inner! } type Inner { must: Int! }")
            .value("Query.box", json!({ "inner": failing("broken") }));
    let federation = Federation::new(vec![a]);
    let response = federation.query("{ box { inner { must } } }").await;
    assert_eq!(response["data"], json!({ "box": null }));
    assert_eq!(faults(&response), ["box.inner TEAPOT a"]);
}

#[tokio::test]
async fn answers_that_are_no_graphql_responses_are_malformed_never_silent() {
    for body in [
        "",
        "not json",
        "<html></html>",
        "null",
        "[]",
        "{}",
        r#"{"data":null}"#,
        r#"{"data":[]}"#,
        r#"{"data":7}"#,
        r#"{"errors":[]}"#,
        r#"{"errors":"x","data":{"me":null}}"#,
        r#"{"data":{"me":{"name":"A"}}} trailing"#,
        "{\"data\":{\"me\":{\"name\":\"\u{1}\"}}}",
    ] {
        let shop = shop();
        shop.answer_with("users", body);
        let response = shop.query("{ me { name } topProducts(first: 1) { name } }").await;
        assert_eq!(response["data"], json!({ "me": null, "topProducts": [{ "name": "Table" }] }), "{body}");
        assert_eq!(faults(&response), ["me SUBREQUEST_MALFORMED_RESPONSE users"], "{body}");
    }
}

#[tokio::test]
async fn entities_that_do_not_match_what_was_sent_are_malformed() {
    for entities in [
        "[]",
        r#"[{"name":"A"},{"name":"B"}]"#,
        "null",
        "{}",
        "[7,8,9]",
        r#"[{"name":"A"},{"name":"B"},{"name":"C"},null]"#,
    ] {
        let shop = shop();
        shop.answer_with("users", format!(r#"{{"data":{{"_entities":{entities}}}}}"#));
        let response = shop.query("{ latestReviews { id author { name } } }").await;
        assert_eq!(response["data"]["latestReviews"][0], json!({ "id": "r1", "author": null }), "{entities}");
        let expected: Vec<String> = (0..4)
            .map(|index| format!("latestReviews.{index}.author.name SUBREQUEST_MALFORMED_RESPONSE users"))
            .collect();
        assert_eq!(faults(&response), expected, "{entities}");
    }
}

#[tokio::test]
async fn values_of_the_wrong_shape_are_null_with_an_error() {
    let shop = shop();
    let mut wrong = Vec::new();
    for (field, value) in [
        ("weight", "\"12\""),
        ("weight", "1.5"),
        ("weight", "3000000000"),
        ("weight", "[1]"),
        ("name", "7"),
        ("name", "{}"),
        ("size", "\"HUGE\""),
        ("size", "1"),
        ("brand { title }", "\"x\""),
        ("brand { title }", "[]"),
        ("tags", "\"x\""),
        ("tags", "[\"x\"]"),
    ] {
        shop.answer_with(
            "products",
            format!(r#"{{"data":{{"product":{{"{}":{value}}}}}}}"#, field.split(' ').next().unwrap()),
        );
        let response = shop.query(&format!("{{ product(upc: 1) {{ {field} }} }}")).await;
        let name = field.split(' ').next().unwrap();
        assert_eq!(response["data"]["product"][name], json!(null), "{field} {value}");
        wrong.extend(faults(&response));
    }
    assert_eq!(wrong.len(), 12);
    assert!(wrong.iter().all(|fault| fault.contains("SUBREQUEST_MALFORMED_RESPONSE")), "{wrong:?}");
}

#[tokio::test]
async fn values_of_an_equivalent_shape_are_brought_into_form() {
    let shop = shop();
    for (weight, whole) in [("3.0", 3), ("2e1", 20), ("-7", -7)] {
        shop.answer_with(
            "products",
            format!(r#"{{"data":{{"product":{{"id":12,"weight":{weight},"name":""}}}}}}"#),
        );
        let response = shop.query("{ product(upc: 1) { id weight name } }").await;
        assert_eq!(response, json!({ "data": { "product": { "id": "12", "weight": whole, "name": "" } } }));
    }
}

#[tokio::test]
async fn fields_nobody_asked_for_do_not_pass() {
    let shop = shop();
    shop.answer_with("products", r#"{"data":{"secret":1,"product":{"name":"T","cost":3,"__typename":"Product"}},"extensions":{"trace":1}}"#);
    let response = shop.query("{ product(upc: 1) { name } }").await;
    assert_eq!(response, json!({ "data": { "product": { "name": "T" } } }));
}

#[tokio::test]
async fn a_graphql_error_without_data_is_told_at_the_fields_it_cost() {
    let shop = shop();
    let body = r#"{"errors":[{"message":"Sign in first","extensions":{"code":"UNAUTHENTICATED"}}]}"#;
    shop.answer_with("users", body);
    let response = shop.query("{ me { name } again: me { id } latestReviews { author { name } } }").await;
    assert_eq!(response["data"]["latestReviews"][0], json!({ "author": null }));
    assert_eq!(
        faults(&response)[..2],
        ["again UNAUTHENTICATED users", "latestReviews.0.author.name UNAUTHENTICATED users"]
    );
    assert_eq!(response["errors"][0]["message"], "Sign in first");
    // The same with a status that isn't 2xx, as many servers do it.
    shop.fail("users", UpstreamError::Status(401, Some(body.into())));
    assert_eq!(faults(&shop.query("{ me { name } }").await), ["me UNAUTHENTICATED users"]);
    shop.fail("users", UpstreamError::Status(404, Some("no such page".into())));
    assert_eq!(faults(&shop.query("{ me { name } }").await), ["me SUBREQUEST_MALFORMED_RESPONSE users"]);
}

#[tokio::test]
async fn an_error_without_a_code_or_with_a_strange_shape_is_told_all_the_same() {
    let shop = shop();
    shop.answer_with(
        "users",
        r#"{"data":{"me":null},"errors":[{"message":"a","path":["me"]},{"message":"b"},7,{"path":["me"]}]}"#,
    );
    let response = shop.query("{ me { name } }").await;
    assert_eq!(
        faults(&response),
        [
            " DOWNSTREAM_SERVICE_ERROR users",
            " SUBREQUEST_MALFORMED_RESPONSE users",
            "me DOWNSTREAM_SERVICE_ERROR users",
            "me SUBREQUEST_MALFORMED_RESPONSE users"
        ]
    );
}

#[tokio::test]
async fn withheld_errors_tell_no_more_than_code_service_and_path() {
    let options = EngineOptions {
        subgraph_errors: SubgraphErrors::IncludeOnly(vec!["products".to_owned()]),
        ..EngineOptions::default()
    };
    let shop = Federation::with_options(vec![users(), products(), inventory(), reviews()], options);
    let error = r#""errors":[{"message":"SELECT * FROM x","path":["me"],"extensions":{"code":"OOPS","stack":"secret"}}]"#;
    shop.answer_with("users", format!(r#"{{"data":{{"me":null}},{error}}}"#));
    shop.answer_with("products", format!(r#"{{"data":{{"topProducts":null}},{error}}}"#));
    let response = shop.query("{ me { name } topProducts { name } }").await;
    let by = |service: &str| {
        let errors = response["errors"].as_array().unwrap();
        errors.iter().find(|error| error["extensions"]["service"] == service).unwrap().clone()
    };
    assert_eq!(by("users")["extensions"], json!({ "code": "OOPS", "service": "users" }));
    assert!(!by("users").to_string().contains("SELECT"));
    assert_eq!(by("products")["extensions"]["stack"], "secret");
}

#[tokio::test]
async fn one_failing_alias_of_a_batch_does_not_take_the_others() {
    let shop = shop();
    shop.intercept("users", |request| {
        let query = request["query"].as_str().unwrap();
        if !query.contains("_e0") {
            return None;
        }
        Some(Ok(r#"{"data":{"_e0":null},"errors":[{"message":"no","path":["_e0"]}]}"#.into()))
    });
    let response = shop
        .query("{ latestReviews { author { name } } topProducts(first: 1) { name reviews { author { address { city } } } } }")
        .await;
    assert_eq!(response["data"]["topProducts"][0]["name"], "Table");
}
