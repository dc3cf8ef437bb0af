//! When two findings are the same, and how long one that was dismissed stays so.
//!
//! An insight's id stands for whose it is, its kind, its measure, what it is about and which way it goes, and for nothing else: the
//! same moods have the same insights, today and tomorrow, and an insight keeps its id while moods are added and its numbers
//! move. Clients that keep things by id show it in its place. A tag is its name: called something else, it is about something else.
//!
//! A dismissal holds while the evidence is materially what it was: while the effect lies within the interval that it had
//! when it was dismissed (within half of itself, where there is no interval), and while a day that was looked at then is still
//! looked at. A change of level also counts as the same when its day moves by less than the week that a level lasts at least.

use ids::{InsightId, UserId};
use sha2::{Digest as _, Sha256};

use super::model::{Direction, Finding, Pattern, Range};

/// How many days a change may move without being another.
const SAME_CHANGE_DAYS: u64 = 7;

/// The id of a finding of `owner`'s.
pub(crate) fn id_of(owner: UserId, finding: &Finding) -> InsightId {
    let pattern = &finding.pattern;
    let direction = match pattern.direction() {
        Some(Direction::Higher) => "higher",
        Some(Direction::Lower) => "lower",
        None => "neither",
    };
    let parts = [
        owner.to_string(),
        pattern.kind().code().to_owned(),
        finding.measure.name().to_owned(),
        subject(pattern),
        direction.to_owned(),
    ];
    InsightId::from_uuid(named("insight", &parts))
}

/// A UUID that stands for `parts`: a custom one (version 8, RFC 9562) made of their SHA-256.
pub(crate) fn named(kind: &str, parts: &[String]) -> uuid::Uuid {
    let mut digest = Sha256::new();
    for part in std::iter::once(kind).chain(parts.iter().map(String::as_str)) {
        digest.update(u64::try_from(part.len()).unwrap_or_default().to_be_bytes());
        digest.update(part.as_bytes());
    }
    let digest = digest.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Whether two findings of somebody's are about the same, whatever their numbers.
pub(crate) fn is_same(former: &Finding, found: &Finding) -> bool {
    let (old, new) = (&former.pattern, &found.pattern);
    old.kind() == new.kind()
        && former.measure == found.measure
        && old.direction() == new.direction()
        && is_same_subject(old, new)
}

/// Whether what was dismissed as `dismissed` is still what `found` says.
pub(crate) fn covers(dismissed: &Finding, found: &Finding) -> bool {
    let overlaps = found.window.from <= dismissed.window.to;
    let Range { low, high } = material(&dismissed.pattern);
    is_same(dismissed, found) && overlaps && (low..=high).contains(&found.pattern.effect())
}

fn subject(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Association { factor, .. } => factor.folded(),
        Pattern::Weekday { weekday, .. } => weekday.to_string(),
        Pattern::PartOfDay { part, .. } => part.to_string(),
        Pattern::Change { date, .. } | Pattern::UnusualDay { date, .. } => date.to_string(),
        Pattern::Trend { .. } | Pattern::Comparison { .. } | Pattern::Rhythm { .. } => String::new(),
    }
}

fn is_same_subject(old: &Pattern, new: &Pattern) -> bool {
    match (old, new) {
        (Pattern::Change { date: old, .. }, Pattern::Change { date: new, .. }) => {
            (*new - *old).num_days().unsigned_abs() < SAME_CHANGE_DAYS
        }
        _ => subject(old) == subject(new),
    }
}

/// The effects that are not materially another.
fn material(pattern: &Pattern) -> Range {
    let effect = pattern.effect();
    let around = Range { low: effect - effect.abs() / 2.0, high: effect + effect.abs() / 2.0 };
    pattern.range().unwrap_or(around)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insights::{
        examples,
        model::{Kind, Means},
    };

    fn ada() -> UserId {
        UserId::from_uuid(uuid::Uuid::from_u128(1))
    }

    #[test]
    fn every_kind_and_direction_has_an_id_of_its_own_and_everybody_theirs() {
        let findings = examples::all();
        let mut ids: Vec<_> = findings.iter().map(|finding| id_of(ada(), finding)).collect();
        ids.extend(
            findings.iter().map(|finding| id_of(UserId::from_uuid(uuid::Uuid::from_u128(2)), finding)),
        );
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }

    #[test]
    fn an_id_is_what_it_was_when_numbers_have_moved() {
        let finding = examples::of(Kind::Association, Direction::Higher);
        let mut moved = finding.clone();
        moved.n += 1;
        moved.window.to = moved.window.to.succ_opt().unwrap();
        if let Pattern::Association { means, .. } = &mut moved.pattern {
            means.one += 0.1;
        }
        assert_eq!(id_of(ada(), &finding), id_of(ada(), &moved));
        // Ids are kept: this one must never become another.
        assert_eq!(id_of(ada(), &finding).to_string(), "ins_17feae3f1dc28643baf32f4bf68c4696");
    }

    #[test]
    fn a_dismissal_holds_while_the_effect_stays_in_its_interval() {
        let dismissed = examples::of(Kind::Comparison, Direction::Higher);
        let with = |difference: f64| {
            let mut found = dismissed.clone();
            if let Pattern::Comparison { means, .. } = &mut found.pattern {
                *means = Means { one: means.other + difference, ..*means };
            }
            found
        };
        let Range { low, high } = dismissed.pattern.range().unwrap();
        assert!(covers(&dismissed, &dismissed));
        assert!(covers(&dismissed, &with(f64::midpoint(low, high))));
        assert!(!covers(&dismissed, &with(high + 0.1)));
        assert!(!covers(&dismissed, &with(low - 0.1)));
    }

    #[test]
    fn a_dismissal_ends_when_nothing_that_was_looked_at_is_left() {
        let dismissed = examples::of(Kind::Weekday, Direction::Lower);
        let mut found = dismissed.clone();
        found.window.from = dismissed.window.to;
        assert!(covers(&dismissed, &found));
        found.window.from = dismissed.window.to.succ_opt().unwrap();
        assert!(!covers(&dismissed, &found));
    }

    #[test]
    fn a_change_whose_day_moves_a_little_is_the_same_change() {
        let dismissed = examples::of(Kind::Change, Direction::Lower);
        let moved = |days: u64| {
            let mut found = dismissed.clone();
            if let Pattern::Change { date, .. } = &mut found.pattern {
                *date = *date + chrono::Days::new(days);
            }
            found
        };
        assert!(covers(&dismissed, &moved(6)));
        assert!(!covers(&dismissed, &moved(7)));
    }

    #[test]
    fn a_dismissal_covers_nothing_that_is_about_something_else() {
        let all = examples::all();
        for (at, dismissed) in all.iter().enumerate() {
            for (other, found) in all.iter().enumerate() {
                assert_eq!(covers(dismissed, found), at == other, "{dismissed:?} and {found:?}");
            }
        }
    }
}
