//! A subscription has exactly one root field, which is known before any variable is.

use ahash::{AHashMap, AHashSet};
use graphql_tools::static_graphql::query::{
    Definition, Directive, Document, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
    Subscription,
};

use super::{at, invalid};
use crate::engine::graphql_error::GraphqlError;

pub(super) fn check(
    document: &Document,
    fragments: &AHashMap<&str, &FragmentDefinition>,
) -> Vec<GraphqlError> {
    let subscriptions = document.definitions.iter().filter_map(|definition| match definition {
        Definition::Operation(OperationDefinition::Subscription(subscription)) => Some(subscription),
        _ => None,
    });
    subscriptions.flat_map(|subscription| check_one(subscription, fragments)).collect()
}

fn check_one(
    subscription: &Subscription,
    fragments: &AHashMap<&str, &FragmentDefinition>,
) -> Vec<GraphqlError> {
    let mut roots = Roots { fragments, visited: AHashSet::new(), fields: Vec::new(), conditional: false };
    roots.collect(&subscription.selection_set);
    let first_key = roots.fields.first().map(|field| response_key(field));
    let several = roots.fields.iter().any(|field| Some(response_key(field)) != first_key);
    let introspects = roots.fields.iter().any(|field| field.name.starts_with("__"));
    let name = match &subscription.name {
        Some(name) => format!("Subscription \"{name}\""),
        None => "Anonymous Subscription".to_owned(),
    };
    [
        (several, "must select only one top level field."),
        (introspects, "must not select an introspection top level field."),
        (roots.conditional, "must not use `@skip` or `@include` directives in the top level selection."),
    ]
    .into_iter()
    .filter(|(wrong, _)| *wrong)
    .map(|(_, rule)| at(invalid(format!("{name} {rule}")), subscription.position))
    .collect()
}

struct Roots<'d> {
    fragments: &'d AHashMap<&'d str, &'d FragmentDefinition>,
    visited: AHashSet<&'d str>,
    fields: Vec<&'d Field>,
    conditional: bool,
}

impl<'d> Roots<'d> {
    fn collect(&mut self, selection_set: &'d SelectionSet) {
        for selection in &selection_set.items {
            let directives = match selection {
                Selection::Field(field) => {
                    self.fields.push(field);
                    &field.directives
                }
                Selection::InlineFragment(fragment) => {
                    self.collect(&fragment.selection_set);
                    &fragment.directives
                }
                Selection::FragmentSpread(spread) => {
                    if self.visited.insert(&spread.fragment_name)
                        && let Some(fragment) = self.fragments.get(spread.fragment_name.as_str())
                    {
                        self.collect(&fragment.selection_set);
                    }
                    &spread.directives
                }
            };
            let is_condition =
                |directive: &Directive| directive.name == "skip" || directive.name == "include";
            self.conditional |= directives.iter().any(is_condition);
        }
    }
}

fn response_key(field: &Field) -> &str {
    field.alias.as_deref().unwrap_or(&field.name)
}
