//! Places on a leaderboard.

use ids::UserId;

/// Where somebody stands among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// 1 for the longest streak; the same for those that are equally long.
    pub(crate) rank: usize,
    pub(crate) user_id: UserId,
    /// Days in a row.
    pub(crate) days: i32,
}

/// The places of the first `limit` of these streaks, the longest first.
pub(super) fn places(mut running: Vec<(UserId, i32)>, limit: usize) -> Vec<Place> {
    running.sort_unstable_by_key(|(user_id, days)| (-days, *user_id));
    running.truncate(limit);
    let mut places: Vec<Place> = Vec::with_capacity(running.len());
    for (index, (user_id, days)) in running.into_iter().enumerate() {
        let rank = places.last().filter(|above| above.days == days).map_or(index + 1, |above| above.rank);
        places.push(Place { rank, user_id, days });
    }
    places
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn equal_streaks_share_a_rank_and_the_next_one_comes_after_all_of_them() {
        let people: Vec<_> = (0..4).map(|_| UserId::at(DateTime::UNIX_EPOCH)).collect();
        let running = people.iter().copied().zip([3, 8, 8, 5]).collect();
        let places = places(running, 3);
        let ranks: Vec<_> = places.iter().map(|place| (place.rank, place.days)).collect();
        assert_eq!(ranks, [(1, 8), (1, 8), (3, 5)]);
    }
}
