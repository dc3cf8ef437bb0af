"""Makes golden.json: series, and what SciPy, statsmodels, pandas and ruptures say of them.

`cargo xtask golden` runs it; `cargo xtask golden --check` runs it and compares. The test run itself needs no Python.
Each reference is computed by a library where there is a function for it, and by brute force otherwise.
"""

import json
import sys

import numpy as np
import pandas as pd
import ruptures
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.meta_analysis import effectsize_smd
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

Z = stats.norm.ppf(0.975)
PERMUTATIONS = 9_999


# Series


def ar1(rng, n, phi):
    """An autoregressive series with a marginal variance of one."""
    values = np.empty(n)
    values[0] = rng.standard_normal()
    for at in range(1, n):
        values[at] = phi * values[at - 1] + np.sqrt(1 - phi * phi) * rng.standard_normal()
    return values


def scores(values):
    return np.clip(np.round(3 + values), 1, 5)


def daily_series():
    rng = np.random.default_rng(20_261_124)
    days = np.arange(90)
    gaps = np.flatnonzero(rng.random(120) < 0.6)
    shift = np.concatenate([scores(ar1(rng, 40, 0.3)), scores(ar1(rng, 45, 0.3) + 2)])
    outliers = 3 + 0.4 * ar1(rng, 60, 0.2)
    outliers[[12, 40]] = [9.0, -4.0]
    rising = 2 + 0.02 * np.arange(75) + 0.5 * ar1(rng, 75, 0.5)
    series = {
        "scores": (days, scores(ar1(rng, 90, 0.5))),
        "gaps": (gaps, scores(ar1(rng, len(gaps), 0.5))),
        "ties": (days[:50], 2 + (rng.random(50) < 0.5).astype(float)),
        "constant": (days[:40], np.full(40, 3.0)),
        "single": (days[:1], np.array([4.0])),
        "two": (days[[0, 30]], np.array([2.0, 5.0])),
        "thirteen": (days[:13], scores(ar1(rng, 13, 0.5))),
        "fourteen close": (days[:14], scores(ar1(rng, 14, 0.5))),
        "means": (days, 3 + ar1(rng, 90, 0.7)),
        "independent": (days, 3 + rng.standard_normal(90)),
        "shift": (np.arange(85), shift),
        "outliers": (np.arange(60), outliers),
        "rising": (np.arange(75) + 700_000, rising),
        "ends of the scale": (days[:30], np.where(np.arange(30) % 2 == 0, 1.0, 5.0)),
        "two years": (np.arange(730), scores(ar1(rng, 730, 0.4))),
    }
    return {name: (np.asarray(d, int), np.asarray(v, float)) for name, (d, v) in series.items()}


def observation_series():
    rng = np.random.default_rng(42)
    series = {}
    # Four a day, with some left out.
    kept = rng.random(160) < 0.8
    day, hour = np.divmod(np.arange(160), 4)
    hour = hour * 6 + 1.5 + rng.random(160)
    wave = 0.8 * np.cos(2 * np.pi * (hour - 15) / 24)
    series["four a day"] = (day[kept], hour[kept], scores(ar1(rng, 160, 0.3) + wave)[kept])
    # Every five hours over days on which clocks change, in two zones.
    for zone, start in (("Europe/Berlin", "2026-03-20"), ("America/New_York", "2025-10-25")):
        instants = pd.date_range(f"{start}T00:00", periods=80, freq="5h", tz="UTC").tz_convert(zone)
        local = instants.tz_localize(None)
        days = (local.normalize() - pd.Timestamp("2025-01-01")).days.to_numpy()
        hours = (local - local.normalize()).total_seconds().to_numpy() / 3600
        series[zone] = (days, hours, 3 + ar1(rng, 80, 0.4))
    sparse = np.sort(rng.choice(np.arange(200), 60, replace=False))
    series["days apart"] = (sparse, np.full(60, 9.0), scores(ar1(rng, 60, 0.5)))
    series["constant"] = (day[:60], hour[:60], np.full(60, 4.0))
    series["single"] = (np.array([3]), np.array([8.0]), np.array([2.0]))
    return series


# Days


def lag_pairs(days, values, lag):
    by_day = pd.Series(values, index=days)
    later = by_day.reindex(days + lag).to_numpy()
    there = ~np.isnan(later)
    return values[there], later[there]


