//! Just enough of protobuf and of OTLP's `ExportTraceServiceRequest` to read spans.

use std::fmt::Write as _;

use super::CollectedSpan;

/// A field of a message.
enum Value<'bytes> {
    Number(u64),
    Bytes(&'bytes [u8]),
}

/// Reads a message field by field; ends at what isn't one.
struct Fields<'bytes>(&'bytes [u8]);

impl<'bytes> Iterator for Fields<'bytes> {
    type Item = (u64, Value<'bytes>);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => Value::Bytes(self.take(8)?),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Bytes(self.take(4)?),
            _ => return None,
        };
        Some((key >> 3, value))
    }
}

impl<'bytes> Fields<'bytes> {
    fn take(&mut self, length: usize) -> Option<&'bytes [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

/// The messages in a field that may be repeated.
fn messages(message: &[u8], field: u64) -> impl Iterator<Item = &[u8]> {
    Fields(message).filter_map(move |(number, value)| match value {
        Value::Bytes(bytes) if number == field => Some(bytes),
        _ => None,
    })
}

fn text(message: &[u8], field: u64) -> String {
    messages(message, field)
        .next()
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .unwrap_or_default()
}

fn hexadecimal(message: &[u8], field: u64) -> String {
    let mut id = String::new();
    for byte in messages(message, field).next().unwrap_or_default() {
        let _ = write!(id, "{byte:02x}");
    }
    id
}

/// Key and value, if the value is a text, a truth value or a whole number.
fn attribute(message: &[u8]) -> Option<(String, String)> {
    let value = Fields(messages(message, 2).next()?).find_map(|(number, value)| match (number, value) {
        (1, Value::Bytes(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
        (2, Value::Number(number)) => Some((number != 0).to_string()),
        (3, Value::Number(number)) => Some(number.to_string()),
        _ => None,
    });
    Some((text(message, 1), value?))
}

/// Every span of a request.
pub(super) fn spans(request: &[u8]) -> Vec<CollectedSpan> {
    let mut spans = Vec::new();
    for of_resource in messages(request, 1) {
        let resource = messages(of_resource, 1).next().unwrap_or_default();
        let service = messages(resource, 1).filter_map(attribute).find(|(name, _)| name == "service.name");
        let service = service.map(|(_, name)| name).unwrap_or_default();
        for span in messages(of_resource, 2).flat_map(|of_scope| messages(of_scope, 2)) {
            spans.push(CollectedSpan {
                service: service.clone(),
                name: text(span, 5),
                trace: hexadecimal(span, 1),
                id: hexadecimal(span, 2),
                parent: hexadecimal(span, 4),
                attributes: messages(span, 9).filter_map(attribute).collect(),
            });
        }
    }
    spans
}
