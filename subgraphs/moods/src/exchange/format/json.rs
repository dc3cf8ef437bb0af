//! Our own JSON: an array of entries, or one entry a line. Its fields are the columns of our CSV, and lists are lists.

use chrono::SecondsFormat;
use named::Named as _;
use serde_json::{Map, Value, json};

use super::{
    Broken, Record,
    csv::COLUMNS,
    elements::{self, Decimal, Fields},
};
use crate::{
    entries::model::{MoodKind, MoodVisibility},
    exchange::model::{Draft, Faults, PortableEntry, When},
    tags::model::TagName,
};

pub(super) fn head(out: &mut String) {
    out.push('[');
}

pub(super) fn entry(out: &mut String, entry: &PortableEntry, is_first: bool) {
    let moment = &entry.moment;
    let local = moment.occurred_at.with_timezone(&moment.zone);
    let values: [Value; COLUMNS.len()] = [
        json!(local.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        json!(moment.zone.name()),
        json!(moment.day_start.hour()),
        json!(moment.local_date),
        json!(entry.kind.name()),
        json!(entry.score),
        json!(entry.valence),
        json!(entry.energy),
        json!(entry.labels),
        json!(entry.associations),
        json!(entry.custom_mood.as_ref().map(|mood| mood.name.text())),
        entry.tags.as_slice().iter().map(TagName::text).collect(),
        json!(entry.note),
        json!(entry.visibility.name()),
    ];
    let fields = COLUMNS.iter().map(|name| (*name).to_owned()).zip(values);
    let lacking = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    let object: Map<String, Value> = fields.filter(|(_, value)| !lacking(value)).collect();
    out.push_str(if is_first { "\n" } else { ",\n" });
    out.push_str(&Value::Object(object).to_string());
}

pub(super) fn tail(out: &mut String) {
    out.push_str("\n]\n");
}

pub(super) fn read(content: &str, each: &mut impl FnMut(Record)) -> Result<(), Vec<Broken>> {
    for (line, element) in elements::elements(content)? {
        each(record(line, element));
    }
    Ok(())
}

fn record(line: usize, element: &str) -> Record {
    let mut fields = match Fields::of(element) {
        Ok(fields) => fields,
        Err(fault) => return Record { line, faults: fault.into(), ..Record::default() },
    };
    let mut faults = Faults::default();
    let list = |fields: &mut Fields<'_>, faults: &mut Faults, name| {
        fields.take::<Vec<String>>(name, faults).unwrap_or_default()
    };
    let decimal =
        |fields: &mut Fields<'_>, faults: &mut Faults, name| fields.take(name, faults).map(|Decimal(n)| n);
    let draft = Draft {
        when: text(
            &mut fields,
            &mut faults,
            "occurredAt",
            "a time such as 2026-03-01T12:00:00+01:00",
            When::parse,
        ),
        timezone: fields.take("timezone", &mut faults),
        day_start_hour: fields.take("dayStartHour", &mut faults),
        kind: text(&mut fields, &mut faults, "kind", "MOMENT or DAILY", |text| MoodKind::of_name(text).ok()),
        score: fields.take("score", &mut faults),
        mood: fields.take("customMood", &mut faults),
        usual_score: None,
        valence: decimal(&mut fields, &mut faults, "valence"),
        energy: decimal(&mut fields, &mut faults, "energy"),
        labels: list(&mut fields, &mut faults, "labels"),
        associations: list(&mut fields, &mut faults, "associations"),
        tags: list(&mut fields, &mut faults, "tags"),
        note: fields.take("note", &mut faults),
        visibility: text(&mut fields, &mut faults, "visibility", "PRIVATE, FOLLOWERS or PUBLIC", |text| {
            MoodVisibility::of_name(text).ok()
        }),
    };
    let _: Option<String> = fields.take("localDate", &mut faults);
    fields.finish(&mut faults);
    Record { line, draft, faults }
}

/// A field that is a text with a meaning.
fn text<T>(
    fields: &mut Fields<'_>,
    faults: &mut Faults,
    name: &str,
    what: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let text: String = fields.take(name, faults)?;
    let parsed = parse(&text);
    if parsed.is_none() {
        faults.malformed(name, format!("this is not {what}"));
    }
    parsed
}
