//! How other services ask which roles somebody has now: `POST /internal/v1/roles`.

use axum::{
    Extension, Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use http::StatusCode;
use identity::Caller;
use questions::{
    Question as _,
    auth::{Roles, RolesOf},
};

use crate::{context::Ctx, roles};

pub(crate) fn routes(ctx: Ctx) -> Router {
    Router::new().route(RolesOf::PATH, post(answer)).with_state(ctx)
}

async fn answer(
    State(ctx): State<Ctx>,
    Extension(caller): Extension<Caller>,
    Json(question): Json<RolesOf>,
) -> Response {
    if !matches!(caller, Caller::Service(_)) {
        return StatusCode::FORBIDDEN.into_response();
    }
    match roles::of(ctx.db.reader(), question.user_id).await {
        Ok(held) => Json(Roles { roles: held.names() }).into_response(),
        Err(cause) => {
            tracing::error!(%cause, "nobody knows who has which role");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
