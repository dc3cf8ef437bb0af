//! What web pages of other sites may do: nothing, unless the configuration says so.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{CorsConfig, CsrfConfig, refusal::Refusal, request_id::REQUEST_ID};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Headers that pages may always send, once their origin is allowed.
const USUAL_HEADERS: [&str; 9] = [
    "accept",
    "authorization",
    "content-type",
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "x-requested-with",
    "x-request-id",
    "traceparent",
    "x-graphql-event-stream-token",
];

/// CORS for the configured origins; `None` when there are none.
pub(super) fn cors_layer(cors: &CorsConfig) -> Option<CorsLayer> {
    if cors.origins.is_empty() {
        return None;
    }
    let origins = if cors.origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(cors.origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    let headers = USUAL_HEADERS.into_iter().chain(cors.headers.iter().map(String::as_str));
    Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers(headers.filter_map(|name| name.parse().ok()).collect::<Vec<HeaderName>>())
            .expose_headers([REQUEST_ID, header::RETRY_AFTER, header::WWW_AUTHENTICATE])
            .max_age(Duration::from_secs(cors.max_age_seconds.unwrap_or(600))),
    )
}

/// Whether a GET may be answered. A POST needs no such question: it has to be `application/json`, for which every
/// browser asks first. A GET is refused when the browser says that another site caused it without asking.
pub(super) fn refuse_cross_site_get(
    headers: &HeaderMap,
    csrf: &CsrfConfig,
    cors: &CorsConfig,
) -> Result<(), Refusal> {
    let json = || {
        headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
    };
    let site = headers.get(FETCH_SITE).map(HeaderValue::as_bytes);
    let own = matches!(site, None | Some(b"same-origin" | b"none"));
    if own || json() || allowed(headers, cors) { Ok(()) } else { require_preflight(headers, csrf) }
}

/// Refuses a request that any page could cause without the browser's asking first, such as a form.
pub(super) fn require_preflight(headers: &HeaderMap, csrf: &CsrfConfig) -> Result<(), Refusal> {
    let asked_first = csrf.preflight_headers.iter().any(|name| headers.contains_key(name.as_str()));
    if !csrf.enabled || asked_first {
        return Ok(());
    }
    Err(Refusal::CrossSite(csrf.preflight_headers.first().cloned().unwrap_or_default()))
}

/// Refuses a WebSocket that a page of another site opens, or one that hides where it is from (`null`). Programs other than
/// browsers name no origin.
pub(super) fn refuse_foreign_upgrade(headers: &HeaderMap, cors: &CorsConfig) -> Result<(), Refusal> {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, rest)| rest);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = authority.zip(host).is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host));
    let hidden = origin.as_bytes().eq_ignore_ascii_case(b"null");
    if own || (!hidden && allowed(headers, cors)) { Ok(()) } else { Err(Refusal::Origin) }
}

fn allowed(headers: &HeaderMap, cors: &CorsConfig) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    origin.is_some_and(|origin| cors.origins.iter().any(|allowed| allowed == "*" || allowed == origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_get_that_another_site_caused_needs_a_header_that_browsers_ask_for() {
        let (csrf, cors) = (CsrfConfig::default(), CorsConfig::default());
        let get = |pairs| refuse_cross_site_get(&headers(pairs), &csrf, &cors).is_ok();
        assert!(get(&[]));
        assert!(get(&[("sec-fetch-site", "same-origin")]));
        assert!(!get(&[("sec-fetch-site", "cross-site")]));
        assert!(!get(&[("sec-fetch-site", "same-site")]));
        assert!(get(&[("sec-fetch-site", "cross-site"), ("apollo-require-preflight", "1")]));
        assert!(get(&[("sec-fetch-site", "cross-site"), ("content-type", "application/json")]));
    }

    #[test]
    fn an_upgrade_comes_from_our_own_page_or_a_listed_one() {
        let cors = CorsConfig { origins: vec!["https://app.example".to_owned()], ..CorsConfig::default() };
        let upgrade = |pairs| refuse_foreign_upgrade(&headers(pairs), &cors).is_ok();
        assert!(upgrade(&[("host", "api.example")]));
        assert!(upgrade(&[("host", "api.example"), ("origin", "https://api.example")]));
        assert!(upgrade(&[("host", "api.example"), ("origin", "https://app.example")]));
        assert!(!upgrade(&[("host", "api.example"), ("origin", "https://evil.example")]));
        assert!(upgrade(&[("host", "API.example:8443"), ("origin", "https://api.example:8443")]));
        assert!(!upgrade(&[("host", "api.example:8443"), ("origin", "https://api.example")]));
        assert!(!upgrade(&[("host", "api.example"), ("origin", "null")]));
        let all = CorsConfig { origins: vec!["*".to_owned()], ..CorsConfig::default() };
        let upgrade = |pairs| refuse_foreign_upgrade(&headers(pairs), &all).is_ok();
        assert!(upgrade(&[("host", "api.example"), ("origin", "https://evil.example")]));
        assert!(!upgrade(&[("host", "api.example"), ("origin", "null")]));
    }
}
