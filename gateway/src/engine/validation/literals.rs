//! Literals that the library's rule takes for valid: an object for a built-in scalar, at any depth.

use graphql_tools::parser::Pos;
use graphql_tools::static_graphql::query::{Type, Value};
use graphql_tools::static_graphql::schema::TypeDefinition;

use super::{at, invalid};
use crate::engine::graphql_error::GraphqlError;
use crate::engine::schema::ApiSchema;

pub(super) fn check(
    schema: &ApiSchema,
    value: &Value,
    expected: &Type,
    position: Pos,
    errors: &mut Vec<GraphqlError>,
) {
    match (value, expected) {
        (Value::Variable(_) | Value::Null, _) => {}
        (Value::List(items), Type::ListType(inner)) => {
            for item in items {
                check(schema, item, inner, position, errors);
            }
        }
        (value, Type::NonNullType(inner) | Type::ListType(inner)) => {
            check(schema, value, inner, position, errors);
        }
        (value, Type::NamedType(name)) => check_named(schema, value, name, position, errors),
    }
}

fn check_named(schema: &ApiSchema, value: &Value, name: &str, position: Pos, errors: &mut Vec<GraphqlError>) {
    match (schema.type_definition(name), value) {
        (Some(TypeDefinition::InputObject(input)), Value::Object(fields)) => {
            for (key, value) in fields {
                if let Some(known) = input.fields.iter().find(|field| field.name == *key) {
                    check(schema, value, &known.value_type, position, errors);
                }
            }
            let one_of = input.directives.iter().any(|directive| directive.name == "oneOf");
            if one_of && (fields.len() != 1 || fields.iter().any(|(_, value)| *value == Value::Null)) {
                let message =
                    format!("OneOf Input Object \"{name}\" must specify exactly one key that is not null.");
                errors.push(at(invalid(message), position));
            }
        }
        (Some(TypeDefinition::Scalar(_)), value) if !fits_builtin(name, value) => {
            errors.push(unexpected(name, value, position));
        }
        (Some(TypeDefinition::InputObject(_) | TypeDefinition::Enum(_)), Value::List(_)) => {
            errors.push(unexpected(name, value, position));
        }
        _ => {}
    }
}

fn unexpected(name: &str, value: &Value, position: Pos) -> GraphqlError {
    at(invalid(format!("Expected value of type \"{name}\", found {value}.")), position)
}

fn fits_builtin(scalar: &str, value: &Value) -> bool {
    match scalar {
        "ID" => matches!(value, Value::String(_) | Value::Int(_)),
        "String" => matches!(value, Value::String(_)),
        "Int" => matches!(value, Value::Int(_)),
        "Float" => matches!(value, Value::Int(_) | Value::Float(_)),
        "Boolean" => matches!(value, Value::Boolean(_)),
        _ => true,
    }
}
