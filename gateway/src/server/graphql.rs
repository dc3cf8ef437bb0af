//! The GraphQL endpoint: one path for POST, GET, streams and WebSocket upgrades.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderValue, Method, StatusCode, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tracing::{Instrument, Span};

use super::{
    Gateway,
    access_log::AccessLog,
    batch,
    call::{Call, Unprepared},
    media::{Accepted, Media},
    origin,
    params::{self, Incoming},
    refusal::Refusal,
    request_id::REQUEST_ID,
    reserved_streams, response_stream, upload_form, websocket,
};
use crate::{
    engine::{GraphqlResponse, OperationKind, request::GraphqlRequest},
    playground, trace,
};

/// Answers whatever comes to the GraphQL path.
pub(super) async fn graphql(State(gateway): State<Gateway>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = gateway.shared.request_ids.of(&parts.headers);
    let id_header = HeaderValue::from_str(&request_id);
    let span = trace::request(&parts.method, &parts.headers, &request_id);
    let mut log = AccessLog::start(request_id, parts.method.clone());
    let answering = async {
        if websocket::is_upgrade(&parts) {
            websocket::upgrade(&gateway, parts, &mut log).await
        } else {
            answer(&gateway, parts, body, &mut log).await
        }
    };
    let mut response = answering.instrument(Span::clone(&span)).await;
    span.record("http.response.status_code", response.status().as_u16());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = id_header {
        headers.insert(REQUEST_ID, id);
    }
    log.finish(response.status());
    response
}

async fn answer(gateway: &Gateway, parts: Parts, body: Body, log: &mut AccessLog) -> Response {
    let reserves = gateway.shared.config.sse.single_connection;
    match parts.method {
        Method::GET | Method::POST => {}
        Method::PUT | Method::DELETE if reserves => {}
        _ if reserves => return Refusal::Method("GET, POST, PUT, DELETE").into_response(),
        _ => return Refusal::Method("GET, POST").into_response(),
    }
    if reserves && reserved_streams::is_meant(&parts) {
        return match reserved_streams::answer(gateway, parts, body, log).await {
            Ok(response) => response,
            Err(refusal) => refusal.into_response(),
        };
    }
    if playground::is_visit(gateway, &parts) {
        return Redirect::to("/").into_response();
    }
    let Some(accepted) = Accepted::negotiate(&parts.headers) else {
        return Refusal::Accept.into_response_as(Media::Json);
    };
    match run(gateway, parts, body, accepted, log).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response_as(accepted.for_refusals()),
    }
}

async fn run(
    gateway: &Gateway,
    parts: Parts,
    body: Body,
    accepted: Accepted,
    log: &mut AccessLog,
) -> Result<Response, Refusal> {
    Refusal::if_forged(&parts.headers)?;
    let viewer = gateway.shared.authenticator.authenticate(&parts.headers).await?;
    let incoming = read(gateway, &parts, body).await?;
    let mut call = Call::new(gateway, parts, viewer, log.request_id.clone());
    match incoming {
        Incoming::One(request) => one(&call, *request, accepted, log).await,
        Incoming::WithFiles(request, uploads) => {
            call.context.uploads = uploads;
            one(&call, *request, accepted, log).await
        }
        Incoming::Batch(requests) => {
            log.operation(None, "batch");
            let media = accepted.whole.ok_or(Refusal::Accept)?;
            Ok(whole(batch::answer(&call, requests).await, media))
        }
    }
}

async fn one(
    call: &Call<'_>,
    request: GraphqlRequest,
    accepted: Accepted,
    log: &mut AccessLog,
) -> Result<Response, Refusal> {
    let Call { gateway, serving, context, .. } = call;
    let streams = accepted.result.streams();
    let operation = match call.prepare(request).await {
        Ok(operation) => operation,
        Err(Unprepared::Refused(refusal)) => return Err(refusal),
        Err(Unprepared::Document(error)) if !streams => return Err(error.into()),
        Err(unprepared) if streams => {
            return response_stream::one(gateway, context, unprepared.into_response(), accepted.result);
        }
        Err(unprepared) => return Ok(whole(unprepared.into_response(), accepted.result)),
    };
    log.operation(operation.name(), operation.kind().as_str());
    let media = match operation.kind() {
        OperationKind::Subscription => accepted.stream.ok_or(Refusal::StreamNotAccepted)?,
        OperationKind::Query | OperationKind::Mutation => accepted.result,
    };
    if media.streams() {
        return response_stream::serve(gateway, serving.engine.clone(), operation, context.clone(), media);
    }
    Ok(whole(serving.engine.execute(&operation, context.clone()).await, media))
}

/// The body of a POST or the query string of a GET.
pub(super) async fn read(gateway: &Gateway, parts: &Parts, body: Body) -> Result<Incoming, Refusal> {
    let config = &gateway.shared.config;
    if parts.method == Method::GET {
        origin::refuse_cross_site_get(&parts.headers, &config.csrf, &config.cors)?;
        let request = params::from_query(parts.uri.query().unwrap_or_default())?;
        return Ok(Incoming::One(Box::new(request)));
    }
    if config.uploads.enabled && upload_form::is_meant(parts) {
        let form = upload_form::read(parts, body, config);
        let (request, uploads) = in_time(config.uploads.timeout_ms, form).await?;
        return Ok(Incoming::WithFiles(Box::new(request), uploads));
    }
    params::check_content_type(&parts.headers)?;
    let body = in_time(config.http.body_timeout_ms, collect(body, config.http.max_body_bytes)).await?;
    params::from_body(&body, &config.batching)
}

/// Nobody holds a place by sending a body drop by drop.
async fn in_time<T>(limit_ms: u64, reading: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    let limit = Duration::from_millis(limit_ms);
    tokio::time::timeout(limit, reading).await.unwrap_or(Err(Refusal::BodyTimeout))
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge(limit)),
        Err(_) => Err(Refusal::Body),
    }
}

/// A GraphQL response as one HTTP response.
pub(super) fn whole(graphql: GraphqlResponse, media: Media) -> Response {
    let mut response = Response::new(Body::from(graphql.body));
    *response.status_mut() = if media == Media::GraphqlResponse { graphql.status } else { StatusCode::OK };
    response.headers_mut().insert(header::CONTENT_TYPE, media.content_type());
    response
}
