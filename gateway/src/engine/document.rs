//! From a request's text to an operation that is known to be valid.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use ahash::{AHashMap, AHashSet};
use graphql_tools::static_graphql::query::{
    Definition, Directive, Document, FragmentDefinition, OperationDefinition, Selection, SelectionSet, Value,
    VariableDefinition,
};
use serde_json::{Map, Value as Json};

use super::authorization::{Authorization, Denial, Filtered, Touched};
use super::graphql_error::GraphqlError;
use super::limits;
use super::operation_kind::OperationKind;
use super::options::Limits;
use super::plan::Plan;
use super::planning::{PlanningError, QueryPlanner};
use super::preparations::PlanKey;
use super::projection::selection_plan::SelectionPlan;
use super::resumable::Resumption;
use super::schema::ApiSchema;
use super::selections::{condition_of, document_for_subgraphs, fragments_of, resolve, resolve_all};
use super::validation::Validator;
use crate::trace::phase;

mod footprint;

/// Numbers documents, for as long as the process runs.
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);

/// A valid document and the operation picked from it.
pub(super) struct ValidDocument {
    number: u64,
    document: Document,
    operation: usize,
    /// As it came, of a subscription only: to be prepared again when the supergraph changes.
    text: Option<Box<str>>,
    kind: OperationKind,
    /// Variables that decide a `@skip` or `@include` of the operation.
    conditions: Vec<String>,
    /// What is required of whoever asks for anything in the document.
    touched: Touched,
    bytes: usize,
    /// How often it was asked for; the most used ones are planned first when the supergraph is replaced.
    uses: AtomicU64,
}

/// What documents are prepared with.
#[derive(Clone, Copy)]
pub(super) struct Preparation<'p> {
    pub(super) schema: &'p ApiSchema,
    pub(super) planner: &'p QueryPlanner,
    pub(super) validator: &'p Validator,
    pub(super) authorization: &'p Authorization,
    pub(super) limits: &'p Limits,
}

/// The operation as those with the same rights may run it, for one outcome of its `@skip`s and `@include`s, and of the supergraph's progressive overrides.
pub(super) struct Variant {
    pub(super) selection: SelectionPlan,
    /// `None` when no subgraph has to be asked.
    pub(super) plan: Option<Plan>,
    /// The fields that were taken out because their viewer may not have them.
    pub(super) denials: Vec<Denial>,
    /// For a subscription that can be taken up again.
    pub(super) resumption: Option<Resumption>,
    /// The size of the largest answer so far, for the next one's buffer.
    pub(super) answer_size: AtomicUsize,
}

impl Variant {
    /// Roughly what it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        // A path's few steps and its coordinate.
        const DENIAL: usize = size_of::<Denial>() + 256;
        let plan = self.plan.as_ref().map_or(0, Plan::bytes);
        size_of::<Self>() + self.selection.bytes() + plan + self.denials.len() * DENIAL
    }
}

impl ValidDocument {
    /// Parses, picks, limits and validates.
    pub(super) fn try_new(
        text: &str,
        operation_name: Option<&str>,
        preparation: &Preparation<'_>,
    ) -> Result<Self, Vec<GraphqlError>> {
        let Preparation { schema, validator, limits, .. } = *preparation;
        let document = phase!("parse").in_scope(|| parse(text, limits)).map_err(|error| vec![error])?;
        let operation = pick(&document, operation_name).map_err(|error| vec![error])?;
        let picked = operation_at(&document, operation);
        limits::check(limits, &document).map_err(|error| vec![error])?;
        let faults = phase!("validate").in_scope(|| validator.check(schema, &document));
        if !faults.is_empty() {
            return Err(faults);
        }
        let kind = match picked {
            OperationDefinition::Query(_) | OperationDefinition::SelectionSet(_) => OperationKind::Query,
            OperationDefinition::Mutation(_) => OperationKind::Mutation,
            OperationDefinition::Subscription(_) => OperationKind::Subscription,
        };
        let conditions = condition_variables(&document, picked);
        let text: Option<Box<str>> = (kind == OperationKind::Subscription).then(|| text.into());
        let bytes =
            size_of::<Self>() + footprint::of_document(&document) + text.as_deref().map_or(0, str::len);
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        let (touched, uses) = (Touched::default(), AtomicU64::new(0));
        let mut valid = Self { number, document, operation, text, kind, conditions, touched, bytes, uses };
        valid.touched = valid.find_touched(preparation);
        Ok(valid)
    }

    fn find_touched(&self, preparation: &Preparation<'_>) -> Touched {
        let Preparation { schema, planner, authorization, .. } = *preparation;
        if authorization.is_idle() {
            return Touched::default();
        }
        let fragments = fragments_of(&self.document);
        let selections = resolve_all(self.operation().selection_set(), &fragments, planner.reserved_keys());
        authorization.touched(schema, self.root_type(schema), &selections)
    }

    /// What is required of whoever asks for anything in the document.
    pub(super) fn touched(&self) -> &Touched {
        &self.touched
    }

