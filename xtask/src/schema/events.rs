//! `schema events`: whether whoever reads events still can, those told before and those told from now on.
//!
//! Within a version, fields are added, and events from before may lack them. Everything else is a new version.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use serde_json::{Map, Value};
use xshell::{Shell, cmd};

use super::diff::{Change, Impact};
use super::report;
use crate::compose::EVENTS;
use crate::workspace;

/// Where work usually begins, the nearest first.
const MAIN: [&str; 2] = ["origin/main", "main"];
/// What a schema says for people only.
const WORDS: [&str; 6] = ["$schema", "title", "description", "default", "examples", "x-version"];

/// The schema of each event, by its file's name.
type Events = BTreeMap<String, Value>;

#[derive(Debug, Default, clap::Args)]
pub(crate) struct EventsSince {
    /// A git revision; where the work left the main branch, or the commit before, when it is left out
    base: Option<String>,
}

impl EventsSince {
    pub(crate) fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        let Some(base) = self.base.clone().or_else(|| usual_base(shell)) else {
            eprintln!("there is no former revision to compare the events with");
            return Ok(());
        };
        let old = of_revision(shell, &base)?;
        if old.is_empty() {
            eprintln!("{base} has no {EVENTS}: there is nothing to compare with");
            return Ok(());
        }
        let changes = changes(&old, &of_tree()?);
        report(&changes);
        let breaking = changes.iter().filter(|change| change.impact == Impact::Breaking).count();
        ensure!(breaking == 0, "events changed since {base} in a way that takes a new version: {breaking}");
        Ok(())
    }
}

fn usual_base(shell: &Shell) -> Option<String> {
    let head = git(shell, &["rev-parse", "HEAD"])?;
    let left = MAIN.iter().find_map(|main| git(shell, &["merge-base", "HEAD", main]));
    left.filter(|base| *base != head).or_else(|| git(shell, &["rev-parse", "--verify", "HEAD~1"]))
}

/// `None` when git has no answer.
fn git(shell: &Shell, arguments: &[&str]) -> Option<String> {
    let root = workspace::root();
    cmd!(shell, "git -c safe.directory=* -C {root} {arguments...}").quiet().ignore_stderr().read().ok()
}

fn of_revision(shell: &Shell, base: &str) -> anyhow::Result<Events> {
    let listed = git(shell, &["ls-tree", "--name-only", base, &format!("{EVENTS}/")]);
    let listed = listed.with_context(|| format!("`{base}` is no git revision"))?;
    let read = |path: &str| {
        let text = git(shell, &["show", &format!("{base}:{path}")]);
        let text = text.with_context(|| format!("{base} has no {path}"))?;
        event(path, &text)
    };
    listed.lines().map(read).collect()
}

fn of_tree() -> anyhow::Result<Events> {
    let folder = workspace::root().join(EVENTS);
    let mut events = Events::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path)?;
        events.extend([event(&path.display().to_string(), &text)?]);
    }
    Ok(events)
}

fn event(path: &str, text: &str) -> anyhow::Result<(String, Value)> {
    let name = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".json");
    Ok((name.to_owned(), serde_json::from_str(text).with_context(|| format!("{path} is not JSON"))?))
}

/// Every change, the worst first.
fn changes(old: &Events, new: &Events) -> Vec<Change> {
    let mut found = Found::default();
    for (name, before) in old {
        match new.get(name) {
            None => found.add(Impact::Breaking, name, "is told no more"),
            Some(after) => found.event(name, before, after),
        }
    }
    for name in new.keys().filter(|name| !old.contains_key(*name)) {
        found.add(Impact::Safe, name, "event added");
    }
    found.0.sort();
    found.0
}

#[derive(Default)]
struct Found(Vec<Change>);

impl Found {
    fn add(&mut self, impact: Impact, coordinate: &str, what: &str) {
        self.0.push(Change { impact, coordinate: coordinate.to_owned(), what: what.to_owned() });
    }

    fn event(&mut self, name: &str, before: &Value, after: &Value) {
        let version = |schema: &Value| schema["x-version"].as_u64().unwrap_or(1);
        let (was, is) = (version(before), version(after));
        match is.cmp(&was) {
            Ordering::Greater => {
                let what = format!("version {is}: readers have to know {was} as well");
                self.add(Impact::Dangerous, name, &what);
            }
            Ordering::Less => self.add(Impact::Breaking, name, "goes back to a former version"),
            Ordering::Equal => self.value(name, before, after),
        }
    }

    fn value(&mut self, at: &str, before: &Value, after: &Value) {
        let fields = |schema: &Value| schema.get("properties").and_then(Value::as_object).cloned();
        if let (Some(was), Some(is)) = (fields(before), fields(after)) {
            self.fields(at, (&was, &required(before)), (&is, &required(after)));
        } else if let (Some(was), Some(is)) = (before.get("items"), after.get("items")) {
            self.value(&format!("{at}[]"), was, is);
        } else if meaning(before) != meaning(after) {
            self.add(Impact::Breaking, at, "is something else than before");
        }
    }

