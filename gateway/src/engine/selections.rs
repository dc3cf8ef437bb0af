//! The client's selections with fragments put in place and `@skip` and `@include` decided.

use std::sync::Arc;

use ahash::AHashMap;
use graphql_tools::parser::Pos;
use graphql_tools::static_graphql::query::{
    Definition, Directive, Document, Field, FragmentDefinition, InlineFragment, OperationDefinition, Query,
    Selection as AstSelection, SelectionSet, Subscription, TypeCondition, Value, VariableDefinition,
};

use super::operation_kind::OperationKind;
use super::reserved_keys::ReservedKeys;

/// Selections shared by every place that spreads the same fragment.
pub(super) type Selections = Arc<[Selection]>;

#[derive(Debug, Clone)]
pub(super) enum Selection {
    Field(Arc<FieldNode>),
    Fragment { condition: Option<Arc<str>>, selections: Selections },
}

#[derive(Debug)]
pub(super) struct FieldNode {
    pub(super) alias: Option<String>,
    /// The alias under which subgraphs are asked, when the client's own would stand in the planner's way.
    guarded_alias: Option<String>,
    pub(super) name: String,
    pub(super) arguments: Vec<(String, Value)>,
    pub(super) selections: Selections,
    /// Whether the field was written with a selection set, even if nothing of it is left.
    pub(super) is_composite: bool,
    /// Whether the viewer may not have it: no subgraph is asked, and it is null.
    pub(super) is_denied: bool,
}

impl FieldNode {
    pub(super) fn response_key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }

    /// The field as one that the viewer may not have.
    pub(super) fn denied(&self) -> Self {
        Self { is_denied: true, ..self.with_selections(Selections::default()) }
    }

    /// A field without arguments and selections.
    pub(super) fn leaf(alias: &str, name: &str) -> Self {
        Self {
            alias: Some(alias.to_owned()),
            guarded_alias: None,
            name: name.to_owned(),
            arguments: Vec::new(),
            selections: Selections::default(),
            is_composite: false,
            is_denied: false,
        }
    }

    /// The same field with an argument set and a field more below it.
    pub(super) fn amended(&self, argument: (&str, Value), below: Self) -> Self {
        let (name, value) = argument;
        let others = self.arguments.iter().filter(|(known, _)| known != name).cloned();
        let more = Selection::Field(Arc::new(below));
        let selections = self.selections.iter().cloned().chain([more]).collect();
        Self {
            arguments: others.chain([(name.to_owned(), value)]).collect(),
            ..self.with_selections(selections)
        }
    }

    pub(super) fn with_selections(&self, selections: Selections) -> Self {
        Self {
            alias: self.alias.clone(),
            guarded_alias: self.guarded_alias.clone(),
            name: self.name.clone(),
            arguments: self.arguments.clone(),
            selections,
            is_composite: self.is_composite,
            is_denied: self.is_denied,
        }
    }

    /// Under which key the field stands in the request's data.
    pub(super) fn data_key(&self) -> &str {
        self.guarded_alias.as_deref().unwrap_or_else(|| self.response_key())
    }
}

/// The fragments of a document by name.
pub(super) fn fragments_of(document: &Document) -> AHashMap<&str, &FragmentDefinition> {
    document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::Fragment(fragment) => Some((fragment.name.as_str(), fragment)),
            Definition::Operation(_) => None,
        })
        .collect()
}

/// Resolves a selection set; `holds` tells the value of a condition's variable.
pub(super) fn resolve(
    selection_set: &SelectionSet,
    fragments: &AHashMap<&str, &FragmentDefinition>,
    reserved: &ReservedKeys,
    holds: &dyn Fn(&str) -> bool,
) -> Selections {
    Resolver { fragments, reserved, holds: Some(holds), resolved: AHashMap::new() }
        .selection_set(selection_set)
}

/// Resolves a selection set as if every `@skip` and `@include` let everything pass.
pub(super) fn resolve_all(
    selection_set: &SelectionSet,
    fragments: &AHashMap<&str, &FragmentDefinition>,
    reserved: &ReservedKeys,
) -> Selections {
    Resolver { fragments, reserved, holds: None, resolved: AHashMap::new() }.selection_set(selection_set)
}

struct Resolver<'d> {
    fragments: &'d AHashMap<&'d str, &'d FragmentDefinition>,
    reserved: &'d ReservedKeys,
    /// `None` includes everything.
    holds: Option<&'d dyn Fn(&str) -> bool>,
    resolved: AHashMap<&'d str, Selections>,
}

impl<'d> Resolver<'d> {
    fn selection_set(&mut self, selection_set: &'d SelectionSet) -> Selections {
        let mut selections = Vec::with_capacity(selection_set.items.len());
        for item in &selection_set.items {
            match item {
                AstSelection::Field(field) => {
                    if self.included(&field.directives) {
                        selections.push(Selection::Field(Arc::new(self.field(field))));
                    }
                }
                AstSelection::InlineFragment(fragment) => {
                    if self.included(&fragment.directives) {
                        let condition = fragment.type_condition.as_ref().map(condition_name);
                        let selections_below = self.selection_set(&fragment.selection_set);
                        selections.push(Selection::Fragment { condition, selections: selections_below });
                    }
                }
                AstSelection::FragmentSpread(spread) => {
                    if self.included(&spread.directives)
                        && let Some(fragment) = self.fragments.get(spread.fragment_name.as_str()).copied()
                    {
                        let condition = Some(condition_name(&fragment.type_condition));
                        selections
                            .push(Selection::Fragment { condition, selections: self.fragment(fragment) });
                    }
                }
            }
        }
        selections.into()
    }

