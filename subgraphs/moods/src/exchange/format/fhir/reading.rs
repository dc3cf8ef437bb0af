//! Observations as drafts.

use named::Named as _;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    ASSOCIATIONS, COMPONENTS, DAILY, EXTENSION, LABELS, MOMENTARY, STATE_OF_MIND, score_of, valence_of_class,
};
use crate::{
    entries::model::{MoodKind, MoodVisibility},
    exchange::{
        format::{
            Broken, Record,
            elements::{self, Decimal},
        },
        model::{Draft, Fault, Faults, When},
    },
};

#[derive(Deserialize)]
struct Bundle<'c> {
    #[serde(rename = "resourceType")]
    resource_type: String,
    #[serde(borrow, default)]
    entry: Vec<Entry<'c>>,
}

#[derive(Deserialize)]
struct Entry<'c> {
    #[serde(borrow)]
    resource: Option<&'c RawValue>,
}

/// As much of any resource as tells whether it is for us.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    resource_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Observation {
    status: Option<String>,
    #[serde(default)]
    code: Concept,
    effective_date_time: Option<String>,
    effective_period: Option<Period>,
    #[serde(default)]
    component: Vec<Component>,
    #[serde(default)]
    note: Vec<Annotation>,
    #[serde(default)]
    extension: Vec<Extension>,
}

#[derive(Deserialize, Default)]
struct Concept {
    #[serde(default)]
    coding: Vec<Coding>,
}

#[derive(Deserialize)]
struct Coding {
    system: Option<String>,
    code: Option<String>,
}

#[derive(Deserialize)]
struct Period {
    start: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Component {
    #[serde(default)]
    code: Concept,
    value_codeable_concept: Option<Concept>,
    value_quantity: Option<Quantity>,
}

#[derive(Deserialize)]
struct Quantity {
    value: Option<Decimal>,
}

#[derive(Deserialize)]
struct Annotation {
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extension {
    url: String,
    #[serde(default)]
    extension: Vec<Extension>,
    value_integer: Option<i64>,
    value_decimal: Option<Decimal>,
    value_string: Option<String>,
    value_code: Option<String>,
    value_boolean: Option<bool>,
}

pub(in crate::exchange::format) fn read(
    content: &str,
    each: &mut impl FnMut(Record),
) -> Result<(), Vec<Broken>> {
    for (line, resource) in resources(content)? {
        if let Some(record) = record(line, resource) {
            each(record);
        }
    }
    Ok(())
}

/// The resources of a Bundle, or of lines.
fn resources(content: &str) -> Result<Vec<(usize, &str)>, Vec<Broken>> {
    let bundle = serde_json::from_str::<Bundle<'_>>(content);
    match bundle {
        Ok(bundle) if bundle.resource_type == "Bundle" => {
            let resources = bundle.entry.into_iter().filter_map(|entry| entry.resource.map(RawValue::get));
            Ok(elements::with_lines(content, resources))
        }
        Ok(_) => Ok(elements::with_lines(content, [content.trim()])),
        Err(error) => {
            let first = content.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let is_one_a_line = serde_json::from_str::<Resource>(first).is_ok();
            if is_one_a_line { elements::elements(content) } else { Err(vec![elements::broken(&error)]) }
        }
    }
}

/// The draft of an Observation of a state of mind; other resources are none of ours, and neither is what was entered in error.
fn record(line: usize, resource: &str) -> Option<Record> {
    let unreadable = |error: &serde_json::Error| {
        let faults = Faults::from(Fault::file(elements::reason(error)));
        Some(Record { line, faults, ..Record::default() })
    };
    match serde_json::from_str::<Resource>(resource) {
        Ok(kind) if kind.resource_type != "Observation" => return None,
        Ok(_) => {}
        Err(error) => return unreadable(&error),
    }
    let observation: Observation = match serde_json::from_str(resource) {
        Ok(observation) => observation,
        Err(error) => return unreadable(&error),
    };
    let is_withdrawn = matches!(observation.status.as_deref(), Some("entered-in-error" | "cancelled"));
    if is_withdrawn || !observation.code.has_code(STATE_OF_MIND) {
        return None;
    }
    let mut faults = Faults::default();
    let draft = observation.draft(&mut faults);
    Some(Record { line, draft, faults })
}

impl Observation {
    fn draft(self, faults: &mut Faults) -> Draft {
        let mut draft = Draft {
            when: self.when(faults),
            kind: self.kind(faults),
            labels: self.words("labels", LABELS),
            associations: self.words("associations", ASSOCIATIONS),
            valence: self.valence(),
            note: self.note(),
            ..Draft::default()
        };
        let ours = self.extension.into_iter().find(|extension| extension.url == EXTENSION);
        let class = self.component.iter().find(|component| component.is("valenceClassification"));
        let class = class.and_then(|component| component.value_codeable_concept.as_ref());
        let of_class = class.and_then(|concept| concept.codes().find_map(valence_of_class));
        if let Some(ours) = ours {
            ours.add_to(&mut draft, faults);
        }
        if draft.score.is_none() {
            draft.score = draft.valence.or(of_class).and_then(score_of);
        }
        draft
    }

