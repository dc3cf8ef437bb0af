//! The requirements of a supergraph, read once when it is loaded.
//!
//! A field requires what stands at its definition and at the type it returns. Beyond what is written:
//! what an interface requires holds for its implementations, too, or a fragment on one of them would be a way around
//! it (composers that pass requirements on from implementations to their interface demand nothing new by that); and a
//! field that `@requires` others requires what they require, or it would tell what they hide.

use ahash::AHashMap;
use graphql_tools::static_graphql::query::{
    Definition as QueryDefinition, OperationDefinition, Selection, SelectionSet, TypeCondition, Value,
};
use graphql_tools::static_graphql::schema::{Definition, Directive, Document, Field, TypeDefinition};

use super::requirement::{Alternatives, Requirement, RequirementId};
use crate::engine::schema::named_type;

/// What types and fields of a supergraph require.
#[derive(Debug, Default)]
pub(super) struct Rules {
    requirements: Vec<Requirement>,
    types: AHashMap<String, TypeRules>,
}

#[derive(Debug, Default)]
struct TypeRules {
    /// Of whoever is given an object, or a value, of the type.
    own: Vec<RequirementId>,
    /// Of whoever asks for a field, its return type's included.
    fields: AHashMap<String, Vec<RequirementId>>,
}

impl Rules {
    pub(super) fn of(supergraph: &Document) -> Self {
        let names = DirectiveNames::of(supergraph);
        let mut rules = Self::default();
        for definition in type_definitions(supergraph) {
            let own = rules.declared(&names, directives_of(definition));
            let fields = fields_of(definition)
                .iter()
                .map(|field| (field.name.clone(), rules.declared(&names, &field.directives)))
                .filter(|(_, ids)| !ids.is_empty())
                .collect();
            rules.types.insert(definition.name().to_owned(), TypeRules { own, fields });
        }
        if rules.requirements.is_empty() {
            return Self::default();
        }
        rules.pass_on_from_interfaces(supergraph);
        rules.add_those_of_returned_types(supergraph);
        rules.add_those_of_required_fields(supergraph);
        rules
    }

    pub(super) fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    pub(super) fn requirement(&self, id: RequirementId) -> &Requirement {
        &self.requirements[id]
    }

    /// What is required for an object of a type.
    pub(super) fn of_type(&self, type_name: &str) -> &[RequirementId] {
        self.types.get(type_name).map_or(&[], |rules| &rules.own)
    }

    /// What is required for a field of a type, the type's own requirements aside.
    pub(super) fn of_field(&self, type_name: &str, field: &str) -> &[RequirementId] {
        self.types.get(type_name).and_then(|rules| rules.fields.get(field)).map_or(&[], Vec::as_slice)
    }

    fn declared(&mut self, names: &DirectiveNames, directives: &[Directive]) -> Vec<RequirementId> {
        let mut ids = Vec::new();
        for requirement in directives.iter().filter_map(|directive| names.requirement(directive)) {
            let known = self.requirements.iter().position(|known| *known == requirement);
            let id = known.unwrap_or_else(|| {
                self.requirements.push(requirement);
                self.requirements.len() - 1
            });
            add(&mut ids, &[id]);
        }
        ids
    }

    fn pass_on_from_interfaces(&mut self, supergraph: &Document) {
        for definition in type_definitions(supergraph) {
            let TypeDefinition::Interface(interface) = definition else {
                continue;
            };
            let implementations: Vec<&str> = type_definitions(supergraph)
                .filter(|definition| interfaces_of(definition).contains(&interface.name))
                .map(TypeDefinition::name)
                .collect();
            let of_type = self.of_type(&interface.name).to_vec();
            let of_all: Vec<_> =
                implementations.iter().flat_map(|name| self.of_type(name).to_vec()).collect();
            let new_of_type = self.not_following(of_type, &of_all);
            for name in &implementations {
                add(&mut self.types.entry((*name).to_owned()).or_default().own, &new_of_type);
            }
            for field in &interface.fields {
                let of_field = self.of_field(&interface.name, &field.name).to_vec();
                let mut of_all = of_all.clone();
                of_all.extend(implementations.iter().flat_map(|name| self.of_field(name, &field.name)));
                let new = self.not_following(of_field, &of_all);
                if !new.is_empty() {
                    for name in &implementations {
                        self.add_to_field(name, &field.name, &new);
                    }
                }
            }
        }
    }