def varies(values):
    return len(values) > 1 and np.ptp(values) > 0


def autocorrelation(days, values):
    earlier, later = lag_pairs(days, values, 1)
    if len(earlier) < 7 or not varies(earlier) or not varies(later):
        return 0.0
    return max(0.0, stats.pearsonr(earlier, later).statistic)


def effective_n(n, rho):
    return max(2.0, n * (1 - rho) / (1 + rho))


def mean(days, values):
    if len(values) < 14:
        return None
    rho = autocorrelation(days, values)
    worth = effective_n(len(values), rho)
    error = np.std(values, ddof=1) / np.sqrt(worth)
    center = np.mean(values)
    half = stats.t.ppf(0.975, worth - 1) * error
    return dict(mean=center, low=center - half, high=center + half, standard_error=error, autocorrelation=rho, effective_n=worth)


def spread(values):
    if len(values) < 7:
        return None
    deviation, center, n = np.std(values, ddof=1), np.mean(values), len(values)
    relative = None
    if values.min() >= 1 and values.max() <= 5 and 1 < center < 5:
        at_max = min(int(np.floor(n * (center - 1) / 4 + 1e-12)), n - 1)
        extreme = np.concatenate([np.full(at_max, 5.0), np.full(n - 1 - at_max, 1.0)])
        extreme = np.append(extreme, n * center - extreme.sum())
        relative = deviation / np.std(extreme, ddof=1)
    return dict(standard_deviation=deviation, relative=relative)


def trend(days, values):
    if len(values) < 14 or days[-1] - days[0] + 1 < 21:
        return None
    slope = stats.theilslopes(values, days).slope
    rho = autocorrelation(days, values - slope * (days - days[0]))
    inflation = (1 + rho) / (1 - rho)
    first, second = np.triu_indices(len(days), 1)
    slopes = np.sort((values[second] - values[first]) / (days[second] - days[first]))
    _, repeats = np.unique(values, return_counts=True)
    n = len(values)
    variance = (n * (n - 1) * (2 * n + 5) - np.sum(repeats * (repeats - 1) * (2 * repeats + 5))) / 18
    reach = Z * np.sqrt(variance * inflation)
    low = max(int(np.round((len(slopes) - reach) / 2)) - 1, 0)
    high = min(int(np.round((len(slopes) + reach) / 2)), len(slopes) - 1)
    if rho == 0:
        plain = stats.theilslopes(values, days)
        assert np.isclose(plain.low_slope, slopes[low]) and np.isclose(plain.high_slope, slopes[high])
    tau = p = None
    if varies(values):
        kendall = stats.kendalltau(days, values, method="asymptotic")
        tau = kendall.statistic
        p = 2 * stats.norm.sf(stats.norm.isf(kendall.pvalue / 2) / np.sqrt(inflation))
    return dict(slope=slope * 30, low=slopes[low] * 30, high=slopes[high] * 30, tau=tau, p=p, autocorrelation=rho)


def change_points(days, values):
    if len(values) < 28:
        return None
    pairs = [lag_pairs(days, values, lag) for lag in (1, 2)]
    if min(len(earlier) for earlier, _ in pairs) < 7:
        rho, variance = 0.0, np.mean(np.diff(values) ** 2) / 2
    else:
        one, two = (np.mean((later - earlier) ** 2) for earlier, later in pairs)
        n = len(pairs[0][0])
        rho = float(np.clip((n * (two / one - 1) + 1) / (n - 4), 0, 0.95)) if one > 0 else 0.0
        variance = one / 2 / (1 - rho)
    penalty = 3 * variance * (1 + rho) / (1 - rho) * np.log(len(values))
    if penalty > 0:
        ends = ruptures.Pelt(model="l2", min_size=7, jump=1).fit(values).predict(pen=penalty)
    else:
        ends = [len(values)]
    return dict(noise=np.sqrt(variance), penalty=penalty, starts=[int(days[end]) for end in ends[:-1]])


def anomalies(days, values):
    if len(values) < 14:
        return None
    median = np.median(values)
    deviation = stats.median_abs_deviation(values)
    if deviation > 0:
        z = 0.6745 * (values - median) / deviation
    elif varies(values):
        z = (values - median) / (1.253314 * np.mean(np.abs(values - median)))
    else:
        z = np.zeros(len(values))
    unusual = np.abs(z) > 3.5
    return dict(median=median, days=[int(day) for day in days[unusual]], scores=list(z[unusual]))


