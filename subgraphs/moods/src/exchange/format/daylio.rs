//! The CSV that the app Daylio exports.
//!
//! Its columns are `full_date,date,weekday,time,mood,activities,note_title,note`; older exports have no title, or `year` in
//! place of `full_date`, and newer ones more columns, which are passed over. Its moods are five until people rename them
//! or add others: such names are looked up among the owner's own moods. There is no zone in it.

use chrono::{NaiveDate, NaiveTime};

use super::{
    Broken, Record, markup,
    table::{Row, Table},
};
use crate::exchange::model::{Draft, Fault, Faults, When};

/// What the five moods are called at first, best to worst.
const MOODS: [(&str, i32); 5] = [("rad", 5), ("good", 4), ("meh", 3), ("bad", 2), ("awful", 1)];

pub(super) fn read(content: &str, each: &mut impl FnMut(Record)) -> Result<(), Vec<Broken>> {
    let mut table = Table::open(content).map_err(|broken| vec![broken])?;
    let has = |name: &str| table.columns().iter().any(|column| column == name);
    let is_dated = has("full_date") || (has("year") && has("date"));
    let lacking = [(is_dated, "full_date"), (has("mood"), "mood")];
    let lacking: Vec<Broken> = lacking
        .into_iter()
        .filter(|(is_there, _)| !is_there)
        .map(|(_, name)| Broken { line: 1, fault: Fault::lacks_column(name) })
        .collect();
    if !lacking.is_empty() {
        return Err(lacking);
    }
    while let Some(row) = table.next_row().map_err(|broken| vec![broken])? {
        if !row.is_empty() {
            each(record(&row));
        }
    }
    Ok(())
}

fn record(row: &Row<'_>) -> Record {
    let mut faults = Faults::default();
    if row.is_too_long() {
        faults.add(Fault::file("this row has more cells than the header has columns"));
    }
    let mood = row.cell("mood").map(str::trim);
    let usual = |name: &str| MOODS.iter().find(|(usual, _)| name.eq_ignore_ascii_case(usual));
    let activities = row.cell("activities").unwrap_or_default().split('|').map(str::trim);
    let draft = Draft {
        when: when(row, &mut faults),
        mood: mood.map(str::to_owned),
        usual_score: mood.and_then(usual).map(|(_, score)| *score),
        tags: activities.filter(|activity| !activity.is_empty()).map(str::to_owned).collect(),
        note: note(row),
        ..Draft::default()
    };
    Record { line: row.line, draft, faults }
}

/// The day and the time; noon, when there is no time.
fn when(row: &Row<'_>, faults: &mut Faults) -> Option<When> {
    let date = match row.cell("full_date").map(str::trim) {
        Some(text) => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(),
        None => {
            row.cell("year").zip(row.cell("date")).and_then(|(year, day)| day_of(year.trim(), day.trim()))
        }
    };
    if date.is_none() {
        faults.malformed("occurredAt", "this is not a date such as 2026-03-01");
    }
    let Some(text) = row.cell("time") else {
        return date.map(When::Day);
    };
    let time = time(text);
    if time.is_none() {
        faults.malformed("occurredAt", "this is not a time such as 22:13 or 10:13 pm");
    }
    Some(When::Local(date?.and_time(time?)))
}

/// A day as in exports of 2018: `18 May`, or `May 18`.
fn day_of(year: &str, day: &str) -> Option<NaiveDate> {
    let text = format!("{day} {year}");
    ["%d %B %Y", "%B %d %Y"].iter().find_map(|format| NaiveDate::parse_from_str(&text, format).ok())
}

/// A time of 24 or of twice 12 hours; the space before `pm` may be any, or none.
fn time(text: &str) -> Option<NaiveTime> {
    let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let text = text.to_lowercase().replace("a.m.", "am").replace("p.m.", "pm");
    let half =
        [("am", 0), ("pm", 12)].into_iter().find_map(|(name, from)| Some((text.strip_suffix(name)?, from)));
    let (clock, from) = half.map_or((text.as_str(), None), |(clock, from)| (clock, Some(from)));
    let mut parts = clock.split([':', '.']);
    let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok());
    let (hour, minute) = (number()?, number()?);
    let second = number().unwrap_or_default();
    let hour = match from {
        None => hour,
        Some(from) => (1..=12).contains(&hour).then_some(hour % 12 + from)?,
    };
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// The title and the text, one below the other.
fn note(row: &Row<'_>) -> Option<String> {
    let parts = ["note_title", "note"].into_iter().filter_map(|column| row.cell(column)).map(markup::to_text);
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(content: &str) -> Vec<Record> {
        let mut records = Vec::new();
        read(content, &mut |record| records.push(record)).map_err(|broken| format!("{broken:?}")).unwrap();
        records
    }

    fn local(text: &str) -> Option<When> {
        When::parse(text)
    }

    #[test]
    fn a_row_is_a_mood_its_activities_and_a_note() {
        let content = "full_date,date,weekday,time,mood,activities,scales,note_title,note\n\
            2026-02-20,February 20,Friday,22:13,rad,movies / tv | good sleep ,,Evening,\"a <b>b</b><br>c, d\"\n\
            2026-02-19,February 19,Thursday,10:05\u{202f}PM,Lovely,,,,\n";
        let records = records(content);
        assert!(records.iter().all(|record| record.faults.is_empty()));
        let expected = Draft {
            when: local("2026-02-20 22:13"),
            mood: Some("rad".to_owned()),
            usual_score: Some(5),
            tags: vec!["movies / tv".to_owned(), "good sleep".to_owned()],
            note: Some("Evening\n\na b\nc, d".to_owned()),
            ..Draft::default()
        };
        assert_eq!((records[0].line, &records[0].draft), (2, &expected));
        let expected =
            Draft { when: local("2026-02-19 22:05"), mood: Some("Lovely".to_owned()), ..Draft::default() };
        assert_eq!((records[1].line, &records[1].draft), (3, &expected));
    }

    #[test]
    fn exports_of_the_first_years_are_read_too() {
        let content = "year,date,weekday,time,mood,activities,note\n2018,18 May,Friday,11:54 pm,meh,\"clean | cook\",x\n";
        assert_eq!(records(content)[0].draft.when, local("2018-05-18 23:54"));
    }

    #[test]
    fn a_time_is_of_one_clock_or_the_other() {
        for (text, expected) in [
            ("00:05", Some((0, 5))),
            ("9:30", Some((9, 30))),
            ("12:00 am", Some((0, 0))),
            ("12:30 p.m.", Some((12, 30))),
            ("1:07PM", Some((13, 7))),
            ("21.15", Some((21, 15))),
            ("24:00", None),
            ("13:00 pm", None),
            ("0:30 am", None),
            ("noon", None),
        ] {
            let expected = expected.and_then(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0));
            assert_eq!(time(text), expected, "{text}");
        }
    }

    #[test]
    fn a_day_or_a_time_that_is_none_is_said_of_its_row_and_a_missing_column_of_the_header() {
        let content = "full_date,time,mood\n2026-02-30,22:13,good\n2026-02-20,late,good\n2026-02-20,,good\n";
        let is_faultless = records(content).iter().map(|record| record.faults.is_empty()).collect::<Vec<_>>();
        assert_eq!(is_faultless, [false, false, true]);
        assert_eq!(read("date,mood\n", &mut |_| ()).unwrap_err().len(), 1);
    }
}
