//! Which fields an answer's object has, worked out once per selection set and object type.

use std::sync::{Arc, OnceLock};

use ahash::{AHashMap, AHashSet};
use graphql_tools::static_graphql::schema::{Type, TypeDefinition};

use crate::engine::schema::{ApiSchema, PossibleTypes, named_type};
use crate::engine::selections::{FieldNode, Selection, Selections};

/// The selections made on one value, typed lazily: an abstract type's possibilities cost nothing until they occur.
#[derive(Debug)]
pub(in crate::engine) struct SelectionPlan {
    type_name: Arc<str>,
    /// Several when fields with the same response key were merged.
    sources: Vec<Selections>,
    possible: Option<Arc<PossibleTypes>>,
    /// One for each possible type, and a last one for an object whose type is not known.
    typed: Box<[OnceLock<TypedSelection>]>,
}

/// The fields of one object type's answer, in the client's order.
#[derive(Debug)]
pub(in crate::engine) struct TypedSelection {
    pub(in crate::engine) type_name: Arc<str>,
    pub(in crate::engine) fields: Vec<FieldPlan>,
}

#[derive(Debug)]
pub(in crate::engine) struct FieldPlan {
    /// The first of the merged nodes.
    pub(in crate::engine) node: Arc<FieldNode>,
    /// `"key":`.
    pub(in crate::engine) json_key: Box<str>,
    pub(in crate::engine) content: FieldContent,
    parent: Arc<str>,
}

impl FieldPlan {
    pub(in crate::engine) fn response_key(&self) -> &str {
        self.node.response_key()
    }

    /// `Type.field`, for messages.
    pub(in crate::engine) fn coordinate(&self) -> String {
        format!("{}.{}", self.parent, self.node.name)
    }
}

#[derive(Debug)]
pub(in crate::engine) enum FieldContent {
    Typename,
    /// `__schema` or `__type`.
    Introspection {
        selection: SelectionPlan,
    },
    /// The viewer may not have it, which was reported before anything was fetched.
    Denied {
        may_be_null: bool,
    },
    Data {
        shape: Shape,
        selection: Option<SelectionPlan>,
    },
}

/// A field's type, with what is at its core.
#[derive(Debug, Clone)]
pub(in crate::engine) enum Shape {
    NonNull(Box<Shape>),
    List(Box<Shape>),
    Leaf(LeafType),
    Composite,
}

#[derive(Debug, Clone)]
pub(in crate::engine) enum LeafType {
    Int,
    Float,
    String,
    Boolean,
    Id,
    Enum(Arc<AHashSet<String>>),
    Custom,
}

impl LeafType {
    pub(in crate::engine) fn name(&self) -> &'static str {
        match self {
            Self::Int => "Int",
            Self::Float => "Float",
            Self::String => "String",
            Self::Boolean => "Boolean",
            Self::Id => "ID",
            Self::Enum(_) => "enum",
            Self::Custom => "scalar",
        }
    }
}

impl SelectionPlan {
    pub(in crate::engine) fn new(schema: &ApiSchema, type_name: &str, sources: Vec<Selections>) -> Self {
        let possible = schema.possible_types(type_name).cloned();
        let slots = possible.as_ref().map_or(0, |possible| possible.names().len()) + 1;
        let typed = (0..slots).map(|_| OnceLock::new()).collect();
        Self { type_name: type_name.into(), sources, possible, typed }
    }

    pub(in crate::engine) fn type_name(&self) -> &str {
        &self.type_name
    }

    /// Roughly what it takes in memory, or will once it has been used.
    pub(in crate::engine) fn bytes(&self) -> usize {
        // A field's own node, and its place in the typed selections of one or two types.
        const FIELD: usize =
            size_of::<FieldNode>() + 2 * size_of::<FieldPlan>() + 2 * size_of::<TypedSelection>();
        fn count(selections: &[Selection]) -> usize {
            let each = selections.iter().map(|selection| match selection {
                Selection::Field(field) => 1 + field.arguments.len() + count(&field.selections),
                Selection::Fragment { selections, .. } => 1 + count(selections),
            });
            each.sum()
        }
        self.sources.iter().map(|source| count(source) * FIELD).sum()
    }

    pub(in crate::engine) fn is_abstract(&self) -> bool {
        self.possible.is_some()
    }

    /// The fields for an object of that type; `None` when it can't be of that type. An abstract selection whose
    /// object doesn't say its type, or says the abstract type's own name, has the fields that every type has.
    pub(in crate::engine) fn for_type(
        &self,
        schema: &ApiSchema,
        typename: Option<&str>,
    ) -> Option<&TypedSelection> {
        let unknown = self.typed.len() - 1;
        let slot = match (&self.possible, typename) {
            (Some(possible), Some(name)) if name != &*self.type_name => possible.position(name)?,
            _ => unknown,
        };
        Some(self.typed[slot].get_or_init(|| self.typed_selection(schema, slot)))
    }

    /// Whether what is asked of an object depends on which of the possible types it has.
    pub(in crate::engine) fn depends_on_type(&self, schema: &ApiSchema) -> bool {
        self.is_abstract() && self.sources.iter().any(|source| self.has_condition(schema, source))
    }

