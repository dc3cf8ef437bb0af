//! The API schema, indexed: what clients may ask, and which object types an abstract type stands for.

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use graphql_tools::static_graphql::schema::{
    Definition, Document, Field, ObjectType, Type, TypeDefinition, UnionType,
};

mod cleaning;

/// Which object types an abstract type of the *supergraph* stands for, inaccessible ones included.
#[derive(Debug, Default)]
pub(super) struct TypeConditions {
    objects: AHashSet<String>,
    members: AHashMap<String, Vec<String>>,
}

impl TypeConditions {
    pub(super) fn new(supergraph: &Document) -> Self {
        let mut conditions = Self::default();
        for definition in &supergraph.definitions {
            match definition {
                Definition::TypeDefinition(TypeDefinition::Object(object)) => {
                    conditions.objects.insert(object.name.clone());
                    for interface in &object.implements_interfaces {
                        conditions.members.entry(interface.clone()).or_default().push(object.name.clone());
                    }
                }
                Definition::TypeDefinition(TypeDefinition::Union(union)) => {
                    conditions
                        .members
                        .entry(union.name.clone())
                        .or_default()
                        .extend(union.types.iter().cloned());
                }
                _ => {}
            }
        }
        conditions
    }

    pub(super) fn is_object(&self, name: &str) -> bool {
        self.objects.contains(name)
    }

    /// The names themselves and every object type they stand for.
    pub(super) fn expand<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
        let mut expanded = Vec::new();
        for name in names {
            let members = self.members.get(name).into_iter().flatten().map(String::as_str);
            for name in std::iter::once(name).chain(members) {
                if !expanded.iter().any(|known| known == name) {
                    expanded.push(name.to_owned());
                }
            }
        }
        expanded
    }
}

/// The object types an abstract type of the API stands for, in the schema's order.
#[derive(Debug, Default)]
pub(super) struct PossibleTypes {
    names: Vec<Arc<str>>,
    positions: AHashMap<Arc<str>, usize>,
}

impl PossibleTypes {
    pub(super) fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    fn push(&mut self, name: &str) {
        let name: Arc<str> = name.into();
        if !self.positions.contains_key(&name) {
            self.positions.insert(name.clone(), self.names.len());
            self.names.push(name);
        }
    }
}

/// What clients see of the supergraph.
#[derive(Debug)]
pub(super) struct ApiSchema {
    document: Document,
    types: AHashMap<String, usize>,
    possible_types: AHashMap<String, Arc<PossibleTypes>>,
}

impl ApiSchema {
    /// `consumer` is the supergraph without what is inaccessible and without most of the federation machinery.
    pub(super) fn new(consumer: &Document) -> Self {
        let document = cleaning::clean(consumer);
        let mut types = AHashMap::new();
        let mut possible: AHashMap<String, PossibleTypes> = AHashMap::new();
        for (index, definition) in document.definitions.iter().enumerate() {
            let Definition::TypeDefinition(definition) = definition else {
                continue;
            };
            types.insert(definition.name().to_owned(), index);
            match definition {
                TypeDefinition::Object(object) => {
                    for interface in &object.implements_interfaces {
                        possible.entry(interface.clone()).or_default().push(&object.name);
                    }
                }
                TypeDefinition::Union(UnionType { name, types, .. }) => {
                    let members = possible.entry(name.clone()).or_default();
                    for member in types {
                        members.push(member);
                    }
                }
                TypeDefinition::Interface(interface) => {
                    possible.entry(interface.name.clone()).or_default();
                }
                _ => {}
            }
        }
        let possible_types = possible.into_iter().map(|(name, types)| (name, Arc::new(types))).collect();
        Self { document, types, possible_types }
    }

    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    pub(super) fn type_definition(&self, name: &str) -> Option<&TypeDefinition> {
        match &self.document.definitions[*self.types.get(name)?] {
            Definition::TypeDefinition(definition) => Some(definition),
            _ => None,
        }
    }

    pub(super) fn type_definitions(&self) -> impl Iterator<Item = &TypeDefinition> {
        self.document.definitions.iter().filter_map(|definition| match definition {
            Definition::TypeDefinition(definition) => Some(definition),
            _ => None,
        })
    }

    pub(super) fn query_type(&self) -> &ObjectType {
        self.document.query_type()
    }

    pub(super) fn mutation_type(&self) -> Option<&ObjectType> {
        self.document.mutation_type()
    }

    pub(super) fn subscription_type(&self) -> Option<&ObjectType> {
        self.document.subscription_type()
    }

    pub(super) fn field(&self, type_name: &str, field_name: &str) -> Option<&Field> {
        let fields = match self.type_definition(type_name)? {
            TypeDefinition::Object(object) => &object.fields,
            TypeDefinition::Interface(interface) => &interface.fields,
            _ => return None,
        };
        fields.iter().find(|field| field.name == field_name)
    }

    /// `None` for everything but interfaces and unions.
    pub(super) fn possible_types(&self, abstract_type: &str) -> Option<&Arc<PossibleTypes>> {
        self.possible_types.get(abstract_type)
    }

    /// Whether an object of type `concrete` satisfies `... on condition`.
    pub(super) fn satisfies(&self, concrete: &str, condition: &str) -> bool {
        concrete == condition
            || self.possible_types(condition).is_some_and(|types| types.position(concrete).is_some())
    }
}

/// The name inside all wrappers.
pub(super) fn named_type(mut shape: &Type) -> &str {
    loop {
        match shape {
            Type::NamedType(name) => return name,
            Type::ListType(inner) | Type::NonNullType(inner) => shape = inner,
        }
    }
}
