//! What the composed schema promises as a whole.

/// The fields of `User`, each with its type, as clients see them.
fn fields_of_user() -> Vec<(String, String)> {
    let schema = include_str!("../../../schema/api.graphql");
    let (_, after) = schema.split_once("\ntype User ").expect("there is a User");
    let (_, fields) = after.split_once("{\n").expect("the type begins");
    let (body, _) = fields.split_once("\n}\n").expect("the type ends");
    let fields = body.lines().filter_map(|line| {
        let line = line.strip_prefix("  ").filter(|line| !line.starts_with([' ', '"']))?;
        let (name, kind) = line.rsplit_once(": ")?;
        Some((name.to_owned(), kind.to_owned()))
    });
    fields.collect()
}

#[test]
fn no_subgraph_can_take_a_user_down_with_it() {
    // A field that is never null would take its whole parent away when its subgraph is down.
    let fields = fields_of_user();
    assert!(fields.len() > 8, "{fields:?}");
    for (name, kind) in fields {
        assert!(name == "id" || !kind.ends_with('!'), "User.{name}: {kind} must be nullable");
    }
}
