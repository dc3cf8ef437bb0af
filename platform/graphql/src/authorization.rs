//! By what a schema tells the gateway whom a field is for. The resolvers check it, too: not everybody comes through
//! the gateway.

use async_graphql::TypeDirective;

/// Only for those who are signed in; federation's own directive, imported when the supergraph is composed.
#[TypeDirective(location = "FieldDefinition")]
pub fn authenticated() {}
