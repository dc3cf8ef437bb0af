//! Findings in English: what was observed, on how much, how surely, that it is a pattern and not a cause, and perhaps what
//! somebody may do with it.

use chrono::NaiveDate;

use super::model::{Action, Chance, Direction, Finding, Means, Pattern, Range};
use crate::analytics::model::{Measure, Window};

const WEEKDAYS: [&str; 7] =
    ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];
const PARTS: [&str; 4] = ["at night", "in the morning", "in the afternoon", "in the evening"];

/// All that is said of a finding.
pub(crate) fn of(finding: &Finding) -> String {
    let action = finding.pattern.action().map(|action| suggestion(action, &finding.pattern));
    let said = [observation(finding), evidence(finding), "A pattern, not a cause.".to_owned()];
    said.into_iter().chain(action).collect::<Vec<_>>().join(" ")
}

fn observation(finding: &Finding) -> String {
    let Finding { measure, pattern, .. } = finding;
    let (what, scale) = (name(*measure), scale(*measure));
    let effect = points(pattern.effect().abs());
    let way = match pattern.direction() {
        Some(Direction::Lower) => "lower",
        _ => "higher",
    };
    match pattern {
        Pattern::Association { factor, next_day, means, .. } => {
            let days = if *next_day { "The day after days with" } else { "On days with" };
            let name = factor.name();
            format!(
                "{days} “{name}” {what} was {effect} {way} than {} ({}, {scale}).",
                if *next_day { "the day after other days" } else { "on other days" },
                against(*means)
            )
        }
        Pattern::Trend { slope_per_30_days, .. } => {
            let moved = if *slope_per_30_days < 0.0 { "fell" } else { "rose" };
            format!("Over these weeks {what} {moved} by about {effect} in 30 days ({scale}).")
        }
        Pattern::Change { date, means, .. } => {
            format!(
                "Since {} {what} has been {effect} {way} than before ({}, {scale}).",
                day(*date),
                against(*means)
            )
        }
        Pattern::Comparison { means, .. } => {
            format!(
                "In the latest four weeks {what} was {effect} {way} than in the four before ({}, {scale}).",
                against(*means)
            )
        }
        Pattern::Weekday { weekday, mean, .. } => {
            let on = WEEKDAYS.get(usize::from(*weekday)).unwrap_or(&"these days");
            format!("On {on} {what} was {effect} {way} than on the average day ({}, {scale}).", number(*mean))
        }
        Pattern::PartOfDay { part, mean, .. } => {
            let during = PARTS.get(usize::from(*part)).unwrap_or(&"then");
            format!(
                "Moods logged {during} were {effect} {way} than the average one: {what} was {} ({scale}).",
                number(*mean)
            )
        }
        Pattern::Rhythm { peak_hour, .. } => {
            format!(
                "Over the day {what} swung by {effect} about its level, and was highest around {} ({scale}).",
                clock_time(*peak_hour)
            )
        }
        Pattern::UnusualDay { date, value, median, .. } => {
            format!(
                "On {} {what} was {}, unusually {} for you: on a usual day it was {} ({scale}).",
                day(*date),
                number(*value),
                if way == "lower" { "low" } else { "high" },
                number(*median)
            )
        }
    }
}

/// On how much it rests, and how surely.
fn evidence(finding: &Finding) -> String {
    let Finding { window, n, pattern, .. } = finding;
    let days = days_of(*window);
    let range = pattern.range().map(interval).unwrap_or_default();
    let chance = pattern.chance().map(probability).unwrap_or_default();
    match pattern {
        Pattern::Association { means, next_day, .. } => {
            let after = if *next_day { " pairs of days in a row" } else { " days" };
            format!(
                "{} with and {} without, {n}{after}, {days}; {range}; {chance}.",
                means.n_one, means.n_other
            )
        }
        Pattern::Trend { .. } => format!("{n} days, {days}; {range}; {chance}."),
        Pattern::Change { means, .. } => {
            format!("{} days since and {} days before, {days}; {range}.", means.n_one, means.n_other)
        }
        Pattern::Comparison { means, before, .. } => format!(
            "{} days, {days}, against {} days, {}; {range}; {chance}.",
            means.n_one,
            means.n_other,
            days_of(*before)
        ),
        Pattern::Weekday { n: of_level, .. } => {
            format!("{of_level} of {n} days, {days}; {chance}.")
        }
        Pattern::PartOfDay { n: of_level, .. } => {
            format!("{of_level} of {n} moods, {days}; {chance}.")
        }
        Pattern::Rhythm { .. } => format!("{n} moods, {days}; {chance}."),
        Pattern::UnusualDay { score, .. } => {
            format!(
                "{n} days, {days}; its modified z score is {}, where beyond ±3.5 is unusual.",
                number(*score)
            )
        }
    }
}

