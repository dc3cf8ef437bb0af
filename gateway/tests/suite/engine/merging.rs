//! Fields of one response name: which can be merged, and what is said of those that can't.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::federation::Federation;
use super::subgraph::Subgraph;

fn pets() -> Federation {
    let pets = Subgraph::new(
        "pets",
        "
        type Query { pet: Pet dog: Dog any: Any items(by: By, ids: [ID!], first: Int, ratio: Float, sort: Sort, name: String): Item }
        input By { a: Int b: Int c: By }
        enum Sort { UP DOWN }
        interface Pet { name: String nick: String friend: Pet owner: Owner knows(trick: String): Boolean }
        type Dog implements Pet { name: String nick: String friend: Pet owner: Owner barks: Int! tricks: [String!]! best: Dog coat: Coat knows(trick: String): Boolean }
        type Cat implements Pet { name: String nick: String friend: Pet owner: Owner meows: Int! hunts: [Prey!]! coat: Coat mood: Mood lives: Int knows(trick: String): Boolean }
        union Any = Dog | Cat
        type Prey { name: String size: Int }
        type Owner { name: String pet: Pet age: Int }
        type Item { price: Int tax: Int }
        enum Coat { LONG SHORT }
        enum Mood { GOOD BAD }
        ",
    );
    let nothing = ["Query.pet", "Query.dog", "Query.any", "Query.items"];
    Federation::new(vec![nothing.iter().fold(pets, |pets, field| pets.value(field, Json::Null))])
}

/// What is said of a document that is refused.
async fn messages(federation: &Federation, query: &str) -> Vec<String> {
    let response = federation.query(query).await;
    assert_eq!(response.get("data"), None, "not refused: {query}");
    let errors = response["errors"].as_array().expect("errors").iter();
    let messages = errors.map(|error| {
        assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{error}");
        let message = error["message"].as_str().expect("a message");
        let suffix = ". Use different aliases on the fields to fetch both if this was intentional.";
        message.strip_suffix(suffix).unwrap_or_else(|| panic!("{message}")).to_owned()
    });
    messages.collect()
}

#[tokio::test]
async fn two_fields_of_one_response_name_are_refused() {
    let pets = pets();
    let different = "Fields \"y\" conflict because \"price\" and \"tax\" are different fields";
    let nested = "Fields \"items\" conflict because subfields \"y\" conflict because \"price\" and \"tax\" are different fields";
    for (query, expected) in [
        ("{ items { y: price y: tax } }", different),
        ("{ items { y: price ... { y: tax } } }", different),
        ("{ items { ... @skip(if: true) { y: price } ... @include(if: false) { y: tax } } }", different),
        ("{ items { y: price ...F } } fragment F on Item { y: tax }", different),
        ("{ items { y: price } items { y: tax } }", nested),
        ("{ items { y: price } ...F } fragment F on Query { items { y: tax } }", nested),
        (
            "{ ...F ...G } fragment F on Query { items { y: price } } fragment G on Query { items { y: tax } }",
            nested,
        ),
        // The library's rule stops where it meets a fragment for the second time.
        (
            "{ items { y: price } ...A } \
             fragment A on Query { ...B ...C } fragment B on Query { ...D } fragment C on Query { ...D ...E } \
             fragment D on Query { dog { name } } fragment E on Query { items { y: tax } }",
            nested,
        ),
        (
            "{ items @include(if: false) { y: price } ...A @skip(if: true) } \
             fragment A on Query { ...B ...B2 } fragment B on Query { dog { name } ...B2 } \
             fragment B2 on Query { dog { name } ...B3 } fragment B3 on Query { items { ...I } } fragment I on Item { y: tax }",
            nested,
        ),
    ] {
        assert_eq!(messages(&pets, query).await, [expected], "{query}");
    }
}