    /// Tells this document from every other.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Roughly what it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn uses(&self) -> u64 {
        self.uses.load(Ordering::Relaxed)
    }

    pub(super) fn count_uses(&self, more: u64) {
        self.uses.fetch_add(more, Ordering::Relaxed);
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

    /// Of a subscription.
    pub(super) fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    pub(super) fn normalized_text(&self) -> String {
        self.document.to_string()
    }

    pub(super) fn variable_definitions(&self) -> &[VariableDefinition] {
        self.operation().variable_definitions()
    }

    /// What these variables say where a `@skip` or `@include` asks. A nullable variable with a default may stand there,
    /// and then be given null.
    pub(super) fn conditions(&self, variables: &Map<String, Json>) -> Result<Vec<bool>, GraphqlError> {
        self.conditions
            .iter()
            .map(|name| match variables.get(name) {
                Some(Json::Null) => {
                    let message = format!(
                        "Argument \"if\" of non-null type \"Boolean!\" must not be null, but variable \"${name}\" is."
                    );
                    Err(GraphqlError::new("BAD_USER_INPUT", message))
                }
                value => Ok(value.and_then(Json::as_bool).unwrap_or(false)),
            })
            .collect()
    }

    /// The operation for these outcomes of its conditions and these rights.
    pub(super) fn variant(
        &self,
        preparation: &Preparation<'_>,
        key: &PlanKey,
    ) -> Result<Variant, PlanningError> {
        let holds = |name: &str| {
            let known = self.conditions.iter().zip(&key.conditions).find(|(known, _)| *known == name);
            known.is_some_and(|(_, outcome)| *outcome)
        };
        let Preparation { schema, planner, authorization, .. } = *preparation;
        let root_type = self.root_type(schema);
        let operation = self.operation();
        let selections = resolve(
            operation.selection_set(),
            &fragments_of(&self.document),
            planner.reserved_keys(),
            &holds,
        );
        let Filtered { selections, denials } =
            authorization.filter(schema, self.kind, root_type, selections, &key.unmet);
        let mut variables = operation.variable_definitions().to_vec();
        let resumable = (self.kind == OperationKind::Subscription)
            .then(|| planner.resumables().amend(&selections, &variables))
            .flatten();
        let (asked, resumption) = match resumable {
            Some((amended, variable, resumption)) => {
                variables.push(variable);
                (amended, Some(resumption))
            }
            None => (selections.clone(), None),
        };
        let plan = document_for_subgraphs(self.kind, &variables, &asked)
            .filter(|_| !authorization.refuses(self.kind, &denials))
            .map(|document| phase!("plan").in_scope(|| planner.plan(&document, key.overrides)))
            .transpose()?;
        let selection = SelectionPlan::new(schema, root_type, vec![selections]);
        Ok(Variant { selection, plan, denials, resumption, answer_size: AtomicUsize::new(0) })
    }

    fn root_type<'s>(&self, schema: &'s ApiSchema) -> &'s str {
        let root_type = match self.kind {
            OperationKind::Query => Some(schema.query_type()),
            OperationKind::Mutation => schema.mutation_type(),
            OperationKind::Subscription => schema.subscription_type(),
        };
        root_type.map_or(self.kind.as_str(), |root| root.name.as_str())
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

/// The variables of the operation's conditions, its fragments' included.
fn condition_variables(document: &Document, operation: &OperationDefinition) -> Vec<String> {
    let mut search =
        ConditionSearch { fragments: fragments_of(document), visited: AHashSet::new(), names: Vec::new() };
    search.selection_set(operation.selection_set());
    search.names.sort_unstable();
    search.names.dedup();
    search.names
}

struct ConditionSearch<'d> {
    fragments: AHashMap<&'d str, &'d FragmentDefinition>,
    visited: AHashSet<&'d str>,
    names: Vec<String>,
}

impl<'d> ConditionSearch<'d> {
    fn selection_set(&mut self, selection_set: &'d SelectionSet) {
        for selection in &selection_set.items {
            let directives: &[Directive] = match selection {
                Selection::Field(field) => {
                    self.selection_set(&field.selection_set);
                    &field.directives
                }
                Selection::InlineFragment(fragment) => {
                    self.selection_set(&fragment.selection_set);
                    &fragment.directives
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.fragment_name.as_str();
                    if self.visited.insert(name)
                        && let Some(fragment) = self.fragments.get(name).copied()
                    {
                        self.selection_set(&fragment.selection_set);
                    }
                    &spread.directives
                }
            };
            self.directives(directives);
        }
    }

    fn directives(&mut self, directives: &[Directive]) {
        let conditions = directives
            .iter()
            .filter(|directive| directive.name == "skip" || directive.name == "include")
            .filter_map(|directive| match condition_of(directive) {
                Some(Value::Variable(name)) => Some(name.clone()),
                _ => None,
            });
        self.names.extend(conditions);
    }
}
