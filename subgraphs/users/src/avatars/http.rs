//! Pictures for browsers: `GET /avatars/{id}/{size}.jpg`, for anybody who knows the id.

use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};
use ids::AvatarId;

use crate::{avatars::picture::SIZES, context::Ctx};

/// Where pictures are served, as axum writes routes.
pub const ROUTE: &str = "/avatars/{id}/{file}";

/// What is at an address never changes.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// Opened on its own, a picture does nothing but show.
const NOTHING_ELSE: &str = "default-src 'none'; sandbox";

pub(crate) fn routes(ctx: Ctx) -> Router {
    Router::new().route(ROUTE, get(answer)).with_state(ctx)
}

async fn answer(State(ctx): State<Ctx>, Path((id, file)): Path<(String, String)>) -> Response {
    let size = file.strip_suffix(".jpg").and_then(|size| size.parse().ok());
    let size = size.filter(|size| SIZES.contains(size) && file == format!("{size}.jpg"));
    let (Ok(avatar), Some(size)) = (AvatarId::parse(&id), size) else {
        return missing();
    };
    match ctx.pictures().find(avatar, size).await {
        Ok(Some(jpeg)) => {
            let headers = [
                (header::CONTENT_TYPE, "image/jpeg"),
                (header::CACHE_CONTROL, FOR_GOOD),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::CONTENT_SECURITY_POLICY, NOTHING_ELSE),
                (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
            ];
            (headers, jpeg).into_response()
        }
        Ok(None) => missing(),
        Err(error) => {
            tracing::error!(%error, %avatar, "a picture can't be read");
            (StatusCode::SERVICE_UNAVAILABLE, [(header::CACHE_CONTROL, "no-store")]).into_response()
        }
    }
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")]).into_response()
}
