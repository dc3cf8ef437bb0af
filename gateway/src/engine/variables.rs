//! Variable values, coerced by the API schema as the GraphQL specification says.

use graphql_tools::static_graphql::query::{Type, Value, VariableDefinition};
use graphql_tools::static_graphql::schema::{EnumType, InputObjectType, TypeDefinition};
use serde_json::{Map, Value as Json};

use super::graphql_error::GraphqlError;
use super::schema::ApiSchema;

/// The operation's variables with defaults filled in; what isn't declared is dropped.
pub(super) fn coerce(
    schema: &ApiSchema,
    definitions: &[VariableDefinition],
    mut given: Map<String, Json>,
) -> Result<Map<String, Json>, Vec<GraphqlError>> {
    let mut coerced = Map::new();
    let mut errors = Vec::new();
    for definition in definitions {
        let name = &definition.name;
        let value = match given.remove(name) {
            Some(value) => value,
            None => match &definition.default_value {
                Some(default) => literal(default),
                None if matches!(definition.var_type, Type::NonNullType(_)) => {
                    let message = format!(
                        "Variable \"${name}\" of required type \"{}\" was not provided.",
                        definition.var_type
                    );
                    errors.push(located(GraphqlError::new("BAD_USER_INPUT", message), definition));
                    continue;
                }
                None => continue,
            },
        };
        let mut coercion = Coercion { schema, path: Vec::new(), faults: Vec::new() };
        let value = coercion.value(value, &definition.var_type);
        if coercion.faults.is_empty() {
            coerced.insert(name.clone(), value);
        }
        errors.extend(coercion.faults.into_iter().map(|fault| {
            let place =
                if fault.path.is_empty() { String::new() } else { format!(" at \"{name}{}\"", fault.path) };
            let message =
                format!("Variable \"${name}\" got invalid value {}{place}; {}", fault.value, fault.reason);
            located(GraphqlError::new("BAD_USER_INPUT", message), definition)
        }));
    }
    if errors.is_empty() { Ok(coerced) } else { Err(errors) }
}

/// A constant of a document as JSON; an enum value becomes its name.
pub(super) fn literal(value: &Value) -> Json {
    match value {
        Value::Int(number) => number.as_i64().map_or(Json::Null, Into::into),
        Value::Float(number) => (*number).into(),
        Value::String(text) | Value::Enum(text) => text.clone().into(),
        Value::Boolean(value) => (*value).into(),
        Value::Null | Value::Variable(_) => Json::Null,
        Value::List(items) => items.iter().map(literal).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), literal(value))).collect::<Map<_, _>>().into()
        }
    }
}

fn located(error: GraphqlError, definition: &VariableDefinition) -> GraphqlError {
    error.located([(definition.position.line, definition.position.column)])
}

struct Fault {
    /// As `.field[0]`, from the variable down.
    path: String,
    value: String,
    reason: String,
}

struct Coercion<'s> {
    schema: &'s ApiSchema,
    path: Vec<String>,
    faults: Vec<Fault>,
}

