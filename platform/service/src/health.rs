//! Health, as an orchestrator and a person ask for it.

use std::sync::Arc;

use axum::{Json, Router, extract::State, routing::get};
use database::Database;
use http::StatusCode;
use serde_json::{Value, json};

/// `/health/live`: the process runs. `/health/ready`: it can answer. `/health/services`: what it depends on.
pub(crate) fn routes(name: &'static str, db: Database) -> Router {
    let ready = |State(state): State<Arc<(&'static str, Database)>>| async move {
        let reachable = state.1.ping().await.is_ok();
        report(state.0, reachable)
    };
    Router::new()
        .route("/health/live", get(move || async move { Json(json!({ "service": name, "status": "UP" })) }))
        .route("/health/ready", get(ready))
        .route("/health/services", get(ready))
        .with_state(Arc::new((name, db)))
}

fn report(name: &str, reachable: bool) -> (StatusCode, Json<Value>) {
    let status = if reachable { "UP" } else { "DOWN" };
    let code = if reachable { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(json!({ "service": name, "status": status, "dependencies": { "database": status } })))
}
