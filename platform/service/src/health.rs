//! Health, as an orchestrator and a person ask for it.

use axum::{Json, Router, extract::State, routing::get};
use database::Database;
use http::StatusCode;
use serde_json::{Value, json};

use crate::{Peers, circuit::BreakerState};

/// What health is asked of.
#[derive(Debug, Clone)]
struct Asked {
    name: &'static str,
    db: Database,
    peers: Peers,
}

/// `/health/live`: the process runs. `/health/ready`: it can answer. `/health/services`: what it depends on.
pub(crate) fn routes(name: &'static str, db: Database, peers: Peers) -> Router {
    Router::new()
        .route("/health/live", get(move || async move { Json(json!({ "service": name, "status": "UP" })) }))
        .route("/health/ready", get(ready))
        .route("/health/services", get(services))
        .with_state(Asked { name, db, peers })
}

async fn ready(State(asked): State<Asked>) -> (StatusCode, Json<Value>) {
    let (code, database) = database(&asked).await;
    let dependencies = json!({ "database": database });
    (code, Json(json!({ "service": asked.name, "status": database, "dependencies": dependencies })))
}

/// A peer that is left alone costs what has to be asked of it, and nothing else.
async fn services(State(asked): State<Asked>) -> (StatusCode, Json<Value>) {
    let (code, database) = database(&asked).await;
    let peers = asked.peers.health();
    let well = peers.iter().all(|peer| peer.circuit == BreakerState::Closed);
    let status = if database == "UP" && !well { "DEGRADED" } else { database };
    let dependencies = json!({ "database": database, "peers": peers });
    (code, Json(json!({ "service": asked.name, "status": status, "dependencies": dependencies })))
}

async fn database(asked: &Asked) -> (StatusCode, &'static str) {
    match asked.db.ping().await {
        Ok(()) => (StatusCode::OK, "UP"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "DOWN"),
    }
}
