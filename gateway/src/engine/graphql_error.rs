//! Errors as clients see them.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::store::{Store, Value};

/// One entry of a response's `errors`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GraphqlError {
    /// For people.
    pub message: String,
    /// Where in the client's document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
    /// Which field of the response is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Vec<PathStep>>,
    /// For programs; holds `code` always, and `service` when a subgraph is at fault.
    pub extensions: Box<Map<String, Json>>,
}

/// A place in a document; lines and columns count from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A response key, or an index into a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum PathStep {
    /// The key of a field.
    Key(String),
    /// A list's item, counted from zero.
    Index(usize),
}

impl GraphqlError {
    /// An error of this gateway's own.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        let mut extensions = Map::new();
        extensions.insert("code".to_owned(), code.into());
        Self { message: message.into(), locations: Vec::new(), path: None, extensions: Box::new(extensions) }
    }

    pub(super) fn at(mut self, path: Vec<PathStep>) -> Self {
        self.path = Some(path);
        self
    }

    pub(super) fn located(mut self, locations: impl IntoIterator<Item = (usize, usize)>) -> Self {
        self.locations = locations.into_iter().map(|(line, column)| Location { line, column }).collect();
        self
    }

    /// Says that the same request may go well a moment later.
    pub(super) fn retryable(mut self) -> Self {
        self.extensions.insert("retryable".to_owned(), true.into());
        self
    }

    pub(super) fn by_service(mut self, service: &str) -> Self {
        self.extensions.insert("service".to_owned(), service.into());
        self
    }
}

/// The value in serde_json's terms; for errors and extensions, which are rare and small.
pub(super) fn to_json(store: &Store<'_>, value: Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => value.into(),
        Value::Number(digits) => serde_json::from_str(digits).unwrap_or(Json::Null),
        Value::String(raw) => unescape(raw).into(),
        Value::List(list) => store.list(list).iter().map(|item| to_json(store, *item)).collect(),
        Value::Object(object) => store
            .own_fields(object)
            .iter()
            .map(|field| (unescape(field.key), to_json(store, field.value)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

/// What a string of the store says once its escapes are undone.
pub(super) fn unescape(raw: &str) -> String {
    if raw.contains('\\') {
        serde_json::from_str(&format!("\"{raw}\"")).unwrap_or_else(|_| raw.to_owned())
    } else {
        raw.to_owned()
    }
}
