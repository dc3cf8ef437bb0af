//! What is wrong with one entry of a file.

use crate::entries::InputError;

/// Something that is wrong, for people and for programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The column or field that it is about, as our own formats call it; none when it is about the whole.
    pub(crate) field: Option<String>,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Fault {
    /// The file, from here on, is not of its format.
    pub(crate) fn file(message: impl Into<String>) -> Self {
        Self { field: None, code: "FILE_MALFORMED", message: message.into() }
    }

    /// The header lacks a column.
    pub(crate) fn lacks_column(name: &str) -> Self {
        let message = format!("the header has no column `{name}`");
        Self { field: Some(name.to_owned()), code: "COLUMN_MISSING", message }
    }

    /// The header has a column too many.
    pub(crate) fn odd_column(name: &str, message: &str) -> Self {
        Self { field: Some(name.to_owned()), code: "COLUMN_UNKNOWN", message: message.to_owned() }
    }

    fn missing(field: &str) -> Self {
        let message = format!("`{field}` is missing");
        Self { field: Some(field.to_owned()), code: "FIELD_MISSING", message }
    }

    fn malformed(field: &str, message: String) -> Self {
        Self { field: Some(field.to_owned()), code: "FIELD_MALFORMED", message }
    }

    fn unknown(field: &str) -> Self {
        let message = format!("there is no field `{field}`");
        Self { field: Some(field.to_owned()), code: "FIELD_UNKNOWN", message }
    }

    fn unknown_mood(name: &str) -> Self {
        let message = format!("you have no mood called `{name}`: make it first, or say what it means");
        Self { field: Some("customMood".to_owned()), code: "CUSTOM_MOOD_NOT_FOUND", message }
    }

    fn day_start() -> Self {
        let message = "a day starts at an hour from 0 to 23".to_owned();
        Self { field: Some("dayStartHour".to_owned()), code: "DAY_START_HOUR_INVALID", message }
    }

    fn input(error: InputError) -> Self {
        Self { field: Some(error.field().to_owned()), code: error.code(), message: error.to_string() }
    }
}

/// Everything that is wrong with one entry.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// A part that has to be there is not; said once of each part, and not of one that is there and wrong, nor when the
    /// whole is.
    pub(crate) fn missing(&mut self, field: &str) {
        if !self.0.iter().any(|fault| fault.field.as_deref().is_none_or(|known| known == field)) {
            self.add(Fault::missing(field));
        }
    }

    /// A part can't be read.
    pub(crate) fn malformed(&mut self, field: &str, message: impl Into<String>) {
        self.add(Fault::malformed(field, message.into()));
    }

    /// A part that no entry has.
    pub(crate) fn unknown(&mut self, field: &str) {
        self.add(Fault::unknown(field));
    }

    /// A name that means no mood.
    pub(crate) fn unknown_mood(&mut self, name: &str) {
        self.add(Fault::unknown_mood(name));
    }

    /// An hour at which no day starts.
    pub(crate) fn day_start(&mut self) {
        self.add(Fault::day_start());
    }

    /// What was parsed, or nothing and one fault more.
    pub(crate) fn take<T>(&mut self, parsed: Result<T, InputError>) -> Option<T> {
        parsed.map_err(|error| self.add(Fault::input(error))).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_iter(self) -> impl Iterator<Item = Fault> {
        self.0.into_iter()
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}
