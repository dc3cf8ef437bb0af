//! Takes out of an operation what its viewer may not have.

use std::collections::HashSet;
use std::sync::Arc;

use graphql_tools::static_graphql::schema::Type;

use super::Denial;
use super::UNAUTHENTICATED;
use super::requirement::RequirementId;
use super::rules::Rules;
use super::scope::Scope;
use crate::engine::graphql_error::PathStep;
use crate::engine::operation_kind::OperationKind;
use crate::engine::schema::ApiSchema;
use crate::engine::selections::{FieldNode, Selection, Selections};

/// An operation's selections with what was denied marked as such.
pub(in crate::engine) struct Filtered {
    pub(in crate::engine) selections: Selections,
    /// The fields that were taken out, each response path once.
    pub(in crate::engine) denials: Vec<Denial>,
}

pub(super) fn filter(
    rules: &Rules,
    schema: &ApiSchema,
    kind: OperationKind,
    root_type: &str,
    selections: Selections,
    unmet: &[RequirementId],
) -> Filtered {
    let mut filter =
        Filter { rules, unmet, kind, path: Vec::new(), denials: Vec::new(), seen: HashSet::new() };
    let outcome = filter.selections(&Scope::of_type(rules, schema, root_type), &selections);
    let selections = if outcome.is_null && kind == OperationKind::Query {
        all_denied(&selections)
    } else {
        outcome.changed.unwrap_or(selections)
    };
    Filtered { selections, denials: filter.denials }
}

/// For an answer whose `data` can only be null: nothing has to be fetched.
fn all_denied(selections: &Selections) -> Selections {
    let denied = |selection: &Selection| match selection {
        Selection::Field(field) if field.name.starts_with("__") => selection.clone(),
        Selection::Field(field) => Selection::Field(Arc::new(field.denied())),
        Selection::Fragment { condition, selections } => {
            Selection::Fragment { condition: condition.clone(), selections: all_denied(selections) }
        }
    };
    selections.iter().map(denied).collect()
}

struct Filter<'f> {
    rules: &'f Rules,
    unmet: &'f [RequirementId],
    kind: OperationKind,
    path: Vec<PathStep>,
    denials: Vec<Denial>,
    seen: HashSet<Vec<PathStep>>,
}

#[derive(Default)]
struct Outcome {
    /// `None` when everything may stay.
    changed: Option<Selections>,
    /// Whether an object with these selections is null, whatever is fetched: a field that may not be null was denied.
    is_null: bool,
}

impl Filter<'_> {
    fn selections(&mut self, scope: &Scope<'_>, selections: &Selections) -> Outcome {
        let mut kept: Vec<Selection> = Vec::with_capacity(selections.len());
        let (mut changed, mut is_null) = (false, false);
        for selection in selections.iter() {
            match selection {
                Selection::Field(field) => {
                    let (instead, makes_null) = self.field(scope, field);
                    is_null |= makes_null;
                    changed |= instead.is_some();
                    kept.push(Selection::Field(instead.map_or_else(|| field.clone(), Arc::new)));
                }
                Selection::Fragment { condition, selections } => {
                    let within = scope.narrowed(condition.as_ref());
                    let outcome = self.selections(&within, selections);
                    is_null |= outcome.is_null && within.is_all_of(scope);
                    changed |= outcome.changed.is_some();
                    let selections = outcome.changed.unwrap_or_else(|| selections.clone());
                    kept.push(Selection::Fragment { condition: condition.clone(), selections });
                }
            }
        }
        Outcome { changed: changed.then(|| kept.into()), is_null }
    }

    /// What stands in the field's place, if it may not stay as it is, and whether that makes its object null.
    fn field(&mut self, scope: &Scope<'_>, field: &FieldNode) -> (Option<FieldNode>, bool) {
        let Some(field_type) = scope.field_type(&field.name).filter(|_| !field.name.starts_with("__")) else {
            return (None, false);
        };
        let may_not_be_null = matches!(field_type, Type::NonNullType(_));
        self.path.push(PathStep::Key(field.response_key().to_owned()));
        let code = self.denied(scope, &field.name);
        let outcome = if let Some(code) = code {
            self.report(code, scope.coordinate(&field.name));
            (Some(field.denied()), may_not_be_null)
        } else {
            let below = scope.below(&field.name).filter(|_| field.is_composite);
            let below = below.map(|below| self.selections(&below, &field.selections)).unwrap_or_default();
            // A root field of a mutation has its effect, and a stream its events, even if all they answer is null.
            let must_run = self.path.len() == 1 && self.kind != OperationKind::Query;
            if below.is_null && !is_list(field_type) && !must_run {
                (Some(field.denied()), may_not_be_null)
            } else {
                (below.changed.map(|selections| field.with_selections(selections)), false)
            }
        };
        self.path.pop();
        outcome
    }

    fn denied(&self, scope: &Scope<'_>, field: &str) -> Option<&'static str> {
        let mut code = None;
        for id in scope.requirements(field).filter(|id| self.unmet.contains(id)) {
            code = Some(self.rules.requirement(id).code());
            if code == Some(UNAUTHENTICATED) {
                break;
            }
        }
        code
    }

    fn report(&mut self, code: &'static str, coordinate: String) {
        if self.seen.insert(self.path.clone()) {
            self.denials.push(Denial { path: self.path.clone(), code, coordinate });
        }
    }
}

fn is_list(field_type: &Type) -> bool {
    match field_type {
        Type::ListType(_) => true,
        Type::NonNullType(inner) => is_list(inner),
        Type::NamedType(_) => false,
    }
}
