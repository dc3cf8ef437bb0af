//! Reading a supergraph, and saying why one can't be served.

use graphql_tools::static_graphql::query::Value;
use graphql_tools::static_graphql::schema::{Definition, Directive, Document, TypeDefinition};

/// Why a supergraph is refused.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SupergraphError {
    /// The text is not GraphQL.
    #[error("the supergraph does not parse: {0}")]
    Syntax(String),
    /// GraphQL, but not a composed supergraph.
    #[error("this is not a supergraph: {0}")]
    NotASupergraph(String),
    /// The planner found it inconsistent.
    #[error("no query planner can be built from the supergraph: {0}")]
    Inconsistent(String),
}

/// The subgraphs' names and URLs from `@join__graph`, in the supergraph's order.
pub fn subgraphs_of(supergraph_sdl: &str) -> Result<Vec<(String, String)>, SupergraphError> {
    joined_graphs(&parse(supergraph_sdl)?)
}

pub(super) fn parse(supergraph_sdl: &str) -> Result<Document, SupergraphError> {
    let document = graphql_tools::parser::parse_schema::<String>(supergraph_sdl)
        .map_err(|error| SupergraphError::Syntax(error.to_string().trim().replace('\n', "; ")))?
        .into_static();
    let extended =
        document.definitions.iter().any(|definition| matches!(definition, Definition::TypeExtension(_)));
    if extended {
        return Err(SupergraphError::NotASupergraph(
            "it extends types, a composed supergraph never does".to_owned(),
        ));
    }
    if document.query_type_name().and_then(|name| document.type_by_name(name)).is_none() {
        return Err(SupergraphError::NotASupergraph("it has no query type".to_owned()));
    }
    if is_of_federation_1(&document) {
        return Err(SupergraphError::NotASupergraph(
            "it was composed by Federation 1; compose its subgraphs again with Federation 2, which takes them as they are"
                .to_owned(),
        ));
    }
    Ok(document)
}

/// The planner would load it and then find no way to any field.
fn is_of_federation_1(document: &Document) -> bool {
    document.definitions.iter().any(|definition| match definition {
        Definition::SchemaDefinition(schema) => schema.directives.iter().any(|directive| {
            directive.name == "core"
                && string_argument(directive, "feature")
                    .is_some_and(|feature| feature.starts_with("https://specs.apollo.dev/join/v0.1"))
        }),
        _ => false,
    })
}

pub(super) fn joined_graphs(document: &Document) -> Result<Vec<(String, String)>, SupergraphError> {
    let Some(TypeDefinition::Enum(graphs)) = document.type_by_name("join__Graph") else {
        return Err(SupergraphError::NotASupergraph(
            "the enum `join__Graph`, which names the subgraphs, is missing".to_owned(),
        ));
    };
    graphs
        .values
        .iter()
        .map(|value| {
            let graph =
                value.directives.iter().find(|directive| directive.name == "join__graph").ok_or_else(
                    || {
                        SupergraphError::NotASupergraph(format!(
                            "`join__Graph.{}` has no @join__graph",
                            value.name
                        ))
                    },
                )?;
            let name = string_argument(graph, "name").unwrap_or(&value.name);
            Ok((name.to_owned(), string_argument(graph, "url").unwrap_or_default().to_owned()))
        })
        .collect()
}

fn string_argument<'d>(directive: &'d Directive, name: &str) -> Option<&'d str> {
    directive.arguments.iter().find_map(|(argument, value)| match value {
        Value::String(value) if argument == name => Some(value.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subgraphs_are_named_with_their_urls() {
        let sdl = r#"
            enum join__Graph { A @join__graph(name: "a", url: "http://a/graphql") B @join__graph(name: "b-2", url: "") }
            type Query { x: Int }
        "#;
        let expected =
            [("a", "http://a/graphql"), ("b-2", "")].map(|(name, url)| (name.to_owned(), url.to_owned()));
        assert_eq!(subgraphs_of(sdl).unwrap(), expected);
    }

    #[test]
    fn what_is_not_a_supergraph_is_refused_with_the_reason() {
        let reason = |sdl: &str| subgraphs_of(sdl).unwrap_err().to_string();
        assert!(reason("type Query {").starts_with("the supergraph does not parse"));
        assert!(reason("type Query { x: Int }").contains("`join__Graph`"));
        assert!(reason("type Product { x: Int }").contains("no query type"));
        assert!(reason("type Query { x: Int } extend type Query { y: Int }").contains("extends types"));
    }
}
