//! From a request's text to an operation that is known to be valid.

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

use graphql_tools::static_graphql::query::{
    Definition, Directive, Document, OperationDefinition, Selection, SelectionSet, Value, VariableDefinition,
};
use serde_json::{Map, Value as Json};

use super::graphql_error::GraphqlError;
use super::limits;
use super::operation_kind::OperationKind;
use super::options::Limits;
use super::plan::Plan;
use super::planning::{PlanningError, QueryPlanner};
use super::projection::selection_plan::SelectionPlan;
use super::schema::ApiSchema;
use super::selections::{condition_of, document_for_subgraphs, fragments_of, resolve};
use super::validation::Validator;

/// How many combinations of `@skip` and `@include` variables are kept for one document.
const MAX_VARIANTS: usize = 32;

/// A valid document and the operation picked from it.
pub(super) struct ValidDocument {
    document: Document,
    operation: usize,
    kind: OperationKind,
    /// Variables that decide a `@skip` or `@include`, anywhere in the document.
    conditions: Vec<String>,
    variants: Mutex<HashMap<Vec<bool>, Arc<Variant>>>,
}

/// The operation for one outcome of its `@skip`s and `@include`s.
pub(super) struct Variant {
    pub(super) selection: SelectionPlan,
    /// `None` when no subgraph has to be asked.
    pub(super) plan: Option<Plan>,
    /// The size of the largest answer so far, for the next one's buffer.
    pub(super) answer_size: AtomicUsize,
}

impl ValidDocument {
    /// Parses, picks, limits and validates.
    pub(super) fn try_new(
        text: &str,
        operation_name: Option<&str>,
        limits: &Limits,
        schema: &ApiSchema,
        validator: &Validator,
    ) -> Result<Self, Vec<GraphqlError>> {
        let document = parse(text, limits).map_err(|error| vec![error])?;
        let operation = pick(&document, operation_name).map_err(|error| vec![error])?;
        let picked = operation_at(&document, operation);
        limits::check(limits, &document).map_err(|error| vec![error])?;
        let faults = validator.check(schema, &document);
        if !faults.is_empty() {
            return Err(faults);
        }
        let kind = match picked {
            OperationDefinition::Query(_) | OperationDefinition::SelectionSet(_) => OperationKind::Query,
            OperationDefinition::Mutation(_) => OperationKind::Mutation,
            OperationDefinition::Subscription(_) => OperationKind::Subscription,
        };
        let conditions = condition_variables(&document);
        Ok(Self { document, operation, kind, conditions, variants: Mutex::default() })
    }

    fn operation(&self) -> &OperationDefinition {
        operation_at(&self.document, self.operation)
    }

    pub(super) fn kind(&self) -> OperationKind {
        self.kind
    }

    pub(super) fn name(&self) -> Option<&str> {
        match self.operation() {
            OperationDefinition::Query(query) => query.name.as_deref(),
            OperationDefinition::Mutation(mutation) => mutation.name.as_deref(),
            OperationDefinition::Subscription(subscription) => subscription.name.as_deref(),
            OperationDefinition::SelectionSet(_) => None,
        }
    }

    pub(super) fn variable_definitions(&self) -> &[VariableDefinition] {
        self.operation().variable_definitions()
    }

    /// The operation as these variables make it; planned once for each outcome of its conditions.
    pub(super) fn variant(
        &self,
        schema: &ApiSchema,
        planner: &QueryPlanner,
        variables: &Map<String, Json>,
    ) -> Result<Arc<Variant>, PlanningError> {
        let holds = |name: &str| variables.get(name).and_then(Json::as_bool).unwrap_or(false);
        let outcome: Vec<bool> = self.conditions.iter().map(|name| holds(name)).collect();
        let known = self.variants.lock().unwrap_or_else(PoisonError::into_inner).get(&outcome).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let variant = Arc::new(self.build_variant(schema, planner, &holds)?);
        let mut variants = self.variants.lock().unwrap_or_else(PoisonError::into_inner);
        if variants.len() >= MAX_VARIANTS {
            variants.clear();
        }
        variants.insert(outcome, variant.clone());
        Ok(variant)
    }

