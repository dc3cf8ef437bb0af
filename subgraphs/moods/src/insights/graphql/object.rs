//! What clients are shown of an insight.

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::{Connection, Failure, LocalDate};

use crate::{
    analytics::{
        graphql::{MoodEffect, MoodFactor, MoodInterval, MoodMeasure, MoodWindow, PartOfDay, Weekday},
        series::Factor,
    },
    context::Ctx,
    entries::{
        graphql::{MoodEntry, custom_moods_of},
        model::{Association, EntryKey, vocabulary::Word as _},
    },
    insights::{
        self,
        model::{self, Chance, FactorName, Freshness, Insight, Pattern, Range},
        sentence,
    },
};

/// What kind of pattern it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Kind")]
pub(crate) enum MoodInsightKind {
    /// Days with a tag or an association differ from days without.
    Association,
    /// The days after days with a tag or an association differ from the days after others.
    NextDayAssociation,
    /// The days are heading somewhere.
    Trend,
    /// The level is another since some day.
    Change,
    /// The latest four weeks differ from the four before.
    Comparison,
    /// A weekday differs from the others.
    Weekday,
    /// A part of the day differs from the others.
    PartOfDay,
    /// Moods swing over the day.
    Rhythm,
    /// A day was far from what is usual.
    UnusualDay,
}

/// Which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Direction")]
pub(crate) enum MoodInsightDirection {
    /// Higher, better or rising.
    Higher,
    /// Lower or falling.
    Lower,
}

/// What somebody may do with it, if they like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Action")]
pub(crate) enum MoodInsightAction {
    /// Plan what goes with better days.
    Plan,
    /// Look at what such days have in common.
    Notice,
    /// Keep something kind for a time that is harder.
    BeKind,
    /// Talk to somebody; `supportResources` lists who is there.
    Talk,
}

/// How old insights are.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct MoodInsightState {
    /// When they were computed; null when they never were.
    computed_at: Option<DateTime<Utc>>,
    /// Whether moods have changed since. They are computed anew within a minute then, or at once by `refreshMoodInsights`.
    is_stale: bool,
}

impl From<Freshness> for MoodInsightState {
    fn from(freshness: Freshness) -> Self {
        Self { computed_at: freshness.computed_at, is_stale: freshness.stale }
    }
}

/// A pattern in somebody's moods, for them alone: not a cause, and nothing about their health. Its id stays while its numbers move with
/// the moods that are added. `docs/ANALYTICS.md` says what has to be there before it is said.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct MoodInsight {
    /// Which insight this is: the same for the same owner, kind, measure, subject and direction.
    id: ID,
    /// What kind of pattern it is.
    kind: MoodInsightKind,
    /// Which way it goes; null for a rhythm.
    direction: Option<MoodInsightDirection>,
    /// What is measured.
    measure: MoodMeasure,
    /// All of it in English: what was observed, on how much, how surely, and perhaps what to do with it.
    sentence: String,
    /// The tag or association that it is about, if it is about one.
    factor: Option<MoodFactor>,
    /// The weekday that it is about, if it is about one.
    weekday: Option<Weekday>,
    /// The part of the day that it is about, if it is about one.
    part_of_day: Option<PartOfDay>,
    /// The day that it is about: the unusual one, or the first of the new level.
    date: Option<LocalDate>,
    /// How large it is, in points of the measure: the difference, or what a trend makes in 30 days, or how far a rhythm swings.
    effect: f64,
    /// The 95 % interval of the effect, where the method gives one.
    interval: Option<MoodInterval>,
    /// The difference in standard deviations, of a tag or an association.
    standardized_effect: Option<MoodEffect>,
    /// How probable it is where there is nothing; null for a change and an unusual day, which have to be far beyond noise.
    p: Option<f64>,
    /// The Monte-Carlo error of `p`; 0 when nothing was sampled.
    p_standard_error: Option<f64>,
    /// `p` corrected for all that was tested with it; null when nothing was.
    adjusted_p: Option<f64>,
    /// How many days it rests on; moods, for parts of the day and rhythms.
    n: i32,
    /// The days that were looked at.
    window: MoodWindow,
    /// How it was computed, in English.
    method: String,
    /// The work that describes the method.
    reference: String,
    /// What its owner may do with it, if they like; null when nothing suggests itself.
    action: Option<MoodInsightAction>,
    /// When it was first found.
    found_at: DateTime<Utc>,
    /// When it was dismissed; null when it is not.
    dismissed_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    insight: Insight,
}

