//! What travels with one client request to every fetch made for it.

use std::{
    borrow::Cow,
    sync::{Arc, PoisonError, RwLock},
};

use http::HeaderMap;

use crate::{authenticate::Identity, uploads::Uploads};

/// The request's identity and headers; cheap to clone.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The client's headers, after internal ones were stripped.
    pub headers: Arc<HeaderMap>,
    /// Who the client is; `None` for an anonymous one.
    pub viewer: Option<Arc<Identity>>,
    /// The id under which logs and traces know this request.
    pub request_id: String,
    /// Where a newer token of the same client is found, should one come while a stream goes on.
    pub renewal: Renewal,
    /// The files that came along.
    pub uploads: Uploads,
}

impl RequestContext {
    /// The request as its client would make it now. Whatever outlives a token asks before each fetch.
    pub fn current(&self) -> Cow<'_, Self> {
        match self.renewal.latest() {
            None => Cow::Borrowed(self),
            Some(Renewed { headers, viewer }) => {
                Cow::Owned(Self { headers, viewer: Some(viewer), ..self.clone() })
            }
        }
    }
}

/// Tells running streams that their client has shown a newer token. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Renewal(Option<Arc<RwLock<Option<Renewed>>>>);

#[derive(Debug, Clone)]
struct Renewed {
    headers: Arc<HeaderMap>,
    viewer: Arc<Identity>,
}

impl Renewal {
    /// For a client that can show another token. The default is for one that can't, and costs nothing.
    pub fn possible() -> Self {
        Self(Some(Arc::default()))
    }

    /// From now on the client's requests are made with these.
    pub fn renew(&self, headers: Arc<HeaderMap>, viewer: Arc<Identity>) {
        if let Some(latest) = &self.0 {
            *latest.write().unwrap_or_else(PoisonError::into_inner) = Some(Renewed { headers, viewer });
        }
    }

    fn latest(&self) -> Option<Renewed> {
        self.0.as_ref()?.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
