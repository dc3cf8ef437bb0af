//! How much a value moves from one observation to the next.

use crate::distribution::NORMAL_975;
use crate::outcome::{Counted, Interval, Statistic, TooLittle};
use crate::series::{Observation, average, count, observed_pairs};

const MIN_PAIRS: usize = 20;

/// The root of the mean squared difference of successive observations (RMSSD).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Instability {
    pub rmssd: f64,
    /// Pairs of successive observations within a day or on adjacent days.
    pub n: usize,
}

impl Statistic for Instability {
    const METHOD: &'static str = "Root of the mean squared difference of successive entries (RMSSD), over pairs within a day or on adjacent days.";
    const REFERENCE: &'static str = "von Neumann, J., Kent, R. H., Bellinson, H. R. & Hart, B. I. (1941). The mean square successive difference. Annals of Mathematical Statistics, 12, 153–162; Jahng, S., Wood, P. K. & Trull, T. J. (2008). Analysis of affective instability in ecological momentary assessment. Psychological Methods, 13, 354–375.";

    fn n(&self) -> usize {
        self.n
    }
}

/// The RMSSD of at least 20 pairs.
pub fn instability(series: &[Observation]) -> Result<Instability, TooLittle> {
    let pairs = observed_pairs(series);
    Counted::Pairs.at_least(MIN_PAIRS, pairs.len())?;
    let rmssd = average(pairs.iter().map(|(earlier, later)| (later - earlier).powi(2))).sqrt();
    Ok(Instability { rmssd, n: pairs.len() })
}

/// How often a value changes by much from one observation to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AcuteChange {
    /// The share of pairs whose values differ by at least `threshold`: 0 to 1.
    pub share: f64,
    /// Wilson's interval of the share, which takes pairs for independent.
    pub interval: Interval,
    pub threshold: f64,
    /// Pairs of successive observations within a day or on adjacent days.
    pub n: usize,
}

impl Statistic for AcuteChange {
    const METHOD: &'static str = "Share of pairs of successive entries, within a day or on adjacent days, that differ by at least the threshold, with Wilson's 95 % interval.";
    const REFERENCE: &'static str = "Jahng, S., Wood, P. K. & Trull, T. J. (2008). Analysis of affective instability in ecological momentary assessment. Psychological Methods, 13, 354–375; Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American Statistical Association, 22, 209–212.";

    fn n(&self) -> usize {
        self.n
    }
}

/// The share of at least 20 pairs that differ by at least `threshold` (2 points on a scale of 1 to 5).
pub fn acute_change(series: &[Observation], threshold: f64) -> Result<AcuteChange, TooLittle> {
    let pairs = observed_pairs(series);
    Counted::Pairs.at_least(MIN_PAIRS, pairs.len())?;
    let acute = pairs.iter().filter(|(earlier, later)| (later - earlier).abs() >= threshold).count();
    let share = count(acute) / count(pairs.len());
    Ok(AcuteChange { share, interval: wilson(share, count(pairs.len())), threshold, n: pairs.len() })
}

fn wilson(share: f64, n: f64) -> Interval {
    let squared = NORMAL_975 * NORMAL_975;
    let center = (share + squared / (2.0 * n)) / (1.0 + squared / n);
    let half_width =
        NORMAL_975 / (1.0 + squared / n) * (share * (1.0 - share) / n + squared / (4.0 * n * n)).sqrt();
    Interval::between((center - half_width).max(0.0), (center + half_width).min(1.0))
}
