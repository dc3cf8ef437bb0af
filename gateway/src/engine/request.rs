//! A GraphQL request as clients send it.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// The JSON body of GraphQL over HTTP, or the payload of a `subscribe` message.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphqlRequest {
    /// The document; absent when the request names it, until the edge has looked it up.
    #[serde(default)]
    pub query: Option<String>,
    /// The id of a trusted document.
    #[serde(default, alias = "id", deserialize_with = "text_or_nothing")]
    pub document_id: Option<String>,
    /// Which of the document's operations to run.
    #[serde(default)]
    pub operation_name: Option<String>,
    /// Values of the operation's variables, not yet coerced.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub variables: Map<String, Value>,
    /// Whatever else the client says, such as a persisted query's hash.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub extensions: Map<String, Value>,
}

impl GraphqlRequest {
    /// Whether it says which document is meant, by its text, an id or a hash.
    pub fn has_document(&self) -> bool {
        let text = self.query.as_deref().is_some_and(|text| !text.trim().is_empty());
        text || self.document_id.is_some() || self.extensions.contains_key("persistedQuery")
    }
}

/// What isn't text can't be an id, and is ignored as any unknown field of a request is.
fn text_or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(Some(text)),
        _ => Ok(None),
    }
}

fn null_as_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
