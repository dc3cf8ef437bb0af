//! Our own CSV: one entry a row, under the header that [`COLUMNS`] gives.

use std::fmt::Write as _;

use chrono::SecondsFormat;
use named::Named as _;

use super::{
    Broken, Record, cells,
    table::{Row, Table},
};
use crate::{
    entries::model::{Coordinate, MoodKind, MoodVisibility, Words, vocabulary::Word},
    exchange::model::{Draft, Fault, Faults, PortableEntry, When},
    tags::model::TagName,
};

/// The columns, in the order in which they are written; `occurredAt` has to be there, and so has `score` or
/// `customMood`. The local date is for readers: importing takes it anew.
pub(super) const COLUMNS: [&str; 14] = [
    "occurredAt",
    "timezone",
    "dayStartHour",
    "localDate",
    "kind",
    "score",
    "valence",
    "energy",
    "labels",
    "associations",
    "customMood",
    "tags",
    "note",
    "visibility",
];

pub(super) fn head(out: &mut String) {
    out.push_str(&COLUMNS.join(","));
    out.push_str("\r\n");
}

pub(super) fn entry(out: &mut String, entry: &PortableEntry) {
    let moment = &entry.moment;
    let local = moment.occurred_at.with_timezone(&moment.zone);
    text(out, &local.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    text(out, moment.zone.name());
    let _ = write!(out, "{},", moment.day_start.hour());
    text(out, &moment.local_date.to_string());
    text(out, entry.kind.name());
    let _ = write!(out, "{},", entry.score.number());
    number(out, entry.valence);
    number(out, entry.energy);
    text(out, &words(&entry.labels));
    text(out, &words(&entry.associations));
    text(out, entry.custom_mood.as_ref().map_or("", |mood| mood.name.text()));
    text(out, &cells::join(entry.tags.as_slice().iter().map(TagName::text)));
    text(out, entry.note.as_ref().map_or("", |note| note.text()));
    cells::write_text(out, entry.visibility.name());
    out.push_str("\r\n");
}

/// A cell that isn't the last; nothing at all when there is nothing in it.
fn text(out: &mut String, text: &str) {
    if !text.is_empty() {
        cells::write_text(out, text);
    }
    out.push(',');
}

fn number(out: &mut String, number: Option<Coordinate>) {
    if let Some(number) = number {
        let _ = write!(out, "{}", number.number());
    }
    out.push(',');
}

fn words<W: Word>(words: &Words<W>) -> String {
    cells::join(words.codes())
}

pub(super) fn read(content: &str, each: &mut impl FnMut(Record)) -> Result<(), Vec<Broken>> {
    let mut table = Table::open(content).map_err(|broken| vec![broken])?;
    let wrong = check(table.columns());
    if !wrong.is_empty() {
        return Err(wrong.into_iter().map(|fault| Broken { line: 1, fault }).collect());
    }
    while let Some(row) = table.next_row().map_err(|broken| vec![broken])? {
        if !row.is_empty() {
            each(record(&row));
        }
    }
    Ok(())
}

/// What is wrong with the header. A column that nobody knows is more likely misspelt than meant to be ignored.
fn check(columns: &[String]) -> Vec<Fault> {
    let known = |name: &str| COLUMNS.iter().any(|column| column.eq_ignore_ascii_case(name));
    let mut wrong = Vec::new();
    for (index, name) in columns.iter().enumerate() {
        if columns[..index].contains(name) {
            wrong.push(Fault::odd_column(name, "this column is there twice"));
        } else if !known(name) {
            wrong.push(Fault::odd_column(name, "there is no such column"));
        }
    }
    if !columns.iter().any(|name| name == "occurredat") {
        wrong.push(Fault::lacks_column("occurredAt"));
    }
    if !columns.iter().any(|name| name == "score" || name == "custommood") {
        wrong.push(Fault::lacks_column("score"));
    }
    wrong
}

fn record(row: &Row<'_>) -> Record {
    let mut cells = Cells { row, faults: Faults::default() };
    if row.is_too_long() {
        cells.faults.add(Fault::file("this row has more cells than the header has columns"));
    }
    let draft = Draft {
        when: cells.parsed("occurredAt", "a time such as 2026-03-01T12:00:00+01:00", When::parse),
        timezone: cells.text("timezone").map(|text| text.trim().to_owned()),
        day_start_hour: cells.parsed("dayStartHour", "a whole number", |text| text.parse().ok()),
        kind: cells.parsed("kind", "MOMENT or DAILY", |text| MoodKind::of_name(&text.to_uppercase()).ok()),
        score: cells.parsed("score", "a whole number", |text| text.parse().ok()),
        mood: cells.text("customMood").map(str::to_owned),
        usual_score: None,
        valence: cells.parsed("valence", "a number", |text| text.parse().ok()),
        energy: cells.parsed("energy", "a number", |text| text.parse().ok()),
        labels: cells.list("labels"),
        associations: cells.list("associations"),
        tags: cells.list("tags"),
        note: cells.text("note").map(str::to_owned),
        visibility: cells.parsed("visibility", "PRIVATE, FOLLOWERS or PUBLIC", |text| {
            MoodVisibility::of_name(&text.to_uppercase()).ok()
        }),
    };
    Record { line: row.line, draft, faults: cells.faults }
}

/// The cells of one row, and what is wrong with them.
struct Cells<'r> {
    row: &'r Row<'r>,
    faults: Faults,
}

impl<'r> Cells<'r> {
    fn text(&self, column: &str) -> Option<&'r str> {
        self.row.cell(&column.to_ascii_lowercase()).map(cells::text)
    }

    fn list(&self, column: &str) -> Vec<String> {
        self.text(column).map(cells::split).unwrap_or_default()
    }

    fn parsed<T>(&mut self, column: &str, what: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let parsed = parse(self.text(column)?.trim());
        if parsed.is_none() {
            self.faults.malformed(column, format!("this is not {what}"));
        }
        parsed
    }
}
