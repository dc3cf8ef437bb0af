//! `__schema` and `__type`, answered from the API schema.

use std::borrow::Cow;

use graphql_tools::parser::schema::DirectiveLocation;
use graphql_tools::static_graphql::query::Value;
use graphql_tools::static_graphql::schema::{
    Definition, Directive, DirectiveDefinition, EnumValue, Field, InputValue, Type, TypeDefinition,
};
use serde_json::{Map, Value as Json};

use super::projection::selection_plan::{FieldContent, FieldPlan, SelectionPlan};
use super::response::write_json;
use super::schema::ApiSchema;

/// What introspection reads.
#[derive(Clone, Copy)]
pub(super) struct Introspection<'p> {
    pub(super) schema: &'p ApiSchema,
    pub(super) variables: &'p Map<String, Json>,
}

/// A thing that introspection describes.
#[derive(Clone, Copy)]
enum Node<'p> {
    Schema,
    Named(&'p TypeDefinition),
    Wrapped(&'p Type),
    Field(&'p Field),
    Input(&'p InputValue),
    EnumValue(&'p EnumValue),
    Directive(&'p DirectiveDefinition),
}

enum Answer<'p> {
    Null,
    Bool(bool),
    Text(Cow<'p, str>),
    Texts(Vec<&'p str>),
    Node(Node<'p>),
    Nodes(Vec<Node<'p>>),
}

impl<'p> Introspection<'p> {
    /// Appends the value of a root field `__schema` or `__type`.
    pub(super) fn write_root(self, field: &FieldPlan, selection: &SelectionPlan, out: &mut Vec<u8>) {
        let answer = if field.node.name == "__schema" {
            Answer::Node(Node::Schema)
        } else {
            let name = self.argument(field, "name");
            self.named(name.as_ref().and_then(Json::as_str).unwrap_or_default())
        };
        self.write(&answer, Some(selection), out);
    }

    fn write(self, answer: &Answer<'p>, selection: Option<&SelectionPlan>, out: &mut Vec<u8>) {
        match (answer, selection) {
            (Answer::Bool(value), _) => write_json(out, value),
            (Answer::Text(text), _) => write_json(out, text),
            (Answer::Texts(texts), _) => write_json(out, texts),
            (Answer::Node(node), Some(selection)) => self.node(*node, selection, out),
            (Answer::Nodes(nodes), Some(selection)) => {
                out.push(b'[');
                for (index, node) in nodes.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    self.node(*node, selection, out);
                }
                out.push(b']');
            }
            _ => out.extend_from_slice(b"null"),
        }
    }

    fn node(self, node: Node<'p>, selection: &SelectionPlan, out: &mut Vec<u8>) {
        let Some(typed) = selection.for_type(self.schema, None) else {
            out.extend_from_slice(b"null");
            return;
        };
        out.push(b'{');
        for (index, field) in typed.fields.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(field.json_key.as_bytes());
            match &field.content {
                FieldContent::Typename => write_json(out, &*typed.type_name),
                FieldContent::Data { selection, .. } => {
                    self.write(&self.answer(node, field), selection.as_ref(), out);
                }
                FieldContent::Introspection { .. } | FieldContent::Denied { .. } => {
                    out.extend_from_slice(b"null");
                }
            }
        }
        out.push(b'}');
    }

    fn answer(self, node: Node<'p>, field: &FieldPlan) -> Answer<'p> {
        match node {
            Node::Schema => self.schema_field(field),
            Node::Named(definition) => self.type_field(definition, field),
            Node::Wrapped(wrapped) => self.wrapper_field(wrapped, field),
            Node::Field(definition) => match field.node.name.as_str() {
                "name" => text(&definition.name),
                "description" => optional_text(definition.description.as_deref()),
                "args" => self.inputs(&definition.arguments, field),
                "type" => self.type_reference(&definition.field_type),
                name => deprecation_field(&definition.directives, name),
            },
            Node::Input(value) => match field.node.name.as_str() {
                "name" => text(&value.name),
                "description" => optional_text(value.description.as_deref()),
                "type" => self.type_reference(&value.value_type),
                "defaultValue" => value
                    .default_value
                    .as_ref()
                    .map_or(Answer::Null, |default| Answer::Text(default.to_string().into())),
                name => deprecation_field(&value.directives, name),
            },
            Node::EnumValue(value) => match field.node.name.as_str() {
                "name" => text(&value.name),
                "description" => optional_text(value.description.as_deref()),
                name => deprecation_field(&value.directives, name),
            },
            Node::Directive(directive) => match field.node.name.as_str() {
                "name" => text(&directive.name),
                "description" => optional_text(directive.description.as_deref()),
                "isRepeatable" => Answer::Bool(directive.repeatable),
                "locations" => {
                    Answer::Texts(directive.locations.iter().map(DirectiveLocation::as_str).collect())
                }
                "args" => self.inputs(&directive.arguments, field),
                _ => Answer::Null,
            },
        }
    }

    fn schema_field(self, field: &FieldPlan) -> Answer<'p> {
        match field.node.name.as_str() {
            "types" => Answer::Nodes(self.schema.type_definitions().map(Node::Named).collect()),
            "queryType" => self.named(&self.schema.query_type().name),
            "mutationType" => self.schema.mutation_type().map_or(Answer::Null, |root| self.named(&root.name)),
            "subscriptionType" => {
                self.schema.subscription_type().map_or(Answer::Null, |root| self.named(&root.name))
            }
            "directives" => {
                let definitions = self.schema.document().definitions.iter();
                Answer::Nodes(
                    definitions
                        .filter_map(|definition| match definition {
                            Definition::DirectiveDefinition(directive) => Some(Node::Directive(directive)),
                            _ => None,
                        })
                        .collect(),
                )
            }
            _ => Answer::Null,
        }
    }

    fn type_field(self, definition: &'p TypeDefinition, field: &FieldPlan) -> Answer<'p> {
        match (field.node.name.as_str(), definition) {
            ("kind", _) => text(kind(definition)),
            ("name", _) => text(definition.name()),
            ("description", _) => optional_text(description(definition)),
            ("specifiedByURL", TypeDefinition::Scalar(scalar)) => {
                optional_text(directive_text(&scalar.directives, "specifiedBy", "url"))
            }
            ("fields", TypeDefinition::Object(object)) => self.fields(&object.fields, field),
            ("fields", TypeDefinition::Interface(interface)) => self.fields(&interface.fields, field),
            ("interfaces", TypeDefinition::Object(object)) => {
                self.all_named(object.implements_interfaces.iter().map(String::as_str))
            }
            ("interfaces", TypeDefinition::Interface(interface)) => {
                self.all_named(interface.implements_interfaces.iter().map(String::as_str))
            }
            ("possibleTypes", TypeDefinition::Interface(_) | TypeDefinition::Union(_)) => {
                let possible = self.schema.possible_types(definition.name());
                self.all_named(possible.into_iter().flat_map(|types| types.names()).map(|name| &**name))
            }
            ("enumValues", TypeDefinition::Enum(definition)) => {
                let values = definition.values.iter();
                let shown = values.filter(|value| self.shows(&value.directives, field));
                Answer::Nodes(shown.map(Node::EnumValue).collect())
            }
            ("inputFields", TypeDefinition::InputObject(input)) => self.inputs(&input.fields, field),
            ("isOneOf", TypeDefinition::InputObject(_)) => Answer::Bool(definition.is_one_of()),
            _ => Answer::Null,
        }
    }

    fn wrapper_field(self, wrapped: &'p Type, field: &FieldPlan) -> Answer<'p> {
        match (field.node.name.as_str(), wrapped) {
            ("kind", Type::ListType(_)) => text("LIST"),
            ("kind", Type::NonNullType(_)) => text("NON_NULL"),
            ("ofType", Type::ListType(inner) | Type::NonNullType(inner)) => self.type_reference(inner),
            _ => Answer::Null,
        }
    }

    fn type_reference(self, reference: &'p Type) -> Answer<'p> {
        match reference {
            Type::NamedType(name) => self.named(name),
            wrapped => Answer::Node(Node::Wrapped(wrapped)),
        }
    }

    fn named(self, name: &str) -> Answer<'p> {
        self.schema
            .type_definition(name)
            .map_or(Answer::Null, |definition| Answer::Node(Node::Named(definition)))
    }

    fn all_named<'n>(self, names: impl Iterator<Item = &'n str>) -> Answer<'p> {
        let definitions = names.filter_map(|name| self.schema.type_definition(name));
        Answer::Nodes(definitions.map(Node::Named).collect())
    }

    fn fields(self, fields: &'p [Field], field: &FieldPlan) -> Answer<'p> {
        let shown = fields
            .iter()
            .filter(|definition| !definition.name.starts_with("__"))
            .filter(|definition| self.shows(&definition.directives, field));
        Answer::Nodes(shown.map(Node::Field).collect())
    }

    fn inputs(self, inputs: &'p [InputValue], field: &FieldPlan) -> Answer<'p> {
        let shown = inputs.iter().filter(|input| self.shows(&input.directives, field));
        Answer::Nodes(shown.map(Node::Input).collect())
    }

    fn shows(self, directives: &[Directive], field: &FieldPlan) -> bool {
        deprecation(directives).is_none()
            || self.argument(field, "includeDeprecated").and_then(|value| value.as_bool()).unwrap_or(false)
    }

    fn argument(self, field: &FieldPlan, name: &str) -> Option<Json> {
        let (_, value) = field.node.arguments.iter().find(|(argument, _)| argument == name)?;
        match value {
            Value::Boolean(value) => Some((*value).into()),
            Value::String(value) => Some(value.clone().into()),
            Value::Variable(variable) => self.variables.get(variable).cloned(),
            _ => None,
        }
    }
}

fn text(text: &str) -> Answer<'_> {
    Answer::Text(text.into())
}

fn optional_text(text: Option<&str>) -> Answer<'_> {
    text.map_or(Answer::Null, |text| Answer::Text(text.into()))
}

fn deprecation_field<'p>(directives: &'p [Directive], name: &str) -> Answer<'p> {
    match name {
        "isDeprecated" => Answer::Bool(deprecation(directives).is_some()),
        "deprecationReason" => optional_text(deprecation(directives)),
        _ => Answer::Null,
    }
}

fn deprecation(directives: &[Directive]) -> Option<&str> {
    let is_deprecated = directives.iter().any(|directive| directive.name == "deprecated");
    is_deprecated.then(|| directive_text(directives, "deprecated", "reason").unwrap_or("No longer supported"))
}

fn directive_text<'p>(directives: &'p [Directive], directive: &str, argument: &str) -> Option<&'p str> {
    let directive = directives.iter().find(|candidate| candidate.name == directive)?;
    directive.arguments.iter().find_map(|(name, value)| match value {
        Value::String(text) if name == argument => Some(text.as_str()),
        _ => None,
    })
}

fn kind(definition: &TypeDefinition) -> &'static str {
    match definition {
        TypeDefinition::Scalar(_) => "SCALAR",
        TypeDefinition::Object(_) => "OBJECT",
        TypeDefinition::Interface(_) => "INTERFACE",
        TypeDefinition::Union(_) => "UNION",
        TypeDefinition::Enum(_) => "ENUM",
        TypeDefinition::InputObject(_) => "INPUT_OBJECT",
    }
}

fn description(definition: &TypeDefinition) -> Option<&str> {
    match definition {
        TypeDefinition::Scalar(definition) => definition.description.as_deref(),
        TypeDefinition::Object(definition) => definition.description.as_deref(),
        TypeDefinition::Interface(definition) => definition.description.as_deref(),
        TypeDefinition::Union(definition) => definition.description.as_deref(),
        TypeDefinition::Enum(definition) => definition.description.as_deref(),
        TypeDefinition::InputObject(definition) => definition.description.as_deref(),
    }
}
