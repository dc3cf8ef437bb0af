//! The same data behind one async-graphql schema: what it answers, the federation must answer.

use async_graphql::{
    EmptyMutation, EmptySubscription, Enum, ID, Interface, Object, Schema, SimpleObject, Union,
};
use gateway::engine::upstream::UpstreamError;
use proptest::prelude::*;
use serde_json::Value as Json;

use super::federation::Federation;
use super::shop::{self, shop};

struct Query;

#[Object]
impl Query {
    async fn me(&self) -> Option<User> {
        User::find("1")
    }
    async fn users(&self) -> Vec<User> {
        ["1", "2", "3"].into_iter().filter_map(User::find).collect()
    }
    async fn user(&self, id: ID) -> Option<User> {
        User::find(&id)
    }
    async fn top_products(&self, #[graphql(default = 3)] first: i32) -> Option<Vec<Option<Product>>> {
        let first = usize::try_from(first).expect("present");
        Some(["p1", "p2", "p3"].into_iter().take(first).map(Product::find).collect())
    }
    async fn product(&self, upc: ID) -> Option<Product> {
        Product::find(&upc)
    }
    async fn search(&self, text: String) -> Vec<SearchResult> {
        let _ = text;
        vec![
            SearchResult::Product(Product::find("p1").expect("known")),
            SearchResult::Brand(Brand::of(&shop::product("p1")["brand"]).expect("known")),
            SearchResult::Product(Product::find("p3").expect("known")),
        ]
    }
    async fn node(&self, id: ID) -> Option<Node> {
        match id.split_once(':') {
            Some(("product", upc)) => Product::find(upc).map(Node::Product),
            Some(("brand", _)) => Brand::of(&shop::product("p1")["brand"]).map(Node::Brand),
            _ => None,
        }
    }
    async fn latest_reviews(&self) -> Vec<Review> {
        Review::all()
    }
}

#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID"))]
enum Node {
    Product(Product),
    Brand(Brand),
}

#[derive(Union)]
enum SearchResult {
    Product(Product),
    Brand(Brand),
}

#[derive(SimpleObject)]
struct Address {
    city: Option<String>,
    street: Option<String>,
}

struct Brand {
    id: ID,
    title: String,
}

#[Object]
impl Brand {
    async fn id(&self) -> ID {
        self.id.clone()
    }
    async fn title(&self) -> &str {
        &self.title
    }
}

impl Brand {
    fn of(json: &Json) -> Option<Self> {
        Some(Self { id: text(&json["id"])?.into(), title: text(&json["title"])? })
    }
}

#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum Size {
    Small,
    Large,
}

struct User(Json);

impl User {
    fn find(id: &str) -> Option<Self> {
        let json = shop::user(id);
        (!json.is_null()).then_some(Self(json))
    }
}

fn text(json: &Json) -> Option<String> {
    json.as_str().map(str::to_owned)
}

#[Object]
impl User {
    async fn id(&self) -> ID {
        text(&self.0["id"]).expect("a string").into()
    }
    async fn name(&self) -> String {
        text(&self.0["name"]).expect("a string")
    }
    async fn username(&self) -> Option<String> {
        text(&self.0["username"])
    }
    async fn address(&self) -> Option<Address> {
        let address = self.0.get("address").filter(|address| !address.is_null())?;
        Some(Address { city: text(&address["city"]), street: text(&address["street"]) })
    }
    async fn friends(&self) -> Vec<User> {
        self.0["friendIds"]
            .as_array()
            .expect("present")
            .iter()
            .filter_map(|id| User::find(id.as_str().expect("a string")))
            .collect()
    }
    async fn reviews(&self) -> Vec<Review> {
        Review::all().into_iter().filter(|review| review.0["author"]["id"] == self.0["id"]).collect()
    }
}

struct Product(Json);

impl Product {
    fn find(upc: &str) -> Option<Self> {
        let json = shop::product(upc);
        (!json.is_null()).then_some(Self(json))
    }
}

#[Object]
impl Product {
    async fn id(&self) -> ID {
        text(&self.0["id"]).expect("a string").into()
    }
    async fn upc(&self) -> ID {
        text(&self.0["upc"]).expect("a string").into()
    }
    async fn sku(&self) -> String {
        text(&self.0["sku"]).expect("a string")
    }
    async fn name(&self) -> Option<String> {
        text(&self.0["name"])
    }
    async fn price(
        &self,
        #[graphql(default_with = "Some(\"EUR\".to_owned())")] currency: Option<String>,
    ) -> Option<i64> {
        let mut arguments = serde_json::Map::new();
        arguments.insert("currency".to_owned(), currency.into());
        shop::price(&self.0, &arguments).as_i64()
    }
    async fn weight(&self) -> Option<i64> {
        self.0["weight"].as_i64()
    }
    async fn size(&self) -> Option<Size> {
        Some(if self.0["size"] == "LARGE" { Size::Large } else { Size::Small })
    }
    async fn tags(&self) -> Option<Vec<Option<Vec<String>>>> {
        serde_json::from_value(self.0["tags"].clone()).expect("present")
    }
    async fn brand(&self) -> Option<Brand> {
        Brand::of(&self.0["brand"])
    }
    async fn in_stock(&self) -> Option<bool> {
        Some(self.0["upc"] != "p2")
    }
    async fn shipping_estimate(&self) -> Option<i64> {
        let price = self.0["basePrice"].as_i64().expect("a number") * 2;
        Some(if price > 2_000 { 0 } else { self.0["weight"].as_i64().expect("a number") / 2 })
    }
    async fn reviews(&self) -> Option<Vec<Review>> {
        Some(Review::all().into_iter().filter(|review| review.0["product"]["upc"] == self.0["upc"]).collect())
    }
    async fn average_stars(&self) -> f64 {
        if self.0["upc"] == "p1" { 4.0 } else { 1.5 }
    }
}

