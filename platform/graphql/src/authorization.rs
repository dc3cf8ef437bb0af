//! By what a schema tells the gateway whom a field is for. The resolvers check it, too: not everybody comes through
//! the gateway.

use async_graphql::TypeDirective;

/// Only for those who are signed in; federation's own directive, imported when the supergraph is composed.
#[TypeDirective(location = "FieldDefinition")]
pub fn authenticated() {}

/// Only for those whose token has all scopes of one of the lists; federation's own directive as well.
#[TypeDirective(location = "FieldDefinition")]
pub fn requires_scopes(scopes: Vec<Vec<String>>) {}

/// One scope, as [`requires_scopes`] takes it.
pub fn scope(name: &str) -> Vec<Vec<String>> {
    vec![vec![name.to_owned()]]
}
