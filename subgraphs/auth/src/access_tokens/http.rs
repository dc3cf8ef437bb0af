//! The published keys: `GET /.well-known/jwks.json` (RFC 7517), for anybody.

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};

use crate::{access_tokens::keys, context::Ctx};

/// Shorter than a new key is published before it signs.
const CACHE: &str = "public, max-age=300";

pub(crate) fn routes(ctx: Ctx) -> Router {
    Router::new().route("/.well-known/jwks.json", get(answer)).with_state(ctx)
}

async fn answer(State(ctx): State<Ctx>) -> Response {
    match keys::published(&ctx).await {
        Ok(keys) => ([(header::CACHE_CONTROL, CACHE)], Json(keys)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the public keys can't be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
