//! JSON that is read element by element, so that each is found by its line and says everything that is wrong with it.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{Broken, lines::Lines};
use crate::exchange::model::{Fault, Faults};

/// The elements of a file: of an array, or one a line.
pub(super) fn elements(content: &str) -> Result<Vec<(usize, &str)>, Vec<Broken>> {
    if content.trim_start().starts_with('[') {
        let elements: Vec<&RawValue> = serde_json::from_str(content).map_err(|error| vec![broken(&error)])?;
        return Ok(with_lines(content, elements.into_iter().map(RawValue::get)));
    }
    if content.trim().is_empty() {
        return Err(vec![Broken { line: 1, fault: Fault::file("the file is empty") }]);
    }
    let lines = content.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(with_lines(content, lines))
}

/// Parts of `content`, in their order, each with its line.
pub(super) fn with_lines<'c>(
    content: &'c str,
    parts: impl IntoIterator<Item = &'c str>,
) -> Vec<(usize, &'c str)> {
    let mut lines = Lines::of(content);
    parts.into_iter().map(|part| (lines.of_part(part), part)).collect()
}

pub(super) fn broken(error: &serde_json::Error) -> Broken {
    Broken { line: error.line().max(1), fault: Fault::file(reason(error)) }
}

/// What serde says, without the place: that is within the element and misleads.
pub(super) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

/// The fields of one element, to be taken one by one.
#[derive(Debug)]
pub(super) struct Fields<'c>(BTreeMap<String, &'c RawValue>);

impl<'c> Fields<'c> {
    pub(super) fn of(element: &'c str) -> Result<Self, Fault> {
        serde_json::from_str(element).map(Self).map_err(|error| Fault::file(reason(&error)))
    }

    /// A field of the type that it has to be; null is as good as lacking.
    pub(super) fn take<T: DeserializeOwned>(&mut self, name: &str, faults: &mut Faults) -> Option<T> {
        let raw = self.0.remove(name)?.get();
        match serde_json::from_str::<Option<T>>(raw) {
            Ok(value) => value,
            Err(error) => {
                faults.malformed(name, reason(&error));
                None
            }
        }
    }

    /// What nobody took is what nobody knows.
    pub(super) fn finish(self, faults: &mut Faults) {
        for name in self.0.keys() {
            faults.unknown(name);
        }
    }
}

/// A number, read to the last bit: serde's own reading of decimals may be off by that much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decimal(pub(super) f64);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let number = raw.get().parse().map_err(|_| serde::de::Error::custom("this is not a number"))?;
        Ok(Self(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_those_of_an_array_or_of_lines() {
        assert_eq!(elements("[\n{},\n\n7 ]").ok(), Some(vec![(2, "{}"), (4, "7")]));
        assert_eq!(elements("{}\r\n\r\n{ }\n").ok(), Some(vec![(1, "{}"), (3, "{ }")]));
        assert_eq!(elements("[]").ok(), Some(vec![]));
        for (wrong, line) in [("", 1), (" \n", 1), ("[{},\n{},\n", 3), ("[1]\n]", 2)] {
            assert_eq!(elements(wrong).unwrap_err()[0].line, line, "{wrong}");
        }
    }

    #[test]
    fn a_decimal_is_exact() {
        for text in ["0.1", "-1", "1e-7", "0.30000000000000004", "-0.9999999999999999"] {
            let Decimal(number) = serde_json::from_str(text).unwrap();
            assert_eq!(number.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        }
        assert!(serde_json::from_str::<Decimal>("\"1\"").is_err());
    }
}
