//! Lists of the API, asked for page by page: what each page costs, and which lists there are.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{Client, Statements, TestApp};

/// How many a page of the measure holds, and a large one.
const PAGES: [usize; 2] = [10, 100];

/// A list of the API that a test of scale goes through.
#[derive(Debug)]
pub struct List<'a> {
    /// The type and the field, such as `Query.hugs`.
    pub field: &'a str,
    /// Asks for a page of it, with `first: $first, after: $after, last: $last, before: $before`, for what it needs of `edges`,
    /// and for all of `pageInfo`.
    pub query: &'a str,
    /// What the query wants to know besides.
    pub variables: Value,
    /// Where the list stands in the answer, as a JSON pointer.
    pub at: &'a str,
    /// The most rows that a page of ten may look at, wherever it is; one of a hundred may ten times as many.
    pub rows: u64,
}

impl TestApp {
    /// Goes through `list` as `client`: the first page, the last, and pages from deep within, read forwards and backwards. Fails
    /// unless each takes as many statements as the first, looks at no more rows than `list` allows, and goes through none of
    /// `tables`. Gives back what ran.
    pub async fn assert_list_is_cheap(
        &self,
        client: &Client,
        list: &List<'_>,
        tables: &[&str],
    ) -> Statements {
        self.take_stock(tables).await;
        let goes_back = list.query.contains("$before");
        let (mut all, mut small) = (Statements::default(), None);
        for size in PAGES {
            let at_most = list.rows * size as u64 / PAGES[0] as u64;
            let first = self.page(client, list, json!({ "first": size })).await;
            assert_eq!(first.edges, size, "{} {:#}: less than a page", list.field, list.variables);
            first.statements.assert_as_many_as(small.get_or_insert(first.statements.clone()));
            let mut deep = vec![json!({ "first": size, "after": first.info["endCursor"] })];
            if goes_back {
                let end = self.page(client, list, json!({ "last": size })).await;
                deep.push(json!({ "last": size, "before": end.info["startCursor"] }));
                deep.push(json!({ "first": size, "after": end.info["startCursor"] }));
                deep.push(json!({ "last": size, "before": first.info["endCursor"] }));
                deep.push(json!({ "last": size }));
            } else {
                deep.push(json!({ "first": size, "after": self.deep_within(client, list).await }));
            }
            let mut pages = vec![(json!({ "first": size }), first.statements.clone())];
            for variables in deep {
                let page = self.page(client, list, variables.clone()).await;
                page.statements.assert_as_many_as(&first.statements);
                pages.push((variables, page.statements));
            }
            for (page, statements) in pages {
                let rows = self.rows_looked_at(&statements).await;
                let named = format!("{} {page} of {}", list.variables, list.query);
                assert!(
                    rows <= at_most,
                    "{named} looks at {rows} rows, not at most {at_most}:\n{statements}"
                );
                all = all.and(statements);
            }
        }
        self.assert_no_full_scan(&all, tables).await;
        all
    }

    /// The cursor at the end of the tenth large page, or of the last one that is followed by another.
    async fn deep_within(&self, client: &Client, list: &List<'_>) -> Value {
        let mut after = Value::Null;
        for _ in 0..10 {
            let page = self.page(client, list, json!({ "first": PAGES[1], "after": after })).await;
            if page.info["hasNextPage"] != json!(true) {
                break;
            }
            after = page.info["endCursor"].clone();
        }
        after
    }

    async fn page(&self, client: &Client, list: &List<'_>, page: Value) -> Page {
        let mut variables = list.variables.clone();
        for (name, value) in page.as_object().into_iter().flatten() {
            variables[name] = value.clone();
        }
        let watch = self.watch();
        let mut data = client.data(list.query, variables).await;
        let statements = watch.statements();
        let found = data.pointer_mut(list.at).unwrap_or_else(|| panic!("{} is not there", list.at)).take();
        let edges = found["edges"].as_array().unwrap_or_else(|| panic!("no edges: {found:#}")).len();
        Page { edges, info: found["pageInfo"].clone(), statements }
    }
}

struct Page {
    edges: usize,
    info: Value,
    statements: Statements,
}

/// Every field of a schema that gives a list page by page, as `Type.field`.
pub fn connection_fields(sdl: &str) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    let mut words = words(sdl).into_iter().peekable();
    while let Some(word) = words.next() {
        if word != "type" && word != "interface" {
            continue;
        }
        let name = words.next().unwrap_or_default();
        if !words.any(|word| word == "{") {
            break;
        }
        while let Some(field) = words.next_if(|word| word != "}") {
            if words.next_if(|word| word == "(").is_some() {
                skip_arguments(&mut words);
            }
            // Anything else within a type belongs to a directive.
            if words.next_if(|word| word == ":").is_some()
                && words.find(|word| word != "[").is_some_and(|kind| kind.ends_with("Connection"))
            {
                fields.insert(format!("{name}.{field}"));
            }
        }
    }
    fields
}

fn skip_arguments(words: &mut impl Iterator<Item = String>) {
    let mut open = 1;
    for word in words {
        open += i32::from(word == "(") - i32::from(word == ")");
        if open == 0 {
            return;
        }
    }
}

/// The names and signs of a schema, without descriptions and comments.
fn words(sdl: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = sdl;
    while let Some(first) = rest.chars().next() {
        let length = if let Some(text) = rest.strip_prefix("\"\"\"") {
            text.find("\"\"\"").map_or(rest.len(), |end| end + 6)
        } else if first == '"' {
            rest[1..].find('"').map_or(rest.len(), |end| end + 2)
        } else if first == '#' {
            rest.find('\n').unwrap_or(rest.len())
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(rest.len());
            words.push(rest[..end].to_owned());
            end
        } else {
            if !first.is_whitespace() && first != ',' {
                words.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    words
}

#[cfg(test)]
mod tests {
    use super::connection_fields;

    #[test]
    fn fields_that_give_pages_are_found_whatever_stands_around_them() {
        let sdl = r#"
            extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
            """A type: Thing."""
            type Query {
                # other: OtherConnection
                "Says (who)." things(first: Int = 3, filter: Filter = {kind: "a)"}): ThingConnection! @cost(weight: "1")
                thing(id: ID!): Thing @authenticated
                many: [ThingConnection!]
            }
            type ThingConnection { edges: [ThingEdge!]! pageInfo: PageInfo! }
            type Thing implements Node & Named @key(fields: "id") { id: ID! parts: PartConnection }
            input Filter { kind: String }
        "#;
        let found: Vec<String> = connection_fields(sdl).into_iter().collect();
        assert_eq!(found, ["Query.many", "Query.things", "Thing.parts"]);
    }
}