def hedges(first, second, worth_first, worth_second):
    if not varies(first) and not varies(second):
        return None
    g, variance = effectsize_smd(
        np.mean(first), np.std(first, ddof=1), worth_first, np.mean(second), np.std(second, ddof=1), worth_second
    )
    return dict(g=g, low=g - Z * np.sqrt(variance), high=g + Z * np.sqrt(variance))


def comparison(days, values):
    """The second half of the days against the first."""
    half = len(values) // 2
    before, after = values[:half], values[half:]
    if len(before) < 14:
        return None
    worth = [effective_n(len(v), autocorrelation(d, v)) for d, v in ((days[:half], before), (days[half:], after))]
    difference = np.mean(after) - np.mean(before)
    if not varies(before) and not varies(after):
        return dict(difference=difference, low=difference, high=difference, p=None, effect=None)
    squared = np.array([np.var(before, ddof=1), np.var(after, ddof=1)]) / worth
    degrees = squared.sum() ** 2 / (squared**2 / (np.array(worth) - 1)).sum()
    reach = stats.t.ppf(0.975, degrees) * np.sqrt(squared.sum())
    test = stats.ttest_ind_from_stats(
        np.mean(after), np.std(after, ddof=1), worth[1], np.mean(before), np.std(before, ddof=1), worth[0], equal_var=False
    )
    effect = hedges(after, before, worth[1], worth[0])
    return dict(difference=difference, low=difference - reach, high=difference + reach, p=test.pvalue, effect=effect)


def paired(values):
    """The second half of the values as what came after the first."""
    half = len(values) // 2
    before, after = values[:half], values[half : 2 * half]
    if half < 10:
        return None
    difference = np.mean(after - before)
    if not varies(after - before):
        return dict(before=np.mean(before), after=np.mean(after), difference=difference, low=difference, high=difference, p=None)
    test = stats.ttest_rel(after, before)
    interval = test.confidence_interval(0.95)
    return dict(
        before=np.mean(before), after=np.mean(after), difference=difference, low=interval.low, high=interval.high, p=test.pvalue
    )


def association(days, values, tagged, lag):
    has = np.isin(days, tagged)
    if lag == 1:
        adjacent = np.flatnonzero(np.diff(days) == 1)
        values, has = values[adjacent + 1], has[adjacent]
    with_tag, without = values[has], values[~has]
    if len(with_tag) < 5 or len(without) < 5:
        return None
    difference = np.mean(with_tag) - np.mean(without)
    moved = [np.roll(has, shift) for shift in range(len(has))]
    others = np.array([abs(np.mean(values[tag]) - np.mean(values[~tag])) for tag in moved])
    u = stats.mannwhitneyu(with_tag, without).statistic
    return dict(
        difference=difference,
        effect=hedges(with_tag, without, len(with_tag), len(without)),
        cliffs_delta=2 * u / (len(with_tag) * len(without)) - 1,
        p=np.mean(others >= abs(difference) - 1e-12),
        n_with=len(with_tag),
    )


# Levels


def kruskal(levels, blocks, values):
    """H of the levels with four values or more, and how probable one as large is when values move within their block."""
    names, sizes = np.unique(levels, return_counts=True)
    names = names[sizes >= 4]
    if len(names) < 3:
        return None
    kept = np.isin(levels, names)
    levels, blocks, values = levels[kept], blocks[kept], values[kept]
    means = [np.mean(values[levels == name]) for name in names]
    if not varies(values):
        return dict(levels=names.tolist(), means=means, h=None, p=None, level_p=None)
    h = stats.kruskal(*(values[levels == name] for name in names)).statistic
    rng = np.random.default_rng(7)
    ranks = stats.rankdata(values)
    inside = np.array([np.mean(ranks[blocks == block]) for block in blocks])
    expected = np.array([inside[levels == name].sum() for name in names])
    count = np.array([(levels == name).sum() for name in names])

    def sums(ranks):
        return np.array([ranks[levels == name].sum() for name in names])

    def between(sums):
        return np.sum(sums**2 / count)

    members = [np.flatnonzero(blocks == block) for block in np.unique(blocks)]
    observed, extreme, extreme_levels = sums(ranks), 1, np.ones(len(names))
    for _ in range(PERMUTATIONS):
        moved = ranks.copy()
        for of_block in members:
            moved[of_block] = rng.permutation(ranks[of_block])
        moved = sums(moved)
        extreme += between(moved) >= between(observed) - 1e-9
        extreme_levels += np.abs(moved - expected) >= np.abs(observed - expected) - 1e-9
    total = PERMUTATIONS + 1
    return dict(levels=names.tolist(), means=means, h=h, p=extreme / total, level_p=list(extreme_levels / total))


