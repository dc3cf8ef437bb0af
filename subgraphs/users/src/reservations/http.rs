//! How `auth` asks for a name: `POST /internal/v1/username-reservations`.

use axum::{
    Extension, Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use http::StatusCode;
use identity::Caller;
use ids::UserId;
use serde::{Deserialize, Serialize};

use crate::{
    context::Ctx,
    profiles::DisplayName,
    reservations::{Reserve, ReserveError, reserve},
    usernames::{Username, UsernameError},
};

/// Who may ask.
const ASKING: &str = "auth";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    user_id: UserId,
    username: String,
    display_name: String,
}

/// The names as they will be kept.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    username: String,
    display_name: String,
}

#[derive(Debug, Serialize)]
struct Refusal {
    code: &'static str,
    message: String,
    path: [&'static str; 2],
}

pub(crate) fn routes(ctx: Ctx) -> Router {
    Router::new().route("/internal/v1/username-reservations", post(answer)).with_state(ctx)
}

async fn answer(
    State(ctx): State<Ctx>,
    Extension(caller): Extension<Caller>,
    Json(question): Json<Question>,
) -> Response {
    if !matches!(&caller, Caller::Service(name) if name == ASKING) {
        return StatusCode::FORBIDDEN.into_response();
    }
    match settle(&ctx, question).await {
        Ok(names) => Json(names).into_response(),
        Err(error) => refuse(error),
    }
}

async fn settle(ctx: &Ctx, question: Question) -> Result<Answer, ReserveError> {
    let wish = Reserve {
        user_id: question.user_id,
        username: Username::parse(&question.username)?,
        display_name: DisplayName::parse(&question.display_name)?,
    };
    let kept = reserve(ctx, wish).await?;
    Ok(Answer { username: kept.username, display_name: kept.display_name })
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
    (status, Json(Refusal { code, message: error.to_string(), path: ["input", part] })).into_response()
}
