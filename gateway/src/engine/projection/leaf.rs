//! Scalars and enums: checked against their type, written as they came.

use super::selection_plan::LeafType;
use crate::engine::response::write_json;
use crate::engine::store::{Store, Value};

/// Appends a leaf, or says why it isn't one of its type.
pub(in crate::engine) fn write(
    leaf: &LeafType,
    value: Value<'_>,
    store: &Store<'_>,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    match (leaf, value) {
        (LeafType::Custom, value) => write_any(value, store, out),
        (LeafType::Int, Value::Number(digits)) => write_int(digits, out)?,
        (LeafType::Float, Value::Number(digits)) => out.extend_from_slice(digits.as_bytes()),
        (LeafType::String | LeafType::Id, Value::String(text)) => write_raw_string(text, out),
        (LeafType::Id, Value::Number(digits)) if !digits.contains(['.', 'e', 'E']) => {
            write_raw_string(digits, out);
        }
        (LeafType::Boolean, Value::Bool(value)) => {
            out.extend_from_slice(if value { b"true" } else { b"false" });
        }
        (LeafType::Enum(values), Value::String(name)) if values.contains(name) => write_raw_string(name, out),
        (LeafType::Enum(_), Value::String(_)) => return Err("an unknown enum value was given".to_owned()),
        (leaf, _) => return Err(format!("a value of type {} was expected", leaf.name())),
    }
    Ok(())
}

fn write_int(digits: &str, out: &mut Vec<u8>) -> Result<(), String> {
    if digits.parse::<i32>().is_ok() {
        out.extend_from_slice(digits.as_bytes());
        return Ok(());
    }
    // `3.0` and `3e0` are whole numbers, too; beyond 32 bits is not an Int.
    let number = digits.parse::<f64>().unwrap_or(f64::NAN);
    if number.fract() == 0.0 && number >= f64::from(i32::MIN) && number <= f64::from(i32::MAX) {
        write_json(out, &format_args!("{number:.0}").to_string().parse::<i32>().unwrap_or_default());
        Ok(())
    } else {
        Err("a 32-bit integer was expected".to_owned())
    }
}

fn write_raw_string(raw: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(raw.as_bytes());
    out.push(b'"');
}

/// Any JSON, for custom scalars.
pub(in crate::engine) fn write_any(value: Value<'_>, store: &Store<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        Value::Number(digits) => out.extend_from_slice(digits.as_bytes()),
        Value::String(raw) => write_raw_string(raw, out),
        Value::List(list) => {
            out.push(b'[');
            for (index, item) in store.list(list).iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_any(*item, store, out);
            }
            out.push(b']');
        }
        Value::Object(object) => {
            out.push(b'{');
            for (index, field) in store.own_fields(object).iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_raw_string(field.key, out);
                out.push(b':');
                write_any(field.value, store, out);
            }
            out.push(b'}');
        }
    }
}