#[tokio::test]
async fn one_field_with_different_arguments_is_refused() {
    let pets = pets();
    for (left, right) in [
        ("", "(first: 1)"),
        ("(first: 1)", "(first: 2)"),
        ("(first: 1)", "(first: 1, ids: [])"),
        ("(ids: [1])", "(ids: [1, 2])"),
        ("(ids: [1, 2])", "(ids: [2, 1])"),
        ("(ids: 1)", "(ids: [1])"),
        ("(ids: 1)", "(ids: \"1\")"),
        ("(ratio: 1)", "(ratio: 1.0)"),
        ("(by: {a: 1})", "(by: {a: 1, b: null})"),
        ("(by: {a: 1})", "(by: {b: 1})"),
        ("(by: {c: {a: 1}})", "(by: {c: {a: 2}})"),
        ("(first: null)", ""),
    ] {
        let query = format!("{{ items{left} {{ price }} items{right} {{ price }} }}");
        let expected = ["Fields \"items\" conflict because they have differing arguments"];
        assert_eq!(messages(&pets, &query).await, expected, "{query}");
    }
    for same in [
        "{ items(first: 1, ids: []) { price } items(ids: [], first: 1) { tax } }",
        "{ items(by: {a: 1, b: 2}) { price } items(by: {b: 2, a: 1}) { tax } }",
        "{ items(by: {c: {a: 1, b: 2}}) { price } items(by: {c: {b: 2, a: 1}}) { price } }",
        "{ items(ids: [\"a\"]) { price } items(ids: [ \"a\", ]) { price } }",
    ] {
        pets.data(same).await;
    }
    let query = "query($a: Int, $b: Int) { items(first: $a) { price } items(first: $b) { price } }";
    assert_eq!(messages(&pets, query).await.len(), 1);
}

#[tokio::test]
async fn objects_of_different_types_may_mean_different_things_by_one_name() {
    let pets = pets();
    for query in [
        "{ pet { ... on Dog { x: name } ... on Cat { x: nick } } }",
        "{ pet { ... on Dog { x: barks } ... on Cat { x: meows } } }",
        "{ any { ... on Dog { x: name } ... on Cat { x: nick } } }",
        // Their owners are never one and the same object of the answer.
        "{ pet { ... on Dog { x: owner { y: name } } ... on Cat { x: owner { y: name } } } }",
        "{ pet { ... on Dog { owner { y: name } } ... on Cat { owner { y: name } } } }",
        "{ pet { ... on Dog { friend { ... on Dog { x: name } } } ... on Cat { friend { ... on Dog { x: nick } } } } }",
        "{ pet { ... on Dog { friend { x: name } } ... on Cat { friend { x: nick } } } }",
        "{ pet { friend { ... on Dog { x: name } } ... on Cat { friend { ... on Cat { x: nick } } } } }",
        "{ pet { ...D ...C } } fragment D on Dog { x: name ...N } fragment C on Cat { x: nick ...N } fragment N on Pet { name }",
    ] {
        pets.data(query).await;
    }
    let x = "\"name\" and \"nick\" are different fields";
    for (query, expected) in [
        ("{ pet { x: name ... on Cat { x: nick } } }", format!("Fields \"x\" conflict because {x}")),
        (
            "{ pet { ... on Dog { x: name } ... on Pet { x: nick } } }",
            format!("Fields \"x\" conflict because {x}"),
        ),
        (
            "{ pet { ... on Dog { x: name } ... on Dog { x: nick } } }",
            format!("Fields \"x\" conflict because {x}"),
        ),
        (
            "{ pet { ... on Dog { x: name } ... on Cat { x: name } ... on Pet { x: nick } } }",
            format!("Fields \"x\" conflict because {x}"),
        ),
        (
            "{ pet { friend { ... on Dog { x: name } } ... on Cat { friend { ... on Dog { x: nick } } } } }",
            format!("Fields \"friend\" conflict because subfields \"x\" conflict because {x}"),
        ),
        (
            "{ pet { ... on Dog { friend { friend { x: name } } } friend { ... on Cat { friend { x: nick } } } } }",
            format!(
                "Fields \"friend\" conflict because subfields \"friend\" conflict because subfields \"x\" conflict because {x}"
            ),
        ),
        (
            "{ pet { ... on Dog { friend { ...F } } ... on Cat { friend { ...F } } } } fragment F on Pet { x: name ... on Dog { x: nick } }",
            format!("Fields \"x\" conflict because {x}"),
        ),
    ] {
        assert_eq!(messages(&pets, query).await, [expected], "{query}");
    }
}

