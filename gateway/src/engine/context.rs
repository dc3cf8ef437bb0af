//! What travels with one client request to every fetch made for it.

use std::sync::Arc;

use http::HeaderMap;

use crate::authenticate::Identity;

/// The request's identity and headers; cheap to clone.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The client's headers, after internal ones were stripped.
    pub headers: Arc<HeaderMap>,
    /// Who the client is; `None` for an anonymous one.
    pub viewer: Option<Arc<Identity>>,
    /// The id under which logs and traces know this request.
    pub request_id: String,
}
