//! What the planner's consumer schema leaves in that no client should see.

use std::collections::HashSet;

use graphql_tools::parser::schema::{self as ast, DirectiveLocation};
use graphql_tools::static_graphql::schema::{Document, TypeDefinition};

type Definition = ast::Definition<'static, String>;

/// Specifications whose types and directives are prefixed by their name and two underscores.
const FEDERATION_PREFIXES: [&str; 11] = [
    "join__",
    "link__",
    "core__",
    "federation__",
    "policy__",
    "requiresScopes__",
    "authenticated__",
    "context__",
    "cost__",
    "tag__",
    "inaccessible__",
];

/// Removes the rest of the federation machinery, replaces the built-in definitions by complete ones,
/// and drops mentions of types that were inaccessible.
pub(super) fn clean(consumer: &Document) -> Document {
    let builtin = builtin_definitions();
    let builtin_names: HashSet<&str> = builtin.definitions.iter().filter_map(name_of).collect();
    let query_type = consumer.query_type_name().cloned().unwrap_or_else(|| "Query".to_owned());
    let mut document = Document {
        definitions: consumer
            .definitions
            .iter()
            .filter(|definition| {
                name_of(definition).is_none_or(|name| name == query_type || !builtin_names.contains(name))
            })
            .filter(|definition| !is_federation_machinery(definition))
            .cloned()
            .collect(),
    };
    document.definitions.extend(
        builtin.definitions.iter().filter(|definition| name_of(definition) != Some("Query")).cloned(),
    );
    complete_query_type(&mut document, &builtin, &query_type);
    drop_missing_types(&mut document);
    document
}

fn builtin_definitions() -> Document {
    graphql_tools::parser::parse_schema::<String>(include_str!("../introspection.graphql"))
        .expect("the built-in definitions parse")
        .into_static()
}

fn complete_query_type(document: &mut Document, builtin: &Document, query_type: &str) {
    let additions = match builtin.type_by_name("Query") {
        Some(TypeDefinition::Object(query)) => query.fields.clone(),
        _ => Vec::new(),
    };
    for definition in &mut document.definitions {
        if let Definition::TypeDefinition(TypeDefinition::Object(object)) = definition
            && object.name == query_type
        {
            object.fields.retain(|field| !field.name.starts_with("__"));
            object.fields.extend(additions.iter().cloned());
        }
    }
}

fn name_of(definition: &Definition) -> Option<&str> {
    match definition {
        Definition::TypeDefinition(definition) => Some(definition.name()),
        // A directive and a type may share a name; no built-in pair does.
        Definition::DirectiveDefinition(directive) => Some(&directive.name),
        _ => None,
    }
}

fn is_federation_machinery(definition: &Definition) -> bool {
    match definition {
        Definition::TypeDefinition(definition) => has_federation_prefix(definition.name()),
        // What no operation can have is said between subgraphs and routers, whatever it is called.
        Definition::DirectiveDefinition(directive) => {
            has_federation_prefix(&directive.name) || !directive.locations.iter().any(is_executable)
        }
        Definition::TypeExtension(_) => true,
        Definition::SchemaDefinition(_) => false,
    }
}

/// Whether a client's operation can have a directive there.
fn is_executable(location: &DirectiveLocation) -> bool {
    // The library counts variables' definitions to the schema.
    location.is_query() || *location == DirectiveLocation::VariableDefinition
}

fn has_federation_prefix(name: &str) -> bool {
    FEDERATION_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn drop_missing_types(document: &mut Document) {
    let known: HashSet<String> = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::TypeDefinition(definition) => Some(definition.name().to_owned()),
            _ => None,
        })
        .collect();
    for definition in &mut document.definitions {
        match definition {
            Definition::TypeDefinition(TypeDefinition::Object(object)) => {
                object.implements_interfaces.retain(|name| known.contains(name));
            }
            Definition::TypeDefinition(TypeDefinition::Interface(interface)) => {
                interface.implements_interfaces.retain(|name| known.contains(name));
            }
            Definition::TypeDefinition(TypeDefinition::Union(union)) => {
                union.types.retain(|name| known.contains(name));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_directives_that_an_operation_can_have_are_left() {
        let sdl = "
            directive @resumable(after: String!) on FIELD_DEFINITION
            directive @source(name: String!) on FIELD
            directive @live on QUERY | FIELD_DEFINITION
            directive @join__field on FIELD
            type Query { a: Int }
        ";
        let document = graphql_tools::parser::parse_schema::<String>(sdl).unwrap().into_static();
        let cleaned = clean(&document);
        let directives = cleaned.definitions.iter().filter_map(|definition| match definition {
            Definition::DirectiveDefinition(directive) => Some(directive.name.as_str()),
            _ => None,
        });
        let directives: Vec<_> = directives.collect();
        assert_eq!(directives, ["source", "live", "skip", "include", "deprecated", "specifiedBy", "oneOf"]);
    }
}
