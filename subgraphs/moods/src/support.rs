//! Where people find somebody to talk to, and when they are told of it.
//!
//! What is told to somebody is computed when they log a mood and forgotten with the answer: nothing of it is kept, told to
//! anybody else, or counted.

pub(crate) mod graphql;
mod prompt;
mod resource;

use chrono::{Days, NaiveDate};
use ids::UserId;

pub(crate) use self::resource::{CountryCode, ResourceKind, SupportResource};
use self::{prompt::WINDOW_DAYS, resource::SEEDED};
use crate::{
    context::Ctx,
    entries::{self, StoreError, model::DateRange},
};

/// What is said to somebody after many low days, in English.
pub(crate) const MESSAGE: &str = "You have logged several low days lately. You don't have to carry that alone: talking with \
    somebody you trust, or with somebody who listens for that very reason, can help.";

/// The resources of a country, then those that are there for every country; without a country the latter alone.
pub(crate) fn resources(country: Option<&CountryCode>) -> impl Iterator<Item = &'static SupportResource> {
    let of_country = country.map(|country| SEEDED.iter().filter(move |resource| resource.is_of(country)));
    of_country.into_iter().flatten().chain(SEEDED.iter().filter(|resource| resource.is_everywhere()))
}

/// Whether somebody who logs a mood for `day` is told of support.
pub(crate) async fn is_prompted(ctx: &Ctx, user_id: UserId, day: NaiveDate) -> Result<bool, StoreError> {
    let from = day.checked_sub_days(Days::new(WINDOW_DAYS - 1)).unwrap_or(day);
    let days = entries::calendar(ctx, user_id, DateRange { from, to: day }).await?;
    let scores: Vec<f64> = days.iter().map(|day| day.score).collect();
    Ok(prompt::is_due(&scores))
}
