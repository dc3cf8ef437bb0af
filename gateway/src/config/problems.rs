//! All that is wrong with a configuration, said at once.

use std::fmt;

use serde_path_to_error::{Path, Segment};

use super::{
    Config,
    written::{Place, Step, Written},
};

/// More would not be read.
const MOST: usize = 50;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    place: Option<Place>,
    /// Keys and indexes from the root, such as `http.path`.
    key: String,
    pub(super) message: String,
}

impl Problem {
    pub(super) fn at(place: Place, message: &str) -> Self {
        Self { place: Some(place), key: String::new(), message: message.to_owned() }
    }

    /// Something wrong with the value under `key`, wherever that was said.
    pub(crate) fn of(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: None, key: key.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(formatter, "{place}: ")?;
        }
        if !self.key.is_empty() {
            write!(formatter, "{}: ", self.key)?;
        }
        formatter.write_str(&self.message)
    }
}

/// Reads the values. Each one that is refused is taken out and the rest is read again, so that every problem is found.
pub(super) fn read(mut written: Written) -> Result<Config, Vec<Problem>> {
    let mut problems = Vec::new();
    let config = loop {
        let error = match serde_path_to_error::deserialize::<_, Config>(written.to_json()) {
            Ok(config) => break config,
            Err(error) => error,
        };
        let steps = written.as_written(&steps(error.path()));
        let key = key_of(&steps);
        // What a value lacks since a part of it was taken out is no problem of its own.
        if !problems.iter().any(|known: &Problem| known.key.starts_with(&key)) {
            let message = error.inner().to_string();
            problems.push(Problem { place: Some(written.place_of(&steps)), key, message });
        }
        if problems.len() == MOST || !take_out_around(&mut written, &steps) {
            return Err(sorted(problems));
        }
    };
    problems.extend(config.problems().into_iter().map(|mut problem| {
        let steps = written.as_written(&steps_of(&problem.key));
        problem.place = Some(written.place_of(&steps));
        problem.key = key_of(&steps);
        problem
    }));
    if problems.is_empty() { Ok(config) } else { Err(sorted(problems)) }
}

/// A required key that is missing can't be taken out; what lacks it can.
fn take_out_around(written: &mut Written, steps: &[Step]) -> bool {
    (1..=steps.len()).rev().any(|length| written.take_out(&steps[..length]))
}

fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|one, other| one.place.cmp(&other.place));
    problems
}

fn steps(path: &Path) -> Vec<Step> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Map { key } => Some(Step::Key(key.clone())),
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

fn key_of(steps: &[Step]) -> String {
    steps.iter().fold(String::new(), |key, step| match step {
        Step::Key(name) if key.is_empty() => name.clone(),
        Step::Key(name) => key + "." + name,
        Step::Index(index) => format!("{key}[{index}]"),
    })
}

/// Back from `a.b[1]` to steps.
fn steps_of(key: &str) -> Vec<Step> {
    key.split(['.', '[', ']'])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_or_else(|_| Step::Key(part.to_owned()), Step::Index))
        .collect()
}
