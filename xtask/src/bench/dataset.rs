//! A shop in four subgraphs: what they declare, and what they know.

use serde_json::{Map, Value as Json, json};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires", "@shareable"])"#;

/// Each subgraph's name and schema.
pub(super) fn schemas() -> [(&'static str, String); 4] {
    let accounts = r#"
        type Query { me: User users: [User] }
        type User @key(fields: "id") { id: ID! name: String username: String }
    "#;
    let inventory = r#"
        type Product @key(fields: "upc") {
          upc: String!
          weight: Int @external
          price: Int @external
          inStock: Boolean
          shippingEstimate: Int @requires(fields: "price weight")
        }
    "#;
    let products = r#"
        type Query { topProducts: [Product] }
        type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }
    "#;
    let reviews = r#"
        type Review @key(fields: "id") { id: ID! body: String product: Product author: User }
        type User @key(fields: "id") { id: ID! reviews: [Review] }
        type Product @key(fields: "upc") { upc: String! reviews: [Review] }
    "#;
    [("accounts", accounts), ("inventory", inventory), ("products", products), ("reviews", reviews)]
        .map(|(name, sdl)| (name, format!("{LINK}\n{sdl}")))
}

const USERS: usize = 12;
const PRODUCTS: usize = 10;
const REVIEWS: usize = 30;

/// What all four know together; each is asked for its own fields only.
pub(super) struct Dataset {
    users: Vec<Json>,
    products: Vec<Json>,
    reviews: Vec<Json>,
}

impl Dataset {
    pub(super) fn new() -> Self {
        let review_of = |belongs: &dyn Fn(usize) -> bool| -> Json {
            (0..REVIEWS).filter(|review| belongs(*review)).map(|review| reference("Review", review)).collect()
        };
        let users = (0..USERS).map(|user| {
            json!({ "__typename": "User", "id": user.to_string(), "name": format!("Person number {user}"),
                "username": format!("person_{user}"), "reviews": review_of(&|review| review % USERS == user) })
        });
        let products = (0..PRODUCTS).map(|product| {
            let (price, weight) = (product * 111 % 997, product * 37 % 100);
            json!({ "__typename": "Product", "upc": product.to_string(), "name": format!("Product number {product}"),
                "price": price, "weight": weight, "inStock": product % 3 != 0, "shippingEstimate": price * weight / 10,
                "reviews": review_of(&|review| review % PRODUCTS == product) })
        });
        let reviews = (0..REVIEWS).map(|review| {
            let body = format!("Review number {review}: it does what it says, and says what it does, most of the time.");
            json!({ "__typename": "Review", "id": review.to_string(), "body": body,
                "author": reference("User", review % USERS), "product": reference("Product", review % PRODUCTS) })
        });
        Self { users: users.collect(), products: products.collect(), reviews: reviews.collect() }
    }

    /// A root field's value.
    pub(super) fn root(&self, field: &str) -> Json {
        match field {
            "me" => reference("User", 0),
            "users" => (0..USERS).map(|user| reference("User", user)).collect(),
            "topProducts" => (0..PRODUCTS).map(|product| reference("Product", product)).collect(),
            _ => Json::Null,
        }
    }

    /// All of an entity that is named by its type and key.
    pub(super) fn entity(&self, named: &Map<String, Json>) -> Option<&Map<String, Json>> {
        let (all, key) = match named.get("__typename")?.as_str()? {
            "User" => (&self.users, "id"),
            "Product" => (&self.products, "upc"),
            "Review" => (&self.reviews, "id"),
            _ => return None,
        };
        all.get(named.get(key)?.as_str()?.parse::<usize>().ok()?)?.as_object()
    }
}

fn reference(typename: &str, index: usize) -> Json {
    let key = if typename == "Product" { "upc" } else { "id" };
    json!({ "__typename": typename, key: index.to_string() })
}