struct Review(Json);

impl Review {
    fn all() -> Vec<Self> {
        ["r1", "r2", "r3", "r4"].into_iter().map(|id| Self(shop::review(id))).collect()
    }
}

#[Object]
impl Review {
    async fn id(&self) -> ID {
        text(&self.0["id"]).expect("a string").into()
    }
    async fn body(&self) -> String {
        text(&self.0["body"]).expect("a string")
    }
    async fn stars(&self) -> Option<i64> {
        self.0["stars"].as_i64()
    }
    async fn author(&self) -> Option<User> {
        User::find(self.0["author"]["id"].as_str()?)
    }
    async fn product(&self) -> Product {
        Product::find(self.0["product"]["upc"].as_str().expect("a string")).expect("known")
    }
}

async fn expect_the_same(federation: &Federation, query: &str) {
    let monolith = Schema::new(Query, EmptyMutation, EmptySubscription);
    let expected = serde_json::to_string(&monolith.execute(query).await).expect("serialisable");
    let expected: Json = serde_json::from_str(&expected).expect("JSON");
    if expected.get("errors").is_some() {
        return;
    }
    let actual = federation.query(query).await;
    // async-graphql doesn't see every conflict between fields of the same response key.
    if actual["errors"][0]["message"].as_str().is_some_and(|message| message.contains(" conflict because ")) {
        return;
    }
    assert_eq!(actual.get("errors"), None, "{query}");
    // As text: the order of keys counts.
    assert_eq!(actual["data"].to_string(), expected["data"].to_string(), "{query}");
}

#[tokio::test]
async fn the_federation_answers_as_one_schema_with_the_same_data_would() {
    let federation = shop();
    for query in [
        "{ me { id name username address { city street } } }",
        "{ users { id name friends { name friends { name address { city } } } } }",
        "{ a: user(id: \"2\") { name } b: user(id: 3) { name } c: user(id: \"nobody\") { name } }",
        "{ topProducts { upc sku name price weight size tags brand { id title } inStock shippingEstimate averageStars } }",
        "{ topProducts(first: 2) { p: price(currency: \"USD\") q: price(currency: null) price } }",
        "{ topProducts { reviews { body stars author { name username address { street } reviews { id product { name inStock } } } } } }",
        "{ latestReviews { id product { upc name reviews { author { friends { username } } } shippingEstimate } } }",
        "{ search(text: \"\") { __typename ... on Product { upc brand { title } reviews { id } } ... on Brand { id title } ... on Node { id } } }",
        "{ node(id: \"product:p2\") { id ... on Product { name averageStars } } other: node(id: \"brand:b1\") { __typename ...B } } fragment B on Brand { title }",
        "{ product(upc: \"p1\") { ...P reviews { product { ...P } } } } fragment P on Product { name inStock brand { title } }",
        "{ product(upc: \"p3\") { id: name name: upc upc: sku } x: product(upc: \"p1\") { inStock upc: name reviews { id: body author { id: name } } } }",
        "{ me { reviews { product { reviews { author { reviews { product { shippingEstimate } } } } } } } }",
        "{ latestReviews { author { name: username } author { id name2: name } product { brand { id } } product { brand { title } inStock } } }",
        "query Q($u: ID = \"p2\", $no: Boolean = false) { product(upc: $u) { name @skip(if: $no) upc @include(if: $no) reviews @include(if: true) { id } } }",
        "{ __typename me { __typename friends { __typename reviews { __typename product { __typename } } } } }",
        "{ topProducts { ... { name ... @include(if: true) { weight inStock } } ... on Product { price } } }",
    ] {
        expect_the_same(&federation, query).await;
    }
}

