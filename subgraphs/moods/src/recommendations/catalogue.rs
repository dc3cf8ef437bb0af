//! The activities, as `data/recommendations.toml` lists them.

use std::{fmt, sync::LazyLock};

use ids::RecommendationId;
use serde::Deserialize;

use crate::insights::named;

pub(super) static SEEDED: LazyLock<Vec<Activity>> = LazyLock::new(|| {
    let list: List =
        toml::from_str(include_str!("../../data/recommendations.toml")).unwrap_or_else(|error| {
            // A test reads the list, so that none that can't be read is ever built in.
            tracing::error!(%error, "the list of activities can't be read");
            List::default()
        });
    list.activity
});

#[derive(Debug, Default, Deserialize)]
struct List {
    activity: Vec<Activity>,
}

/// A quarter of the circumplex (Russell 1980): how much energy there is in a mood, and whether it is pleasant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Quadrant {
    HighPleasant,
    LowPleasant,
    HighUnpleasant,
    LowUnpleasant,
}

/// What an activity is like: who likes one mostly likes others of its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Topic {
    Move,
    Breathe,
    Rest,
    Reflect,
    Nature,
    Connect,
    Give,
    Create,
    Act,
}

/// Something that anybody may try.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Activity {
    code: String,
    pub(crate) topic: Topic,
    pub(crate) quadrants: Vec<Quadrant>,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) minutes: u16,
    pub(crate) source: String,
    pub(crate) url: String,
}

impl Activity {
    /// The same for everybody, as long as the code is.
    pub(super) fn id(&self) -> RecommendationId {
        RecommendationId::from_uuid(named("activity", std::slice::from_ref(&self.code)))
    }

    pub(super) fn fits(&self, quadrants: &[Quadrant]) -> bool {
        quadrants.is_empty() || self.quadrants.iter().any(|quadrant| quadrants.contains(quadrant))
    }
}

impl fmt::Debug for Activity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Activity({})", self.code)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::insights::banned_words::banned;

    fn list() -> Vec<Activity> {
        toml::from_str::<List>(include_str!("../../data/recommendations.toml")).unwrap().activity
    }

    #[test]
    fn every_quadrant_has_five_activities_and_each_its_source() {
        let list = list();
        for quadrant in
            [Quadrant::HighPleasant, Quadrant::LowPleasant, Quadrant::HighUnpleasant, Quadrant::LowUnpleasant]
        {
            assert!(list.iter().filter(|one| one.fits(&[quadrant])).count() >= 5, "{quadrant:?}");
        }
        for activity in &list {
            assert!(
                activity.url.starts_with("https://") && activity.source.contains("(20")
                    || activity.source.contains("(19")
            );
            assert!((1..=60).contains(&activity.minutes) && !activity.quadrants.is_empty(), "{activity:?}");
        }
        let ids: HashSet<_> = list.iter().map(Activity::id).collect();
        assert_eq!(ids.len(), list.len());
    }

    #[test]
    fn no_activity_says_a_banned_word() {
        for activity in list() {
            for text in [&activity.title, &activity.text, &activity.source] {
                assert_eq!(banned(text), None, "{text}");
            }
        }
    }
}
