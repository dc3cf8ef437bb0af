//! How S3 is reached: by the same transport as other services.

use async_trait::async_trait;
use axum::body::Body;
use http_body_util::{BodyExt as _, Full};
use object_store::{
    ClientOptions,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
        HttpService,
    },
};
use service::{
    Transport,
    transport::{HttpOptions, TransportError},
};

/// Gives the client of S3 something to send its requests with.
#[derive(Debug, Clone)]
pub(super) struct Connector(Transport);

impl Connector {
    #[cfg(test)]
    pub(super) fn new(transport: Transport) -> Self {
        Self(transport)
    }
}

impl Default for Connector {
    fn default() -> Self {
        Self(Transport::http(HttpOptions::default()))
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Connector {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let response = self.0.send(request.map(Body::new)).await.map_err(|error| {
            let kind = match &error {
                TransportError::Connect(_) => HttpErrorKind::Connect,
                TransportError::Interrupted(_) => HttpErrorKind::Interrupted,
            };
            HttpError::new(kind, error)
        })?;
        let (parts, body) = response.into_parts();
        // Pictures are small: an answer is taken whole.
        let whole =
            body.collect().await.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error))?;
        let body = Full::new(whole.to_bytes()).map_err(|never| match never {});
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body)))
    }
}