impl Coercion<'_> {
    fn value(&mut self, value: Json, expected: &Type) -> Json {
        match (expected, value) {
            (Type::NonNullType(inner), Json::Null) => {
                self.fault(&Json::Null, format!("Expected non-nullable type \"{inner}!\" not to be null."))
            }
            (Type::NonNullType(inner), value) => self.value(value, inner),
            (_, Json::Null) => Json::Null,
            (Type::ListType(inner), Json::Array(items)) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| self.within(format!("[{index}]"), |this| this.value(item, inner)))
                .collect(),
            // A single value stands for a list of one.
            (Type::ListType(inner), value) => Json::Array(vec![self.value(value, inner)]),
            (Type::NamedType(name), value) => self.named(value, name),
        }
    }

    fn named(&mut self, value: Json, name: &str) -> Json {
        let schema = self.schema;
        match schema.type_definition(name) {
            Some(TypeDefinition::InputObject(input)) => self.input_object(value, input),
            Some(TypeDefinition::Enum(definition)) => self.enumeration(value, definition),
            _ => self.scalar(value, name),
        }
    }

    fn scalar(&mut self, value: Json, name: &str) -> Json {
        match (name, &value) {
            ("Int", Json::Number(number)) => {
                let whole = number.as_i64().or_else(|| whole_number(number.as_f64()?));
                match whole.and_then(|whole| i32::try_from(whole).ok()) {
                    Some(whole) => whole.into(),
                    None if whole.is_some() => self.fault(
                        &value,
                        format!("Int cannot represent non 32-bit signed integer value: {value}"),
                    ),
                    None => self.fault(&value, format!("Int cannot represent non-integer value: {value}")),
                }
            }
            ("Int", _) => self.fault(&value, format!("Int cannot represent non-integer value: {value}")),
            ("Float", Json::Number(_)) | ("String" | "ID", Json::String(_)) | ("Boolean", Json::Bool(_)) => {
                value
            }
            ("ID", Json::Number(number)) if number.is_i64() || number.is_u64() => number.to_string().into(),
            ("Float", _) => self.fault(&value, format!("Float cannot represent non numeric value: {value}")),
            ("String", _) => {
                self.fault(&value, format!("String cannot represent a non string value: {value}"))
            }
            ("Boolean", _) => {
                self.fault(&value, format!("Boolean cannot represent a non boolean value: {value}"))
            }
            ("ID", _) => self.fault(&value, format!("ID cannot represent value: {value}")),
            // Only the subgraph knows what a custom scalar accepts.
            _ => value,
        }
    }

    fn enumeration(&mut self, value: Json, definition: &EnumType) -> Json {
        match &value {
            Json::String(name) if definition.values.iter().any(|known| known.name == *name) => value,
            Json::String(name) => {
                let reason = format!("Value \"{name}\" does not exist in \"{}\" enum.", definition.name);
                self.fault(&value, reason)
            }
            _ => {
                let reason =
                    format!("Enum \"{}\" cannot represent non-string value: {value}.", definition.name);
                self.fault(&value, reason)
            }
        }
    }

    fn input_object(&mut self, value: Json, input: &InputObjectType) -> Json {
        let Json::Object(mut fields) = value else {
            return self.fault(&value, format!("Expected type \"{}\" to be an object.", input.name));
        };
        let one_of = input.directives.iter().any(|directive| directive.name == "oneOf");
        if one_of && (fields.len() != 1 || fields.values().any(Json::is_null)) {
            let reason =
                format!("Exactly one key must be specified and not null for OneOf type \"{}\".", input.name);
            return self.fault(&Json::Object(fields), reason);
        }
        let mut coerced = Map::new();
        for field in &input.fields {
            match fields.remove(&field.name) {
                Some(value) => {
                    let value =
                        self.within(format!(".{}", field.name), |this| this.value(value, &field.value_type));
                    coerced.insert(field.name.clone(), value);
                }
                // A missing optional field stays missing: its default is the subgraph's to apply.
                None if field.default_value.is_none() && matches!(field.value_type, Type::NonNullType(_)) => {
                    let reason = format!(
                        "Field \"{}\" of required type \"{}\" was not provided.",
                        field.name, field.value_type
                    );
                    self.fault(&Json::Object(coerced.clone()), reason);
                }
                None => {}
            }
        }
        for unknown in fields.keys() {
            let reason = format!("Field \"{unknown}\" is not defined by type \"{}\".", input.name);
            self.fault(&Json::Object(fields.clone()), reason);
        }
        Json::Object(coerced)
    }

    fn within<T>(&mut self, step: String, run: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let outcome = run(self);
        self.path.pop();
        outcome
    }

    fn fault(&mut self, value: &Json, reason: String) -> Json {
        const LONGEST: usize = 200;
        let mut shown = value.to_string();
        if shown.len() > LONGEST {
            let end = (0..=LONGEST).rev().find(|end| shown.is_char_boundary(*end)).unwrap_or(0);
            shown.truncate(end);
            shown.push('…');
        }
        self.faults.push(Fault { path: self.path.concat(), value: shown, reason });
        Json::Null
    }
}

/// `3.0` is a whole number in JSON.
fn whole_number(number: f64) -> Option<i64> {
    // Within 2^53 every whole number is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT { format!("{number:.0}").parse().ok() } else { None }
}
