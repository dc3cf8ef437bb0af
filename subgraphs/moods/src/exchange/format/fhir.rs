//! HL7 FHIR R4: Observations of the «PGHD State of Mind Profile» of HL7's Personal Health Records implementation guide
//! (1.0.0-ballot2), in a Bundle of type `collection`; read also one a line (NDJSON).
//!
//! The profile wants five components: kind, valence, its classification, labels and associations. What it has no place for
//! stands in an extension of our own, so that our own files come back whole.

mod reading;
mod writing;

pub(super) use self::{
    reading::read,
    writing::{entry, head, tail},
};

const PROFILE: &str = "http://hl7.org/fhir/uv/phr/StructureDefinition/pghd-observation-state-of-mind";
const CATEGORIES: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const CODES: &str = "http://hl7.org/fhir/uv/phr/CodeSystem/observation-pghd-codes";
const STATE_OF_MIND: &str = "stateOfMind";
const COMPONENTS: &str = "http://hl7.org/fhir/uv/phr/CodeSystem/state-of-mind-codes";
const KINDS: &str = "http://hl7.org/fhir/uv/phr/CodeSystem/state-of-mind-kind-codes";
const VALENCES: &str = "http://hl7.org/fhir/uv/phr/CodeSystem/state-of-mind-valence-codes";
const LABELS: &str = "http://hl7.org/fhir/uv/phr/CodeSystem/state-of-mind-label-codes";
const ASSOCIATIONS: &str = "http://hl7.org/fhir/uv/phr/CodeSystem/state-of-mind-association-codes";
const ABSENT: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
/// What the profile has no place for.
const EXTENSION: &str = "https://specs.hugmood.example/fhir/StructureDefinition/mood-entry";

const MOMENTARY: (&str, &str) = ("momentaryEmotion", "MOMENTARY EMOTIONS");
const DAILY: (&str, &str) = ("dailyMood", "DAILY MOOD");

/// Codes and names of the seven classes of valence, from the least pleasant on, as the guide has them.
const CLASSES: [(&str, &str); 7] = [
    ("veryUnpleasant", "Very Unpleasant"),
    ("unpleasant", "Unpleasant"),
    ("slightlyUnpleasant", "Unpleasant"),
    ("neutral", "Slightly Neutral"),
    ("slightlyPleasant", "Slightly Pleasant"),
    ("pleasant", "Pleasant"),
    ("veryPleasant", "Very Pleasant"),
];

/// The valence of an entry that says nothing of it: its score's place between −1 and 1.
fn valence_of(score: u8) -> f64 {
    (f64::from(score) - 3.0) / 2.0
}

/// The score of an Observation that isn't ours: the nearest to its valence, the better one of two.
fn score_of(valence: f64) -> Option<i32> {
    const BOUNDS: [f64; 4] = [-0.75, -0.25, 0.25, 0.75];
    let is_valence = (-1.0..=1.0).contains(&valence);
    is_valence.then(|| BOUNDS.iter().fold(1, |score, bound| score + i32::from(valence >= *bound)))
}

/// The class of a valence: the guide gives no bounds, so the scale is cut into seven equal parts.
fn class_of(valence: f64) -> (&'static str, &'static str) {
    const BOUNDS: [f64; 6] = [-5.0 / 7.0, -3.0 / 7.0, -1.0 / 7.0, 1.0 / 7.0, 3.0 / 7.0, 5.0 / 7.0];
    CLASSES[BOUNDS.iter().filter(|bound| valence >= **bound).count()]
}

/// The valence in the middle of a class.
fn valence_of_class(code: &str) -> Option<f64> {
    const MIDDLES: [f64; 7] = [-6.0 / 7.0, -4.0 / 7.0, -2.0 / 7.0, 0.0, 2.0 / 7.0, 4.0 / 7.0, 6.0 / 7.0];
    CLASSES.iter().zip(MIDDLES).find(|((class, _), _)| *class == code).map(|(_, middle)| middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_valences_and_classes_agree() {
        for score in 1..=5 {
            assert_eq!(score_of(valence_of(score)), Some(i32::from(score)));
        }
        for (code, _) in CLASSES {
            assert_eq!(valence_of_class(code).map(|valence| class_of(valence).0), Some(code));
        }
        assert_eq!(
            [-1.0, 0.0, 1.0].map(|valence| class_of(valence).0),
            ["veryUnpleasant", "neutral", "veryPleasant"]
        );
        assert_eq!((score_of(1.01), score_of(f64::NAN), valence_of_class("great")), (None, None, None));
    }
}
