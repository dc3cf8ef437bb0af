//! What Apollo's composition refuses and the library lets pass or calls by a wider name.

use std::collections::{BTreeMap, BTreeSet};

use federation_composition::{GraphQLError, ServiceDefinition};

use super::model::{Model, Shape};

/// The subgraphs, each with its name.
pub(super) struct Models(Vec<(String, Model)>);

impl Models {
    pub(super) fn of(services: &[ServiceDefinition]) -> Self {
        let model = |service: &ServiceDefinition| (service.name.clone(), Model::of(&service.type_defs));
        Self(services.iter().map(model).collect())
    }

    /// Errors with the codes and in the words of Apollo's composition.
    pub(super) fn errors(&self) -> Vec<GraphQLError> {
        let mut errors = Vec::new();
        for (name, model) in &self.0 {
            external_on_interface(name, model, &mut errors);
            implementation_beside_interface_object(name, model, self, &mut errors);
            implementation_missing_for_key(name, model, self, &mut errors);
        }
        mismatched_runtime_types(self, &mut errors);
        errors
    }

    /// Apollo's code where the library's is wider.
    pub(super) fn precise_code<'c>(&self, code: &'c str, message: &str, coordinate: Option<&str>) -> &'c str {
        let in_fields = message.contains("Unknown directive") || message.contains("cannot have directive");
        let of_external =
            || coordinate.is_some_and(|at| self.0.iter().any(|(_, model)| model.is_external(at)));
        match code {
            "KEY_INVALID_FIELDS" if in_fields => "KEY_DIRECTIVE_IN_FIELDS_ARG",
            "REQUIRES_INVALID_FIELDS" if in_fields => "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
            "PROVIDES_INVALID_FIELDS" if in_fields => "PROVIDES_DIRECTIVE_IN_FIELDS_ARG",
            "FIELD_ARGUMENT_TYPE_MISMATCH" if of_external() => "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
            "FIELD_ARGUMENT_DEFAULT_MISMATCH" if of_external() => "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
            code => code,
        }
    }

    /// Every object type that implements an interface in any subgraph.
    fn implementations(&self, interface: &str) -> BTreeSet<&str> {
        let everywhere = self.0.iter().flat_map(|(_, model)| {
            model
                .types
                .iter()
                .filter(|(_, shape)| !shape.is_interface && shape.interfaces.contains(interface))
        });
        everywhere.map(|(name, _)| name.as_str()).collect()
    }
}

fn interfaces(model: &Model) -> impl Iterator<Item = (&String, &Shape)> {
    model.types.iter().filter(|(_, shape)| shape.is_interface)
}

/// The library forgets `@external` on fields of interfaces.
fn external_on_interface(name: &str, model: &Model, errors: &mut Vec<GraphQLError>) {
    let linked = interfaces(model).filter(|_| model.is_linked);
    for (interface, shape) in linked {
        for (field, _) in shape.fields.iter().filter(|(_, field)| field.is_external) {
            let message = format!(
                "[{name}] Interface type field \"{interface}.{field}\" is marked @external but @external is not \
                 allowed on interface fields."
            );
            errors.push(GraphQLError::with_code(message, "EXTERNAL_ON_INTERFACE"));
        }
    }
}

fn implementation_beside_interface_object(
    name: &str,
    model: &Model,
    models: &Models,
    errors: &mut Vec<GraphQLError>,
) {
    for (interface, _) in model.types.iter().filter(|(_, shape)| shape.is_interface_object) {
        for implementation in models.implementations(interface) {
            if model.types.contains_key(implementation) {
                let message = format!(
                    "[{name}] Interface type \"{interface}\" is defined as an @interfaceObject in subgraph \
                     \"{name}\" so that subgraph should not define any of the implementation types of \
                     \"{interface}\", but it defines type \"{implementation}\"."
                );
                errors.push(GraphQLError::with_code(message, "INTERFACE_OBJECT_USAGE_ERROR"));
            }
        }
    }
}

/// Who can resolve an interface by its key has to know all that it can be.
fn implementation_missing_for_key(
    name: &str,
    model: &Model,
    models: &Models,
    errors: &mut Vec<GraphQLError>,
) {
    for (interface, _) in interfaces(model).filter(|(_, shape)| shape.has_resolvable_key) {
        let here: BTreeSet<&str> = model.implementations(interface).collect();
        for missing in models.implementations(interface).difference(&here) {
            let message = format!(
                "[{name}] Interface type \"{interface}\" has a resolvable key in subgraph \"{name}\" but that \
                 subgraph is missing some of the supergraph implementation types of \"{interface}\". Subgraph \
                 \"{name}\" should define type \"{missing}\" (and have it implement \"{interface}\")."
            );
            errors.push(GraphQLError::with_code(message, "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"));
        }
    }
}

/// A field that several subgraphs resolve has to be able to give the same type in each.
fn mismatched_runtime_types(models: &Models, errors: &mut Vec<GraphQLError>) {
    for (coordinate, resolvers) in shared_fields(models) {
        let runtime_types: Vec<(&str, BTreeSet<String>)> = resolvers
            .iter()
            .map(|(name, model, returns)| (*name, model.runtime_types(returns)))
            .filter(|(_, types)| !types.is_empty())
            .collect();
        let is_interface_object = |(_, model, returns): &(&str, &Model, &str)| {
            model.types.get(*returns).is_some_and(|shape| shape.is_interface_object)
        };
        if runtime_types.len() < 2 || resolvers.iter().any(is_interface_object) {
            continue;
        }
        let common = runtime_types
            .iter()
            .map(|(_, types)| types.clone())
            .reduce(|common, types| &common & &types)
            .unwrap_or_default();
        if common.is_empty() {
            let told: Vec<String> = runtime_types
                .iter()
                .map(|(name, types)| {
                    let types: Vec<String> = types.iter().map(|ty| format!("\"{ty}\"")).collect();
                    format!("- in subgraph \"{name}\", {}", types.join(", "))
                })
                .collect();
            let message = format!(
                "For the shared field \"{coordinate}\" there is no intersection between the possible runtime types \
                 across subgraphs:\n{}",
                told.join("\n")
            );
            errors.push(GraphQLError::with_code(message, "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"));
        }
    }
}

type Resolver<'a> = (&'a str, &'a Model, &'a str);

/// The fields of object types that more than one subgraph resolves, with who does.
fn shared_fields(models: &Models) -> BTreeMap<String, Vec<Resolver<'_>>> {
    let mut shared: BTreeMap<String, Vec<Resolver<'_>>> = BTreeMap::new();
    for (name, model) in &models.0 {
        for (ty, shape) in model.types.iter().filter(|(_, shape)| !shape.is_interface) {
            for (field, told) in shape.fields.iter().filter(|(_, field)| !field.is_external) {
                let taken_over = models.0.iter().any(|(_, other)| {
                    let theirs = other.types.get(ty).and_then(|shape| shape.fields.get(field));
                    theirs.is_some_and(|theirs| theirs.overrides.as_deref() == Some(name))
                });
                if !taken_over {
                    shared.entry(format!("{ty}.{field}")).or_default().push((name, model, &told.returns));
                }
            }
        }
    }
    shared.retain(|_, resolvers| resolvers.len() > 1);
    shared
}