    /// Those that somebody who meets all the others might not meet.
    fn not_following(&self, ids: Vec<RequirementId>, others: &[RequirementId]) -> Vec<RequirementId> {
        let others: Vec<&Requirement> = others.iter().map(|id| self.requirement(*id)).collect();
        ids.into_iter().filter(|id| !self.requirement(*id).follows_from(&others)).collect()
    }

    fn add_those_of_returned_types(&mut self, supergraph: &Document) {
        for definition in type_definitions(supergraph) {
            for field in fields_of(definition) {
                let ids = self.of_type(named_type(&field.field_type)).to_vec();
                self.add_to_field(definition.name(), &field.name, &ids);
            }
        }
    }

    /// Until nothing changes: a required field may require others itself.
    fn add_those_of_required_fields(&mut self, supergraph: &Document) {
        loop {
            let mut changed = false;
            for definition in type_definitions(supergraph) {
                for field in fields_of(definition) {
                    for required in required_by(field) {
                        let mut ids = Vec::new();
                        self.collect_required(supergraph, definition.name(), &required, &mut ids);
                        changed |= self.add_to_field(definition.name(), &field.name, &ids);
                    }
                }
            }
            if !changed {
                return;
            }
        }
    }

    fn collect_required(
        &self,
        supergraph: &Document,
        type_name: &str,
        selection_set: &SelectionSet,
        ids: &mut Vec<RequirementId>,
    ) {
        for selection in &selection_set.items {
            match selection {
                Selection::Field(field) => {
                    add(ids, self.of_field(type_name, &field.name));
                    let definition = supergraph.type_by_name(type_name);
                    let returned = definition
                        .and_then(|definition| fields_of(definition).iter().find(|f| f.name == field.name))
                        .map(|field| named_type(&field.field_type));
                    if let Some(returned) = returned {
                        self.collect_required(supergraph, returned, &field.selection_set, ids);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref().map(|TypeCondition::On(name)| name);
                    let within = condition.map_or(type_name, String::as_str);
                    add(ids, self.of_type(within));
                    self.collect_required(supergraph, within, &fragment.selection_set, ids);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn add_to_field(&mut self, type_name: &str, field: &str, ids: &[RequirementId]) -> bool {
        if ids.is_empty() {
            return false;
        }
        let rules = self.types.entry(type_name.to_owned()).or_default();
        add(rules.fields.entry(field.to_owned()).or_default(), ids)
    }
}

/// Whether anything was added.
fn add(to: &mut Vec<RequirementId>, ids: &[RequirementId]) -> bool {
    let before = to.len();
    for id in ids {
        if !to.contains(id) {
            to.push(*id);
        }
    }
    to.len() > before
}

fn type_definitions(document: &Document) -> impl Iterator<Item = &TypeDefinition> {
    document.definitions.iter().filter_map(|definition| match definition {
        Definition::TypeDefinition(definition) => Some(definition),
        _ => None,
    })
}

fn directives_of(definition: &TypeDefinition) -> &[Directive] {
    match definition {
        TypeDefinition::Scalar(scalar) => &scalar.directives,
        TypeDefinition::Object(object) => &object.directives,
        TypeDefinition::Interface(interface) => &interface.directives,
        TypeDefinition::Union(union) => &union.directives,
        TypeDefinition::Enum(definition) => &definition.directives,
        TypeDefinition::InputObject(input) => &input.directives,
    }
}

fn fields_of(definition: &TypeDefinition) -> &[Field] {
    match definition {
        TypeDefinition::Object(object) => &object.fields,
        TypeDefinition::Interface(interface) => &interface.fields,
        _ => &[],
    }
}

fn interfaces_of(definition: &TypeDefinition) -> &[String] {
    match definition {
        TypeDefinition::Object(object) => &object.implements_interfaces,
        TypeDefinition::Interface(interface) => &interface.implements_interfaces,
        _ => &[],
    }
}

/// The selections that a field's subgraphs need before they can answer it.
fn required_by(field: &Field) -> Vec<SelectionSet> {
    let joins = field.directives.iter().filter(|directive| directive.name == "join__field");
    let texts = joins.flat_map(|join| &join.arguments).filter_map(|(name, value)| match value {
        Value::String(text) if name == "requires" => Some(format!("{{{text}}}")),
        _ => None,
    });
    // Composition has checked it; what doesn't parse could not be planned either.
    let documents = texts
        .filter_map(|text| Some(graphql_tools::parser::parse_query::<String>(&text).ok()?.into_static()));
    documents
        .flat_map(|document| document.definitions)
        .filter_map(|definition| match definition {
            QueryDefinition::Operation(OperationDefinition::SelectionSet(set)) => Some(set),
            _ => None,
        })
        .collect()
}

/// What the three directives are called in a supergraph; its links may rename them.
struct DirectiveNames {
    authenticated: Vec<String>,
    scopes: Vec<String>,
    policy: Vec<String>,
}

impl DirectiveNames {
    fn of(supergraph: &Document) -> Self {
        let links: Vec<&Directive> = supergraph
            .definitions
            .iter()
            .filter_map(|definition| match definition {
                Definition::SchemaDefinition(schema) => Some(&schema.directives),
                _ => None,
            })
            .flatten()
            .filter(|directive| directive.name == "link")
            .collect();
        let names = |specification: &str| {
            let mut names = vec![specification.to_owned()];
            names.extend(links.iter().filter_map(|link| name_given_by(link, specification)));
            names
        };
        Self {
            authenticated: names("authenticated"),
            scopes: names("requiresScopes"),
            policy: names("policy"),
        }
    }

    fn requirement(&self, directive: &Directive) -> Option<Requirement> {
        let is = |names: &[String]| names.contains(&directive.name);
        if is(&self.authenticated) {
            Some(Requirement::Authenticated)
        } else if is(&self.scopes) {
            Some(Requirement::Scopes(alternatives(directive, "scopes")))
        } else if is(&self.policy) {
            Some(Requirement::Policies(alternatives(directive, "policies")))
        } else {
            None
        }
    }
}

/// `@link(url: "https://specs.apollo.dev/policy/v0.1", as: "rule")` makes it `@rule`, and so does an import.
fn name_given_by(link: &Directive, specification: &str) -> Option<String> {
    let url = text(&link.arguments, "url")?;
    if !url.starts_with(&format!("https://specs.apollo.dev/{specification}/")) {
        return None;
    }
    let imports = link.arguments.iter().find(|(name, _)| name == "import").map(|(_, value)| value);
    let imported = match imports {
        Some(Value::List(imports)) => imports.iter().find_map(|import| match import {
            Value::Object(import) if text(import, "name")?.trim_start_matches('@') == specification => {
                text(import, "as")
            }
            _ => None,
        }),
        _ => None,
    };
    let renamed = imported.or_else(|| text(&link.arguments, "as"))?;
    Some(renamed.trim_start_matches('@').to_owned())
}

fn text<'v>(values: &'v [(String, Value)], wanted: &str) -> Option<&'v str> {
    values.iter().find_map(|(name, value)| match value {
        Value::String(text) if name == wanted => Some(text.as_str()),
        _ => None,
    })
}

/// A list of lists of names; a name or a list in place of a list stands for a list of one.
fn alternatives(directive: &Directive, argument: &str) -> Alternatives {
    let value = directive.arguments.iter().find(|(name, _)| name == argument).map(|(_, value)| value);
    let items = |value: &Value| match value {
        Value::List(items) => items.clone(),
        other => vec![other.clone()],
    };
    let names = |value: &Value| {
        items(value)
            .into_iter()
            .filter_map(|name| match name {
                Value::String(name) => Some(name),
                _ => None,
            })
            .collect()
    };
    value.map(items).unwrap_or_default().iter().map(names).collect()
}
