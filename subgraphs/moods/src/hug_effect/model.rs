//! Moods in pairs: the last before something, and the first after it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{analytics::series::Logged, entries::model::MoodKind};

/// How far a mood may lie from a hug, on either side.
pub(super) const REACH: TimeDelta = TimeDelta::hours(12);

/// The scores of successive moods about moments.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Changes {
    /// Of two moods with hugs between them, each mood within twelve hours of the hug that is next to it.
    pub(super) around_hugs: Vec<(f64, f64)>,
    /// Of two moods with no hug between them, at most a day apart.
    pub(super) otherwise: Vec<(f64, f64)>,
}

impl Changes {
    /// The changes over the hugs at `instants`, which are in order.
    pub(super) fn over(instants: &[DateTime<Utc>], entries: Vec<Logged>) -> Self {
        let mut moments: Vec<Logged> =
            entries.into_iter().filter(|entry| entry.kind == MoodKind::Moment).collect();
        moments.sort_by_key(|moment| (moment.occurred_at, moment.id));
        let mut changes = Self::default();
        for pair in moments.windows(2) {
            let [earlier, later] = pair else { continue };
            let scores = (earlier.score, later.score);
            let from = instants.partition_point(|hug| *hug <= earlier.occurred_at);
            let to = instants.partition_point(|hug| *hug <= later.occurred_at);
            let hugs = &instants[from..to];
            match hugs.first().zip(hugs.last()) {
                None if later.occurred_at - earlier.occurred_at <= REACH * 2 => {
                    changes.otherwise.push(scores);
                }
                Some((first, last)) if is_near(*first, *last, earlier, later) => {
                    changes.around_hugs.push(scores);
                }
                _ => {}
            }
        }
        changes
    }
}

fn is_near(first: DateTime<Utc>, last: DateTime<Utc>, earlier: &Logged, later: &Logged) -> bool {
    first - earlier.occurred_at <= REACH && later.occurred_at - last <= REACH
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use clock::day::DayStart;
    use ids::MoodId;

    use super::*;

    /// So many hours after some midnight.
    fn at(hours: i64) -> DateTime<Utc> {
        "2026-03-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hours)
    }

    fn mood(hours: i64, score: f64) -> Logged {
        Logged {
            id: MoodId::at(at(hours)),
            occurred_at: at(hours),
            zone: Tz::UTC,
            day_start: DayStart::MIDNIGHT,
            local_date: at(hours).date_naive(),
            kind: MoodKind::Moment,
            score,
            valence: None,
            energy: None,
            associations: Vec::new(),
            tags: Vec::new(),
        }
    }

    #[test]
    fn a_hug_lies_between_the_last_mood_before_it_and_the_first_after_it() {
        let moods = vec![mood(20, 4.0), mood(1, 1.0), mood(8, 2.0)];
        let changes = Changes::over(&[at(10)], moods);
        assert_eq!(changes.around_hugs, [(2.0, 4.0)]);
        assert_eq!(changes.otherwise, [(1.0, 2.0)]);
    }

    #[test]
    fn several_hugs_between_the_same_moods_are_one_change() {
        let changes = Changes::over(&[at(2), at(3), at(4)], vec![mood(1, 1.0), mood(5, 5.0)]);
        assert_eq!(changes.around_hugs, [(1.0, 5.0)]);
    }

    #[test]
    fn a_mood_that_is_too_far_from_the_hug_says_nothing_of_it() {
        assert_eq!(Changes::over(&[at(14)], vec![mood(1, 1.0), mood(15, 5.0)]), Changes::default());
        assert_eq!(Changes::over(&[at(2)], vec![mood(1, 1.0), mood(15, 5.0)]), Changes::default());
        assert_eq!(Changes::over(&[], vec![mood(1, 1.0), mood(26, 5.0)]), Changes::default());
    }

    #[test]
    fn what_was_logged_at_the_very_moment_of_a_hug_came_after_it() {
        let changes = Changes::over(&[at(5)], vec![mood(1, 1.0), mood(5, 2.0), mood(9, 3.0)]);
        assert_eq!(changes.around_hugs, [(1.0, 2.0)]);
        assert_eq!(changes.otherwise, [(2.0, 3.0)]);
    }

    #[test]
    fn moods_about_whole_days_are_passed_over() {
        let mut day = mood(4, 5.0);
        day.kind = MoodKind::Daily;
        let changes = Changes::over(&[at(3)], vec![mood(1, 1.0), day, mood(5, 2.0)]);
        assert_eq!(changes.around_hugs, [(1.0, 2.0)]);
    }
}
