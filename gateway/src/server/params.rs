//! From a body or a query string to a GraphQL request.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Map, Value, value::RawValue};
use url::form_urlencoded;

use super::{BatchingConfig, refusal::Refusal};
use crate::{engine::request::GraphqlRequest, uploads::Uploads};

/// Refuses a body that is not declared as JSON in UTF-8, or that is still encoded.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    check_encoding(headers)?;
    let value = headers.get(header::CONTENT_TYPE).map(HeaderValue::to_str);
    let Some(Ok(value)) = value else {
        return Err(Refusal::ContentType);
    };
    let mut parts = value.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let foreign_charset = parts.filter_map(|part| part.split_once('=')).any(|(name, value)| {
        name.eq_ignore_ascii_case("charset") && !value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if is_json && !foreign_charset { Ok(()) } else { Err(Refusal::ContentType) }
}

/// What the layer in front has decoded has no such header any more.
pub(super) fn check_encoding(headers: &HeaderMap) -> Result<(), Refusal> {
    let encoded = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if encoded { Err(Refusal::ContentEncoding) } else { Ok(()) }
}

/// What the body of a POST asks for.
#[derive(Debug, Clone)]
pub(super) enum Incoming {
    One(Box<GraphqlRequest>),
    WithFiles(Box<GraphqlRequest>, Uploads),
    /// At least one; what is wrong with an entry is its own matter.
    Batch(Vec<Result<GraphqlRequest, Refusal>>),
}

/// Reads the body of a POST.
pub(super) fn from_body(body: &Bytes, batching: &BatchingConfig) -> Result<Incoming, Refusal> {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') if batching.enabled => batch(body, batching.max_operations),
        Some(b'[') => Err(Refusal::Batch),
        None => Err(malformed("the body is empty")),
        Some(_) => Ok(Incoming::One(Box::new(request(body)?))),
    }
}

/// One request in JSON.
pub(super) fn request(text: &[u8]) -> Result<GraphqlRequest, Refusal> {
    // A JSON array would also be read as a struct.
    if text.trim_ascii_start().first() != Some(&b'{') {
        return Err(malformed("a GraphQL request is a JSON object"));
    }
    let request = serde_json::from_slice(text)
        .map_err(|error| Refusal::Malformed(format!("this is not a GraphQL request: {error}")))?;
    check(request)
}

fn batch(body: &Bytes, max_operations: usize) -> Result<Incoming, Refusal> {
    let entries: Vec<&RawValue> = serde_json::from_slice(body)
        .map_err(|error| Refusal::Malformed(format!("the body is not JSON: {error}")))?;
    if entries.is_empty() {
        return Err(malformed("a batch has at least one operation"));
    }
    if entries.len() > max_operations {
        return Err(Refusal::BatchTooLarge(max_operations));
    }
    Ok(Incoming::Batch(entries.into_iter().map(|entry| request(entry.get().as_bytes())).collect()))
}

/// The request in the query string of a GET.
pub(super) fn from_query(query: &str) -> Result<GraphqlRequest, Refusal> {
    let mut request = GraphqlRequest::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "query" => request.query = Some(value.into_owned()),
            "operationName" => {
                request.operation_name = Some(value.into_owned()).filter(|name| !name.is_empty());
            }
            "documentId" | "id" => request.document_id = Some(value.into_owned()),
            "variables" => request.variables = object("variables", &value)?,
            "extensions" => request.extensions = object("extensions", &value)?,
            _ => {}
        }
    }
    check(request)
}

/// What holds for a request however it came.
pub(super) fn check(request: GraphqlRequest) -> Result<GraphqlRequest, Refusal> {
    if !request.has_document() {
        return Err(malformed("the request has no query"));
    }
    Refusal::if_forged_in("extensions", &request.extensions)?;
    Ok(request)
}

fn object(name: &str, text: &str) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_str(text) {
        Ok(Some(object)) => Ok(object),
        Ok(None) => Ok(Map::new()),
        Err(_) if text.is_empty() => Ok(Map::new()),
        Err(_) => Err(Refusal::Malformed(format!("{name} is not a JSON object"))),
    }
}

fn malformed(reason: &str) -> Refusal {
    Refusal::Malformed(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_json_object_with_a_query_is_a_request() {
        let off = BatchingConfig::default();
        let body = |text: &'static str| match from_body(&Bytes::from_static(text.as_bytes()), &off)? {
            Incoming::One(request) => Ok(*request),
            Incoming::WithFiles(..) | Incoming::Batch(_) => panic!("neither is asked for"),
        };
        let request = body(r#" {"query":"{a}","variables":null,"operationName":null,"unknown":1}"#).unwrap();
        assert_eq!(request.query.as_deref(), Some("{a}"));
        for bad in [
            "",
            "{",
            "\"x\"",
            "{}",
            r#"{"query":1}"#,
            r#"{"query":null}"#,
            r#"{"query":"{a}","variables":[1]}"#,
            r#"{"query":"{a}","operationName":1}"#,
            r#"{"query":"{a}","extensions":"x"}"#,
        ] {
            assert!(matches!(body(bad), Err(Refusal::Malformed(_))), "{bad}");
        }
        assert_eq!(body(r#"[{"query":"{a}"}]"#).unwrap_err(), Refusal::Batch);
        let forged = body(r#"{"query":"{a}","extensions":{"headers":{"X-User-Id":"1"}}}"#);
        assert!(matches!(forged, Err(Refusal::Forged(_))));
    }

    #[test]
    fn each_entry_of_a_batch_stands_for_itself() {
        let batching = BatchingConfig { enabled: true, max_operations: 6 };
        let body = |text: &'static str| from_body(&Bytes::from_static(text.as_bytes()), &batching);
        let Ok(Incoming::Batch(entries)) = body(r#" [{"query":"{a}"}, 1, [], {}, [{"query":"{a}"}], null]"#)
        else {
            panic!("a batch is read");
        };
        assert_eq!(
            entries.iter().map(Result::is_ok).collect::<Vec<_>>(),
            [true, false, false, false, false, false]
        );
        assert!(matches!(body("[]"), Err(Refusal::Malformed(_))));
        assert!(matches!(body("[{]"), Err(Refusal::Malformed(_))));
        assert!(matches!(body("[1,2,3,4,5,6,7]"), Err(Refusal::BatchTooLarge(6))));
    }

    #[test]
    fn a_query_string_carries_variables_as_json() {
        let request = from_query("query=%7Ba%7D&operationName=A&variables=%7B%22x%22%3A1%7D").unwrap();
        assert_eq!(request.query.as_deref(), Some("{a}"));
        assert_eq!(request.operation_name.as_deref(), Some("A"));
        assert_eq!(request.variables["x"], 1);
        assert!(from_query("query={a}&variables=[1]").is_err());
        assert!(from_query("").is_err());
    }

    #[test]
    fn the_content_type_has_to_be_json() {
        let check = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, value.parse().unwrap());
            check_content_type(&headers).is_ok()
        };
        assert!(check("application/json"));
        assert!(check("application/JSON; charset=\"UTF-8\""));
        assert!(!check("application/json; charset=utf-16"));
        assert!(!check("text/plain"));
        assert!(check_content_type(&HeaderMap::new()).is_err());
    }
}
