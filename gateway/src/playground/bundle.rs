//! GraphiQL as `cargo xtask playground` bundled it: files inside the program, served without any other network.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};

include!(concat!(env!("OUT_DIR"), "/playground_bundle.rs"));

/// Where the files are; the version in the path changes with them.
pub(crate) const ROUTE: &str = "/playground-assets/{version}/{file}";
/// What the page begins with; it has to be among the files.
const ENTRY: &str = "playground.js";
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The folder of the files in an address, if there were any when the program was built.
pub(super) fn folder() -> Option<String> {
    FILES.iter().any(|(name, _)| *name == ENTRY).then(|| format!("/playground-assets/{VERSION}"))
}

/// One file. It never changes under its address.
pub(crate) async fn file(Path((version, name)): Path<(String, String)>) -> Response {
    let found = FILES.iter().find(|(file, _)| version == VERSION && *file == name);
    let Some((name, content)) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type(name))),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
    ];
    (headers, *content).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("ttf") => "font/ttf",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_files_of_this_version_are_there() {
        for (version, name) in [("0", ENTRY), (VERSION, "../Cargo.toml"), (VERSION, ".gitignore")] {
            let path = Path((version.to_owned(), name.to_owned()));
            assert_eq!(file(path).await.status(), StatusCode::NOT_FOUND, "{version}/{name}");
        }
        for (name, content) in FILES {
            let response = file(Path((VERSION.to_owned(), (*name).to_owned()))).await;
            assert_eq!(response.headers()[header::CONTENT_TYPE], content_type(name));
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert_eq!(body.len(), content.len());
        }
    }

    #[test]
    fn what_a_browser_refuses_to_run_untyped_has_its_type() {
        assert_eq!(content_type("editor.worker.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("playground.css"), "text/css; charset=utf-8");
        assert_eq!(content_type("codicon.ttf"), "font/ttf");
    }
}
