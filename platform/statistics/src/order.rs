//! Medians, ranks and ties.

use crate::series::count;

/// The middle value, or the mean of the two in the middle. `values` is reordered; 0 of nothing.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    let Some(middle) = values.len().checked_sub(1).map(|last| last.div_ceil(2)) else { return 0.0 };
    let odd = values.len() % 2 == 1;
    let (below, at, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if odd {
        return *at;
    }
    let highest_below = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    f64::midpoint(highest_below, *at)
}

/// Twice the rank of each value, ties sharing the mean of their ranks: doubled, ranks are whole numbers.
pub(crate) fn doubled_ranks(values: &[f64]) -> Vec<u64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0; values.len()];
    let mut before = 0;
    #[expect(clippy::float_cmp, reason = "a tie is an equal value")]
    for tied in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let rank = (2 * before + tied.len() + 1) as u64;
        for at in tied {
            ranks[*at] = rank;
        }
        before += tied.len();
    }
    ranks
}

/// How many values are equal, for each value that comes more than once.
pub(crate) fn ties(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    #[expect(clippy::float_cmp, reason = "a tie is an equal value")]
    let groups = sorted.chunk_by(|a, b| a == b).filter(|group| group.len() > 1);
    groups.map(|group| count(group.len())).collect()
}

/// Whether no two values differ.
pub(crate) fn is_constant(values: &[f64]) -> bool {
    #[expect(clippy::float_cmp, reason = "constant means equal")]
    values.windows(2).all(|pair| pair[0] == pair[1])
}