    fn fields(
        &mut self,
        at: &str,
        (was, was_required): (&Map<String, Value>, &BTreeSet<String>),
        (is, is_required): (&Map<String, Value>, &BTreeSet<String>),
    ) {
        for (name, before) in was {
            let field = format!("{at}.{name}");
            let Some(after) = is.get(name) else {
                self.add(Impact::Breaking, &field, "removed");
                continue;
            };
            match (was_required.contains(name), is_required.contains(name)) {
                (false, true) => self.add(Impact::Breaking, &field, "required, and older events may lack it"),
                (true, false) => {
                    self.add(Impact::Dangerous, &field, "may be missing, and readers rely on it");
                }
                _ => {}
            }
            self.value(&field, before, after);
        }
        for name in is.keys().filter(|name| !was.contains_key(*name)) {
            let field = format!("{at}.{name}");
            if is_required.contains(name) {
                self.add(Impact::Breaking, &field, "added and required: older events lack it");
            } else {
                self.add(Impact::Safe, &field, "added");
            }
        }
    }
}

fn required(schema: &Value) -> BTreeSet<String> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A schema without its words; what can be chosen from in one order.
fn meaning(schema: &Value) -> Value {
    match schema {
        Value::Object(parts) => {
            let parts = parts.iter().filter(|(key, _)| !WORDS.contains(&key.as_str()));
            Value::Object(parts.map(|(key, part)| (key.clone(), part_meaning(key, part))).collect())
        }
        Value::Array(choices) => {
            let mut choices: Vec<Value> = choices.iter().map(meaning).collect();
            choices.sort_by_key(Value::to_string);
            Value::Array(choices)
        }
        other => other.clone(),
    }
}

/// The names of fields are no words.
fn part_meaning(key: &str, part: &Value) -> Value {
    match part {
        Value::Object(fields) if key == "properties" => {
            Value::Object(fields.iter().map(|(name, field)| (name.clone(), meaning(field))).collect())
        }
        other => meaning(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event_of(schema: &Value) -> Events {
        Events::from([("hugs.HugSent".to_owned(), schema.clone())])
    }

    /// The only change, or `None`.
    fn change(before: &Value, after: &Value) -> Option<(Impact, String)> {
        let mut found = changes(&event_of(before), &event_of(after));
        assert!(found.len() < 2, "{found:?}");
        found.pop().map(|change| (change.impact, change.coordinate))
    }

    fn base() -> Value {
        json!({
            "title": "hugs.HugSent", "x-version": 1, "type": "object",
            "properties": {
                "hugId": { "type": "string", "pattern": "^hug_" },
                "returns": { "type": ["string", "null"], "description": "Another hug." },
                "people": { "type": "array", "items": {
                    "type": "object", "properties": { "title": { "type": "string" } }, "required": ["title"] } },
                "kind": { "oneOf": [
                    { "const": "A", "description": "The first." }, { "type": "string", "enum": ["B", "C"] }] },
            },
            "required": ["hugId", "people", "kind"],
        })
    }

    #[test]
    fn every_kind_of_change_is_judged() {
        type Alteration = fn(&mut Value);
        let table: [(Alteration, Option<(Impact, &str)>); 16] = [
            (|_| {}, None),
            (|s| s["properties"]["returns"]["description"] = json!("A former hug."), None),
            (|s| s["title"] = json!("Another title"), None),
            (|s| s["properties"]["note"] = json!({ "type": "string" }), Some((Impact::Safe, ".note"))),
            (
                |s| {
                    s["properties"]["note"] = json!({ "type": "string" });
                    s["required"].as_array_mut().unwrap().push(json!("note"));
                },
                Some((Impact::Breaking, ".note")),
            ),
            (
                |s| drop(s["properties"].as_object_mut().unwrap().remove("returns")),
                Some((Impact::Breaking, ".returns")),
            ),
            (
                |s| s["required"].as_array_mut().unwrap().push(json!("returns")),
                Some((Impact::Breaking, ".returns")),
            ),
            (|s| s["required"] = json!(["hugId", "people"]), Some((Impact::Dangerous, ".kind"))),
            (|s| s["properties"]["hugId"]["type"] = json!("integer"), Some((Impact::Breaking, ".hugId"))),
            (|s| s["properties"]["hugId"]["pattern"] = json!("^usr_"), Some((Impact::Breaking, ".hugId"))),
            (|s| s["properties"]["returns"]["type"] = json!("string"), Some((Impact::Breaking, ".returns"))),
            (|s| s["properties"]["returns"]["type"] = json!(["null", "string"]), None),
            (
                |s| s["properties"]["kind"]["oneOf"][1]["enum"] = json!(["B", "C", "D"]),
                Some((Impact::Breaking, ".kind")),
            ),
            (|s| s["properties"]["kind"]["oneOf"][1]["enum"] = json!(["C", "B"]), None),
            (
                |s| {
                    let item = &mut s["properties"]["people"]["items"];
                    item["properties"].as_object_mut().unwrap().remove("title");
                },
                Some((Impact::Breaking, ".people[].title")),
            ),
            (
                |s| {
                    s["x-version"] = json!(2);
                    s["properties"] = json!({});
                },
                Some((Impact::Dangerous, "")),
            ),
        ];
        for (row, (alter, expected)) in table.into_iter().enumerate() {
            let mut altered = base();
            alter(&mut altered);
            let expected = expected.map(|(impact, at)| (impact, format!("hugs.HugSent{at}")));
            assert_eq!(change(&base(), &altered), expected, "row {row}");
        }
    }

    #[test]
    fn events_come_and_do_not_go() {
        let (none, one) = (Events::new(), event_of(&base()));
        assert_eq!(changes(&none, &one)[0].impact, Impact::Safe);
        assert_eq!(changes(&one, &none)[0].impact, Impact::Breaking);
        let mut back = base();
        back["x-version"] = json!(0);
        assert_eq!(change(&base(), &back).unwrap().0, Impact::Breaking);
    }
}
