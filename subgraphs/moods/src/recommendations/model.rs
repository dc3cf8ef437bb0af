//! What is recommended, in which order: pure functions of what is known of somebody.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use ids::{RecommendationId, UserId};
use named::Named;
use serde::Serialize;

use super::catalogue::{Activity, Quadrant, SEEDED};
use crate::insights::{
    model::{FactorName, Finding},
    named,
};

/// How long what was not helpful stays away.
const AWAY: TimeDelta = TimeDelta::days(90);

/// What somebody thought of a recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Rating {
    Helpful,
    Neutral,
    NotHelpful,
}

impl Named for Rating {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Helpful, "helpful"), (Self::Neutral, "neutral"), (Self::NotHelpful, "not helpful")];
}

/// A rating, and when it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rated {
    pub(crate) rating: Rating,
    pub(crate) at: DateTime<Utc>,
}

/// Where a recommendation is from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Origin {
    /// What goes with the owner's own better days.
    Own(Box<Finding>),
    Catalogue(&'static Activity),
}

/// Something that somebody may try.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recommendation {
    pub(crate) id: RecommendationId,
    pub(crate) origin: Origin,
    pub(crate) rated: Option<Rated>,
}

/// A rating to be given. Its JSON is what an idempotency key is compared by.
#[derive(Debug, Serialize)]
pub(crate) struct Rate {
    pub(crate) id: RecommendationId,
    pub(crate) rating: Rating,
    #[serde(skip)]
    pub(crate) idempotency_key: Option<String>,
}

/// How a mood was, as far as that was said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Felt {
    pub(crate) score: f64,
    pub(crate) valence: Option<f64>,
    pub(crate) energy: Option<f64>,
}

/// The quarters of the circumplex where the latest moods lie: one; two, when nothing was said of energy; none without moods.
pub(crate) fn quadrants(latest: &[Felt]) -> Vec<Quadrant> {
    let pleasantness = latest.iter().map(|felt| felt.valence.unwrap_or((felt.score - 3.0) / 2.0));
    let Some(pleasantness) = mean(pleasantness) else { return Vec::new() };
    let energy = mean(latest.iter().filter_map(|felt| felt.energy));
    match (pleasantness >= 0.0, energy.map(|energy| energy >= 0.0)) {
        (true, Some(true)) => vec![Quadrant::HighPleasant],
        (true, Some(false)) => vec![Quadrant::LowPleasant],
        (true, None) => vec![Quadrant::HighPleasant, Quadrant::LowPleasant],
        (false, Some(true)) => vec![Quadrant::HighUnpleasant],
        (false, Some(false)) => vec![Quadrant::LowUnpleasant],
        (false, None) => vec![Quadrant::HighUnpleasant, Quadrant::LowUnpleasant],
    }
}

/// What is recommended to `owner`: first what goes with their own better days, then what fits the latest moods, what and whose
/// like they found helpful before the rest. What wasn't helpful stays away for ninety days.
pub(crate) fn recommend(
    owner: UserId,
    own: Vec<Finding>,
    quadrants: &[Quadrant],
    ratings: &HashMap<RecommendationId, Rated>,
    now: DateTime<Utc>,
) -> Vec<Recommendation> {
    let rated = |id: RecommendationId| ratings.get(&id).copied();
    let stays_away = |rated: &Option<Rated>| {
        rated.is_some_and(|rated| rated.rating == Rating::NotHelpful && now < rated.at + AWAY)
    };
    let own = own.into_iter().filter_map(|finding| {
        let id = id_of_own(owner, finding.pattern.factor()?);
        Some(Recommendation { id, origin: Origin::Own(Box::new(finding)), rated: rated(id) })
    });
    let mut seeded: Vec<(i32, Recommendation)> = SEEDED
        .iter()
        .filter(|activity| activity.fits(quadrants))
        .map(|activity| {
            let id = activity.id();
            let recommendation = Recommendation { id, origin: Origin::Catalogue(activity), rated: rated(id) };
            (liking(activity, ratings), recommendation)
        })
        .collect();
    // Equally liked ones keep the order of the catalogue.
    seeded.sort_by_key(|(liking, _)| -liking);
    let seeded = seeded.into_iter().map(|(_, recommendation)| recommendation);
    own.chain(seeded).filter(|recommendation| !stays_away(&recommendation.rated)).collect()
}

/// The recommendation of this id, when it is one of the catalogue's or of those that rest on `own`.
pub(crate) fn find(
    owner: UserId,
    own: Vec<Finding>,
    id: RecommendationId,
    rated: Option<Rated>,
) -> Option<Recommendation> {
    let of_catalogue = SEEDED.iter().find(|activity| activity.id() == id).map(Origin::Catalogue);
    let of_own = || {
        let mut own = own.into_iter();
        own.find(|finding| finding.pattern.factor().is_some_and(|factor| id_of_own(owner, factor) == id))
    };
    let origin = of_catalogue.or_else(|| of_own().map(|finding| Origin::Own(Box::new(finding))))?;
    Some(Recommendation { id, origin, rated })
}