    fn when(&self, faults: &mut Faults) -> Option<When> {
        let start = self.effective_period.as_ref().and_then(|period| period.start.as_ref());
        let text = self.effective_date_time.as_ref().or(start)?;
        let when = When::parse(text);
        if when.is_none() {
            faults.malformed("occurredAt", "this is not a time such as 2026-03-01T12:00:00+01:00");
        }
        when
    }

    fn kind(&self, faults: &mut Faults) -> Option<MoodKind> {
        let concept = self.component("kind")?.value_codeable_concept.as_ref()?;
        let kinds = [(MOMENTARY.0, MoodKind::Moment), (DAILY.0, MoodKind::Daily)];
        let known = |code: &str| kinds.iter().find(|(known, _)| *known == code).map(|(_, kind)| *kind);
        let kind = concept.codes().find_map(known);
        if kind.is_none() {
            faults.malformed("kind", "this is not momentaryEmotion or dailyMood");
        }
        kind
    }

    fn valence(&self) -> Option<f64> {
        let quantity = self.component("valence")?.value_quantity.as_ref()?;
        quantity.value.map(|Decimal(number)| number)
    }

    /// The codes of a component, other code systems' left out.
    fn words(&self, component: &str, system: &str) -> Vec<String> {
        let concept =
            self.component(component).and_then(|component| component.value_codeable_concept.as_ref());
        let codings = concept.into_iter().flat_map(|concept| &concept.coding);
        let ours = codings.filter(|coding| coding.system.as_deref() == Some(system));
        ours.filter_map(|coding| coding.code.clone()).collect()
    }

    fn note(&self) -> Option<String> {
        let texts: Vec<&str> = self.note.iter().filter_map(|note| note.text.as_deref()).collect();
        (!texts.is_empty()).then(|| texts.join("\n\n"))
    }

    fn component(&self, name: &str) -> Option<&Component> {
        self.component.iter().find(|component| component.is(name))
    }
}

impl Component {
    fn is(&self, name: &str) -> bool {
        let is = |coding: &Coding| {
            coding.system.as_deref() == Some(COMPONENTS) && coding.code.as_deref() == Some(name)
        };
        self.code.coding.iter().any(is)
    }
}

impl Concept {
    fn codes(&self) -> impl Iterator<Item = &str> {
        self.coding.iter().filter_map(|coding| coding.code.as_deref())
    }

