//! A subgraph's types as our own checks ask about them.

use std::collections::{BTreeMap, BTreeSet};

use federation_composition::graphql_core::{
    Definition, Directive, Document, FieldDefinition, NamedType, Value,
};

use super::planner::named;

const FEDERATION_SPEC: &str = "specs.apollo.dev/federation/";

/// The composite types of one subgraph, extensions merged into what they extend.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub types: BTreeMap<String, Shape>,
    /// Whether the subgraph says that it speaks Federation 2.
    pub is_linked: bool,
}

/// One object, interface or union.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub is_interface: bool,
    pub is_interface_object: bool,
    pub has_resolvable_key: bool,
    pub interfaces: BTreeSet<String>,
    pub members: BTreeSet<String>,
    pub fields: BTreeMap<String, Field>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub returns: String,
    pub is_external: bool,
    /// The subgraph it is taken over from.
    pub overrides: Option<String>,
}

impl Model {
    pub(super) fn of(document: &Document) -> Self {
        let names = Names::of(document);
        let mut model = Self { is_linked: names.is_linked, ..Self::default() };
        for definition in &document.definitions {
            model.add(definition, &names);
        }
        model
    }

    /// The object types that a value of type `name` can be here.
    pub(super) fn runtime_types(&self, name: &str) -> BTreeSet<String> {
        match self.types.get(name) {
            Some(shape) if shape.is_interface => self.implementations(name).map(str::to_owned).collect(),
            Some(shape) if !shape.members.is_empty() => shape.members.clone(),
            Some(_) => BTreeSet::from([name.to_owned()]),
            None => BTreeSet::new(),
        }
    }

    /// The object types that implement an interface here.
    pub(super) fn implementations<'a>(&'a self, interface: &'a str) -> impl Iterator<Item = &'a str> {
        let implements =
            move |(_, shape): &(&String, &Shape)| !shape.is_interface && shape.interfaces.contains(interface);
        self.types.iter().filter(implements).map(|(name, _)| name.as_str())
    }

    /// Whether a field, or an argument of it, belongs to another subgraph.
    pub(super) fn is_external(&self, coordinate: &str) -> bool {
        let member = coordinate.split('(').next().unwrap_or(coordinate);
        let field = member.split_once('.').and_then(|(ty, field)| self.types.get(ty)?.fields.get(field));
        field.is_some_and(|field| field.is_external)
    }

    fn add(&mut self, definition: &Definition, names: &Names) {
        match definition {
            Definition::ObjectTypeDefinition(ty) => {
                let shape = self.composite(&ty.name.value, &ty.directives, &ty.fields, names);
                shape.interfaces.extend(texts(&ty.interfaces));
            }
            Definition::ObjectTypeExtension(ty) => {
                let shape = self.composite(&ty.name.value, &ty.directives, &ty.fields, names);
                shape.interfaces.extend(texts(&ty.interfaces));
            }
            Definition::InterfaceTypeDefinition(ty) => {
                self.composite(&ty.name.value, &ty.directives, &ty.fields, names).is_interface = true;
            }
            Definition::InterfaceTypeExtension(ty) => {
                self.composite(&ty.name.value, &ty.directives, &ty.fields, names).is_interface = true;
            }
            Definition::UnionTypeDefinition(ty) => self.union(&ty.name.value, &ty.types),
            Definition::UnionTypeExtension(ty) => self.union(&ty.name.value, &ty.types),
            _ => {}
        }
    }

    fn composite(
        &mut self,
        name: &str,
        directives: &[Directive],
        fields: &[FieldDefinition],
        names: &Names,
    ) -> &mut Shape {
        let shape = self.types.entry(name.to_owned()).or_default();
        shape.is_interface_object |= names.find(directives, "interfaceObject").is_some();
        let resolvable = |key: &Directive| !matches!(argument(key, "resolvable"), Some(Value::Boolean(value)) if !value.value);
        shape.has_resolvable_key |=
            directives.iter().any(|found| names.is(found, "key") && resolvable(found));
        for field in fields {
            let overrides = names.find(&field.directives, "override").and_then(|found| text(found, "from"));
            let field_shape = Field {
                returns: named(&field.ty).to_owned(),
                is_external: names.find(&field.directives, "external").is_some(),
                overrides: overrides.map(str::to_owned),
            };
            shape.fields.insert(field.name.value.clone(), field_shape);
        }
        shape
    }

    fn union(&mut self, name: &str, members: &[NamedType]) {
        self.types.entry(name.to_owned()).or_default().members.extend(texts(members));
    }
}

/// What this subgraph calls the federation directives: imported, renamed, or behind their namespace.
struct Names {
    is_linked: bool,
    namespace: String,
    renamed: BTreeMap<String, String>,
}

impl Names {
    fn of(document: &Document) -> Self {
        let mut names =
            Self { is_linked: false, namespace: "federation".to_owned(), renamed: BTreeMap::new() };
        for definition in &document.definitions {
            let directives = match definition {
                Definition::SchemaDefinition(schema) => &schema.directives,
                Definition::SchemaExtension(schema) => &schema.directives,
                _ => continue,
            };
            let is_federation =
                |link: &&Directive| text(link, "url").is_some_and(|url| url.contains(FEDERATION_SPEC));
            if let Some(link) = directives.iter().find(is_federation) {
                names.read(link);
            }
        }
        names
    }

    fn read(&mut self, link: &Directive) {
        self.is_linked = true;
        if let Some(namespace) = text(link, "as") {
            namespace.clone_into(&mut self.namespace);
        }
        let Some(Value::List(imports)) = argument(link, "import") else { return };
        for import in &imports.values {
            let Value::Object(import) = import else { continue };
            let part = |key: &str| {
                let field = import.fields.iter().find(|field| field.name.value == key)?;
                let Value::String(text) = &field.value else { return None };
                Some(text.value.trim_start_matches('@').to_owned())
            };
            if let (Some(name), Some(renamed)) = (part("name"), part("as")) {
                self.renamed.insert(name, renamed);
            }
        }
    }

    fn is(&self, directive: &Directive, name: &str) -> bool {
        let found = directive.name.value.as_str();
        let imported = self.renamed.get(name).map_or(name, String::as_str);
        found == imported
            || found.strip_prefix(&self.namespace).and_then(|rest| rest.strip_prefix("__")) == Some(name)
    }

    fn find<'a>(&self, directives: &'a [Directive], name: &str) -> Option<&'a Directive> {
        directives.iter().find(|directive| self.is(directive, name))
    }
}

fn texts(types: &[NamedType]) -> impl Iterator<Item = String> {
    types.iter().map(|ty| ty.name.value.clone())
}

fn argument<'a>(directive: &'a Directive, name: &str) -> Option<&'a Value> {
    directive.arguments.iter().find(|argument| argument.name.value == name).map(|argument| &argument.value)
}

fn text<'a>(directive: &'a Directive, name: &str) -> Option<&'a str> {
    match argument(directive, name) {
        Some(Value::String(text)) => Some(&text.value),
        _ => None,
    }
}
