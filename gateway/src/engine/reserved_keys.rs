//! Response keys that the planner needs for itself.
//!
//! To complete an entity, the planner asks for its keys and requirements beside what the client asked for. A client's
//! `id: name` would hide the key `id`, and its `price` would pass for the required `price(currency: "USD")`. Such fields
//! are asked for under a guarded alias, which the client never sees.

use ahash::AHashMap;
use graphql_tools::static_graphql::query::{
    Definition, Field, OperationDefinition, Selection, SelectionSet, Value,
};
use graphql_tools::static_graphql::schema::{self, TypeDefinition};

use super::resumable::CURSOR_KEY;

/// What a guarded alias begins with.
const GUARD: &str = "_client_";

type Arguments = Vec<(String, Value)>;

/// Every field in a key, a requirement or a provision of the supergraph, with the arguments it is asked with.
#[derive(Debug, Default)]
pub(super) struct ReservedKeys(AHashMap<String, Vec<Arguments>>);

impl ReservedKeys {
    pub(super) fn new(supergraph: &schema::Document) -> Self {
        let mut reserved = Self::default();
        for definition in &supergraph.definitions {
            let (directives, fields) = match definition {
                schema::Definition::TypeDefinition(TypeDefinition::Object(object)) => {
                    (&object.directives, &object.fields)
                }
                schema::Definition::TypeDefinition(TypeDefinition::Interface(interface)) => {
                    (&interface.directives, &interface.fields)
                }
                _ => continue,
            };
            for directive in directives.iter().chain(fields.iter().flat_map(|field| &field.directives)) {
                for (argument, value) in &directive.arguments {
                    if let ("key" | "requires" | "provides", Value::String(fields)) =
                        (argument.as_str(), value)
                    {
                        reserved.add_field_set(fields);
                    }
                }
            }
        }
        reserved
    }

    fn add_field_set(&mut self, fields: &str) {
        // Composition has checked it; what doesn't parse reserves nothing.
        let text = format!("{{{fields}}}");
        let Ok(document) = graphql_tools::parser::parse_query::<String>(&text) else {
            return;
        };
        for definition in &document.into_static().definitions {
            if let Definition::Operation(OperationDefinition::SelectionSet(selection_set)) = definition {
                self.add(selection_set);
            }
        }
    }

    fn add(&mut self, selection_set: &SelectionSet) {
        for selection in &selection_set.items {
            match selection {
                Selection::Field(field) => {
                    let uses = self.0.entry(field.name.clone()).or_default();
                    if !uses.contains(&field.arguments) {
                        uses.push(field.arguments.clone());
                    }
                    self.add(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => self.add(&fragment.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    /// The alias to ask subgraphs with, if the field's own response key would stand in the planner's way.
    pub(super) fn guarded_alias(&self, field: &Field) -> Option<String> {
        let key = field.alias.as_deref().unwrap_or(&field.name);
        let in_the_way = key.starts_with(GUARD)
            || key.starts_with("_internal_qp_")
            || key == CURSOR_KEY
            || self.0.get(key).is_some_and(|uses| {
                field.name != key || uses.iter().any(|arguments| *arguments != field.arguments)
            });
        in_the_way.then(|| format!("{GUARD}{key}"))
    }
}

/// The client's response key for a key of the data.
pub(super) fn client_key(data_key: &str) -> &str {
    data_key.strip_prefix(GUARD).unwrap_or(data_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guarded(query: &str) -> Option<String> {
        let supergraph = r#"
            type Product @join__type(graph: A, key: "upc owner { id }") {
              upc: ID
              shipping: Int @join__field(graph: B, requires: "price(currency: \"USD\") size { ... on Box { weight } }")
            }
        "#;
        let supergraph = graphql_tools::parser::parse_schema::<String>(supergraph).unwrap().into_static();
        let document = graphql_tools::parser::parse_query::<String>(query).unwrap().into_static();
        match &document.definitions[0] {
            Definition::Operation(OperationDefinition::SelectionSet(set)) => match &set.items[0] {
                Selection::Field(field) => ReservedKeys::new(&supergraph).guarded_alias(field),
                _ => None,
            },
            _ => None,
        }
    }

    #[test]
    fn only_what_would_hide_a_key_or_a_requirement_is_guarded() {
        for query in
            ["{ upc }", "{ id }", "{ weight }", "{ name }", "{ x: upc }", "{ price(currency: \"USD\") }"]
        {
            assert_eq!(guarded(query), None, "{query}");
        }
        for (query, alias) in [
            ("{ upc: name }", "_client_upc"),
            ("{ weight: upc }", "_client_weight"),
            ("{ price }", "_client_price"),
            ("{ price(currency: $c) }", "_client_price"),
            ("{ _client_price: name }", "_client__client_price"),
            ("{ _stream_cursor: name }", "_client__stream_cursor"),
            ("{ _internal_qp_alias_0: name }", "_client__internal_qp_alias_0"),
        ] {
            assert_eq!(guarded(query).as_deref(), Some(alias), "{query}");
            assert_eq!(format!("_client_{}", client_key(alias)), alias);
        }
    }
}
