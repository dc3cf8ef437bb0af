//! One HTTP request to the GraphQL path, and the way of each operation in it to the engine.

use std::sync::Arc;

use http::{Method, request::Parts};

use super::{Gateway, refusal::Refusal};
use crate::{
    authenticate::Identity,
    documents::DocumentError,
    engine::{
        GraphqlResponse, OperationKind, PreparedOperation,
        context::{Renewal, RequestContext},
        request::GraphqlRequest,
    },
    headers,
    serving::Serving,
    uploads::Uploads,
};

/// What all operations of one HTTP request share.
pub(super) struct Call<'gateway> {
    pub gateway: &'gateway Gateway,
    pub serving: Arc<Serving>,
    pub method: Method,
    pub context: RequestContext,
}

/// Why an operation isn't run.
pub(super) enum Unprepared {
    Document(DocumentError),
    Response(GraphqlResponse),
    Refused(Refusal),
}

impl<'gateway> Call<'gateway> {
    pub(super) fn new(
        gateway: &'gateway Gateway,
        parts: Parts,
        viewer: Option<Arc<Identity>>,
        request_id: String,
    ) -> Self {
        let Parts { method, mut headers, .. } = parts;
        headers::strip(&mut headers);
        let context = RequestContext {
            headers: Arc::new(headers),
            viewer,
            request_id,
            renewal: Renewal::default(),
            uploads: Uploads::default(),
        };
        Self { gateway, serving: gateway.serving(), method, context }
    }

    /// Finds the document, validates and plans it, and holds it against the method.
    pub(super) async fn prepare(&self, request: GraphqlRequest) -> Result<PreparedOperation, Unprepared> {
        let request = self.gateway.shared.documents.complete(request).map_err(Unprepared::Document)?;
        let viewer = self.context.viewer.as_deref();
        let prepared = self.serving.engine.prepare(request, viewer).await;
        let operation = prepared.map_err(Unprepared::Response)?;
        if self.method == Method::GET && operation.kind() == OperationKind::Mutation {
            return Err(Unprepared::Refused(Refusal::MethodOfOperation));
        }
        let places = self.context.uploads.places();
        self.serving.engine.check_uploads(&operation, places).map_err(Unprepared::Response)?;
        Ok(operation)
    }
}

impl Unprepared {
    /// As an answer inside a body that has others, too.
    pub(super) fn into_response(self) -> GraphqlResponse {
        match self {
            Self::Document(error) => GraphqlResponse::request_error(error.code(), &error.to_string()),
            Self::Response(response) => response,
            Self::Refused(refusal) => GraphqlResponse::request_error(refusal.code(), &refusal.to_string()),
        }
    }
}