#[tokio::test]
async fn what_has_one_name_has_one_shape_whatever_it_belongs_to() {
    let pets = pets();
    for (left, right, types) in [
        ("x: name", "x: lives", "\"String\" and \"Int\""),
        ("x: barks", "x: lives", "\"Int!\" and \"Int\""),
        ("x: coat", "x: mood", "\"Coat\" and \"Mood\""),
        ("x: name", "x: owner { name }", "\"String\" and \"Owner\""),
        ("x: tricks", "x: hunts { name }", "\"[String!]!\" and \"[Prey!]!\""),
        ("x: best { name }", "x: hunts { name }", "\"Dog\" and \"[Prey!]!\""),
        ("x: __typename", "x: name", "\"String!\" and \"String\""),
        ("x: __typename", "x: meows", "\"String!\" and \"Int!\""),
    ] {
        let query = format!("{{ pet {{ ... on Dog {{ {left} }} ... on Cat {{ {right} }} }} }}");
        let expected = format!("Fields \"x\" conflict because they return conflicting types {types}");
        assert_eq!(messages(&pets, &query).await, [expected], "{query}");
    }
    let query = "{ pet { ... on Dog { x: owner { y: name } } ... on Cat { x: owner { y: age } } } }";
    let expected = "Fields \"x\" conflict because subfields \"y\" conflict because they return conflicting types \"String\" and \"Int\"";
    assert_eq!(messages(&pets, query).await, [expected]);
    for query in [
        "{ pet { ... on Dog { x: coat } ... on Cat { x: coat } } }",
        "{ pet { ... on Dog { x: best { name } } ... on Cat { x: owner { name } } } }",
        "{ pet { ... on Dog { x: __typename } ... on Cat { x: __typename } } }",
        "{ pet { __typename __typename ... on Dog { __typename } } __typename }",
    ] {
        pets.data(query).await;
    }
}

#[tokio::test]
async fn a_conflict_is_told_once_with_the_places_of_both_sides() {
    let pets = pets();
    let response = pets.query("{\n  items { y: price }\n  items { y: tax }\n}").await;
    let place = |line: u32, column: u32| json!({ "line": line, "column": column });
    let places = [place(2, 3), place(2, 11), place(3, 3), place(3, 11)];
    assert_eq!(response["errors"][0]["locations"], json!(places));
    let mut many = String::from("fragment F on Item { y: price y: tax }");
    for operation in 0..20 {
        let _ = write!(many, " query Q{operation} {{ items {{ ...F }} x: items {{ ...F }} }}");
    }
    let response = pets.run(json!({ "query": many, "operationName": "Q3" })).await;
    assert_eq!(response["errors"].as_array().map(Vec::len), Some(1), "{response}");
    let operations = "query A { items { price } } query B { items { y: price y: tax } }";
    let response = pets.run(json!({ "query": operations, "operationName": "A" })).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{response}");
}

/// Documents that are as large as they may be, made so that comparing their fields takes as long as it can. What is skipped
/// is validated all the same, and not planned.
#[tokio::test]
async fn documents_that_are_hard_to_compare_are_decided() {
    let pets = pets();
    let same = format!("{{ items @skip(if: true) {{ {} }} }}", "price ".repeat(1_990));
    pets.data(&same).await;
    // Every two leaves are of different lineages, and half of them mean something else than the others.
    let mut level = [String::from("knows"), String::from("knows(trick: \"a\")")];
    for _ in 0..8 {
        let [even, odd] = level;
        let tree = |left: &str, right: &str| {
            format!("... on Dog {{ friend {{ {left} }} }} ... on Cat {{ friend {{ {right} }} }}")
        };
        level = [tree(&even, &odd), tree(&odd, &even)];
    }
    let [even, odd] = level;
    let apart = format!(
        "{{ pet @skip(if: true) {{ ... on Dog {{ friend {{ {even} }} }} ... on Cat {{ friend {{ {odd} }} }} }} }}"
    );
    let conflict = apart.replacen("... on Dog {", "... on Pet {", 1);
    pets.data(&apart).await;
    assert_eq!(messages(&pets, &conflict).await.len(), 1);
    // Every operation has a thousand fields, and there are hundreds of operations.
    let mut many = format!("fragment F on Item {{ {} }}", "price tax ".repeat(500));
    for operation in 0..700 {
        let _ = write!(many, " query Q{operation} {{ items @skip(if: true) {{ tax ...F }} }}");
    }
    let response = pets.run(json!({ "query": many, "operationName": "Q3" })).await;
    assert_eq!(response["data"], json!({}), "{response}");
    // Fragments that spread all later ones.
    let mut nested = String::from("{ items @skip(if: true) { ...F0 } }");
    for fragment in 0..9 {
        let spreads: Vec<String> = (fragment + 1..10).map(|later| format!("...F{later}")).collect();
        let _ = write!(nested, " fragment F{fragment} on Item {{ {} price }}", spreads.join(" "));
    }
    nested.push_str(" fragment F9 on Item { price tax }");
    pets.data(&nested).await;
}