#[ComplexObject]
impl MoodInsight {
    /// The moods that it rests on, newest first, at most the latest thousand: those of the days that have the tag, of the weekday, or of all days that were compared.
    /// Such as have been taken away since aren't there.
    async fn entries(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many to read from the start of the list, 0 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Read on after the mood of this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to read from the end of the list, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Read what stands before the mood of this cursor.")] before: Option<String>,
    ) -> Result<Connection<MoodEntry>> {
        let page = graphql::page_request(first, after, last, before)?;
        let slice = insights::cited(gql.data::<Ctx>()?, &self.insight, &page).await;
        let slice = slice.map_err(Failure::internal)?;
        let made = custom_moods_of(gql, &slice).await?;
        let node = |entry| MoodEntry::of_page(entry, &made);
        Ok(graphql::connection(slice, |entry| EntryKey::from(entry), node))
    }
}

impl From<Insight> for MoodInsight {
    fn from(insight: Insight) -> Self {
        let finding = &insight.finding;
        let pattern = &finding.pattern;
        let chance = pattern.chance();
        let (method, reference) = pattern.method();
        Self {
            id: insight.id.to_string().into(),
            kind: pattern.kind().into(),
            direction: pattern.direction().map(MoodInsightDirection::from),
            measure: finding.measure.into(),
            sentence: sentence::of(finding),
            factor: pattern.factor().and_then(shown),
            weekday: if let Pattern::Weekday { weekday, .. } = pattern {
                Weekday::of(*weekday)
            } else {
                None
            },
            part_of_day: part_of_day(pattern),
            date: pattern.date().map(LocalDate),
            effect: pattern.effect(),
            interval: pattern.range().map(|range| interval(range).into()),
            standardized_effect: standardized(pattern),
            p: chance.map(|chance| chance.p),
            p_standard_error: chance.map(|Chance { error, .. }| error),
            adjusted_p: chance.and_then(|chance| chance.adjusted),
            n: i32::try_from(finding.n).unwrap_or(i32::MAX),
            window: finding.window.into(),
            method,
            reference,
            action: pattern.action().map(MoodInsightAction::from),
            found_at: insight.found_at,
            dismissed_at: insight.dismissed_at,
            insight,
        }
    }
}

/// A tag or an association; `None` when it is of a vocabulary that is no more.
pub(crate) fn shown(factor: &FactorName) -> Option<MoodFactor> {
    let factor = match factor {
        FactorName::Tag(name) => Factor::Tag(name.clone()),
        FactorName::Association(code) => Factor::Association(Association::parse(code)?),
    };
    Some(MoodFactor::from(&factor))
}

fn part_of_day(pattern: &Pattern) -> Option<PartOfDay> {
    let Pattern::PartOfDay { part, .. } = pattern else { return None };
    statistics::PartOfDay::ALL.get(usize::from(*part)).map(|part| (*part).into())
}

fn standardized(pattern: &Pattern) -> Option<MoodEffect> {
    let Pattern::Association { g, g_range, .. } = pattern else { return None };
    Some(statistics::Effect { g: *g, interval: interval(*g_range) }.into())
}

fn interval(Range { low, high }: Range) -> statistics::Interval {
    statistics::Interval { low, high, confidence: 0.95 }
}