fn suggestion(action: Action, pattern: &Pattern) -> String {
    match (action, pattern) {
        (Action::Plan, Pattern::Association { factor, .. }) => {
            format!("If you like, plan “{}” for a day of the coming week, and see.", factor.name())
        }
        (Action::Plan, _) => "If you like, plan more of it, and see.".to_owned(),
        (Action::Notice, Pattern::Association { factor, .. }) => {
            format!("If you like, look at what else days with “{}” have in common.", factor.name())
        }
        (Action::Notice, Pattern::UnusualDay { .. }) => {
            "If you like, look at what was different then.".to_owned()
        }
        (Action::Notice, _) => "If you like, look at what these times have that others lack.".to_owned(),
        (Action::BeKind, Pattern::Weekday { weekday, .. }) => {
            let on = WEEKDAYS.get(usize::from(*weekday)).unwrap_or(&"these days");
            format!("If you like, keep something kind for {on}.")
        }
        (Action::BeKind, _) => "If you like, keep something kind for that time of the day.".to_owned(),
        (Action::Talk, _) => {
            "If it weighs on you, talking to somebody can help; “supportResources” lists who is there."
                .to_owned()
        }
    }
}

fn name(measure: Measure) -> &'static str {
    match measure {
        Measure::Score => "your score",
        Measure::Valence => "how pleasant you felt",
        Measure::Energy => "your energy",
    }
}

fn scale(measure: Measure) -> &'static str {
    match measure {
        Measure::Score => "on a scale from 1 to 5",
        Measure::Valence | Measure::Energy => "on a scale from −1 to 1",
    }
}

fn against(means: Means) -> String {
    format!("{} against {} on average", number(means.one), number(means.other))
}

fn interval(Range { low, high }: Range) -> String {
    format!("95 % interval {} to {} points", number(low), number(high))
}

fn probability(Chance { p, error, adjusted }: Chance) -> String {
    let sampled =
        if error > 0.0 { format!(" ± {} (Monte-Carlo error)", small(error)) } else { String::new() };
    let corrected =
        adjusted.map(|adjusted| format!(", {} corrected for what was tested beside it", small(adjusted)));
    format!("p = {}{sampled}{}", small(p), corrected.unwrap_or_default())
}

fn days_of(window: Window) -> String {
    format!("from {} to {}", day(window.from), day(window.to))
}

fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// To the half hour: more would say more than is known.
#[expect(clippy::cast_possible_truncation, reason = "hours of a day are small")]
fn clock_time(hour: f64) -> String {
    let halves = (hour * 2.0).round() as i64 % 48;
    format!("{}:{}", halves / 2, if halves % 2 == 0 { "00" } else { "30" })
}

fn points(value: f64) -> String {
    format!("{} points", number(value))
}

/// With two digits and a real minus.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    if text == "-0.00" { "0.00".to_owned() } else { text.replace('-', "−") }
}

/// A probability with as many digits as say something.
fn small(p: f64) -> String {
    if p < 0.0001 { "0.0001 at most".to_owned() } else { format!("{p:.4}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insights::{banned_words::banned, examples, model::Kind};

    #[test]
    fn no_branch_says_a_banned_word_and_every_branch_says_that_it_is_no_cause() {
        for finding in examples::all() {
            let sentence = of(&finding);
            assert_eq!(banned(&sentence), None, "{sentence}");
            assert!(sentence.to_lowercase().contains("a pattern, not a cause"), "{sentence}");
            // The title of the work it is from is what it is.
            let (method, _) = finding.pattern.method();
            assert_eq!(banned(&method), None, "{method}");
        }
    }

    #[test]
    fn every_branch_says_on_how_much_it_rests_and_how_surely() {
        for finding in examples::all() {
            let sentence = of(&finding);
            assert!(sentence.contains("from 1 January 2026 to 25 March 2026"), "{sentence}");
            assert!(sentence.contains(&finding.n.to_string()) || sentence.contains("24"), "{sentence}");
            let surely = ["95 % interval", "p = 0.0040 ± 0.0006 (Monte-Carlo error)", "modified z score"];
            assert!(surely.iter().any(|words| sentence.contains(words)), "{sentence}");
            assert!(sentence.contains("on a scale from 1 to 5"), "{sentence}");
        }
    }

    #[test]
    fn both_directions_read_as_they_are() {
        let read = |kind, direction| of(&examples::of(kind, direction));
        assert_eq!(
            read(Kind::Association, Direction::Higher),
            "On days with “tea” your score was 0.80 points higher than on other days (3.80 against 3.00 on average, on a \
             scale from 1 to 5). 24 with and 60 without, 84 days, from 1 January 2026 to 25 March 2026; 95 % interval 0.30 to \
             1.30 points; p = 0.0040 ± 0.0006 (Monte-Carlo error), 0.0080 corrected for what was tested beside it. A \
             pattern, not a cause. If you like, plan “tea” for a day of the coming week, and see."
        );
        assert_eq!(
            read(Kind::Change, Direction::Lower),
            "Since 10 February 2026 your score has been 0.80 points lower than before (2.20 against 3.00 on average, on a \
             scale from 1 to 5). 24 days since and 60 days before, from 1 January 2026 to 25 March 2026; 95 % interval −1.30 \
             to −0.30 points. A pattern, not a cause. If it weighs on you, talking to somebody can help; \
             “supportResources” lists who is there."
        );
    }

    #[test]
    fn times_are_said_to_the_half_hour() {
        assert_eq!([14.5, 14.2, 23.9, 0.0].map(clock_time), ["14:30", "14:00", "0:00", "0:00"]);
    }
}
