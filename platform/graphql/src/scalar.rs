//! Scalars that all subgraphs share.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::NaiveDate;
use chrono_tz::Tz;

/// How dates are written, and how long that is.
const FORMAT: &str = "%Y-%m-%d";
const LENGTH: usize = 10;

/// A calendar date without a time or a zone, as `2026-03-01` (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalDate(pub NaiveDate);

/// A calendar date without a time or a zone, as `2026-03-01` (ISO 8601).
#[Scalar]
impl ScalarType for LocalDate {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text_of(&value).ok_or_else(|| InputValueError::expected_type(value.clone()))?;
        let date = NaiveDate::parse_from_str(text, FORMAT).ok();
        // The format's own reading takes signs, spaces, single digits and years that no calendar has days after.
        let date = date.filter(|date| text.len() == LENGTH && date.format(FORMAT).to_string() == text);
        date.map(Self).ok_or_else(|| InputValueError::custom("not a date such as 2026-03-01"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format(FORMAT).to_string())
    }
}

/// A time zone by its IANA name, such as `Europe/Berlin`.
///
/// As input it is any text: whether there is such a zone is for the feature to say, to which part of its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone(pub String);

/// A time zone by its IANA name, such as `Europe/Berlin`.
#[Scalar]
impl ScalarType for TimeZone {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text_of(&value).ok_or_else(|| InputValueError::expected_type(value.clone()))?;
        Ok(Self(text.to_owned()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl From<Tz> for TimeZone {
    fn from(zone: Tz) -> Self {
        Self(zone.name().to_owned())
    }
}

/// A position in a stream or list: opaque, to be handed back as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

/// A position in a stream or list: opaque, to be handed back as it came.
#[Scalar]
impl ScalarType for Cursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text_of(&value).ok_or_else(|| InputValueError::expected_type(value.clone()))?;
        Ok(Self(text.to_owned()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl From<pagination::Cursor> for Cursor {
    fn from(cursor: pagination::Cursor) -> Self {
        Self(cursor.into_string())
    }
}

fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<NaiveDate> {
        LocalDate::parse(Value::String(text.to_owned())).ok().map(|date| date.0)
    }

    #[test]
    fn a_date_is_read_as_it_is_written_and_in_no_other_way() {
        for text in ["2026-03-01", "2024-02-29", "0001-01-01", "9999-12-31"] {
            let date = read(text).unwrap();
            assert_eq!(LocalDate(date).to_value(), Value::String(text.to_owned()));
        }
        for text in [
            "",
            "2026-3-1",
            "2026-02-29",
            " 2026-03-1",
            "2026-03-01T",
            "+2026-03-1",
            "+26214-1-1",
            "+262142-12-31",
            "-262143-01-01",
            "2026\u{2010}03-01",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
