//! How `auth` asks for a name: `POST /internal/v1/username-reservations`.

use axum::{
    Extension, Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use http::StatusCode;
use identity::Caller;
use questions::{
    Question as _, Refusal,
    users::{Names, ReserveUsername},
};

use crate::{
    context::Ctx,
    profiles::DisplayName,
    reservations::{Reserve, ReserveError, reserve},
    usernames::{Username, UsernameError},
};

/// Who may ask.
const ASKING: &str = "auth";

pub(crate) fn routes(ctx: Ctx) -> Router {
    Router::new().route(ReserveUsername::PATH, post(answer)).with_state(ctx)
}

async fn answer(
    State(ctx): State<Ctx>,
    Extension(caller): Extension<Caller>,
    Json(question): Json<ReserveUsername>,
) -> Response {
    if !matches!(&caller, Caller::Service(name) if name == ASKING) {
        return StatusCode::FORBIDDEN.into_response();
    }
    match settle(&ctx, question).await {
        Ok(names) => Json(names).into_response(),
        Err(error) => refuse(error),
    }
}

async fn settle(ctx: &Ctx, question: ReserveUsername) -> Result<Names, ReserveError> {
    let wish = Reserve {
        user_id: question.user_id,
        username: Username::parse(&question.username)?,
        display_name: DisplayName::parse(&question.display_name)?,
    };
    let kept = reserve(ctx, wish).await?;
    Ok(Names { username: kept.username, display_name: kept.display_name })
}

fn refuse(error: ReserveError) -> Response {
    let (status, code, part) = match &error {
        ReserveError::Taken => (StatusCode::CONFLICT, "USERNAME_TAKEN", "username"),
        ReserveError::Username(UsernameError::Reserved) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "USERNAME_RESERVED", "username")
        }
        ReserveError::Username(_) => (StatusCode::UNPROCESSABLE_ENTITY, "USERNAME_INVALID", "username"),
        ReserveError::DisplayName(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "DISPLAY_NAME_INVALID", "displayName")
        }
        ReserveError::Database(cause) => {
            tracing::error!(%cause, "a name could not be reserved");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let path = ["input", part].map(str::to_owned).to_vec();
    (status, Json(Refusal { code: code.to_owned(), message: error.to_string(), path })).into_response()
}
