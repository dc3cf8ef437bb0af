//! A configuration as it was written: plain values that know where they stand.

use std::fmt;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Number, Value};
use toml::{Spanned, de::DeTable, de::DeValue};

use super::Problem;

/// The notation of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    Yaml,
    Toml,
    Json,
}

/// Where something was said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Line(usize),
    /// An environment variable.
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(formatter, "line {line}"),
            Self::Variable(name) => write!(formatter, "environment variable {name}"),
        }
    }
}

/// A step from a value into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) place: Place,
    pub(super) content: Content,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Plain(Value),
    List(Vec<Option<Written>>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Where the key stands, which may be above its value.
    pub(super) place: Place,
    pub(super) value: Written,
}

impl Written {
    pub(super) fn parse(text: &str, notation: Notation) -> Result<Self, Problem> {
        match notation {
            Notation::Yaml => from_yaml(text),
            Notation::Toml => from_toml(text),
            Notation::Json => {
                serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| {
                    let message = error.to_string();
                    let message = message.split(" at line ").next().unwrap_or_default();
                    Problem::at(Place::Line(error.line()), message)
                })?;
                // JSON is YAML (https://yaml.org/spec/1.2.2/#12-json-yaml) but for tabs before a key.
                from_yaml(&text.replace('\t', " "))
            }
        }
    }

    pub(super) fn empty() -> Self {
        Self { place: Place::Line(1), content: Content::Map(Vec::new()) }
    }

    /// The values alone. What was taken out of a list leaves no gap.
    pub(super) fn to_json(&self) -> Value {
        match &self.content {
            Content::Plain(value) => value.clone(),
            Content::List(items) => items.iter().flatten().map(Self::to_json).collect(),
            Content::Map(entries) => {
                let entries = entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json()));
                Value::Object(entries.collect::<Map<_, _>>())
            }
        }
    }

    /// A path into [`Self::to_json`] as a path into what was written, where a list still has its gaps.
    pub(super) fn as_written(&self, path: &[Step]) -> Vec<Step> {
        let mut here = Some(self);
        path.iter()
            .map(|step| match (here.map(|here| &here.content), step) {
                (Some(Content::List(items)), Step::Index(index)) => {
                    let mut left =
                        items.iter().enumerate().filter_map(|(at, item)| Some((at, item.as_ref()?)));
                    let found = left.nth(*index);
                    here = found.map(|(_, item)| item);
                    Step::Index(found.map_or(*index, |(at, _)| at))
                }
                (Some(Content::Map(entries)), Step::Key(key)) => {
                    here = entries.iter().find(|entry| entry.key == *key).map(|entry| &entry.value);
                    step.clone()
                }
                _ => {
                    here = None;
                    step.clone()
                }
            })
            .collect()
    }

    /// Where the value at `path` stands, or the nearest one around it.
    pub(super) fn place_of(&self, path: &[Step]) -> Place {
        let Some((first, rest)) = path.split_first() else {
            return self.place.clone();
        };
        match (&self.content, first) {
            (Content::Map(entries), Step::Key(key)) => match entries.iter().find(|entry| entry.key == *key) {
                Some(entry) if rest.is_empty() => entry.place.clone(),
                Some(entry) => entry.value.place_of(rest),
                None => self.place.clone(),
            },
            (Content::List(items), Step::Index(index)) => {
                let item = items.get(*index).and_then(Option::as_ref);
                item.map_or_else(|| self.place.clone(), |item| item.place_of(rest))
            }
            _ => self.place.clone(),
        }
    }

    /// Takes the value at `path` out; false when there is none.
    pub(super) fn take_out(&mut self, path: &[Step]) -> bool {
        let Some((first, rest)) = path.split_first() else {
            return false;
        };
        match (&mut self.content, first) {
            (Content::Map(entries), Step::Key(key)) => {
                let Some(at) = entries.iter().position(|entry| entry.key == *key) else {
                    return false;
                };
                if rest.is_empty() {
                    entries.remove(at);
                    return true;
                }
                entries[at].value.take_out(rest)
            }
            (Content::List(items), Step::Index(index)) => {
                let Some(item) = items.get_mut(*index) else {
                    return false;
                };
                if rest.is_empty() {
                    *item = None;
                    return true;
                }
                item.as_mut().is_some_and(|item| item.take_out(rest))
            }
            _ => false,
        }
    }
}

