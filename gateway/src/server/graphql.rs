//! The GraphQL endpoint: one path for POST, GET, event streams and WebSocket upgrades.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderValue, Method, StatusCode, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::{
    Gateway, access_log::AccessLog, event_stream, media::Media, origin, params, refusal::Refusal,
    request_id::REQUEST_ID, websocket,
};
use crate::{
    engine::{
        GraphqlResponse, OperationKind,
        context::{Renewal, RequestContext},
        request::GraphqlRequest,
    },
    headers, playground,
};

/// Answers whatever comes to the GraphQL path.
pub(super) async fn graphql(State(gateway): State<Gateway>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = gateway.shared.request_ids.of(&parts.headers);
    let id_header = HeaderValue::from_str(&request_id);
    let mut log = AccessLog::start(request_id, parts.method.clone());
    let mut response = if websocket::is_upgrade(&parts) {
        websocket::upgrade(&gateway, parts, &mut log).await
    } else {
        answer(&gateway, parts, body, &mut log).await
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = id_header {
        headers.insert(REQUEST_ID, id);
    }
    log.finish(response.status());
    response
}

async fn answer(gateway: &Gateway, parts: Parts, body: Body, log: &mut AccessLog) -> Response {
    if parts.method != Method::GET && parts.method != Method::POST {
        return Refusal::Method.into_response_as(Media::Json);
    }
    if playground::is_visit(gateway, &parts) {
        return Redirect::to("/").into_response();
    }
    let Some(media) = Media::negotiate(&parts.headers) else {
        return Refusal::Accept.into_response_as(Media::Json);
    };
    match run(gateway, parts, body, media, log).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response_as(media),
    }
}

async fn run(
    gateway: &Gateway,
    parts: Parts,
    body: Body,
    media: Media,
    log: &mut AccessLog,
) -> Result<Response, Refusal> {
    Refusal::if_forged(&parts.headers)?;
    let viewer = gateway.shared.authenticator.authenticate(&parts.headers).await?;
    let request = read(gateway, &parts, body).await?;
    let Parts { method, headers: mut client_headers, .. } = parts;
    headers::strip(&mut client_headers);
    let context = RequestContext {
        headers: Arc::new(client_headers),
        viewer,
        request_id: log.request_id.clone(),
        renewal: Renewal::default(),
    };
    let request = match gateway.shared.documents.complete(request) {
        Ok(request) => request,
        Err(error) if media == Media::EventStream => {
            let response = GraphqlResponse::request_error(error.code(), &error.to_string());
            return event_stream::one(gateway, &context, response);
        }
        Err(error) => return Err(error.into()),
    };
    let serving = gateway.serving();
    let operation = match serving.engine.prepare(request).await {
        Ok(operation) => operation,
        Err(response) if media == Media::EventStream => {
            return event_stream::one(gateway, &context, response);
        }
        Err(response) => return Ok(whole(response, media)),
    };
    log.operation(operation.name(), operation.kind().as_str());
    if method == Method::GET && operation.kind() == OperationKind::Mutation {
        return Err(Refusal::MethodOfOperation);
    }
    if media == Media::EventStream {
        return event_stream::serve(gateway, serving.engine.clone(), operation, context);
    }
    match operation.kind() {
        OperationKind::Subscription => Err(Refusal::StreamNotAccepted),
        OperationKind::Query | OperationKind::Mutation => {
            Ok(whole(serving.engine.execute(&operation, context).await, media))
        }
    }
}

async fn read(gateway: &Gateway, parts: &Parts, body: Body) -> Result<GraphqlRequest, Refusal> {
    let config = &gateway.shared.config;
    if parts.method == Method::GET {
        origin::refuse_cross_site_get(&parts.headers, &config.csrf, &config.cors)?;
        return params::from_query(parts.uri.query().unwrap_or_default());
    }
    params::check_content_type(&parts.headers)?;
    params::from_body(&collect(body, config.http.max_body_bytes).await?)
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge(limit)),
        Err(_) => Err(Refusal::Body),
    }
}

/// A GraphQL response as one HTTP response.
fn whole(graphql: GraphqlResponse, media: Media) -> Response {
    let refused = graphql.request_error && media == Media::GraphqlResponse;
    let mut response = Response::new(Body::from(graphql.body));
    *response.status_mut() = if refused { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    response.headers_mut().insert(header::CONTENT_TYPE, media.content_type());
    response
}
