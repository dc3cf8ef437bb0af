//! What has to be equal for two clients to share a stream.

use http::{HeaderMap, HeaderName};
use serde_json::{Map, Value, json};

use crate::{
    authenticate::Identity,
    engine::{PreparedOperation, context::RequestContext},
};

/// Claims that tell two tokens of one session apart, and nothing else.
const OF_THE_TOKEN: [&str; 4] = ["exp", "iat", "nbf", "jti"];

/// Everything that a subgraph could see, spelled out: a hash alone could be made to collide with somebody else's.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ShareKey {
    document: String,
    operation_name: Option<String>,
    variables: String,
    viewer: Option<String>,
    headers: Vec<(HeaderName, Vec<u8>)>,
}

impl ShareKey {
    /// `forwarded` are the headers that any rule passes on to a subgraph.
    pub(super) fn new(
        operation: &PreparedOperation,
        context: &RequestContext,
        forwarded: &[HeaderName],
    ) -> Self {
        Self {
            document: operation.normalized_text(),
            operation_name: operation.name().map(str::to_owned),
            variables: Value::Object(sorted(operation.variables())).to_string(),
            viewer: context.viewer.as_deref().map(viewer_text),
            headers: relevant(&context.headers, forwarded),
        }
    }
}

/// Whether subgraphs could not tell the viewers of two requests apart.
pub(super) fn same_viewer(one: &RequestContext, other: &RequestContext) -> bool {
    one.viewer.as_deref().map(viewer_text) == other.viewer.as_deref().map(viewer_text)
}

fn sorted(variables: &Map<String, Value>) -> Map<String, Value> {
    let mut names: Vec<_> = variables.iter().collect();
    names.sort_by_key(|(name, _)| *name);
    names.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn viewer_text(viewer: &Identity) -> String {
    let claims: Map<String, Value> = viewer
        .claims
        .iter()
        .filter(|(name, _)| !OF_THE_TOKEN.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let Identity { subject, session, roles, scopes, .. } = viewer;
    json!([subject, session, roles, scopes, sorted(&claims)]).to_string()
}

fn relevant(headers: &HeaderMap, forwarded: &[HeaderName]) -> Vec<(HeaderName, Vec<u8>)> {
    let values = |name: &HeaderName| headers.get_all(name).iter().map(|value| value.as_bytes().to_vec());
    forwarded.iter().flat_map(|name| values(name).map(|value| (name.clone(), value))).collect()
}
