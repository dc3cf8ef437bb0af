//! A schema as a difference sees it: types, members and directives by name, without their order or descriptions.

use std::collections::{BTreeMap, BTreeSet};

use federation_composition::graphql_core::{
    self, Definition, Directive, FieldDefinition, GraphQLError, InputValueDefinition, NamedType, Type,
};

#[derive(Debug, Default)]
pub(super) struct Schema {
    pub types: BTreeMap<String, TypeModel>,
    pub directives: BTreeMap<String, DirectiveModel>,
}

#[derive(Debug)]
pub(super) enum TypeModel {
    Scalar {
        specified_by: Option<String>,
    },
    Object(Fields),
    Interface(Fields),
    Union(BTreeSet<String>),
    /// Values, each with whether it is deprecated.
    Enum(BTreeMap<String, bool>),
    Input {
        fields: BTreeMap<String, Input>,
        one_of: bool,
    },
}

#[derive(Debug)]
pub(super) struct Fields {
    pub interfaces: BTreeSet<String>,
    pub fields: BTreeMap<String, Field>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub ty: Type,
    pub arguments: BTreeMap<String, Input>,
    pub deprecated: bool,
}

/// An argument or a field of an input object.
#[derive(Debug)]
pub(super) struct Input {
    pub ty: Type,
    pub default: Option<String>,
    pub deprecated: bool,
}

#[derive(Debug)]
pub(super) struct DirectiveModel {
    pub arguments: BTreeMap<String, Input>,
    pub locations: BTreeSet<String>,
    pub repeatable: bool,
}

impl Schema {
    pub(super) fn parse(sdl: &str) -> Result<Self, GraphQLError> {
        let mut schema = Self::default();
        for definition in graphql_core::parse(sdl)?.definitions {
            schema.add(definition);
        }
        Ok(schema)
    }

    fn add(&mut self, definition: Definition) {
        let (name, model) = match definition {
            Definition::ScalarTypeDefinition(scalar) => {
                let specified_by = argument(&scalar.directives, "specifiedBy", "url");
                (scalar.name, TypeModel::Scalar { specified_by })
            }
            Definition::ObjectTypeDefinition(object) => {
                (object.name, TypeModel::Object(Fields::of(object.interfaces, object.fields)))
            }
            Definition::InterfaceTypeDefinition(interface) => {
                (interface.name, TypeModel::Interface(Fields::of(interface.interfaces, interface.fields)))
            }
            Definition::UnionTypeDefinition(union) => (union.name, TypeModel::Union(names(union.types))),
            Definition::EnumTypeDefinition(enumeration) => {
                let values = enumeration.values.into_iter();
                let values = values.map(|value| (value.name.value, has(&value.directives, "deprecated")));
                (enumeration.name, TypeModel::Enum(values.collect()))
            }
            Definition::InputObjectTypeDefinition(input) => {
                let one_of = has(&input.directives, "oneOf");
                (input.name, TypeModel::Input { fields: inputs(input.fields), one_of })
            }
            Definition::DirectiveDefinition(directive) => {
                let model = DirectiveModel {
                    arguments: inputs(directive.arguments),
                    locations: directive.locations.into_iter().map(|location| location.value).collect(),
                    repeatable: directive.repeatable,
                };
                self.directives.insert(directive.name.value, model);
                return;
            }
            _ => return,
        };
        self.types.insert(name.value, model);
    }
}

impl TypeModel {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Scalar { .. } => "scalar",
            Self::Object(_) => "object",
            Self::Interface(_) => "interface",
            Self::Union(_) => "union",
            Self::Enum(_) => "enum",
            Self::Input { .. } => "input object",
        }
    }
}

impl Fields {
    fn of(interfaces: Vec<NamedType>, fields: Vec<FieldDefinition>) -> Self {
        let fields = fields.into_iter().map(|field| {
            let deprecated = has(&field.directives, "deprecated");
            (field.name.value, Field { ty: field.ty, arguments: inputs(field.arguments), deprecated })
        });
        Self { interfaces: names(interfaces), fields: fields.collect() }
    }
}

impl Input {
    /// Whether a request that leaves it out is refused.
    pub(super) fn is_required(&self) -> bool {
        matches!(self.ty, Type::NonNull(_)) && self.default.is_none()
    }
}

fn inputs(definitions: Vec<InputValueDefinition>) -> BTreeMap<String, Input> {
    let inputs = definitions.into_iter().map(|input| {
        let default = input.default_value.as_ref().map(graphql_core::print);
        (input.name.value, Input { ty: input.ty, default, deprecated: has(&input.directives, "deprecated") })
    });
    inputs.collect()
}

fn names(types: Vec<NamedType>) -> BTreeSet<String> {
    types.into_iter().map(|named| named.name.value).collect()
}

fn has(directives: &[Directive], name: &str) -> bool {
    directives.iter().any(|directive| directive.name.value == name)
}

fn argument(directives: &[Directive], directive: &str, argument: &str) -> Option<String> {
    let directive = directives.iter().find(|found| found.name.value == directive)?;
    let argument = directive.arguments.iter().find(|found| found.name.value == argument)?;
    Some(graphql_core::print(&argument.value))
}
