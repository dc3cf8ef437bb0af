//! The page for people: GraphiQL with the configured examples in its tabs.

pub(crate) mod bundle;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, header, request::Parts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Gateway;

/// Has everything inside this program.
const BUNDLED: &str = include_str!("playground/bundled.html");
/// Loads the same versions from public networks. The style sheet comes as npm has it and is checked by its hash;
/// the modules are built by their network, so that no hash can be known before.
const FROM_NETWORKS: &str = include_str!("playground/from_networks.html");

/// As many letters as GraphiQL's editor shows of a line on a usual screen.
const HEADING_COLUMNS: usize = 54;

/// Monaco, GraphiQL's editor, writes style sheets into the page; everything else comes from here.
const BUNDLED_POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; \
    style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const FROM_NETWORKS_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline' data: https://esm.sh; \
    worker-src blob: https://esm.sh; style-src 'unsafe-inline' https://cdn.jsdelivr.net https://esm.sh; \
    font-src data: https://cdn.jsdelivr.net https://esm.sh; img-src data:; connect-src 'self' https://esm.sh; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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
    if !is_browser(&headers) {
        let path = &config.http.path;
        return format!("A GraphQL gateway. POST operations to {path}, subscribe by WebSocket on {path}.\n")
            .into_response();
    }
    let bundle = bundle::folder();
    let policy = if bundle.is_some() { BUNDLED_POLICY } else { FROM_NETWORKS_POLICY };
    let page = render(&config.playground, &config.http.path, bundle.as_deref());
    let protective = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
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

fn render(config: &PlaygroundConfig, path: &str, bundle: Option<&str>) -> String {
    let tabs: Vec<TabConfig> = config.tabs.iter().map(with_heading).collect();
    let settings = json!({ "path": path, "title": config.title, "tabs": tabs });
    // Inside a script element, `<` could end it.
    let settings = settings.to_string().replace('<', "\\u003c");
    let title = config.title.replace('&', "&amp;").replace('<', "&lt;");
    let (template, folder) = match bundle {
        Some(folder) => (BUNDLED, folder),
        None => (FROM_NETWORKS, ""),
    };
    // The settings last: what they say is no part of the template.
    template.replace("{{FOLDER}}", folder).replace("{{TITLE}}", &title).replace("{{SETTINGS}}", &settings)
}

fn with_heading(tab: &TabConfig) -> TabConfig {
    let heading = tab.name.iter().map(|name| heading(name));
    TabConfig { query: heading.chain([tab.query.clone()]).collect(), ..tab.clone() }
}

/// Comment lines that an editor beside a response shows whole.
fn heading(name: &str) -> String {
    let mut lines = vec![String::new()];
    for word in name.split_whitespace() {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > HEADING_COLUMNS {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            let space = if line.is_empty() { "" } else { " " };
            line.push_str(space);
            line.push_str(word);
        }
    }
    format!("# {}\n", lines.join("\n# "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(yaml: &str) -> PlaygroundConfig {
        crate::config::Config::from_yaml(&format!("playground: {{{yaml}}}")).unwrap().playground
    }

    #[test]
    fn examples_stand_in_the_page_and_cannot_break_out_of_it() {
        let config = configured("tabs: [{name: 'a </script>', query: '{ a }', variables: {x: 1}}]");
        for bundle in [None, Some("/playground-assets/1")] {
            let page = render(&config, "/graphql", bundle);
            assert!(page.contains(r"# a \u003c/script>\n{ a }"), "{page}");
            assert!(page.contains(r#""variables":"{\n  \"x\": 1\n}""#), "{page}");
            assert!(!page.contains("{{"));
        }
    }

    #[test]
    fn a_long_name_is_several_lines_of_comment() {
        let name = "1. Register, and copy the access token: the other tabs\nwant it {\"Authorization\": \"Bearer …\"}";
        assert_eq!(
            heading(name),
            "# 1. Register, and copy the access token: the other tabs\n# want it {\"Authorization\": \"Bearer …\"}\n"
        );
    }

    #[test]
    fn a_title_is_text() {
        let config = configured("title: </title> & co");
        let page = render(&config, "/graphql", Some("/playground-assets/1"));
        assert!(page.contains("<title>&lt;/title> &amp; co</title>"), "{page}");
    }

    #[test]
    fn what_is_loaded_from_networks_is_of_the_bundles_versions() {
        let lock = include_str!("../../clients/playground/package-lock.json");
        let lock: Value = serde_json::from_str(lock).unwrap();
        let hosts = ["https://esm.sh/", "https://cdn.jsdelivr.net/npm/"];
        let addresses = hosts.iter().flat_map(|host| FROM_NETWORKS.split(host).skip(1));
        let mut checked = 0;
        for address in addresses {
            let scope = usize::from(address.starts_with('@'));
            let Some((name, rest)) = address[scope..].split_once('@') else { continue };
            let name = format!("{}{name}", &address[..scope]);
            let version = rest.split(['"', '/', '?', '&']).next().unwrap();
            let locked = &lock["packages"][format!("node_modules/{name}")]["version"];
            assert_eq!(locked, version, "{name}");
            checked += 1;
        }
        assert!(checked >= 9, "{checked} versions");
    }
}
