//! Validation against the API schema: the library's rules, and what they let pass.

use graphql_tools::parser::Pos;
use graphql_tools::static_graphql::query::{
    Definition, Document, Field, OperationDefinition, Selection, SelectionSet, TypeCondition,
};
use graphql_tools::validation::rules::default_rules_validation_plan;
use graphql_tools::validation::validate::{ValidationPlan, validate};

use super::graphql_error::GraphqlError;
use super::schema::{ApiSchema, named_type};
use super::selections::fragments_of;

mod incremental;
mod introspection;
mod literals;
mod merging;
mod subscriptions;

/// The rules, made once.
pub(super) struct Validator {
    rules: ValidationPlan,
    introspection: bool,
}

impl Validator {
    /// `introspection` tells whether `__schema` and `__type` may be asked for.
    pub(super) fn new(introspection: bool) -> Self {
        let mut rules = default_rules_validation_plan();
        rules.rules.retain(|rule| rule.error_code() != merging::REPLACED);
        Self { rules, introspection }
    }

    /// Every fault of the document; none means that it may be planned.
    pub(super) fn check(&self, schema: &ApiSchema, document: &Document) -> Vec<GraphqlError> {
        let missing = missing_root(schema, document);
        if !missing.is_empty() {
            return missing;
        }
        let incremental = incremental::check(document);
        if !incremental.is_empty() {
            return incremental;
        }
        let faults = validate(schema.document(), document, &self.rules);
        if !faults.is_empty() {
            return faults
                .into_iter()
                .map(|fault| {
                    let places = fault.locations.iter().map(|place| (place.line, place.column));
                    invalid(fault.message).located(places)
                })
                .collect();
        }
        // What follows relies on the rules above: every name is known, no fragment contains itself.
        let fragments = fragments_of(document);
        let mut errors = introspection::check(document, &fragments, self.introspection);
        errors.extend(subscriptions::check(document, &fragments));
        errors.extend(merging::check(schema, document, &fragments));
        let mut walk = Walk { schema, errors };
        walk.document(document);
        walk.errors
    }
}

fn invalid(message: impl Into<String>) -> GraphqlError {
    GraphqlError::new("GRAPHQL_VALIDATION_FAILED", message)
}

fn at(error: GraphqlError, position: Pos) -> GraphqlError {
    error.located([(position.line, position.column)])
}

fn missing_root(schema: &ApiSchema, document: &Document) -> Vec<GraphqlError> {
    let missing = document.definitions.iter().filter_map(|definition| match definition {
        Definition::Operation(OperationDefinition::Mutation(mutation))
            if schema.mutation_type().is_none() =>
        {
            Some(("mutations", mutation.position))
        }
        Definition::Operation(OperationDefinition::Subscription(subscription))
            if schema.subscription_type().is_none() =>
        {
            Some(("subscriptions", subscription.position))
        }
        _ => None,
    });
    missing
        .map(|(kind, position)| at(invalid(format!("The schema is not configured for {kind}.")), position))
        .collect()
}

/// Visits every field with the type it belongs to.
struct Walk<'s> {
    schema: &'s ApiSchema,
    errors: Vec<GraphqlError>,
}

impl Walk<'_> {
    fn document(&mut self, document: &Document) {
        let schema = self.schema;
        for definition in &document.definitions {
            match definition {
                Definition::Operation(operation) => {
                    let root = match operation {
                        OperationDefinition::Mutation(_) => schema.mutation_type(),
                        OperationDefinition::Subscription(_) => schema.subscription_type(),
                        _ => Some(schema.query_type()),
                    };
                    for variable in operation.variable_definitions() {
                        if let Some(default) = &variable.default_value {
                            literals::check(
                                schema,
                                default,
                                &variable.var_type,
                                variable.position,
                                &mut self.errors,
                            );
                        }
                    }
                    if let Some(root) = root {
                        self.selection_set(operation.selection_set(), &root.name);
                    }
                }
                Definition::Fragment(fragment) => {
                    let TypeCondition::On(name) = &fragment.type_condition;
                    self.selection_set(&fragment.selection_set, name);
                }
            }
        }
    }

    fn selection_set(&mut self, selection_set: &SelectionSet, parent: &str) {
        for selection in &selection_set.items {
            match selection {
                Selection::Field(field) => self.field(field, parent),
                Selection::InlineFragment(fragment) => {
                    let condition =
                        fragment.type_condition.as_ref().map(|TypeCondition::On(name)| name.as_str());
                    self.selection_set(&fragment.selection_set, condition.unwrap_or(parent));
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn field(&mut self, field: &Field, parent: &str) {
        if let Some(alias) = field.alias.as_deref().filter(|alias| alias.starts_with("__")) {
            let message = format!("The alias \"{alias}\" begins with two underscores, which is reserved.");
            self.errors.push(at(invalid(message), field.position));
        }
        let schema = self.schema;
        let Some(definition) = schema.field(parent, &field.name) else {
            return;
        };
        for (name, value) in &field.arguments {
            if let Some(argument) = definition.arguments.iter().find(|argument| argument.name == *name) {
                literals::check(schema, value, &argument.value_type, field.position, &mut self.errors);
            }
        }
        self.selection_set(&field.selection_set, named_type(&definition.field_type));
    }
}
