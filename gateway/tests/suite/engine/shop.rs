//! A shop of four subgraphs, enough for most questions.

use serde_json::{Map, Value as Json, json};

use super::federation::Federation;
use super::subgraph::Subgraph;

pub(crate) const USERS: &str = r#"
type Query { me: User users: [User!]! user(id: ID!): User }
type User @key(fields: "id") {
  id: ID!
  name: String!
  username: String @shareable
  address: Address @shareable
  friends: [User!]!
}
type Address @shareable { city: String street: String }
"#;

pub(crate) const PRODUCTS: &str = r#"
type Query { topProducts(first: Int = 3): [Product] product(upc: ID!): Product search(text: String!): [SearchResult!]! node(id: ID!): Node }
interface Node { id: ID! }
union SearchResult = Product | Brand
enum Size { SMALL LARGE }
type Product implements Node @key(fields: "upc") @key(fields: "sku region") {
  id: ID!
  upc: ID!
  sku: String!
  region: Region!
  name: String
  price(currency: String = "EUR"): Int
  weight: Int
  size: Size
  tags: [[String!]!]
  brand: Brand
  meta: JSON
}
enum Region { EU US }
scalar JSON
type Brand implements Node { id: ID! title: String! }
"#;

pub(crate) const INVENTORY: &str = r#"
type Product @key(fields: "upc") {
  upc: ID!
  price(currency: String): Int @external
  weight: Int @external
  inStock: Boolean
  shippingEstimate: Int @requires(fields: "price(currency: \"USD\") weight")
}
"#;

pub(crate) const REVIEWS: &str = r#"
type Query { latestReviews: [Review!]! }
type Review @key(fields: "id") { id: ID! body: String! stars: Int author: User @provides(fields: "username") product: Product! }
type User @key(fields: "id") { id: ID! username: String @external reviews: [Review!]! }
type Product @key(fields: "upc") { upc: ID! reviews: [Review!] averageStars: Float! }
"#;

pub(crate) fn user(id: &str) -> Json {
    let (name, city, friends) = match id {
        "1" => ("Ada", json!("London"), json!(["2", "3"])),
        "2" => ("Bo \"the \u{e9}\"", json!(null), json!(["1"])),
        "3" => ("Cy", json!("Paris"), json!([])),
        _ => return Json::Null,
    };
    json!({ "id": id, "name": name, "username": format!("@{}", name.to_lowercase().chars().take(2).collect::<String>()),
        "address": if city.is_null() { Json::Null } else { json!({ "city": city, "street": format!("{id} Road") }) },
        "friendIds": friends })
}

pub(crate) fn product(upc: &str) -> Json {
    let (name, price, weight, brand) = match upc {
        "p1" => (json!("Table"), 899, 100, json!("b1")),
        "p2" => (json!("Couch"), 1299, 1000, json!(null)),
        "p3" => (json!(null), 54, 50, json!("b1")),
        _ => return Json::Null,
    };
    json!({ "__typename": "Product", "id": format!("product:{upc}"), "upc": upc, "sku": format!("sku-{upc}"), "region": "EU",
        "name": name, "weight": weight, "basePrice": price, "size": if price > 100 { "LARGE" } else { "SMALL" },
        "tags": [["a", upc], []], "meta": { "big": 12_345_678_901_234_567_890_u64, "list": [1, { "x": null }] },
        "brand": brand.as_str().map(brand_of) })
}

fn brand_of(id: &str) -> Json {
    json!({ "__typename": "Brand", "id": format!("brand:{id}"), "title": "Oak & Co" })
}

pub(crate) fn review(id: &str) -> Json {
    let (author, upc, stars) = match id {
        "r1" => ("1", "p1", json!(5)),
        "r2" => ("1", "p2", json!(null)),
        "r3" => ("2", "p1", json!(3)),
        "r4" => ("3", "p3", json!(1)),
        _ => return Json::Null,
    };
    json!({ "id": id, "body": format!("Review {id}"), "stars": stars,
        "author": { "id": author, "username": user(author)["username"] }, "product": { "upc": upc } })
}

fn text<'v>(values: &'v Map<String, Json>, key: &str) -> &'v str {
    values.get(key).and_then(Json::as_str).unwrap_or_default()
}

pub(crate) fn price(product: &Json, arguments: &Map<String, Json>) -> Json {
    let base = product["basePrice"].as_i64().unwrap_or_default();
    match text(arguments, "currency") {
        "USD" => json!(base * 2),
        _ => json!(base),
    }
}

pub(crate) fn users() -> Subgraph {
    Subgraph::new("users", USERS)
        .field("Query.me", |_, _| user("1"))
        .field("Query.users", |_, _| json!([user("1"), user("2"), user("3")]))
        .field("Query.user", |_, arguments| user(text(arguments, "id")))
        .field("User.friends", |user_, _| {
            user_["friendIds"].as_array().into_iter().flatten().filter_map(Json::as_str).map(user).collect()
        })
        .entity("User", |key| user(text(key, "id")))
}

pub(crate) fn products() -> Subgraph {
    Subgraph::new("products", PRODUCTS)
        .field("Query.topProducts", |_, arguments| {
            let first = arguments.get("first").and_then(Json::as_u64).unwrap_or(3);
            ["p1", "p2", "p3"]
                .into_iter()
                .take(usize::try_from(first).expect("present"))
                .map(product)
                .collect()
        })
        .field("Query.product", |_, arguments| product(text(arguments, "upc")))
        .field("Query.search", |_, _| json!([product("p1"), brand_of("b1"), product("p3")]))
        .field("Query.node", |_, arguments| match text(arguments, "id").split_once(':') {
            Some(("product", upc)) => product(upc),
            Some(("brand", id)) => brand_of(id),
            _ => Json::Null,
        })
        .field("Product.price", price)
        .entity("Product", |key| {
            let upc = key.get("upc").and_then(Json::as_str);
            product(upc.unwrap_or_else(|| text(key, "sku").trim_start_matches("sku-")))
        })
}

pub(crate) fn inventory() -> Subgraph {
    Subgraph::new("inventory", INVENTORY)
        .field("Product.shippingEstimate", |product, _| {
            let price = product["price"].as_i64().expect("the price is required");
            if price > 2_000 {
                json!(0)
            } else {
                json!(product["weight"].as_i64().expect("the weight is required") / 2)
            }
        })
        .entity("Product", |key| json!({ "inStock": text(key, "upc") != "p2" }))
}

pub(crate) fn reviews() -> Subgraph {
    let all = ["r1", "r2", "r3", "r4"];
    Subgraph::new("reviews", REVIEWS)
        .field("Query.latestReviews", move |_, _| all.into_iter().map(review).collect())
        .field("User.reviews", move |user, _| {
            all.into_iter().map(review).filter(|review| review["author"]["id"] == user["id"]).collect()
        })
        .field("Product.reviews", move |product, _| {
            all.into_iter().map(review).filter(|review| review["product"]["upc"] == product["upc"]).collect()
        })
        .field("Product.averageStars", |product, _| json!(if product["upc"] == "p1" { 4.0 } else { 1.5 }))
        .entity("User", |_| json!({}))
        .entity("Product", |_| json!({}))
        .entity("Review", |key| review(text(key, "id")))
}

pub(crate) fn shop() -> Federation {
    Federation::new(vec![users(), products(), inventory(), reviews()])
}
