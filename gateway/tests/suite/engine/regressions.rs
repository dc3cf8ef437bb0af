//! Faults that were found from outside: by other gateways' test suites, by random operations, by answers nobody expects.

use gateway::engine::upstream::UpstreamError;
use serde_json::{Value as Json, json};

use super::federation::{Federation, faults};
use super::subgraph::Subgraph;

/// A stage whose acts are of types that only one of two subgraphs knows.
fn stages() -> Federation {
    let acts = json!([{ "__typename": "Song", "title": "Aria" }, { "__typename": "Dance", "steps": 12 }]);
    let a = Subgraph::new(
        "a",
        r#"
        type Query { opera: Stage }
        type Stage @key(fields: "id") { id: ID! programme: Programme @shareable }
        type Programme { acts: [Act] @shareable }
        union Act = Song | Dance
        type Song @shareable { title: String }
        type Dance { steps: Int }
    "#,
    )
    .value("Query.opera", json!({ "id": "1", "programme": { "acts": acts } }))
    .entity("Stage", move |_| json!({ "programme": { "acts": acts } }));
    let b = Subgraph::new(
        "b",
        r#"
        type Query { circus: Stage }
        type Stage @key(fields: "id") { id: ID! programme: Programme @shareable }
        type Programme { acts: [Act] @shareable }
        union Act = Song | Mime
        type Song @shareable { title: String }
        type Mime { props: Int }
    "#,
    )
    .value("Query.circus", json!({ "id": "1", "programme": { "acts": [] } }))
    .entity("Stage", |_| json!({ "programme": { "acts": [] } }));
    Federation::new(vec![a, b])
}

#[tokio::test]
async fn a_unions_member_is_asked_of_the_subgraph_that_knows_it() {
    let response = stages()
        .query("{ opera { programme { acts { __typename ... on Song { title } ... on Dance { steps } ... on Mime { props } } } } }")
        .await;
    let acts = &response["data"]["opera"]["programme"]["acts"];
    assert_eq!(acts[0], json!({ "__typename": "Song", "title": "Aria" }));
    assert_eq!(acts[1], json!({ "__typename": "Dance", "steps": 12 }));
    assert_eq!(faults(&response), Vec::<String>::new());
}

const DESK: &str = r#"
type Query { desk: Desk lamp: Lamp must: Lamp! }
type Desk @key(fields: "id") { id: ID! colour: String lamp: Lamp }
type Lamp { watts: Int }
"#;

fn office() -> Federation {
    let desk = json!({ "id": "d1", "colour": "oak", "lamp": { "watts": 40 } });
    let furniture = Subgraph::new("furniture", DESK)
        .value("Query.desk", desk)
        .value("Query.lamp", json!({ "watts": 60 }))
        .value("Query.must", json!({ "watts": 75 }));
    let people = Subgraph::new(
        "people",
        r#"type Desk @key(fields: "id") { id: ID! badge: ID owner: Person } type Person { name: String }"#,
    )
    .entity("Desk", |_| json!({ "badge": "b7", "owner": { "name": "Ada" } }));
    let post = Subgraph::new(
        "post",
        r#"type Desk @key(fields: "id") { id: ID! badge: ID @external letters: Int @requires(fields: "badge") }"#,
    )
    .entity("Desk", |_| json!({ "letters": 3 }));
    Federation::new(vec![furniture, people, post])
}

#[tokio::test]
async fn a_field_that_an_answer_leaves_out_is_told() {
    let office = office();
    for (answer, expected, told) in [
        (json!({}), json!({ "desk": null, "lamp": null }), vec!["desk", "lamp"]),
        (json!({ "lamp": null }), json!({ "desk": null, "lamp": null }), vec!["desk"]),
        (
            json!({ "lamp": {}, "desk": { "colour": null } }),
            json!({ "desk": { "colour": null, "lamp": null }, "lamp": { "watts": null } }),
            vec!["desk.lamp", "lamp.watts"],
        ),
    ] {
        office.answer_with("furniture", json!({ "data": answer }).to_string());
        let response = office.query("{ desk { colour lamp { watts } } lamp { watts } }").await;
        assert_eq!(response["data"], expected);
        let told: Vec<_> = told.iter().map(|path| format!("{path} FIELD_NOT_DELIVERED -")).collect();
        assert_eq!(faults(&response), told, "{answer}");
    }
}

