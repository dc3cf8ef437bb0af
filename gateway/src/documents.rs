//! From what a client sent to a document: its text, the hash of a persisted query, or a trusted document's id.

mod automatic;
mod digest;
mod manifest;
mod trusted;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

pub use manifest::ManifestError;

use crate::engine::request::GraphqlRequest;
use automatic::AutomaticDocuments;
use digest::Digest;
use trusted::TrustedDocuments;

/// Documents that clients name by the hash of their text, once they have sent it: Apollo's automatic persisted queries.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PersistedQueriesConfig {
    /// Whether documents may be named by hash; on by default.
    pub automatic: bool,
    /// How many bytes of documents are remembered, 16 MiB by default; the least used ones are forgotten first.
    pub max_cache_bytes: u64,
}

impl Default for PersistedQueriesConfig {
    fn default() -> Self {
        Self { automatic: true, max_cache_bytes: 16 * 1024 * 1024 }
    }
}

/// The documents of known clients, as their build wrote them down.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustedDocumentsConfig {
    /// The file: Apollo's persisted query manifest, or a JSON object from ids to documents as Relay and
    /// graphql-codegen write it. Relative to the folder in which the gateway was started.
    pub manifest: PathBuf,
    /// Whether other documents are refused, as by default, or run and logged (`false`).
    #[serde(default = "enforced")]
    pub enforce: bool,
}

fn enforced() -> bool {
    true
}

/// Why a request has no document that may be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    #[error("the request has no query")]
    Missing,
    #[error("extensions.persistedQuery {0}")]
    Malformed(&'static str),
    #[error("provided sha does not match query")]
    Mismatch,
    /// The text that Apollo's clients know: they send the document along next time.
    #[error("PersistedQueryNotFound")]
    NotFound,
    /// The text that Apollo's clients know: they send no hashes any more.
    #[error("PersistedQueryNotSupported")]
    NotSupported,
    #[error("no trusted document has the id that the request names")]
    NotInList,
    #[error("only trusted documents are served here, and this is none of them")]
    NotTrusted,
}

impl DocumentError {
    /// What clients go by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing | Self::Malformed(_) | Self::Mismatch => "BAD_REQUEST",
            Self::NotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::NotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::NotInList => "PERSISTED_QUERY_NOT_IN_LIST",
            Self::NotTrusted => "QUERY_NOT_IN_SAFELIST",
        }
    }

    /// Whether a client does as it should and is only told how to go on.
    pub fn is_part_of_the_protocol(&self) -> bool {
        matches!(self, Self::NotFound | Self::NotSupported)
    }
}

/// What the documents are made from.
#[derive(Debug)]
pub struct DocumentsOptions<'config> {
    pub persisted: &'config PersistedQueriesConfig,
    pub trusted: Option<&'config TrustedDocumentsConfig>,
    /// Longer ones are not remembered: they will be refused.
    pub max_document_bytes: usize,
}

/// Every document that can be named instead of sent. Each transport asks here before it asks the engine.
#[derive(Debug)]
pub struct Documents {
    automatic: Option<AutomaticDocuments>,
    trusted: Option<TrustedDocuments>,
}

/// How a request names its document.
struct Name<'request> {
    id: &'request str,
    /// Of a persisted query: its id is a hash.
    persisted: bool,
}

impl Documents {
    /// Reads the manifest, if there is one.
    pub fn try_new(options: &DocumentsOptions<'_>) -> Result<Self, ManifestError> {
        let DocumentsOptions { persisted, trusted, max_document_bytes } = *options;
        Ok(Self {
            automatic: persisted
                .automatic
                .then(|| AutomaticDocuments::new(persisted.max_cache_bytes, max_document_bytes)),
            trusted: trusted.map(TrustedDocuments::load).transpose()?,
        })
    }

    /// The request with its document's text, if there is one that may be run.
    pub fn complete(&self, mut request: GraphqlRequest) -> Result<GraphqlRequest, DocumentError> {
        let text = request.query.take().filter(|text| !text.trim().is_empty());
        let name = name_of(&request)?;
        if name.is_none() && self.trusted.is_none() {
            // The usual case: no hash is needed.
            request.query = Some(text.ok_or(DocumentError::Missing)?);
            return Ok(request);
        }
        let found = match &self.trusted {
            Some(trusted) => self.among_trusted(trusted, text, name, request.operation_name.as_deref()),
            None => self.remembered(text, name),
        };
        request.query = Some(found?);
        Ok(request)
    }

    fn among_trusted(
        &self,
        trusted: &TrustedDocuments,
        text: Option<String>,
        name: Option<Name<'_>>,
        operation_name: Option<&str>,
    ) -> Result<String, DocumentError> {
        if let Some(known) = name.as_ref().and_then(|name| trusted.by_id(name.id)) {
            return match text {
                Some(text) if text.trim() != known.trim() => Err(DocumentError::Mismatch),
                _ => Ok(known.to_owned()),
            };
        }
        let unknown_name = name.is_some() && text.is_none();
        if trusted.enforce() && unknown_name {
            return Err(DocumentError::NotInList);
        }
        let text = self.remembered(text, name)?;
        if trusted.holds(&text) {
            return Ok(text);
        }
        if trusted.enforce() {
            return Err(DocumentError::NotTrusted);
        }
        trusted.log_stranger(&text, operation_name);
        Ok(text)
    }

    /// A text that came along, or one that came along earlier.
    fn remembered(&self, text: Option<String>, name: Option<Name<'_>>) -> Result<String, DocumentError> {
        let Some(Name { id, persisted: true }) = name else {
            // An id that names nothing is no more than an unknown field of a request that brings its text.
            let missing = if name.is_some() { self.unknown_id() } else { DocumentError::Missing };
            return text.ok_or(missing);
        };
        match (&self.automatic, text) {
            (None, Some(text)) => Ok(text),
            (None, None) => Err(DocumentError::NotSupported),
            (Some(automatic), text) => {
                let hash = Digest::parse(id).ok_or(DocumentError::Malformed(NOT_A_HASH))?;
                automatic.remembered(hash, text)
            }
        }
    }

    fn unknown_id(&self) -> DocumentError {
        if self.trusted.is_some() { DocumentError::NotInList } else { DocumentError::NotSupported }
    }
}

const NOT_A_HASH: &str = "has no sha256Hash of 64 hexadecimal digits";

fn name_of(request: &GraphqlRequest) -> Result<Option<Name<'_>>, DocumentError> {
    let malformed = |what| Err(DocumentError::Malformed(what));
    match request.extensions.get("persistedQuery") {
        None | Some(Value::Null) => {
            Ok(request.document_id.as_deref().map(|id| Name { id, persisted: false }))
        }
        Some(Value::Object(persisted)) => {
            if persisted.get("version").and_then(Value::as_f64) != Some(1.0) {
                return malformed("has another version than 1");
            }
            match persisted.get("sha256Hash").and_then(Value::as_str) {
                Some(id) => Ok(Some(Name { id, persisted: true })),
                None => malformed(NOT_A_HASH),
            }
        }
        Some(_) => malformed("is not an object"),
    }
}

#[cfg(test)]
mod tests;
