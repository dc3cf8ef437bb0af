//! The page for people: GraphiQL with the configured examples in its tabs.

use axum::{
    extract::State,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, header, request::Parts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Gateway;

/// Loads pinned versions from public networks. The style sheet comes as npm has it and is checked by its hash;
/// the modules are built by their network, so that no hash can be known before.
const PAGE: &str = include_str!("playground/page.html");

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PlaygroundConfig {
    pub enabled: bool,
    pub title: String,
    pub tabs: Vec<TabConfig>,
}

impl Default for PlaygroundConfig {
    fn default() -> Self {
        Self { enabled: true, title: "GraphQL".to_owned(), tabs: Vec::new() }
    }
}

/// One tab with an example.
#[derive(Debug, Clone, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TabConfig {
    /// Stands over the example as a comment; GraphiQL names the tab after its operation.
    #[serde(default, skip_serializing)]
    pub name: Option<String>,
    pub query: String,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub variables: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub headers: Option<Value>,
}

/// GraphiQL edits JSON as text.
#[expect(clippy::ref_option, reason = "serde asks for this signature")]
fn as_text<S: serde::Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
    value.as_ref().map(|value| format!("{value:#}")).serialize(serializer)
}

/// The playground for a browser, a few words for anything else.
pub(crate) async fn page(State(gateway): State<Gateway>, headers: HeaderMap) -> Response {
    let config = &gateway.shared.config;
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let is_browser = accepted.into_iter().any(|value| value.contains("text/html"));
    if !is_browser {
        let path = &config.http.path;
        return format!("A GraphQL gateway. POST operations to {path}, subscribe by WebSocket on {path}.\n")
            .into_response();
    }
    let page = render(&config.playground, &config.http.path);
    let protective = [
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (protective, Html(page)).into_response()
}

/// Whether somebody has opened the GraphQL path in a browser and should rather see the playground.
pub(crate) fn is_visit(gateway: &Gateway, parts: &Parts) -> bool {
    let config = &gateway.shared.config;
    config.playground.enabled
        && config.http.path != "/"
        && parts.method == Method::GET
        && parts.uri.query().is_none()
        && is_browser(&parts.headers)
}

fn is_browser(headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.contains("text/html"))
}

fn render(config: &PlaygroundConfig, path: &str) -> String {
    let tabs: Vec<TabConfig> = config.tabs.iter().map(with_heading).collect();
    let settings = json!({ "path": path, "title": config.title, "tabs": tabs });
    // Inside a script element, `<` could end it.
    PAGE.replace("{{SETTINGS}}", &settings.to_string().replace('<', "\\u003c"))
}

fn with_heading(tab: &TabConfig) -> TabConfig {
    let heading = tab.name.iter().map(|name| format!("# {}\n", name.replace(['\n', '\r'], " ")));
    TabConfig { query: heading.chain([tab.query.clone()]).collect(), ..tab.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_stand_in_the_page_and_cannot_break_out_of_it() {
        let yaml = "playground: {tabs: [{name: 'a </script>', query: '{ a }', variables: {x: 1}}]}";
        let config = crate::config::Config::from_yaml(yaml).unwrap();
        let page = render(&config.playground, "/graphql");
        assert!(page.contains(r"# a \u003c/script>\n{ a }"), "{page}");
        assert!(page.contains(r#""variables":"{\n  \"x\": 1\n}""#), "{page}");
        assert!(!page.contains("{{"));
    }
}
