//! What statistics are made from: observations within days, and one value a day.

/// One value, and when it was observed. Slices of them are in order of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// The local day, counted from any epoch: consecutive days differ by one.
    pub day: i32,
    /// The local hour of the day, 0 to below 24.
    pub hour: f64,
    /// Finite, and of a magnitude of at most 1e100.
    pub value: f64,
}

/// One value a day. Slices of them have strictly increasing days; days may be missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Daily {
    /// The local day, counted from any epoch: consecutive days differ by one.
    pub day: i32,
    /// Finite, and of a magnitude of at most 1e100.
    pub value: f64,
}

/// A quarter of the local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartOfDay {
    /// From midnight to before 6.
    Night,
    /// From 6 to before 12.
    Morning,
    /// From 12 to before 18.
    Afternoon,
    /// From 18 to midnight.
    Evening,
}

impl PartOfDay {
    pub const ALL: [Self; 4] = [Self::Night, Self::Morning, Self::Afternoon, Self::Evening];

    pub fn of(hour: f64) -> Self {
        match hour {
            ..6.0 => Self::Night,
            6.0..12.0 => Self::Morning,
            12.0..18.0 => Self::Afternoon,
            _ => Self::Evening,
        }
    }
}

/// The mean of each day's observations.
pub fn by_day(observations: &[Observation]) -> Vec<Daily> {
    let days = observations.chunk_by(|earlier, later| earlier.day == later.day);
    days.map(|of_day| Daily { day: of_day[0].day, value: average(of_day.iter().map(|one| one.value)) })
        .collect()
}

/// Successive observations within a day or on adjacent days: the pairs between which a change can be spoken of.
pub(crate) fn observed_pairs(series: &[Observation]) -> Vec<(f64, f64)> {
    let valid =
        series.windows(2).filter(|pair| matches!(i64::from(pair[1].day) - i64::from(pair[0].day), 0 | 1));
    valid.map(|pair| (pair[0].value, pair[1].value)).collect()
}

/// The values of each two days that differ by `lag`.
pub(crate) fn daily_pairs(series: &[Daily], lag: i64) -> Vec<(f64, f64)> {
    let mut pairs = Vec::with_capacity(series.len());
    let mut later = series.iter().peekable();
    for earlier in series {
        let wanted = i64::from(earlier.day) + lag;
        while later.next_if(|day| i64::from(day.day) < wanted).is_some() {}
        if let Some(found) = later.peek().filter(|day| i64::from(day.day) == wanted) {
            pairs.push((earlier.value, found.value));
        }
    }
    pairs
}

pub(crate) fn values(series: &[Daily]) -> Vec<f64> {
    series.iter().map(|daily| daily.value).collect()
}

/// The arithmetic mean, kept between the smallest and the largest value; 0 of nothing.
pub(crate) fn average(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let n = count(values.clone().count());
    if n == 0.0 {
        return 0.0;
    }
    let first = values.clone().sum::<f64>() / n;
    // What rounding left of the deviations' sum; it makes the mean of equal values that value.
    first + values.map(|value| value - first).sum::<f64>() / n
}

/// The sum of squared deviations from the mean.
pub(crate) fn squares(values: &[f64]) -> f64 {
    let mean = average(values.iter().copied());
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

/// The variance with n − 1 in the denominator; 0 below two values.
pub(crate) fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 { 0.0 } else { squares(values) / count(values.len() - 1) }
}

/// A count as a number to calculate with: exact below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "no series has 2⁵³ values")]
pub(crate) fn count(n: usize) -> f64 {
    n as f64
}
