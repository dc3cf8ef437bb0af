//! An entry as a file has it: read, and not yet known to make sense.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use clock::day::{self, DayStart};

use super::{Faults, Meaning, NamedMood, PortableEntry, Rules};
use crate::{
    custom_moods::model::CustomMood,
    entries::model::{Coordinate, Moment, MoodKind, MoodVisibility, Note, Score, Tags, Words, moment},
};

/// When an entry happened, as a file says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Instant(DateTime<Utc>),
    /// A clock face, in the entry's zone.
    Local(NaiveDateTime),
    /// A day without a time.
    Day(NaiveDate),
}

impl When {
    /// Reads RFC 3339, with or without its offset, and a date alone.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        const LOCAL: [&str; 4] =
            ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            return Some(Self::Instant(instant.to_utc()));
        }
        let local = LOCAL.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
        local.map(Self::Local).or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Self::Day))
    }

    /// The instant that it is in `zone`. A time that the zone has twice is its first; one that it skips is where the gap
    /// ends; and a day alone is its noon.
    fn instant(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Instant(instant) => instant,
            Self::Local(local) => day::first_instant(local, zone),
            Self::Day(date) => day::first_instant(date.and_time(NaiveTime::MIN) + TimeDelta::hours(12), zone),
        }
    }
}

/// What a file says of an entry. What is lacking is `None` or empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Draft {
    pub(crate) when: Option<When>,
    pub(crate) timezone: Option<String>,
    pub(crate) day_start_hour: Option<i64>,
    pub(crate) kind: Option<MoodKind>,
    pub(crate) score: Option<i32>,
    /// The name of a mood.
    pub(crate) mood: Option<String>,
    /// The score that the name stands for where it comes from.
    pub(crate) usual_score: Option<i32>,
    pub(crate) valence: Option<f64>,
    pub(crate) energy: Option<f64>,
    pub(crate) labels: Vec<String>,
    pub(crate) associations: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) note: Option<String>,
    pub(crate) visibility: Option<MoodVisibility>,
}

impl Draft {
    /// The entry that this is, or everything that is wrong with it, in addition to what was found when it was read.
    pub(crate) fn check(self, rules: &Rules, mut faults: Faults) -> Result<PortableEntry, Faults> {
        let moment = self.moment(rules, &mut faults);
        let (mood, score) = self.feeling(rules, &mut faults);
        let valence = self.valence.and_then(|number| faults.take(Coordinate::valence(number)));
        let energy = self.energy.and_then(|number| faults.take(Coordinate::energy(number)));
        let labels = faults.take(Words::parse(&self.labels));
        let associations = faults.take(Words::parse(&self.associations));
        let tags = faults.take(Tags::parse(&self.tags));
        let note = self.note.as_deref().and_then(|text| faults.take(Note::parse(text)));
        match (moment, score, labels, associations, tags) {
            (Some(moment), Some(score), Some(labels), Some(associations), Some(tags))
                if faults.is_empty() =>
            {
                Ok(PortableEntry {
                    score,
                    valence,
                    energy,
                    kind: self.kind.unwrap_or(MoodKind::Moment),
                    labels,
                    associations,
                    custom_mood: mood,
                    tags,
                    note: note.flatten(),
                    moment,
                    visibility: self.visibility.unwrap_or(rules.visibility),
                })
            }
            _ => Err(faults),
        }
    }

    fn moment(&self, rules: &Rules, faults: &mut Faults) -> Option<Moment> {
        let zone = match &self.timezone {
            Some(name) => faults.take(moment::zone(name)),
            None => Some(rules.zone),
        };
        let day_start = match self.day_start_hour {
            Some(hour) => {
                let parsed = u8::try_from(hour).ok().and_then(DayStart::parse);
                if parsed.is_none() {
                    faults.day_start();
                }
                parsed
            }
            None => Some(rules.day_start),
        };
        if self.when.is_none() {
            faults.missing("occurredAt");
        }
        let (when, zone, day_start) = (self.when?, zone?, day_start?);
        let occurred_at = faults.take(moment::occurred_at(when.instant(zone), rules.now))?;
        Some(Moment::new(occurred_at, zone, day_start))
    }

    /// The mood of its owner's own making that the name means, if any; and how they felt.
    fn feeling(&self, rules: &Rules, faults: &mut Faults) -> (Option<NamedMood>, Option<Score>) {
        let said = self.score.and_then(|number| faults.take(Score::parse(number)));
        let name = self.mood.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let Some(name) = name else {
            if self.score.is_none() {
                faults.missing("score");
            }
            return (None, said);
        };
        let folded = name.to_lowercase();
        let own = |mood: &CustomMood| (Some(NamedMood::from(mood)), said.or(Some(mood.score)));
        match (rules.meanings.get(&folded), self.usual_score, rules.moods.get(&folded)) {
            (Some(Meaning::Mood(mood)), ..) | (None, None, Some(mood)) => own(mood),
            (Some(Meaning::Score(score)), ..) => (None, said.or(Some(*score))),
            (None, Some(usual), _) => (None, said.or_else(|| faults.take(Score::parse(usual)))),
            (None, None, None) => {
                faults.unknown_mood(name);
                (None, said)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_is_an_instant_a_clock_face_or_a_day() {
        let zone = Tz::Europe__Berlin;
        for (text, instant) in [
            ("2026-02-01T12:00:00Z", "2026-02-01T12:00:00Z"),
            ("2026-02-01T12:00:00.25+05:30", "2026-02-01T06:30:00.250Z"),
            ("2026-02-01T12:00:00", "2026-02-01T11:00:00Z"),
            ("2026-02-01 12:00", "2026-02-01T11:00:00Z"),
            ("2026-02-01", "2026-02-01T11:00:00Z"),
            // Skipped, and repeated.
            ("2025-03-30T02:30", "2025-03-30T01:00:00Z"),
            ("2025-10-26T02:30", "2025-10-26T00:30:00Z"),
        ] {
            assert_eq!(When::parse(text).unwrap().instant(zone), at(instant), "{text}");
        }
        for wrong in ["", "yesterday", "12:00", "2026-02-30", "01.02.2026", "2026-02-01T25:00:00Z"] {
            assert_eq!(When::parse(wrong), None, "{wrong}");
        }
    }
}
