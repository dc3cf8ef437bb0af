//! Analytics as GraphQL: a field for each statistic, computed when it is asked for, and not on the threads that answer.

mod associations;
mod basis;
mod days;
mod levels;
mod moments;

use async_graphql::{Context, Enum, Interface, Object, Result};
use graphql::Failure;

pub(crate) use self::{
    associations::MoodFactor,
    basis::{InsufficientData, MoodEffect, MoodInterval, MoodWindow, whole},
    levels::{PartOfDay, Weekday},
};
use self::{
    associations::{MoodAssociations, MoodAssociationsResult, MoodLag},
    basis::Outcome,
    days::{
        MoodAnomalies, MoodAnomaliesResult, MoodChangePoints, MoodChangePointsResult, MoodComparison,
        MoodComparisonResult, MoodMean, MoodMeanResult, MoodSpread, MoodSpreadResult, MoodTrend,
        MoodTrendResult,
    },
    levels::{MoodPartsOfDay, MoodPartsOfDayResult, MoodWeekdays, MoodWeekdaysResult},
    moments::{
        MoodAcuteChange, MoodAcuteChangeResult, MoodInertia, MoodInertiaResult, MoodInstability,
        MoodInstabilityResult, MoodRhythm, MoodRhythmResult,
    },
};
use super::{Analysis, AnalyticsError};
use crate::{computing::compute, context::Ctx};

/// What is measured of a mood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "super::model::Measure")]
pub(crate) enum MoodMeasure {
    /// How it was, 1 to 5.
    Score,
    /// How pleasant it was, −1 to 1; moods of which nothing was said are passed over.
    Valence,
    /// How much energy was in it, −1 to 1; moods of which nothing was said are passed over.
    Energy,
}

/// A number that says what it rests on, and how it was made.
#[expect(clippy::duplicated_attributes, reason = "two fields of one type")]
#[derive(Debug, Interface)]
#[graphql(
    field(
        name = "n",
        ty = "&i32",
        desc = "How many days, moods or pairs it rests on; which of them, `method` says."
    ),
    field(name = "window", ty = "&MoodWindow", desc = "The days that were analysed."),
    field(name = "coverage", ty = "&f64", desc = "The share of these days that have a value, 0 to 1."),
    field(name = "method", ty = "&String", desc = "How it was computed, in English."),
    field(name = "reference", ty = "&String", desc = "The work that describes the method.")
)]
pub(crate) enum MoodStatistic {
    Mean(MoodMean),
    Spread(MoodSpread),
    Trend(MoodTrend),
    ChangePoints(MoodChangePoints),
    Anomalies(MoodAnomalies),
    Comparison(MoodComparison),
    Instability(MoodInstability),
    AcuteChange(MoodAcuteChange),
    Inertia(MoodInertia),
    Rhythm(MoodRhythm),
    Weekdays(MoodWeekdays),
    PartsOfDay(MoodPartsOfDay),
    Associations(MoodAssociations),
}

/// What somebody's moods say, for them alone. A day's value is the mean of the moods about the whole day; of those about
/// moments, when there is none about the day. `docs/ANALYTICS.md` has every definition.
#[derive(Debug)]
pub(crate) struct MoodAnalytics(pub(crate) Analysis);

#[Object]
impl MoodAnalytics {
    /// The days that are analysed.
    async fn window(&self) -> MoodWindow {
        self.0.window.into()
    }

    /// What is measured.
    async fn measure(&self) -> MoodMeasure {
        self.0.query.measure.into()
    }

    /// How many moods have a value.
    async fn entries(&self) -> i32 {
        whole(self.0.series.count)
    }

    /// How many days have a value.
    async fn logged_days(&self) -> i32 {
        whole(self.0.series.daily.len())
    }

    /// The share of the window's days that have a value, 0 to 1.
    async fn coverage(&self) -> f64 {
        self.0.coverage()
    }

    /// The mean of the days.
    async fn mean(&self) -> Result<MoodMeanResult> {
        self.compute(days::mean).await.map(MoodMeanResult::of)
    }

    /// How far the days lie from their mean, and how far they could.
    async fn spread(&self) -> Result<MoodSpreadResult> {
        self.compute(days::spread).await.map(MoodSpreadResult::of)
    }

    /// How much moods move from one to the next.
    async fn instability(&self) -> Result<MoodInstabilityResult> {
        self.compute(moments::instability).await.map(MoodInstabilityResult::of)
    }

    /// How often moods change by much from one to the next.
    async fn acute_change(&self) -> Result<MoodAcuteChangeResult> {
        self.compute(moments::acute_change).await.map(MoodAcuteChangeResult::of)
    }

    /// How much of a mood is carried over to the next.
    async fn inertia(&self) -> Result<MoodInertiaResult> {
        self.compute(moments::inertia).await.map(MoodInertiaResult::of)
    }

    /// Where the days are heading.
    async fn trend(&self) -> Result<MoodTrendResult> {
        self.compute(days::trend).await.map(MoodTrendResult::of)
    }

    /// Whether weekdays differ.
    async fn weekdays(&self) -> Result<MoodWeekdaysResult> {
        self.compute(levels::weekdays).await.map(MoodWeekdaysResult::of)
    }

    /// Whether the parts of the day differ.
    async fn parts_of_day(&self) -> Result<MoodPartsOfDayResult> {
        self.compute(levels::parts_of_day).await.map(MoodPartsOfDayResult::of)
    }

    /// The rhythm of a day.
    async fn rhythm(&self) -> Result<MoodRhythmResult> {
        self.compute(moments::rhythm).await.map(MoodRhythmResult::of)
    }

    /// Days with a tag or an association against days without.
    async fn associations(
        &self,
        #[graphql(
            desc = "Whether the mood of the same day is looked at, or that of the next. The same day's, when nothing \
                          is said."
        )]
        lag: Option<MoodLag>,
    ) -> Result<MoodAssociationsResult> {
        let lag = lag.unwrap_or(MoodLag::SameDay).into();
        let found = self.compute(move |analysis| associations::associations(analysis, lag)).await;
        found.map(MoodAssociationsResult::of)
    }

    /// The days from which the level is another.
    async fn change_points(&self) -> Result<MoodChangePointsResult> {
        self.compute(days::change_points).await.map(MoodChangePointsResult::of)
    }

    /// Days far from what is usual.
    async fn anomalies(&self) -> Result<MoodAnomaliesResult> {
        self.compute(days::anomalies).await.map(MoodAnomaliesResult::of)
    }

    /// This period against the one before, which is as long and ends where this one begins.
    async fn comparison(&self, gql: &Context<'_>) -> Result<MoodComparisonResult> {
        let before = self.0.of_the_period_before(gql.data::<Ctx>()?).await.map_err(Failure::internal)?;
        let compared = self.compute(move |analysis| days::comparison(&before, analysis)).await;
        compared.map(MoodComparisonResult::of)
    }
}

impl MoodAnalytics {
    /// Computes on a thread that nobody waits on for anything else.
    async fn compute<T: Send + 'static>(
        &self,
        statistic: impl FnOnce(&Analysis) -> Outcome<T> + Send + 'static,
    ) -> Result<Outcome<T>> {
        let analysis = self.0.clone();
        let computed = compute(move || statistic(&analysis)).await;
        computed.map_err(Failure::internal)
    }
}

/// A period that can't be analysed is the client's mistake.
pub(crate) fn failure(error: AnalyticsError) -> async_graphql::Error {
    match error {
        AnalyticsError::Period(error) => Failure::BadUserInput.error(error),
        AnalyticsError::Store(error) => Failure::internal(error),
    }
}
