//! Entries as Observations.

use chrono::SecondsFormat;
use ids::{MoodId, UserId};
use named::Named as _;
use serde_json::{Value, json};

use super::{
    ABSENT, ASSOCIATIONS, CATEGORIES, CODES, COMPONENTS, DAILY, EXTENSION, KINDS, LABELS, MOMENTARY, PROFILE,
    STATE_OF_MIND, VALENCES, class_of, valence_of,
};
use crate::{
    entries::model::{Coordinate, MoodKind, Words, vocabulary::Word},
    exchange::model::PortableEntry,
};

/// The Bundle's beginning, up to the patient whose Observations follow.
pub(in crate::exchange::format) fn head(out: &mut String, owner: UserId) {
    let patient = json!({
        "fullUrl": urn(owner.as_uuid()),
        "resource": { "resourceType": "Patient" },
    });
    out.push_str("{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[\n");
    out.push_str(&patient.to_string());
}

pub(in crate::exchange::format) fn entry(out: &mut String, owner: UserId, id: MoodId, entry: &PortableEntry) {
    out.push_str(",\n");
    let entry = json!({ "fullUrl": urn(id.as_uuid()), "resource": observation(owner, entry) });
    out.push_str(&entry.to_string());
}

pub(in crate::exchange::format) fn tail(out: &mut String) {
    out.push_str("\n]}\n");
}

fn urn(id: impl std::fmt::Display) -> String {
    format!("urn:uuid:{id}")
}

fn observation(owner: UserId, entry: &PortableEntry) -> Value {
    let local = entry.moment.occurred_at.with_timezone(&entry.moment.zone);
    let mut observation = json!({
        "resourceType": "Observation",
        "meta": { "profile": [PROFILE] },
        "extension": [{ "url": EXTENSION, "extension": extension(entry) }],
        "status": "final",
        "category": [{ "coding": [{ "system": CATEGORIES, "code": "survey", "display": "Survey" }] }],
        "code": concept(CODES, STATE_OF_MIND, "State of Mind"),
        "subject": { "reference": urn(owner.as_uuid()) },
        "effectiveDateTime": local.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "component": components(entry),
    });
    if let Some(note) = &entry.note {
        observation["note"] = json!([{ "text": note }]);
    }
    observation
}

fn concept(system: &str, code: &str, display: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code, "display": display }] })
}

fn components(entry: &PortableEntry) -> Value {
    let (kind, kind_name) = match entry.kind {
        MoodKind::Moment => MOMENTARY,
        MoodKind::Daily => DAILY,
    };
    let valence = entry.valence.map_or_else(|| valence_of(entry.score.number()), Coordinate::number);
    let (class, class_name) = class_of(valence);
    json!([
        {
            "code": concept(COMPONENTS, "kind", "Kind"),
            "valueCodeableConcept": concept(KINDS, kind, kind_name),
        },
        { "code": concept(COMPONENTS, "valence", "Valence"), "valueQuantity": { "value": valence } },
        {
            "code": concept(COMPONENTS, "valenceClassification", "Valence Classification"),
            "valueCodeableConcept": concept(VALENCES, class, class_name),
        },
        words(concept(COMPONENTS, "labels", "Labels"), LABELS, &entry.labels),
        words(concept(COMPONENTS, "associations", "Associations"), ASSOCIATIONS, &entry.associations),
    ])
}

/// A component of words; when there are none, the profile still wants the component, without a value.
fn words<W: Word>(code: Value, system: &str, words: &Words<W>) -> Value {
    if words.as_slice().is_empty() {
        return json!({ "code": code, "dataAbsentReason": concept(ABSENT, "unknown", "Unknown") });
    }
    let word = |word: &W| json!({ "system": system, "code": word.code(), "display": word.name() });
    let coding: Vec<Value> = words.as_slice().iter().map(word).collect();
    json!({ "code": code, "valueCodeableConcept": { "coding": coding } })
}

/// What the profile has no place for.
fn extension(entry: &PortableEntry) -> Vec<Value> {
    let moment = &entry.moment;
    let mut parts = vec![
        json!({ "url": "score", "valueInteger": entry.score }),
        json!({ "url": "timezone", "valueCode": moment.zone.name() }),
        json!({ "url": "dayStartHour", "valueInteger": moment.day_start.hour() }),
        json!({ "url": "localDate", "valueDate": moment.local_date }),
        json!({ "url": "visibility", "valueCode": entry.visibility.name() }),
    ];
    if entry.valence.is_none() {
        parts.push(json!({ "url": "valenceIsOfScore", "valueBoolean": true }));
    }
    if let Some(energy) = entry.energy {
        parts.push(json!({ "url": "energy", "valueDecimal": energy }));
    }
    if let Some(mood) = &entry.custom_mood {
        parts.push(json!({ "url": "customMood", "valueString": mood.name.text() }));
    }
    for tag in entry.tags.as_slice() {
        parts.push(json!({ "url": "tag", "valueString": tag.text() }));
    }
    parts
}
