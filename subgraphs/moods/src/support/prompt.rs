//! When somebody is told where they find support: after many low days among the latest that they logged.

/// Days without moods are passed over, but nothing older than this counts, in days.
pub(super) const WINDOW_DAYS: u64 = 28;
/// How many of the latest logged days count.
const LATEST: usize = 14;
/// With fewer logged days nothing can be said.
const MIN_LOGGED: usize = 7;
/// As many of them have to be low.
const MIN_LOW: usize = 5;
/// A day with this score or a lower one is low.
const LOW: f64 = 2.0;

/// `scores` are those of logged days, oldest first.
pub(super) fn is_due(scores: &[f64]) -> bool {
    let latest = &scores[scores.len().saturating_sub(LATEST)..];
    latest.len() >= MIN_LOGGED && latest.iter().filter(|score| **score <= LOW).count() >= MIN_LOW
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(low: usize, fine: usize) -> Vec<f64> {
        [vec![2.0; low], vec![3.0; fine]].concat()
    }

    #[test]
    fn five_low_days_of_seven_are_many_and_four_are_not() {
        assert!(is_due(&days(5, 2)));
        assert!(!is_due(&days(4, 3)));
        assert!(!is_due(&days(4, 10)));
        assert!(is_due(&days(5, 9)));
    }

    #[test]
    fn six_days_are_too_few_to_say_anything() {
        assert!(!is_due(&days(6, 0)));
        assert!(!is_due(&[]));
    }

    #[test]
    fn only_the_latest_fourteen_days_count() {
        assert!(!is_due(&days(5, 10)));
        assert!(!is_due(&days(20, 10)));
    }

    #[test]
    fn a_day_just_above_two_is_not_low() {
        assert!(!is_due(&[2.01; 14]));
    }
}