    fn build_variant(
        &self,
        schema: &ApiSchema,
        planner: &QueryPlanner,
        holds: &dyn Fn(&str) -> bool,
    ) -> Result<Variant, PlanningError> {
        let root_type = match self.kind {
            OperationKind::Query => Some(schema.query_type()),
            OperationKind::Mutation => schema.mutation_type(),
            OperationKind::Subscription => schema.subscription_type(),
        };
        let root_type = root_type.map_or(self.kind.as_str(), |root| root.name.as_str());
        let operation = self.operation();
        let selections =
            resolve(operation.selection_set(), &fragments_of(&self.document), planner.reserved_keys(), holds);
        let plan = document_for_subgraphs(self.kind, operation.variable_definitions(), &selections)
            .map(|document| planner.plan(&document))
            .transpose()?;
        let selection = SelectionPlan::new(schema, root_type, vec![selections]);
        Ok(Variant { selection, plan, answer_size: AtomicUsize::new(0) })
    }
}

fn parse(text: &str, limits: &Limits) -> Result<Document, GraphqlError> {
    if text.len() > limits.max_document_bytes {
        let message = format!(
            "The document has {} bytes, at most {} are allowed.",
            text.len(),
            limits.max_document_bytes
        );
        return Err(GraphqlError::new("MAX_DOCUMENT_SIZE_EXCEEDED", message));
    }
    graphql_tools::parser::parse_query_with_token_limit::<String>(text, limits.max_tokens)
        .map(graphql_tools::parser::query::Document::into_static)
        .map_err(|error| {
            let text = error.to_string();
            if text.contains("Token limit exceeded") {
                let message = format!("The document has more than {} tokens.", limits.max_tokens);
                return GraphqlError::new("MAX_TOKENS_EXCEEDED", message);
            }
            let message = format!("Syntax error: {}", text.trim().replace('\n', "; "));
            let position = error.0.position;
            GraphqlError::new("GRAPHQL_PARSE_FAILED", message).located([(position.line, position.column)])
        })
}

/// The index of the definition to run.
fn pick(document: &Document, operation_name: Option<&str>) -> Result<usize, GraphqlError> {
    let operations: Vec<(usize, Option<&str>)> = document
        .definitions
        .iter()
        .enumerate()
        .filter_map(|(index, definition)| match definition {
            Definition::Operation(OperationDefinition::SelectionSet(_)) => Some((index, None)),
            Definition::Operation(OperationDefinition::Query(query)) => Some((index, query.name.as_deref())),
            Definition::Operation(OperationDefinition::Mutation(mutation)) => {
                Some((index, mutation.name.as_deref()))
            }
            Definition::Operation(OperationDefinition::Subscription(subscription)) => {
                Some((index, subscription.name.as_deref()))
            }
            Definition::Fragment(_) => None,
        })
        .collect();
    match (operation_name, operations.as_slice()) {
        (_, []) => Err(GraphqlError::new("GRAPHQL_VALIDATION_FAILED", "The document has no operation.")),
        (None, [(index, _)]) => Ok(*index),
        (None, _) => Err(GraphqlError::new(
            "OPERATION_NAME_REQUIRED",
            "The document has several operations, so `operationName` must say which one to run.",
        )),
        (Some(wanted), operations) => {
            let found = operations.iter().find(|(_, name)| *name == Some(wanted));
            found.map(|(index, _)| *index).ok_or_else(|| {
                GraphqlError::new("OPERATION_NOT_FOUND", format!("Unknown operation named \"{wanted}\"."))
            })
        }
    }
}

fn operation_at(document: &Document, index: usize) -> &OperationDefinition {
    match &document.definitions[index] {
        Definition::Operation(operation) => operation,
        Definition::Fragment(_) => unreachable!("`pick` only returns operations"),
    }
}

fn condition_variables(document: &Document) -> Vec<String> {
    let mut names = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::Operation(operation) => collect_conditions(operation.selection_set(), &mut names),
            Definition::Fragment(fragment) => collect_conditions(&fragment.selection_set, &mut names),
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn collect_conditions(selection_set: &SelectionSet, names: &mut Vec<String>) {
    for selection in &selection_set.items {
        let directives: &[Directive] = match selection {
            Selection::Field(field) => {
                collect_conditions(&field.selection_set, names);
                &field.directives
            }
            Selection::InlineFragment(fragment) => {
                collect_conditions(&fragment.selection_set, names);
                &fragment.directives
            }
            Selection::FragmentSpread(spread) => &spread.directives,
        };
        names.extend(
            directives
                .iter()
                .filter(|directive| directive.name == "skip" || directive.name == "include")
                .filter_map(|directive| match condition_of(directive) {
                    Some(Value::Variable(name)) => Some(name.clone()),
                    _ => None,
                }),
        );
    }
}
