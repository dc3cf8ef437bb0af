//! By what a schema tells the gateway whom a field is for. The resolvers check it, too: not everybody comes through
//! the gateway.

use async_graphql::TypeDirective;

/// Only for those who are signed in; federation's own directive, imported when the supergraph is composed.
#[TypeDirective(location = "FieldDefinition")]
pub fn authenticated() {}

/// Only for those whose token has all scopes of one of the lists; federation's own directive as well.
#[TypeDirective(name = "requiresScopes", location = "FieldDefinition")]
pub fn requires_scopes(scopes: Vec<Vec<String>>) {}

/// One scope, as [`requires_scopes`] takes it.
pub fn scope(name: &str) -> Vec<Vec<String>> {
    vec![vec![name.to_owned()]]
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object};

    use super::*;

    struct Query;

    #[Object]
    impl Query {
        #[graphql(directive = authenticated::apply())]
        async fn own(&self) -> i32 {
            1
        }

        #[graphql(directive = requires_scopes::apply(scope("moderation")))]
        async fn reported(&self) -> i32 {
            2
        }
    }

    #[test]
    fn the_schema_says_whom_a_field_is_for_in_federations_words() {
        let sdl = crate::sdl(&crate::schema(Query, EmptyMutation, EmptySubscription).finish());
        assert!(sdl.contains("own: Int! @authenticated\n"), "{sdl}");
        assert!(sdl.contains(r#"reported: Int! @requiresScopes(scopes: [["moderation"]])"#), "{sdl}");
    }
}
