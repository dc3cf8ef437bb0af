//! `@defer` and `@stream`: refused by name, for whoever wrote them should learn that they aren't served, not that they
//! are misspelt.

use graphql_tools::parser::Pos;
use graphql_tools::static_graphql::query::{Definition, Directive, Document, Selection, SelectionSet};

use super::at;
use crate::engine::graphql_error::GraphqlError;

/// One error for each.
pub(super) fn check(document: &Document) -> Vec<GraphqlError> {
    let mut errors = Vec::new();
    for definition in &document.definitions {
        selection_set(
            match definition {
                Definition::Operation(operation) => operation.selection_set(),
                Definition::Fragment(fragment) => &fragment.selection_set,
            },
            &mut errors,
        );
    }
    errors
}

fn selection_set(set: &SelectionSet, errors: &mut Vec<GraphqlError>) {
    for selection in &set.items {
        match selection {
            Selection::Field(field) => {
                directives(&field.directives, field.position, errors);
                selection_set(&field.selection_set, errors);
            }
            Selection::InlineFragment(fragment) => {
                directives(&fragment.directives, fragment.position, errors);
                selection_set(&fragment.selection_set, errors);
            }
            Selection::FragmentSpread(spread) => directives(&spread.directives, spread.position, errors),
        }
    }
}

fn directives(directives: &[Directive], position: Pos, errors: &mut Vec<GraphqlError>) {
    for directive in
        directives.iter().filter(|directive| directive.name == "defer" || directive.name == "stream")
    {
        let message = format!("@{} is not supported: ask without it, or in two operations.", directive.name);
        errors.push(at(GraphqlError::new("INCREMENTAL_DELIVERY_NOT_SUPPORTED", message), position));
    }
}
