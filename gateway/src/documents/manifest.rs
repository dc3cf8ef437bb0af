//! The files in which clients' builds write their documents down.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::{Map, Value};

const APOLLO: &str = "apollo-persisted-query-manifest";

/// Why a manifest can't be used.
#[derive(Debug, thiserror::Error)]
#[error("trusted_documents.manifest: {}: {fault}", path.display())]
pub struct ManifestError {
    path: PathBuf,
    fault: Fault,
}

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("can't be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error(
        "is neither an Apollo persisted query manifest (format {APOLLO:?}) nor an object from ids to documents"
    )]
    Unknown,
    #[error("has version {0}, only 1 is known")]
    Version(Value),
    #[error("has the id {0:?} twice, for different documents")]
    Ambiguous(String),
    #[error("has no text for the id {0:?}")]
    Empty(String),
    #[error("the document {id:?} doesn't parse: {reason}")]
    Document { id: String, reason: String },
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

/// Every id with its document's text.
pub(super) fn load(path: &Path) -> Result<HashMap<String, String>, ManifestError> {
    let read = || -> Result<HashMap<String, String>, Fault> { parse(&fs::read_to_string(path)?) };
    read().map_err(|fault| ManifestError { path: path.to_owned(), fault })
}

fn parse(text: &str) -> Result<HashMap<String, String>, Fault> {
    let Value::Object(mut manifest) = serde_json::from_str(text.trim_start_matches('\u{feff}'))? else {
        return Err(Fault::Unknown);
    };
    let operations = manifest.remove("operations");
    let documents = match (manifest.get("format"), operations) {
        (Some(Value::String(format)), Some(operations)) if format == APOLLO => {
            match manifest.get("version") {
                Some(version) if version.as_f64() == Some(1.0) => {}
                version => return Err(Fault::Version(version.cloned().unwrap_or_default())),
            }
            let operations: Vec<Operation> = serde_json::from_value(operations)?;
            operations.into_iter().map(|operation| (operation.id, operation.body)).collect()
        }
        (None, None) => key_values(manifest)?,
        _ => return Err(Fault::Unknown),
    };
    by_id(documents)
}

fn key_values(manifest: Map<String, Value>) -> Result<Vec<(String, String)>, Fault> {
    let pairs = manifest.into_iter().map(|(id, text)| match text {
        Value::String(text) => Ok((id, text)),
        _ => Err(Fault::Unknown),
    });
    pairs.collect()
}

fn by_id(documents: Vec<(String, String)>) -> Result<HashMap<String, String>, Fault> {
    let mut by_id: HashMap<String, String> = HashMap::with_capacity(documents.len());
    for (id, text) in documents {
        if id.is_empty() || text.trim().is_empty() {
            return Err(Fault::Empty(id));
        }
        if let Err(error) = graphql_tools::parser::parse_query::<String>(&text) {
            let reason = error.to_string().trim().replace('\n', "; ");
            return Err(Fault::Document { id, reason });
        }
        if by_id.get(&id).is_some_and(|known| *known != text) {
            return Err(Fault::Ambiguous(id));
        }
        by_id.insert(id, text);
    }
    Ok(by_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_manifest_are_read() {
        let apollo = r#"{"format":"apollo-persisted-query-manifest","version":1,
            "operations":[{"id":"1","name":"A","type":"query","body":"query A { a }","clientName":null}]}"#;
        for text in [apollo, r#"{"1": "query A { a }"}"#] {
            assert_eq!(parse(text).unwrap()["1"], "query A { a }");
        }
        assert!(parse("{}").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_with_a_manifest_is_said_in_one_line() {
        let apollo = |version: &str, operations: &str| {
            format!(r#"{{"format":"{APOLLO}","version":{version},"operations":{operations}}}"#)
        };
        let twice = r#"[{"id":"x","body":"{a}"},{"id":"x","body":"{b}"}]"#;
        for (text, expected) in [
            (String::new(), "is not JSON"),
            ("[]".to_owned(), "is neither"),
            (r#"{"format":"other","operations":[]}"#.to_owned(), "is neither"),
            (r#"{"a":{"query":"{a}"}}"#.to_owned(), "is neither"),
            (apollo("2", "[]"), "has version 2"),
            (apollo("null", "[]"), "has version null"),
            (apollo("1", r#"[{"id":1}]"#), "is not JSON"),
            (apollo("1", twice), "\"x\" twice"),
            (r#"{"a":" "}"#.to_owned(), "no text for the id \"a\""),
            (r#"{"a":"query {\n"}"#.to_owned(), "\"a\" doesn't parse"),
        ] {
            let error = parse(&text).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains('\n'), "{error}");
        }
    }
}