/// What somebody's own better days recommend has the same id as long as it is about the same tag or association.
fn id_of_own(owner: UserId, factor: &FactorName) -> RecommendationId {
    RecommendationId::from_uuid(named("own", &[owner.to_string(), factor.folded()]))
}

/// How much somebody seems to like an activity: by its own rating, and a little by those of its topic.
fn liking(activity: &Activity, ratings: &HashMap<RecommendationId, Rated>) -> i32 {
    let worth = |activity: &Activity| match ratings.get(&activity.id()).map(|rated| rated.rating) {
        Some(Rating::Helpful) => 1,
        Some(Rating::NotHelpful) => -1,
        Some(Rating::Neutral) | None => 0,
    };
    let of_topic: i32 = SEEDED.iter().filter(|other| other.topic == activity.topic).map(worth).sum();
    10 * worth(activity) + of_topic
}

#[expect(clippy::cast_precision_loss, reason = "a handful of moods")]
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analytics::model::{Measure, Window},
        insights::model::{Chance, Means, Pattern, Range},
    };

    fn ada() -> UserId {
        UserId::at(now())
    }

    fn now() -> DateTime<Utc> {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn felt(score: f64, valence: Option<f64>, energy: Option<f64>) -> Felt {
        Felt { score, valence, energy }
    }

    fn better_with(tag: &str) -> Finding {
        let range = Range { low: 0.2, high: 1.0 };
        let day = now().date_naive();
        Finding {
            measure: Measure::Score,
            window: Window { from: day, to: day },
            n: 60,
            pattern: Pattern::Association {
                factor: FactorName::Tag(tag.to_owned()),
                next_day: false,
                means: Means { one: 4.0, other: 3.4, n_one: 20, n_other: 40 },
                range,
                g: 0.6,
                g_range: range,
                chance: Chance { p: 0.02, error: 0.0, adjusted: Some(0.04) },
            },
            rank: 0.4,
            entries: Vec::new(),
        }
    }

    fn recommended(ratings: &HashMap<RecommendationId, Rated>, at: DateTime<Utc>) -> Vec<RecommendationId> {
        let found = recommend(ada(), Vec::new(), &[Quadrant::LowUnpleasant], ratings, at);
        found.into_iter().map(|recommendation| recommendation.id).collect()
    }

    #[test]
    fn the_latest_moods_say_where_on_the_circumplex_somebody_is() {
        assert_eq!(quadrants(&[]), []);
        assert_eq!(quadrants(&[felt(3.0, Some(-0.2), Some(0.4))]), [Quadrant::HighUnpleasant]);
        assert_eq!(quadrants(&[felt(1.0, None, Some(-0.4))]), [Quadrant::LowUnpleasant]);
        assert_eq!(quadrants(&[felt(5.0, None, None)]), [Quadrant::HighPleasant, Quadrant::LowPleasant]);
        let mixed = [felt(5.0, Some(1.0), Some(-0.5)), felt(1.0, Some(-0.5), None)];
        assert_eq!(quadrants(&mixed), [Quadrant::LowPleasant]);
    }

    #[test]
    fn what_goes_with_better_days_of_ones_own_comes_first() {
        let ada = ada();
        let own = vec![better_with("tea"), better_with("Walk")];
        let found = recommend(ada, own.clone(), &[Quadrant::LowUnpleasant], &HashMap::new(), now());
        assert!(matches!(&found[0].origin, Origin::Own(finding) if finding.pattern == own[0].pattern));
        assert!(matches!(&found[1].origin, Origin::Own(_)));
        assert!(found[2..].iter().all(|one| matches!(&one.origin, Origin::Catalogue(activity)
            if activity.quadrants.contains(&Quadrant::LowUnpleasant))));
        let again = find(ada, vec![better_with("WALK")], found[1].id, None);
        assert_eq!(again.map(|again| again.id), Some(found[1].id));
        assert_eq!(find(UserId::at(now()), own, found[1].id, None), None, "it is somebody else's");
    }

    #[test]
    fn what_was_helpful_comes_first_with_its_like_and_what_was_not_stays_away() {
        let before = recommended(&HashMap::new(), now());
        let activity = |id| SEEDED.iter().find(|activity| activity.id() == id).unwrap();
        let (liked, disliked) = (before[before.len() - 1], before[0]);
        let rated = |rating| Rated { rating, at: now() };
        let ratings = [(liked, rated(Rating::Helpful)), (disliked, rated(Rating::NotHelpful))].into();
        let after = recommended(&ratings, now());
        assert_eq!(after[0], liked);
        assert!(!after.contains(&disliked));
        let likes = |id: &&RecommendationId| activity(**id).topic == activity(liked).topic;
        let like = before.iter().filter(likes).count();
        assert!(after[..like].iter().all(|id| activity(*id).topic == activity(liked).topic), "{after:?}");
        let later = recommended(&ratings, now() + AWAY);
        assert_eq!(later.last(), Some(&disliked));
        assert_eq!(later.len(), before.len());
    }
}
