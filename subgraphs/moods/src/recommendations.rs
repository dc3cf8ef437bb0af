//! What somebody may try: first what goes with their own better days, then activities that fit how they felt lately.

mod catalogue;
mod error;
pub(crate) mod graphql;
mod model;
mod store;

use chrono::TimeDelta;
use idempotency::Begun;
use ids::{RecommendationId, UserId};

use self::{
    error::RecommendationError,
    model::{Rate, Rated, Recommendation},
    store::StoreError,
};
use crate::{context::Ctx, insights};

/// Moods before that say nothing about how somebody feels now.
const LATELY: TimeDelta = TimeDelta::days(7);
/// How many of the latest moods say how somebody feels.
const LATEST: u64 = 3;

/// What is recommended to somebody, the best first, if it is they who ask.
pub(crate) async fn list(ctx: &Ctx, owner: UserId) -> Result<Option<Vec<Recommendation>>, StoreError> {
    if !ctx.is_viewer(owner) {
        return Ok(None);
    }
    let (db, now) = (ctx.db.reader(), ctx.now());
    let own = insights::store::helpful(db, owner).await?;
    let latest = store::latest(db, owner, now - LATELY, LATEST).await?;
    let ratings = store::ratings(db, owner).await?;
    Ok(Some(model::recommend(owner, own, &model::quadrants(&latest), &ratings, now)))
}

/// Keeps what the viewer thought of a recommendation, in the place of what they thought before.
pub(crate) async fn rate(ctx: &Ctx, command: Rate) -> Result<Recommendation, RecommendationError> {
    let owner = ctx.viewer()?.user_id;
    let now = ctx.now();
    let work = ctx.begin().await?;
    let request = idempotency::Request {
        user_id: owner,
        operation: "rateRecommendation",
        key: command.idempotency_key.as_deref(),
    };
    let claim = match idempotency::begin::<RecommendationId>(&*work, request, &command, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(id) => return own(&*work, owner, id).await,
    };
    own(&*work, owner, command.id).await?;
    store::rate(&*work, owner, command.id, Rated { rating: command.rating, at: now }).await?;
    claim.complete(&*work, &command.id).await?;
    let rated = own(&*work, owner, command.id).await?;
    work.commit().await?;
    Ok(rated)
}

/// A recommendation that `owner` may be shown, rated as they rated it; anybody else's own is as missing as one that never was.
async fn own(
    connection: &impl store::Connection,
    owner: UserId,
    id: RecommendationId,
) -> Result<Recommendation, RecommendationError> {
    let own = insights::store::helpful(connection, owner).await?;
    let rated = store::ratings(connection, owner).await?.get(&id).copied();
    model::find(owner, own, id, rated).ok_or(RecommendationError::Missing)
}
