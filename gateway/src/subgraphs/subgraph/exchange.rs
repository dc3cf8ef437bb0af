//! One request to a subgraph with everything that goes along, and its answer, whole or as a stream.

use axum::body::Body;
use bytes::Bytes;
use futures::{StreamExt, stream, stream::BoxStream};
use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt, Limited};
use service::transport::TransportError;
use tokio::time::timeout;

use super::{REQUEST_ID, Subgraph, TRACE_HEADERS};
use crate::{
    engine::{context::RequestContext, upstream::UpstreamError},
    subgraphs::{event_stream::EventStreamParser, frames, multipart::MultipartParser},
};

pub(super) const ACCEPT_ONE: HeaderValue =
    HeaderValue::from_static("application/graphql-response+json, application/json;q=0.9");
pub(super) const ACCEPT_STREAM: HeaderValue = HeaderValue::from_static(
    "text/event-stream, multipart/mixed;subscriptionSpec=\"1.0\";q=0.9, application/graphql-response+json;q=0.1, application/json;q=0.1",
);
const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl Subgraph {
    pub(super) async fn open_stream(
        &self,
        body: Bytes,
        headers: HeaderMap,
    ) -> Result<BoxStream<'static, Result<Bytes, UpstreamError>>, UpstreamError> {
        let response =
            timeout(self.timeout, self.send(body, headers)).await.map_err(|_| UpstreamError::Timeout)??;
        let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let limits = self.frame_limits;
        if !response.status().is_success() {
            return self.whole(response).await.map(one_response);
        }
        match essence.as_str() {
            "text/event-stream" => {
                Ok(frames::responses(response.into_body(), EventStreamParser::default(), limits))
            }
            "multipart/mixed" => {
                let parser = MultipartParser::new(MultipartParser::boundary_of(&content_type));
                Ok(frames::responses(response.into_body(), parser, limits))
            }
            "application/json" | "application/graphql-response+json" => {
                self.whole(response).await.map(one_response)
            }
            _ => Err(UpstreamError::Malformed(format!(
                "the subscription was answered with {essence:?}, which is not a stream"
            ))),
        }
    }

    pub(super) async fn exchange(&self, body: Bytes, headers: HeaderMap) -> Result<Bytes, UpstreamError> {
        let response = self.send(body, headers).await?;
        self.collect(response).await
    }

    async fn send(&self, body: Bytes, headers: HeaderMap) -> Result<Response<Body>, UpstreamError> {
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = headers;
        self.transport.send(request).await.map_err(|error| match error {
            TransportError::Connect(reason) | TransportError::Interrupted(reason) => {
                UpstreamError::Unreachable(reason)
            }
        })
    }

    async fn whole(&self, response: Response<Body>) -> Result<Bytes, UpstreamError> {
        timeout(self.timeout, self.collect(response)).await.map_err(|_| UpstreamError::Timeout)?
    }

    async fn collect(&self, response: Response<Body>) -> Result<Bytes, UpstreamError> {
        let (parts, body) = response.into_parts();
        let collected = Limited::new(body, self.max_response_bytes).collect().await;
        match collected {
            Ok(body) if parts.status.is_success() => Ok(body.to_bytes()),
            Ok(body) => {
                let body = Some(body.to_bytes()).filter(|body| !body.is_empty());
                Err(UpstreamError::Status(parts.status.as_u16(), body))
            }
            Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(UpstreamError::Malformed(
                format!("the answer is larger than {} bytes", self.max_response_bytes),
            )),
            Err(error) => Err(UpstreamError::Unreachable(error.to_string())),
        }
    }

    /// Everything that goes along with a body. The identity comes last, so that no rule can touch it.
    pub(super) fn headers(&self, context: &RequestContext, accept: HeaderValue) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(header::CONTENT_TYPE, JSON);
        headers.insert(header::ACCEPT, accept);
        for name in TRACE_HEADERS {
            if let Some(value) = context.headers.get(&name) {
                headers.insert(name, value.clone());
            }
        }
        telemetry::hand_on(&mut headers);
        if let Ok(id) = HeaderValue::from_str(&context.request_id) {
            headers.insert(REQUEST_ID, id);
        }
        self.rules.apply(&context.headers, &mut headers);
        self.passports.stamp(&mut headers, &self.name, context.viewer.as_ref());
        headers
    }
}

fn one_response(body: Bytes) -> BoxStream<'static, Result<Bytes, UpstreamError>> {
    stream::iter([Ok(body)]).boxed()
}