# Observations


def observed_pairs(days, values):
    valid = np.diff(days) <= 1
    return values[:-1][valid], values[1:][valid]


def instability(days, values):
    earlier, later = observed_pairs(days, values)
    if len(earlier) < 20:
        return None
    acute = int(np.sum(np.abs(later - earlier) >= 2))
    low, high = proportion_confint(acute, len(earlier), method="wilson")
    return dict(n=len(earlier), rmssd=np.sqrt(np.mean((later - earlier) ** 2)), share=acute / len(earlier), low=low, high=high)


def inertia(days, values):
    earlier, later = observed_pairs(days, values)
    if len(earlier) < 30:
        return None
    if not varies(earlier) or not varies(later):
        return dict(correlation=None, low=None, high=None)
    found = stats.pearsonr(earlier, later)
    interval = found.confidence_interval(0.95)
    return dict(correlation=found.statistic, low=interval.low, high=interval.high)


def rhythm(hours, values):
    if len(values) < 30 or len(np.unique(hours // 6)) < 4:
        return None
    if not varies(values):
        return dict(mesor=np.mean(values), amplitude=0.0, peak_hour=None, f=None, p=None)
    angle = 2 * np.pi * hours / 24
    fit = OLS(values, np.column_stack([np.ones(len(values)), np.cos(angle), np.sin(angle)])).fit()
    mesor, cosine, sine = fit.params
    peak = np.arctan2(sine, cosine) / (2 * np.pi) * 24 % 24
    return dict(mesor=mesor, amplitude=np.hypot(cosine, sine), peak_hour=peak, f=fit.fvalue, p=fit.f_pvalue)


# All of it


def of_days(name, days, values):
    rng = np.random.default_rng(abs(hash_of(name)))
    tagged = np.unique(np.concatenate([days[rng.random(len(days)) < 0.4], days[values >= np.quantile(values, 0.8)]]))
    return dict(
        name=name,
        days=days.tolist(),
        values=values.tolist(),
        tagged=tagged.tolist(),
        mean=mean(days, values),
        spread=spread(values),
        trend=trend(days, values),
        change_points=change_points(days, values),
        anomalies=anomalies(days, values),
        comparison=comparison(days, values),
        paired=paired(values),
        same_day=association(days, values, tagged, 0),
        next_day=association(days, values, tagged, 1),
        weekdays=kruskal(days % 7, np.zeros(len(days), int), values),
    )


def of_observations(name, days, hours, values):
    return dict(
        name=name,
        days=days.tolist(),
        hours=hours.tolist(),
        values=values.tolist(),
        instability=instability(days, values),
        inertia=inertia(days, values),
        rhythm=rhythm(hours, values),
        parts_of_day=kruskal((hours // 6).astype(int), days, values),
    )


def hash_of(text):
    return sum((at + 1) * ord(letter) for at, letter in enumerate(text))


def adjustments():
    rng = np.random.default_rng(3)
    cases = [rng.random(n) ** 3 for n in (1, 2, 5, 20)] + [np.array([0.04, 0.04, 0.01, 1.0, 0.01])]
    return [
        dict(
            p=p.tolist(),
            holm=multipletests(p, method="holm")[1].tolist(),
            benjamini_hochberg=multipletests(p, method="fdr_bh")[1].tolist(),
        )
        for p in cases
    ]


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, (float, np.floating)):
        assert np.isfinite(value), "a reference that is no number"
        return float(value)
    return int(value) if isinstance(value, np.integer) else value


golden = dict(
    daily=[of_days(name, *series) for name, series in daily_series().items()],
    observations=[of_observations(name, *series) for name, series in observation_series().items()],
    adjustments=adjustments(),
)
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(plain(golden), file, indent=1)
    file.write("\n")