    /// Validation has refused fragments that contain themselves.
    fn fragment(&mut self, fragment: &'d FragmentDefinition) -> Selections {
        if let Some(resolved) = self.resolved.get(fragment.name.as_str()) {
            return resolved.clone();
        }
        let resolved = self.selection_set(&fragment.selection_set);
        self.resolved.insert(&fragment.name, resolved.clone());
        resolved
    }

    fn field(&mut self, field: &'d Field) -> FieldNode {
        FieldNode {
            // `a: a` is `a`; the planner takes them for two fields.
            alias: field.alias.clone().filter(|alias| *alias != field.name),
            guarded_alias: self.reserved.guarded_alias(field),
            name: field.name.clone(),
            arguments: field.arguments.clone(),
            selections: self.selection_set(&field.selection_set),
            is_composite: !field.selection_set.items.is_empty(),
            is_denied: false,
        }
    }

    fn included(&self, directives: &[Directive]) -> bool {
        let Some(holds) = self.holds else {
            return true;
        };
        directives.iter().all(|directive| match directive.name.as_str() {
            "skip" => !condition(directive, holds),
            "include" => condition(directive, holds),
            _ => true,
        })
    }
}

fn condition(directive: &Directive, holds: &dyn Fn(&str) -> bool) -> bool {
    match condition_of(directive) {
        Some(Value::Boolean(value)) => *value,
        Some(Value::Variable(name)) => holds(name),
        _ => false,
    }
}

/// The `if` argument of `@skip` or `@include`.
pub(super) fn condition_of(directive: &Directive) -> Option<&Value> {
    directive.arguments.iter().find(|(name, _)| name == "if").map(|(_, value)| value)
}

fn condition_name(condition: &TypeCondition) -> Arc<str> {
    let TypeCondition::On(name) = condition;
    Arc::from(name.as_str())
}

/// The document to plan: what is left for subgraphs. `None` when the gateway can answer everything itself.
pub(super) fn document_for_subgraphs(
    kind: OperationKind,
    variables: &[VariableDefinition],
    root: &Selections,
) -> Option<Document> {
    let selection_set = ast(root, true);
    if selection_set.items.is_empty() {
        return None;
    }
    let position = Pos::default();
    let variable_definitions = variables.to_vec();
    let operation = match kind {
        OperationKind::Query => OperationDefinition::Query(Query {
            position,
            name: None,
            variable_definitions,
            directives: Vec::new(),
            selection_set,
        }),
        OperationKind::Mutation => {
            OperationDefinition::Mutation(graphql_tools::static_graphql::query::Mutation {
                position,
                name: None,
                variable_definitions,
                directives: Vec::new(),
                selection_set,
            })
        }
        OperationKind::Subscription => OperationDefinition::Subscription(Subscription {
            position,
            name: None,
            variable_definitions,
            directives: Vec::new(),
            selection_set,
        }),
    };
    Some(Document { definitions: vec![Definition::Operation(operation)] })
}

fn ast(selections: &[Selection], at_root: bool) -> SelectionSet {
    let position = Pos::default();
    let items = selections.iter().filter_map(|selection| match selection {
        // `__typename`, `__schema` and `__type`: the gateway's own to answer.
        Selection::Field(field) if at_root && field.name == "__typename" => None,
        // Wherever a query type is reached again, too.
        Selection::Field(field) if field.name == "__schema" || field.name == "__type" => None,
        Selection::Field(field) if field.is_denied => None,
        Selection::Field(field) => {
            let mut selection_set = ast(&field.selections, false);
            if field.is_composite && selection_set.items.is_empty() {
                // Everything below was skipped or denied, yet whether the object exists must be asked.
                selection_set.items.push(AstSelection::Field(typename()));
            }
            Some(AstSelection::Field(Field {
                position,
                alias: subgraph_alias(field),
                name: field.name.clone(),
                arguments: field.arguments.clone(),
                directives: Vec::new(),
                selection_set,
            }))
        }
        Selection::Fragment { condition, selections } => {
            let selection_set = ast(selections, at_root);
            (!selection_set.items.is_empty()).then(|| {
                AstSelection::InlineFragment(InlineFragment {
                    position,
                    type_condition: condition.as_ref().map(|name| TypeCondition::On(name.to_string())),
                    directives: Vec::new(),
                    selection_set,
                })
            })
        }
    });
    SelectionSet { span: (position, position), items: items.collect() }
}

/// `__typename` is always asked for by its own name: abstract types are told apart by it, and the answer to the
/// client's alias is written from it.
fn subgraph_alias(field: &FieldNode) -> Option<String> {
    if field.name == "__typename" {
        return None;
    }
    field.guarded_alias.clone().or_else(|| field.alias.clone())
}

fn typename() -> Field {
    let position = Pos::default();
    Field {
        position,
        alias: None,
        name: "__typename".to_owned(),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: SelectionSet { span: (position, position), items: Vec::new() },
    }
}
