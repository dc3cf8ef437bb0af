//! What somebody's moods say, as numbers with their uncertainty: for their owner alone.
//!
//! The statistics themselves are those of the crate `statistics`; here their series are formed.

pub(crate) mod factors;
pub(crate) mod graphql;
pub(crate) mod model;
pub(crate) mod series;
pub(crate) mod store;

use std::sync::Arc;

use chrono::Days;
use clock::day;
use ids::UserId;

use self::{
    model::{Period, PeriodError, Query, Window},
    series::Series,
    store::StoreError,
};
use crate::{context::Ctx, settings};

/// How far back an analysis goes when nothing is said, in days.
const USUAL_DAYS: u64 = 90;

#[derive(Debug, thiserror::Error)]
pub(crate) enum AnalyticsError {
    #[error(transparent)]
    Period(#[from] PeriodError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The series of a period, and of what it is asked.
#[derive(Debug, Clone)]
pub(crate) struct Analysis {
    pub(crate) owner: UserId,
    pub(crate) query: Query,
    pub(crate) window: Window,
    pub(crate) series: Arc<Series>,
}

/// Reads what is to be analysed, if it is its owner who asks.
pub(crate) async fn analyse(
    ctx: &Ctx,
    owner: UserId,
    period: Period,
    query: Query,
) -> Result<Option<Analysis>, AnalyticsError> {
    if !ctx.is_viewer(owner) {
        return Ok(None);
    }
    let window = match period {
        Period { from: Some(from), to: Some(to) } => Window::parse(from, to)?,
        Period { from, to } => {
            ctx.settle_settings().await;
            let days = settings::store::of(ctx.db.reader(), owner).await?.days;
            let today = day::local_date(ctx.now(), query.zone.unwrap_or(days.zone), days.day_start);
            let to = to.unwrap_or(today);
            let usual = to.checked_sub_days(Days::new(USUAL_DAYS - 1)).unwrap_or(to);
            Window::parse(from.unwrap_or(usual), to)?
        }
    };
    let series = read(ctx, owner, query, window).await?;
    Ok(Some(Analysis { owner, query, window, series }))
}

impl Analysis {
    /// The same of the period that is as long and ends where this one begins.
    pub(crate) async fn of_the_period_before(&self, ctx: &Ctx) -> Result<Self, StoreError> {
        let window = self.window.before();
        let series = read(ctx, self.owner, self.query, window).await?;
        Ok(Self { window, series, ..self.clone() })
    }

    /// The share of the window's days that have a value, 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "days of ten years are far below 2^53")]
    pub(crate) fn coverage(&self) -> f64 {
        self.series.daily.len() as f64 / self.window.days() as f64
    }
}

async fn read(ctx: &Ctx, owner: UserId, query: Query, window: Window) -> Result<Arc<Series>, StoreError> {
    let entries = store::read(ctx.db.reader(), owner, window, query.zone).await?;
    Ok(Arc::new(Series::of(entries, query, window)))
}
