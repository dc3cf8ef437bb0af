//! How services that keep names ask for those that they weren't told: `POST /internal/v1/names`.

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
    users::{NamedPerson, Names, NamesOf, NamesOfPeople},
};

use super::{Profile, store};
use crate::context::Ctx;

/// Who may ask.
const ASKING: &str = "hugs";

pub(crate) fn routes(ctx: Ctx) -> Router {
    Router::new().route(NamesOf::PATH, post(answer)).with_state(ctx)
}

async fn answer(
    State(ctx): State<Ctx>,
    Extension(caller): Extension<Caller>,
    Json(question): Json<NamesOf>,
) -> Response {
    if !matches!(&caller, Caller::Service(name) if name == ASKING) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if question.user_ids.len() > NamesOf::MOST {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    match store::find_by_ids(ctx.db.reader(), &question.user_ids).await {
        Ok(found) => Json(NamesOfPeople { people: found.into_values().map(named).collect() }).into_response(),
        Err(cause) => {
            tracing::error!(%cause, "names could not be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn named(profile: Profile) -> NamedPerson {
    let Profile { user_id, username, display_name, .. } = profile;
    NamedPerson { user_id, names: Names { username, display_name } }
}