fn from_yaml(text: &str) -> Result<Written, Problem> {
    let documents = MarkedYaml::load_from_str(text)
        .map_err(|error| Problem::at(Place::Line(error.marker().line()), error.info()))?;
    match documents.as_slice() {
        [] => Ok(Written::empty()),
        [document] => match written_yaml(document)? {
            Written { content: Content::Plain(Value::Null), .. } => Ok(Written::empty()),
            written => Ok(written),
        },
        [_, second, ..] => {
            Err(Problem::at(Place::Line(second.span.start.line()), "the file holds more than one document"))
        }
    }
}

fn written_yaml(node: &MarkedYaml<'_>) -> Result<Written, Problem> {
    let place = Place::Line(node.span.start.line());
    let content = match &node.data {
        YamlData::Value(scalar) => Content::Plain(plain(scalar)),
        YamlData::Sequence(items) => {
            Content::List(items.iter().map(|item| written_yaml(item).map(Some)).collect::<Result<_, _>>()?)
        }
        YamlData::Mapping(entries) => {
            let entry = |(key, value): (&MarkedYaml<'_>, &MarkedYaml<'_>)| {
                let place = Place::Line(key.span.start.line());
                let YamlData::Value(scalar) = &key.data else {
                    return Err(Problem::at(place, "a key has to be a text"));
                };
                let key = match plain(scalar) {
                    Value::String(key) => key,
                    other => other.to_string(),
                };
                Ok(Entry { key, place, value: written_yaml(value)? })
            };
            Content::Map(entries.iter().map(entry).collect::<Result<_, _>>()?)
        }
        YamlData::Tagged(_, inner) => return written_yaml(inner),
        YamlData::Representation(text, ..) => Content::Plain(Value::String(text.to_string())),
        YamlData::Alias(_) | YamlData::BadValue => {
            return Err(Problem::at(place, "this value can't be read"));
        }
    };
    Ok(Written { place, content })
}

fn plain(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        Scalar::Integer(value) => Value::from(*value),
        Scalar::FloatingPoint(value) => {
            Number::from_f64(value.into_inner()).map_or(Value::Null, Value::Number)
        }
        Scalar::String(text) => Value::String(text.to_string()),
    }
}

fn from_toml(text: &str) -> Result<Written, Problem> {
    let line = |at: usize| Place::Line(text.get(..at).unwrap_or_default().matches('\n').count() + 1);
    let table = DeTable::parse(text)
        .map_err(|error| Problem::at(line(error.span().map_or(0, |span| span.start)), error.message()))?;
    Ok(Written { place: Place::Line(1), content: toml_table(table.get_ref(), &line) })
}

fn toml_table(table: &DeTable<'_>, line: &impl Fn(usize) -> Place) -> Content {
    let entries = table.iter().map(|(key, value)| Entry {
        key: key.get_ref().to_string(),
        place: line(key.span().start),
        value: written_toml(value, line),
    });
    Content::Map(entries.collect())
}

fn written_toml(value: &Spanned<DeValue<'_>>, line: &impl Fn(usize) -> Place) -> Written {
    let content = match value.get_ref() {
        DeValue::String(text) => Content::Plain(Value::String(text.to_string())),
        DeValue::Integer(number) => {
            let parsed = i64::from_str_radix(number.as_str(), number.radix());
            Content::Plain(parsed.map_or_else(|_| Value::String(number.to_string()), Value::from))
        }
        DeValue::Float(number) => {
            let parsed = number.as_str().parse().ok().and_then(Number::from_f64);
            Content::Plain(parsed.map_or_else(|| Value::String(number.to_string()), Value::Number))
        }
        DeValue::Boolean(value) => Content::Plain(Value::Bool(*value)),
        DeValue::Datetime(instant) => Content::Plain(Value::String(instant.to_string())),
        DeValue::Array(items) => {
            Content::List(items.iter().map(|item| Some(written_toml(item, line))).collect())
        }
        DeValue::Table(table) => toml_table(table, line),
    };
    Written { place: line(value.span().start), content }
}
