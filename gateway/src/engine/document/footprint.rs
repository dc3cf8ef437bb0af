//! What a document takes in memory: an estimate by which the cache is bounded.

use graphql_tools::static_graphql::query::{
    Definition, Directive, Document, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
    Value,
};

/// What an allocation costs besides its content.
const ALLOCATION: usize = 16;

/// Estimates a document's bytes, without the text it was read from.
pub(super) fn of_document(document: &Document) -> usize {
    let definitions = document.definitions.iter().map(|definition| match definition {
        Definition::Operation(operation) => {
            let variables = operation.variable_definitions().iter().map(|variable| {
                size_of_val(variable)
                    + text(&variable.name)
                    + 2 * ALLOCATION
                    + variable.default_value.as_ref().map_or(0, of_value)
            });
            size_of::<OperationDefinition>()
                + variables.sum::<usize>()
                + of_directives(operation.directives())
                + of_selections(operation.selection_set())
        }
        Definition::Fragment(fragment) => {
            size_of::<FragmentDefinition>()
                + 2 * text(&fragment.name)
                + of_directives(&fragment.directives)
                + of_selections(&fragment.selection_set)
        }
    });
    definitions.sum()
}

fn of_selections(selection_set: &SelectionSet) -> usize {
    let selections = selection_set.items.iter().map(|selection| match selection {
        Selection::Field(field) => of_field(field),
        Selection::InlineFragment(fragment) => {
            2 * ALLOCATION + of_directives(&fragment.directives) + of_selections(&fragment.selection_set)
        }
        Selection::FragmentSpread(spread) => text(&spread.fragment_name) + of_directives(&spread.directives),
    });
    // A vector may have grown to twice what it holds.
    ALLOCATION + 2 * selection_set.items.len() * size_of::<Selection>() + selections.sum::<usize>()
}

fn of_field(field: &Field) -> usize {
    text(&field.name)
        + field.alias.as_deref().map_or(0, text)
        + of_arguments(&field.arguments)
        + of_directives(&field.directives)
        + of_selections(&field.selection_set)
}

fn of_directives(directives: &[Directive]) -> usize {
    let each = directives.iter().map(|directive| {
        2 * size_of::<Directive>() + text(&directive.name) + of_arguments(&directive.arguments)
    });
    each.sum()
}

fn of_arguments(arguments: &[(String, Value)]) -> usize {
    let each =
        arguments.iter().map(|(name, value)| 2 * size_of::<(String, Value)>() + text(name) + of_value(value));
    each.sum()
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::String(content) | Value::Enum(content) | Value::Variable(content) => text(content),
        Value::List(items) => {
            items.iter().map(|item| 2 * size_of::<Value>() + of_value(item)).sum::<usize>() + ALLOCATION
        }
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| 2 * size_of::<(String, Value)>() + text(name) + of_value(value))
            .sum::<usize>(),
        Value::Int(_) | Value::Float(_) | Value::Boolean(_) | Value::Null => 0,
    }
}

fn text(content: &str) -> usize {
    content.len() + ALLOCATION
}