    fn has_condition(&self, schema: &ApiSchema, selections: &[Selection]) -> bool {
        selections.iter().any(|selection| match selection {
            Selection::Field(node) => node.name == "__typename",
            Selection::Fragment { condition: Some(condition), selections }
                if !self.applies(schema, &self.type_name, condition) =>
            {
                let possible = self.possible.iter().flat_map(|possible| possible.names());
                let mut fitting = possible.filter(|name| schema.satisfies(name, condition));
                fitting.any(|name| has_field(schema, name, selections))
            }
            Selection::Fragment { selections, .. } => self.has_condition(schema, selections),
        })
    }

    fn typed_selection(&self, schema: &ApiSchema, slot: usize) -> TypedSelection {
        let concrete = self.possible.as_ref().and_then(|possible| possible.names().get(slot));
        let type_name = concrete.unwrap_or(&self.type_name).clone();
        let mut collected = Collected::default();
        for source in &self.sources {
            self.collect(schema, &type_name, source, &mut collected);
        }
        let fields =
            collected.nodes.into_iter().filter_map(|nodes| field_plan(schema, &type_name, nodes)).collect();
        TypedSelection { type_name, fields }
    }

    /// CollectFields of the GraphQL specification.
    fn collect(
        &self,
        schema: &ApiSchema,
        type_name: &str,
        selections: &Selections,
        collected: &mut Collected,
    ) {
        for selection in selections.iter() {
            match selection {
                Selection::Field(node) => collected.add(node),
                Selection::Fragment { condition, selections } => {
                    let applies =
                        condition.as_ref().is_none_or(|condition| self.applies(schema, type_name, condition));
                    if applies {
                        self.collect(schema, type_name, selections, collected);
                    }
                }
            }
        }
    }

    fn applies(&self, schema: &ApiSchema, type_name: &str, condition: &str) -> bool {
        schema.satisfies(type_name, condition)
            || (type_name == &*self.type_name
                && self.possible.as_ref().is_some_and(|possible| {
                    possible.names().iter().all(|name| schema.satisfies(name, condition))
                }))
    }
}

/// Whether anything is asked of objects of this type that `@skip` and `@include` have left.
fn has_field(schema: &ApiSchema, type_name: &str, selections: &[Selection]) -> bool {
    selections.iter().any(|selection| match selection {
        Selection::Field(_) => true,
        Selection::Fragment { condition, selections } => {
            condition.as_ref().is_none_or(|condition| schema.satisfies(type_name, condition))
                && has_field(schema, type_name, selections)
        }
    })
}

#[derive(Default)]
struct Collected {
    nodes: Vec<Vec<Arc<FieldNode>>>,
    positions: AHashMap<String, usize>,
}

impl Collected {
    fn add(&mut self, node: &Arc<FieldNode>) {
        if let Some(&position) = self.positions.get(node.response_key()) {
            self.nodes[position].push(node.clone());
        } else {
            self.positions.insert(node.response_key().to_owned(), self.nodes.len());
            self.nodes.push(vec![node.clone()]);
        }
    }
}

fn field_plan(schema: &ApiSchema, type_name: &Arc<str>, nodes: Vec<Arc<FieldNode>>) -> Option<FieldPlan> {
    let node = nodes.first()?.clone();
    let json_key = format!("\"{}\":", node.response_key()).into_boxed_str();
    let sources = || nodes.iter().map(|node| node.selections.clone()).collect::<Vec<_>>();
    let content = if node.name == "__typename" {
        FieldContent::Typename
    } else {
        let field_type = &schema.field(type_name, &node.name)?.field_type;
        if nodes.iter().any(|node| node.is_denied) {
            let content = FieldContent::Denied { may_be_null: !matches!(field_type, Type::NonNullType(_)) };
            return Some(FieldPlan { node, json_key, content, parent: type_name.clone() });
        }
        let inner = named_type(field_type);
        let composite = node.is_composite.then(|| SelectionPlan::new(schema, inner, sources()));
        match composite {
            Some(selection) if node.name == "__schema" || node.name == "__type" => {
                FieldContent::Introspection { selection }
            }
            selection => FieldContent::Data { shape: shape(schema, field_type), selection },
        }
    };
    Some(FieldPlan { node, json_key, content, parent: type_name.clone() })
}

fn shape(schema: &ApiSchema, field_type: &Type) -> Shape {
    match field_type {
        Type::NonNullType(inner) => Shape::NonNull(Box::new(shape(schema, inner))),
        Type::ListType(inner) => Shape::List(Box::new(shape(schema, inner))),
        Type::NamedType(name) => match schema.type_definition(name) {
            Some(TypeDefinition::Object(_) | TypeDefinition::Interface(_) | TypeDefinition::Union(_)) => {
                Shape::Composite
            }
            Some(TypeDefinition::Enum(definition)) => {
                let values = definition.values.iter().map(|value| value.name.clone()).collect();
                Shape::Leaf(LeafType::Enum(Arc::new(values)))
            }
            _ => Shape::Leaf(match name.as_str() {
                "Int" => LeafType::Int,
                "Float" => LeafType::Float,
                "String" => LeafType::String,
                "Boolean" => LeafType::Boolean,
                "ID" => LeafType::Id,
                _ => LeafType::Custom,
            }),
        },
    }
}
