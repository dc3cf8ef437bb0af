//! From a body or a query string to a GraphQL request.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::refusal::Refusal;
use crate::engine::request::GraphqlRequest;

/// Refuses a body that is not declared as JSON in UTF-8.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
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

/// The request in the body of a POST.
pub(super) fn from_body(body: &Bytes) -> Result<GraphqlRequest, Refusal> {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => {}
        Some(b'[') => return Err(Refusal::Batch),
        None => return Err(malformed("the body is empty")),
        Some(_) => return Err(malformed("the body is not a JSON object")),
    }
    let request = serde_json::from_slice(body)
        .map_err(|error| Refusal::Malformed(format!("the body is not a GraphQL request: {error}")))?;
    check(request)
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
        let body = |text: &'static str| from_body(&Bytes::from_static(text.as_bytes()));
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
