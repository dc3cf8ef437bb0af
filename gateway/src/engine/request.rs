//! A GraphQL request as clients send it.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// The JSON body of GraphQL over HTTP, or the payload of a `subscribe` message.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphqlRequest {
    /// The document; absent for a trusted document, until the edge has looked it up.
    #[serde(default)]
    pub query: Option<String>,
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

fn null_as_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
