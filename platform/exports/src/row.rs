//! A row on its way to becoming a line.

use std::str::FromStr;

use serde_json::{Map, Value};

/// A row's values by the names of their fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row(Map<String, Value>);

impl Row {
    /// A field as an id of the wanted kind; none when it has no such id.
    pub fn id<Id: FromStr>(&self, field: &str) -> Option<Id> {
        self.0.get(field)?.as_str()?.parse().ok()
    }

    pub fn is(&self, field: &str) -> bool {
        self.0.get(field) == Some(&Value::Bool(true))
    }

    pub fn number(&self, field: &str) -> Option<i64> {
        self.0.get(field)?.as_i64()
    }

    /// Whether there is a value in the field.
    pub fn has(&self, field: &str) -> bool {
        self.0.get(field).is_some_and(|value| !value.is_null())
    }

    /// Takes a text out of the row, with its field.
    pub fn take_text(&mut self, field: &str) -> Option<String> {
        match self.0.shift_remove(field)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Takes a field out of the row.
    pub fn remove(&mut self, field: &str) {
        self.0.shift_remove(field);
    }

    pub fn put(&mut self, field: &str, value: impl Into<Value>) {
        self.0.insert(field.to_owned(), value.into());
    }

    pub(crate) fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// One line of JSON that says what it is, with its line break.
    pub(crate) fn into_line(self, kind: &str) -> String {
        let mut line = Map::with_capacity(self.0.len() + 1);
        line.insert("type".to_owned(), kind.into());
        line.extend(self.0);
        let mut line = Value::Object(line).to_string();
        line.push('\n');
        line
    }
}

/// What a column is called in lines: `created_at` is `createdAt`.
pub(crate) fn field(column: &str) -> String {
    let mut field = String::with_capacity(column.len());
    let mut begins = false;
    for letter in column.chars() {
        if letter == '_' {
            begins = true;
        } else if std::mem::take(&mut begins) {
            field.extend(letter.to_uppercase());
        } else {
            field.push(letter);
        }
    }
    field
}

#[cfg(test)]
mod tests {
    use ids::MoodId;

    use super::*;

    #[test]
    fn a_line_says_what_it_is_and_stays_one_line() {
        let mut row = Row::default();
        row.put("note", "one\ntwo\u{2028}three");
        assert_eq!(row.into_line("mood"), "{\"type\":\"mood\",\"note\":\"one\\ntwo\u{2028}three\"}\n");
    }

    #[test]
    fn fields_are_named_as_in_the_schema() {
        assert_eq!(["id", "created_at", "day_start_hour"].map(field), ["id", "createdAt", "dayStartHour"]);
    }

    #[test]
    fn an_id_of_another_kind_is_none() {
        let mut row = Row::default();
        row.put("id", "hug_00000000000000000000000000000000");
        assert_eq!(row.id::<MoodId>("id"), None);
        assert_eq!(row.take_text("id").as_deref(), Some("hug_00000000000000000000000000000000"));
        assert_eq!(row, Row::default());
    }
}
