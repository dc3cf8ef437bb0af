//! P-values of many tests, adjusted for there being many.

use crate::series::count;

/// Holm's step-down adjustment: what is at most α among them is wrong anywhere with a probability of at most α. In the order of `p`.
///
/// Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics, 6, 65–70.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![1.0; p.len()];
    let mut highest: f64 = 0.0;
    for (before, at) in ascending(p).into_iter().enumerate() {
        highest = highest.max(p[at] * count(p.len() - before)).min(1.0);
        adjusted[at] = highest;
    }
    adjusted
}

/// Benjamini and Hochberg's q: among what is at most q, a share of at most q is expected to be wrong. In the order of `p`.
///
/// Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate: a practical and powerful approach to multiple
/// testing. Journal of the Royal Statistical Society B, 57, 289–300.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![1.0; p.len()];
    let mut lowest: f64 = 1.0;
    for (before, at) in ascending(p).into_iter().enumerate().rev() {
        lowest = lowest.min(p[at] * count(p.len()) / count(before + 1));
        adjusted[at] = lowest;
    }
    adjusted
}

fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    order
}