/// A field's name, the arguments it may be given, and the type it leads to.
type FieldOfType = (&'static str, &'static [&'static str], &'static str);

/// Types, their fields, the arguments these may take and the types they lead to.
const FIELDS: &[(&str, &[FieldOfType])] = &[
    (
        "Query",
        &[
            ("me", &[""], "User"),
            ("users", &[""], "User"),
            ("user", &["(id: \"2\")", "(id: \"?\")"], "User"),
            ("topProducts", &["", "(first: 1)"], "Product"),
            ("product", &["(upc: \"p1\")", "(upc: \"p3\")", "(upc: \"?\")"], "Product"),
            ("search", &["(text: \"\")"], "SearchResult"),
            ("node", &["(id: \"product:p2\")", "(id: \"brand:b1\")", "(id: \"?\")"], "Node"),
            ("latestReviews", &[""], "Review"),
        ],
    ),
    (
        "User",
        &[
            ("id", &[""], ""),
            ("name", &[""], ""),
            ("username", &[""], ""),
            ("address", &[""], "Address"),
            ("friends", &[""], "User"),
            ("reviews", &[""], "Review"),
        ],
    ),
    ("Address", &[("city", &[""], ""), ("street", &[""], "")]),
    (
        "Product",
        &[
            ("id", &[""], ""),
            ("upc", &[""], ""),
            ("sku", &[""], ""),
            ("name", &[""], ""),
            ("price", &["", "(currency: \"USD\")", "(currency: \"GBP\")"], ""),
            ("weight", &[""], ""),
            ("size", &[""], ""),
            ("tags", &[""], ""),
            ("brand", &[""], "Brand"),
            ("inStock", &[""], ""),
            ("shippingEstimate", &[""], ""),
            ("averageStars", &[""], ""),
            ("reviews", &[""], "Review"),
        ],
    ),
    ("Brand", &[("id", &[""], ""), ("title", &[""], "")]),
    (
        "Review",
        &[
            ("id", &[""], ""),
            ("body", &[""], ""),
            ("stars", &[""], ""),
            ("author", &[""], "User"),
            ("product", &[""], "Product"),
        ],
    ),
    ("SearchResult", &[]),
    ("Node", &[("id", &[""], "")]),
];

fn selection_set(type_name: &'static str, depth: u32) -> BoxedStrategy<String> {
    let (_, fields) = FIELDS.iter().find(|(name, _)| *name == type_name).expect("known");
    let mut choices: Vec<BoxedStrategy<String>> = vec![Just("__typename".to_owned()).boxed()];
    for (name, arguments, leads_to) in *fields {
        if !leads_to.is_empty() && depth == 0 {
            continue;
        }
        let below = if leads_to.is_empty() {
            Just(String::new()).boxed()
        } else {
            selection_set(leads_to, depth - 1)
        };
        let alias =
            prop::sample::select(vec!["", "", "", "", "x: ", "y: ", "id: ", "name: ", "upc: ", "price: "]);
        let condition = prop::sample::select(vec![
            "",
            "",
            "",
            " @include(if: true)",
            " @skip(if: $no)",
            " @skip(if: true)",
        ]);
        let arguments = prop::sample::select(arguments.to_vec());
        choices.push(
            (alias, arguments, condition, below)
                .prop_map(move |(alias, arguments, condition, below)| {
                    format!("{alias}{name}{arguments}{condition} {below}")
                })
                .boxed(),
        );
    }
    let conditions: &[&'static str] = match type_name {
        "SearchResult" | "Node" => &["Product", "Brand", "Node"],
        "Product" => &["Product", "Node"],
        _ => &[],
    };
    for condition in conditions.iter().filter(|_| depth > 0) {
        let wrapped = selection_set(condition, depth - 1);
        choices.push(wrapped.prop_map(move |below| format!("... on {condition} {below}")).boxed());
    }
    prop::collection::vec(proptest::strategy::Union::new(choices), 1..5)
        // async-graphql answers null for an object of which nothing is left to answer, the specification says `{}`.
        .prop_map(|fields| format!("{{ __typename {} }}", fields.join(" ")))
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_valid_query_is_answered_as_one_schema_would(selections in selection_set("Query", 4)) {
        let query = format!("query($no: Boolean = false) {selections}");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(expect_the_same(&shop(), &query));
    }

    #[test]
    fn a_failing_subgraph_never_changes_an_answer_in_silence(
        selections in selection_set("Query", 4),
        failing in prop::sample::select(vec!["users", "products", "inventory", "reviews"]),
    ) {
        let query = format!("query($no: Boolean = false) {selections}");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let shop = shop();
            let healthy = shop.query(&query).await;
            shop.fail(failing, UpstreamError::Timeout);
            let answer = shop.query(&query).await;
            if healthy.get("data") == answer.get("data") {
                return;
            }
            let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("silence: {query}\n{answer}"));
            for error in errors {
                assert_eq!(error["extensions"]["code"], "UPSTREAM_UNAVAILABLE", "{query}\n{error}");
                assert_eq!(error["extensions"]["service"], failing, "{query}\n{error}");
                let path = error["path"].as_array().expect("a path");
                // The path leads to a null of the answer, or would if a parent weren't null already.
                let end = path.iter().try_fold(&answer["data"], |value, step| match step {
                    Json::String(key) => value.get(key.as_str()),
                    index => value.get(usize::try_from(index.as_u64()?).ok()?),
                });
                assert!(end.is_none_or(Json::is_null), "{query}\n{error}");
            }
        });
    }
}
