//! Which types a selection may be made on, and what is required for a field there.

use std::collections::BTreeSet;
use std::sync::Arc;

use graphql_tools::static_graphql::schema::Type;

use super::requirement::RequirementId;
use super::rules::Rules;
use crate::engine::schema::{ApiSchema, named_type};
use crate::engine::selections::{Selection, Selections};

/// A place in an operation: the type that its fields are written for, and the object types that can be there.
#[derive(Clone)]
pub(super) struct Scope<'s> {
    rules: &'s Rules,
    schema: &'s ApiSchema,
    type_name: Arc<str>,
    possible: Vec<Arc<str>>,
}

impl<'s> Scope<'s> {
    pub(super) fn of_type(rules: &'s Rules, schema: &'s ApiSchema, type_name: &str) -> Self {
        let type_name: Arc<str> = type_name.into();
        let possible = match schema.possible_types(&type_name) {
            Some(types) => types.names().to_vec(),
            None => vec![type_name.clone()],
        };
        Self { rules, schema, type_name, possible }
    }

    /// The place within a fragment.
    pub(super) fn narrowed(&self, condition: Option<&Arc<str>>) -> Self {
        let Some(condition) = condition else {
            return self.clone();
        };
        let satisfies = |name: &&Arc<str>| self.schema.satisfies(name, condition);
        let possible = self.possible.iter().filter(satisfies).cloned().collect();
        Self { type_name: condition.clone(), possible, ..self.clone() }
    }

    /// The place below a field.
    pub(super) fn below(&self, field: &str) -> Option<Self> {
        Some(Self::of_type(self.rules, self.schema, named_type(self.field_type(field)?)))
    }

    pub(super) fn field_type(&self, field: &str) -> Option<&'s Type> {
        self.schema.field(&self.type_name, field).map(|field| &field.field_type)
    }

    /// Whether every object of the wider place is one of this.
    pub(super) fn is_all_of(&self, wider: &Self) -> bool {
        self.possible.len() == wider.possible.len()
    }

    /// `Type.field`, for messages.
    pub(super) fn coordinate(&self, field: &str) -> String {
        format!("{}.{field}", self.type_name)
    }

    /// What is required for a field: here, where it is written for, and on every object type that can be here.
    /// Nobody knows before a fetch which of them it will be.
    pub(super) fn requirements(&self, field: &str) -> impl Iterator<Item = RequirementId> + '_ {
        let rules = self.rules;
        let here = rules.of_type(&self.type_name).iter().chain(rules.of_field(&self.type_name, field));
        let field = field.to_owned();
        let objects = self
            .possible
            .iter()
            .flat_map(move |name| rules.of_type(name).iter().chain(rules.of_field(name, &field)));
        here.chain(objects).copied()
    }
}

/// Everything that is required anywhere in the selections.
pub(super) fn requirements_within(
    rules: &Rules,
    schema: &ApiSchema,
    root_type: &str,
    selections: &Selections,
) -> Vec<RequirementId> {
    let mut found = BTreeSet::new();
    collect(&Scope::of_type(rules, schema, root_type), selections, &mut found);
    found.into_iter().collect()
}

fn collect(scope: &Scope<'_>, selections: &Selections, found: &mut BTreeSet<RequirementId>) {
    for selection in selections.iter() {
        match selection {
            Selection::Field(field) if field.name.starts_with("__") => {}
            Selection::Field(field) => {
                found.extend(scope.requirements(&field.name));
                if field.is_composite
                    && let Some(below) = scope.below(&field.name)
                {
                    collect(&below, &field.selections, found);
                }
            }
            Selection::Fragment { condition, selections } => {
                collect(&scope.narrowed(condition.as_ref()), selections, found);
            }
        }
    }
}