#[tokio::test]
async fn what_an_errors_null_takes_with_it_is_told() {
    let office = office();
    let error = json!({ "message": "Cannot return null", "path": ["must"] });
    office.answer_with("furniture", json!({ "data": null, "errors": [error] }).to_string());
    let response = office.query("{ desk { colour } lamp { watts } }").await;
    assert_eq!(response["data"], json!({ "desk": null, "lamp": null }));
    assert_eq!(
        faults(&response),
        [
            "desk FIELD_NOT_DELIVERED -",
            "lamp FIELD_NOT_DELIVERED -",
            "must DOWNSTREAM_SERVICE_ERROR furniture"
        ]
    );
}

#[tokio::test]
async fn a_key_that_an_answer_leaves_out_costs_what_it_was_to_lead_to() {
    let office = office();
    office.answer_with("furniture", r#"{"data":{"desk":{"__typename":"Desk","colour":"red"}}}"#);
    let response = office.query("{ desk { colour owner { name } letters } }").await;
    assert_eq!(response["data"], json!({ "desk": { "colour": "red", "owner": null, "letters": null } }));
    assert_eq!(faults(&response), ["desk.letters FIELD_NOT_DELIVERED -", "desk.owner FIELD_NOT_DELIVERED -"]);
    assert_eq!(office.called(), ["furniture"]);
}

#[tokio::test]
async fn an_entity_that_a_subgraph_does_not_know_is_no_error() {
    let office = office();
    office.answer_with("people", r#"{"data":{"_entities":[null]}}"#);
    let response = office.query("{ desk { colour badge owner { name } letters } }").await;
    assert_eq!(
        response,
        json!({ "data": { "desk": { "colour": "oak", "badge": null, "owner": null, "letters": null } } })
    );
}

#[tokio::test]
async fn an_entity_that_failed_is_told_once_where_it_is() {
    let office = office();
    office.answer_with(
        "people",
        r#"{"data":{"_entities":[null]},"errors":[{"message":"gone","path":["_entities",0]}]}"#,
    );
    let response = office.query("{ desk { colour owner { name } letters } }").await;
    assert_eq!(response["data"], json!({ "desk": { "colour": "oak", "owner": null, "letters": null } }));
    assert_eq!(faults(&response), ["desk DOWNSTREAM_SERVICE_ERROR people"]);
}

#[tokio::test]
async fn a_type_that_clients_may_not_see_is_not_named_in_an_error() {
    let shapes = json!([{ "__typename": "Circle", "radius": 1 }, { "__typename": "Secret", "radius": 2 }]);
    let a = Subgraph::new(
        "a",
        "type Query { shapes: [Shape] drawn: [Drawn] } interface Shape { radius: Int } union Drawn = Circle | Secret \
         type Circle implements Shape { radius: Int } type Secret implements Shape @inaccessible { radius: Int }",
    )
    .value("Query.shapes", shapes.clone())
    .value("Query.drawn", shapes);
    let federation = Federation::new(vec![a]);
    let response = federation.query("{ shapes { radius __typename } drawn { __typename } }").await;
    assert_eq!(response["data"]["shapes"], json!([{ "radius": 1, "__typename": "Circle" }, null]));
    assert_eq!(
        faults(&response),
        ["drawn.1 SUBREQUEST_MALFORMED_RESPONSE -", "shapes.1 SUBREQUEST_MALFORMED_RESPONSE -"]
    );
    assert!(!response.to_string().contains("Secret"), "{response}");
}

#[tokio::test]
async fn every_odd_list_of_entities_is_told() {
    let desks = json!([{ "id": "1" }, { "id": "2" }, { "id": "3" }]);
    let a = Subgraph::new("a", r#"type Query { desks: [Desk] } type Desk @key(fields: "id") { id: ID! }"#)
        .value("Query.desks", desks);
    let b = Subgraph::new("b", r#"type Desk @key(fields: "id") { id: ID! height: Int drawers: [Int!] }"#)
        .entity("Desk", |_| json!({ "height": 7 }));
    let federation = Federation::new(vec![a, b]);
    let of = |height: &str, drawers: &str| format!(r#"{{"height":{height},"drawers":{drawers}}}"#);
    for (second, expected, code) in [
        (of("7", "[1]"), json!({ "height": 7, "drawers": [1] }), None),
        (of("7", "[1,null]"), json!({ "height": 7, "drawers": null }), Some("drawers.1 UNEXPECTED_NULL -")),
        (
            of("\"7\"", "[]"),
            json!({ "height": null, "drawers": [] }),
            Some("height SUBREQUEST_MALFORMED_RESPONSE -"),
        ),
        (
            of("7", "{}"),
            json!({ "height": 7, "drawers": null }),
            Some("drawers SUBREQUEST_MALFORMED_RESPONSE -"),
        ),
        (
            of("7", "[[1]]"),
            json!({ "height": 7, "drawers": null }),
            Some("drawers.0 SUBREQUEST_MALFORMED_RESPONSE -"),
        ),
        (
            r#"{"height":7}"#.to_owned(),
            json!({ "height": 7, "drawers": null }),
            Some("drawers FIELD_NOT_DELIVERED -"),
        ),
        (r#"{"drawers":null,"height":7,"x":{}}"#.to_owned(), json!({ "height": 7, "drawers": null }), None),
        ("null".to_owned(), json!({ "height": null, "drawers": null }), None),
    ] {
        let fine = of("7", "[]");
        let entities = format!(r#"{{"data":{{"_entities":[{fine},{second},{fine}]}}}}"#);
        federation.answer_with("b", entities);
        let response = federation.query("{ desks { height drawers } }").await;
        let fine = json!({ "height": 7, "drawers": [] });
        assert_eq!(response["data"], json!({ "desks": [fine, expected, fine] }), "{second}");
        let told: Vec<_> = code.iter().map(|code| format!("desks.1.{code}")).collect();
        assert_eq!(faults(&response), told, "{second}");
    }
}

#[tokio::test]
async fn no_odd_error_list_goes_by_silently_or_breaks_the_rest() {
    let office = office();
    for errors in [
        json!([{}]),
        json!([null]),
        json!(["text"]),
        json!([{ "message": 7 }]),
        json!([{ "message": "m", "path": "desk" }]),
        json!([{ "message": "m", "path": [] }]),
        json!([{ "message": "m", "path": [null, { "a": 1 }] }]),
        json!([{ "message": "m", "path": ["_entities", -1] }]),
        json!([{ "message": "m", "path": ["_entities", 99, "badge"] }]),
        json!([{ "message": "m", "path": ["nowhere", 0] }]),
        json!([{ "message": "m", "extensions": [1] }]),
        json!([{ "message": "m", "extensions": { "code": 7, "service": "other" } }]),
    ] {
        let entity = json!({ "owner": { "name": "Ada" } });
        let answer = json!({ "data": { "_entities": [entity] }, "errors": errors });
        office.answer_with("people", answer.to_string());
        let response = office.query("{ desk { owner { name } } }").await;
        assert_eq!(response["data"], json!({ "desk": { "owner": { "name": "Ada" } } }), "{errors}");
        let told = response["errors"].as_array().unwrap();
        assert_eq!(told.len(), 1, "{errors} became {told:?}");
        assert_eq!(told[0]["extensions"]["service"], "people", "{errors}");
        assert!(told[0]["extensions"]["code"].is_string() && told[0]["message"].is_string(), "{told:?}");
        assert!(told[0].get("path").is_none_or(Json::is_array), "{told:?}");
    }
}

#[tokio::test]
async fn a_failure_costs_dependents_even_when_they_are_asked_elsewhere() {
    let office = office();
    office.fail("people", UpstreamError::Timeout);
    let response = office.query("{ desk { colour letters } }").await;
    assert_eq!(response["data"], json!({ "desk": { "colour": "oak", "letters": null } }));
    assert_eq!(faults(&response), ["desk.letters UPSTREAM_UNAVAILABLE people"]);
}

#[tokio::test]
async fn an_alias_that_is_the_fields_own_name_is_the_same_field() {
    let office = office();
    let data = office
        .data("{ desk { lamp: lamp { watts: watts } lamp { w: watts } owner: owner { name } owner { n: name name: name } } lamp: lamp { watts } lamp { w: watts } }")
        .await;
    assert_eq!(
        data,
        json!({
            "desk": { "lamp": { "watts": 40, "w": 40 }, "owner": { "name": "Ada", "n": "Ada" } },
            "lamp": { "watts": 60, "w": 60 }
        })
    );
}

/// Moments of which only `hugs` knows what they are, and which `social` refers to and adds to. `hugs` knows none.
fn moments() -> Federation {
    let hugs = Subgraph::new(
        "hugs",
        r#"
        type Query { latest: Moment }
        interface Moment @key(fields: "id") { id: ID! at: Int! note: String }
        type Hug implements Moment @key(fields: "id") { id: ID! at: Int! note: String warmth: Int }
        type Wish implements Moment @key(fields: "id") { id: ID! at: Int! note: String }
    "#,
    )
    .entity("Moment", |_| Json::Null);
    let social = Subgraph::new(
        "social",
        r#"
        type Query { post: Post strict: Strict all: [Moment!] }
        type Post { hug: Moment sent: Boolean }
        type Strict { hug: Moment! }
        type Moment @interfaceObject @key(fields: "id") { id: ID! reaction: String }
    "#,
    )
    .value("Query.post", json!({ "sent": true, "hug": { "id": "h1", "reaction": "LOVE" } }))
    .value("Query.strict", json!({ "hug": { "id": "h1" } }))
    .value("Query.all", json!([{ "id": "h1" }]));
    Federation::new(vec![hugs, social])
}

/// As the federation's reference has it: an object of which nobody says what it is, but whose `__typename` is asked for,
/// is null; without it, it has the fields that need no type.
#[tokio::test]
async fn an_interface_objects_entity_that_nobody_knows_is_null_where_it_may_be() {
    let moments = moments();
    for (fields, expected) in [
        ("__typename", Json::Null),
        ("__typename id reaction", Json::Null),
        ("__typename ... on Hug { id reaction }", Json::Null),
        ("id at", Json::Null),
        ("id at reaction ... on Hug { warmth }", Json::Null),
        ("id reaction", json!({ "id": "h1", "reaction": "LOVE" })),
        ("id reaction note", json!({ "id": "h1", "reaction": "LOVE", "note": null })),
        ("id ... on Hug { warmth reaction } ... on Wish { note }", json!({ "id": "h1" })),
        ("... on Hug { __typename id reaction }", json!({})),
    ] {
        let response = moments.query(&format!("{{ post {{ sent hug {{ {fields} }} }} }}")).await;
        assert_eq!(response, json!({ "data": { "post": { "sent": true, "hug": expected } } }), "{fields}");
    }
}

#[tokio::test]
async fn an_unknown_entity_where_nothing_may_be_null_is_told_at_its_own_place() {
    let moments = moments();
    for fields in ["__typename", "id at", "... on Moment { at }"] {
        let response =
            moments.query(&format!("{{ strict {{ hug {{ {fields} }} }} all {{ {fields} }} }}")).await;
        assert_eq!(response["data"], json!({ "strict": null, "all": null }), "{fields}");
        assert_eq!(
            faults(&response),
            ["all.0 UNEXPECTED_NULL -", "strict.hug UNEXPECTED_NULL -"],
            "{fields}"
        );
    }
}
