//! How the gateway is: alive, ready, and on what terms with its subgraphs.

use axum::{Json, extract::State, response::IntoResponse};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::json;

use crate::{
    Gateway,
    authenticate::JwksHealth,
    subgraphs::{BreakerState, SubgraphHealth},
};

#[derive(Serialize)]
struct Services {
    service: &'static str,
    status: &'static str,
    subgraphs: Vec<SubgraphHealth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks: Option<JwksHealth>,
}

/// The process answers.
pub(crate) async fn live() -> impl IntoResponse {
    uncached(json!({ "service": "gateway", "status": "UP" }))
}

/// A supergraph is loaded and the gateway is not stopping.
pub(crate) async fn ready(State(gateway): State<Gateway>) -> impl IntoResponse {
    if gateway.is_stopping() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            uncached(json!({ "service": "gateway", "status": "STOPPING" })),
        );
    }
    (StatusCode::OK, uncached(json!({ "service": "gateway", "status": "UP" })))
}

/// Every subgraph's circuit and latest fortune, and how the token keys are. Always 200: a subgraph that is down
/// costs its own fields, not the gateway.
pub(crate) async fn services(State(gateway): State<Gateway>) -> impl IntoResponse {
    let subgraphs = gateway.serving().subgraphs.health();
    let jwks = gateway.shared.authenticator.jwks_health();
    let well = subgraphs.iter().all(|subgraph| subgraph.breaker == BreakerState::Closed)
        && jwks.as_ref().is_none_or(|jwks| jwks.error.is_none());
    uncached(Services { service: "gateway", status: if well { "UP" } else { "DEGRADED" }, subgraphs, jwks })
}

fn uncached<T: Serialize>(body: T) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(body))
}