    fn has_code(&self, wanted: &str) -> bool {
        self.codes().any(|code| code == wanted)
    }
}

/// A number that is too large for a score is none that a score can be.
fn out_of_range_at_worst(number: i64) -> i32 {
    i32::try_from(number).unwrap_or_default()
}

impl Extension {
    /// Takes what the profile has no place for.
    fn add_to(self, draft: &mut Draft, faults: &mut Faults) {
        for part in self.extension {
            match part.url.as_str() {
                "score" => draft.score = part.value_integer.map(out_of_range_at_worst),
                "timezone" => draft.timezone = part.value_code,
                "dayStartHour" => draft.day_start_hour = part.value_integer,
                "energy" => draft.energy = part.value_decimal.map(|Decimal(number)| number),
                "customMood" => draft.mood = part.value_string,
                "tag" => draft.tags.extend(part.value_string),
                "visibility" => {
                    draft.visibility =
                        part.value_code.as_deref().and_then(|code| MoodVisibility::of_name(code).ok());
                    if draft.visibility.is_none() {
                        faults.malformed("visibility", "this is not PRIVATE, FOLLOWERS or PUBLIC");
                    }
                }
                "valenceIsOfScore" if part.value_boolean == Some(true) => draft.valence = None,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn records(content: &str) -> Vec<Record> {
        let mut records = Vec::new();
        read(content, &mut |record| records.push(record)).map_err(|broken| format!("{broken:?}")).unwrap();
        records
    }

    /// What another program might write: no extension of ours.
    fn foreign() -> Value {
        let of = |system: &str, code: &str| json!({ "coding": [{ "system": system, "code": code }] });
        json!({
            "resourceType": "Observation",
            "status": "final",
            "code": of(super::super::CODES, "stateOfMind"),
            "effectiveDateTime": "2026-02-01",
            "component": [
                { "code": of(COMPONENTS, "kind"), "valueCodeableConcept": of("k", "dailyMood") },
                { "code": of(COMPONENTS, "valence"), "valueQuantity": { "value": 0.6 } },
                { "code": of(COMPONENTS, "labels"), "valueCodeableConcept": { "coding": [
                    { "system": LABELS, "code": "calm" }, { "system": "http://snomed.info/sct", "code": "1" },
                ] } },
                { "code": of(COMPONENTS, "associations"), "dataAbsentReason": of("r", "unknown") },
            ],
            "note": [{ "text": "one" }, { "text": "two" }],
        })
    }

    #[test]
    fn an_observation_of_another_program_is_read_by_its_profile() {
        let records = records(&foreign().to_string());
        let expected = Draft {
            when: When::parse("2026-02-01"),
            kind: Some(MoodKind::Daily),
            score: Some(4),
            valence: Some(0.6),
            labels: vec!["calm".to_owned()],
            note: Some("one\n\ntwo".to_owned()),
            ..Draft::default()
        };
        assert_eq!(records.len(), 1);
        assert!(records[0].faults.is_empty());
        assert_eq!(records[0].draft, expected);
    }

    #[test]
    fn a_class_stands_in_for_a_valence() {
        let mut observation = foreign();
        observation["component"][1] = json!({
            "code": { "coding": [{ "system": COMPONENTS, "code": "valenceClassification" }] },
            "valueCodeableConcept": { "coding": [{ "code": "veryUnpleasant" }] },
        });
        let records = records(&observation.to_string());
        assert_eq!((records[0].draft.score, records[0].draft.valence), (Some(1), None));
    }

    #[test]
    fn what_is_no_state_of_mind_is_passed_over_in_bundles_and_in_lines() {
        let mut withdrawn = foreign();
        withdrawn["status"] = json!("entered-in-error");
        let other = json!({ "resourceType": "Observation", "code": { "coding": [{ "code": "8867-4" }] } });
        let all = [json!({ "resourceType": "Patient" }), other, withdrawn, foreign()];
        let lines = all.each_ref().map(Value::to_string).join("\n");
        assert_eq!(records(&lines).iter().map(|record| record.line).collect::<Vec<_>>(), [4]);
        let entries = all.map(|resource| json!({ "resource": resource }));
        let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
        assert_eq!(records(&bundle.to_string()).len(), 1);
        let bare = serde_json::to_string_pretty(&foreign()).unwrap();
        assert_eq!(records(&bare).len(), 1);
    }

    #[test]
    fn nesting_and_nonsense_are_problems_and_no_more() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for wrong in ["", "nonsense", "{", "[1, 2]x", &deep] {
            assert!(read(wrong, &mut |_| ()).is_err() || !records(wrong)[0].faults.is_empty(), "{wrong:.20}");
        }
        let extension = format!("{}{}", "{\"url\":\"x\",\"extension\":[".repeat(1000), "]}".repeat(1000));
        let mut observation = foreign().to_string();
        observation.insert_str(1, &format!("\"extension\":[{extension}],"));
        assert!(!records(&observation)[0].faults.is_empty());
    }
}
