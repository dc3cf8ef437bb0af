//! How the gateway is: alive, ready, and on what terms with its subgraphs.

use axum::{Json, extract::State, response::IntoResponse};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::json;

use crate::{
    Gateway,
    authenticate::JwksHealth,
    serving::SupergraphHealth,
    subgraphs::{BreakerState, SubgraphHealth},
};

#[derive(Serialize)]
struct Services {
    service: &'static str,
    status: &'static str,
    supergraph: SupergraphHealth,
    subgraphs: Vec<SubgraphHealth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks: Option<JwksHealth>,
}

/// The process answers.
pub(crate) async fn live() -> impl IntoResponse {
    uncached(json!({ "service": "gateway", "status": "UP" }))
}

/// A supergraph is loaded and the gateway is not stopping. One that was refused since then is told of, no more: the
/// old one is served.
pub(crate) async fn ready(State(gateway): State<Gateway>) -> impl IntoResponse {
    if gateway.is_stopping() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            uncached(json!({ "service": "gateway", "status": "STOPPING" })),
        );
    }
    let supergraph = gateway.supergraph_health();
    (StatusCode::OK, uncached(json!({ "service": "gateway", "status": "UP", "supergraph": supergraph })))
}

/// Every subgraph's circuit and latest fortune, and how the token keys are. Always 200: a subgraph that is down
/// costs its own fields, not the gateway.
pub(crate) async fn services(State(gateway): State<Gateway>) -> impl IntoResponse {
    let subgraphs = gateway.serving().subgraphs.health();
    let jwks = gateway.shared.authenticator.jwks_health();
    let supergraph = gateway.supergraph_health();
    let well = supergraph.refused.is_none()
        && subgraphs.iter().all(|subgraph| subgraph.breaker == BreakerState::Closed)
        && jwks.as_ref().is_none_or(|jwks| jwks.error.is_none());
    let status = if well { "UP" } else { "DEGRADED" };
    uncached(Services { service: "gateway", status, supergraph, subgraphs, jwks })
}

fn uncached<T: Serialize>(body: T) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(body))
}
