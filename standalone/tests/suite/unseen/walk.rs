//! Somebody asks for everything, and looks whether anything of another's is in the answers.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use futures::StreamExt as _;
use serde_json::{Value, json};
use testkit::{DEADLINE, eventually};

use super::{
    schema::{Place, Schema, Told, innermost, is_leaf, is_required, list, name},
    story::{Story, THIRD},
};

/// How many are asked at once.
const AT_ONCE: usize = 8;

/// A username is one person's among all, and who registers is told so.
const TELLS_NAMES: [&str; 1] = ["usernameAvailability"];

/// Whose id is meant by an argument of such a name; any other is tried with all that there are.
const KINDS: [(&str, &[&str]); 9] = [
    ("userId", &["usr"]),
    ("recipientId", &["usr"]),
    ("inviteeIds", &["usr"]),
    ("targetIds", &["usr"]),
    ("personId", &["usr"]),
    ("hugId", &["hug"]),
    ("requestId", &["hrq"]),
    ("groupHugId", &["ghg"]),
    ("typeId", &[]),
];

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    /// The root field, and what it is told.
    label: String,
    asked: String,
    id: Option<String>,
}

/// The same asked of what is the other's, and of nothing.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    of_other: Operation,
    of_nothing: Operation,
}

impl Operation {
    /// The root field.
    pub(super) fn field(&self) -> &str {
        self.label.split(' ').next().unwrap_or_default()
    }
}

impl Pair {
    /// The root field.
    pub(super) fn field(&self) -> &str {
        self.of_other.field()
    }
}

/// Whoever looks, and whom they mustn't see.
pub(super) struct Walk<'a> {
    pub(super) schema: &'a Schema,
    pub(super) story: &'a Story,
    pub(super) viewer: &'static str,
    pub(super) other: &'static str,
}

/// An id like another one, of nothing.
fn of_nothing(like: &str) -> String {
    like.split_once('_').map_or_else(
        || "nobodyatall".to_owned(),
        |(kind, _)| format!("{kind}_0192f000000070008000000000abcdef"),
    )
}

/// Whether an argument of that name may mean what the id is of.
fn may_mean(argument: &str, id: &str) -> bool {
    let kinds = KINDS.iter().find(|(known, _)| *known == argument);
    kinds.is_none_or(|(_, kinds)| kinds.iter().any(|kind| id.starts_with(kind)))
}

impl Walk<'_> {
    /// Whether anything of the other's is in an answer, that was asked for by this id.
    pub(super) fn has_trace(&self, answer: &Value, asked_by: Option<&str>) -> bool {
        let text = answer.to_string().to_lowercase();
        let text = asked_by.map_or_else(|| text.clone(), |id| text.replace(id, ""));
        text.contains(self.other)
            || self.story.ids(self.viewer, self.other).iter().any(|id| text.contains(id.as_str()))
    }

    pub(super) async fn ask(&self, operation: &Operation) -> Value {
        let variables = operation.id.as_ref().map_or(Value::Null, |id| json!({ "id": id }));
        self.story.person(self.viewer).client.graphql(&operation.asked, variables).await
    }

    /// Asks for something that must have no errors, but for fields that moderators have to themselves.
    async fn ask_in_peace(&self, operation: &Operation) -> Result<Value, String> {
        let answer = self.ask(operation).await;
        let allowed = |error: &Value| error["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE";
        match list(&answer["errors"]).iter().find(|error| !allowed(error)) {
            None => Ok(answer),
            Some(error) => Err(format!("{} has an error: {error:#}\n{}", operation.label, operation.asked)),
        }
    }

    fn operation(
        &self,
        root: &str,
        field: &Value,
        told: &Told<'_>,
        selection: &str,
        label: &str,
    ) -> Operation {
        let mut arguments = self.schema.arguments(root, field, told);
        let is_told = |argument: &Value| told.place.first().is_some_and(|first| first == name(argument));
        let page = list(&field["args"]).iter().find(|argument| name(argument) == "first");
        arguments
            .extend(page.filter(|page| !is_told(page) && !is_required(page)).map(|_| "first: 50".to_owned()));
        let arguments = arguments.join(", ");
        let arguments = if arguments.is_empty() { arguments } else { format!("({arguments})") };
        let declared = if told.value == "$id" {
            let of = self.type_at(field, told.place);
            format!("($id: {of}!)")
        } else {
            String::new()
        };
        Operation {
            label: format!("{} {label}", name(field)).trim_end().to_owned(),
            asked: format!(
                "{} Walk{declared} {{ {}{arguments} {selection} }}",
                root.to_lowercase(),
                name(field)
            ),
            id: None,
        }
    }

    fn type_at(&self, field: &Value, place: &[String]) -> &'static str {
        let is_id = |of: &Value| name(of) == "ID";
        if self.schema.places(field, is_id).iter().any(|id| id == place) { "ID" } else { "String" }
    }

    /// What is asked of a query for what it has by itself, for each of its choices, and for what the viewer and the third have.
    pub(super) fn around(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for field in self.schema.fields("Query") {
            for (part, selection) in self.schema.selections(innermost(&field["type"])).iter().enumerate() {
                let operation = |place: &Place, value: &str, label: String| {
                    let told = Told { place, value, ids: &BTreeMap::new() };
                    self.operation("Query", field, &told, selection, format!("{label} {part}").trim_start())
                };
                let is_of_an_id = |argument: &Value| innermost(&argument["type"]) == "ID";
                if !list(&field["args"]).iter().any(is_of_an_id) {
                    operations.push(operation(&Vec::new(), "", String::new()));
                }
                for place in self.schema.places(field, is_leaf) {
                    for value in self.schema.choices(field, &place) {
                        operations.push(operation(&place, &value, format!("{} {value}", place.join("."))));
                    }
                }
                for place in self.schema.places(field, |of| name(of) == "ID") {
                    let meant = |id: &String| may_mean(place.last().expect("a name"), id);
                    for whose in [THIRD, self.viewer] {
                        let ids = self.story.ids(self.viewer, whose);
                        for (index, id) in ids.iter().enumerate().filter(|(_, id)| meant(id)) {
                            let label = format!("{} {} {index}", place.join("."), whose == THIRD);
                            let operation = operation(&place, "$id", label);
                            operations.push(Operation { id: Some(id.clone()), ..operation });
                        }
                    }
                }
            }
        }
        operations
    }

    /// What is asked of a root field by what names the other or is theirs, beside what is asked by what names nothing.
    fn naming(&self, root: &str, field: &Value, ids: &[String]) -> Vec<Pair> {
        let own = BTreeMap::from([
            ("typeId", self.story.hug_type.clone()),
            ("groupHugId", self.story.joined(self.viewer).to_owned()),
        ]);
        let of = innermost(&field["type"]);
        let selections =
            if root == "Mutation" { vec![self.schema.payload(of)] } else { self.schema.selections(of) };
        let by_id =
            self.schema.places(field, |of| name(of) == "ID").into_iter().map(|place| (place, ids.to_vec()));
        let by_text = self.schema.places(field, |of| name(of) == "String" && root == "Query");
        let by_text = by_text.into_iter().filter(Schema::may_name);
        let by_text = by_text.map(|place| (place, vec![self.other.to_owned()]));
        let mut pairs = Vec::new();
        for (place, ids) in by_id.chain(by_text) {
            let told = Told { place: &place, value: "$id", ids: &own };
            for selection in &selections {
                for id in ids.iter().filter(|id| may_mean(place.last().expect("a name"), id)) {
                    let label = format!("{}: {id}", place.join("."));
                    let operation = self.operation(root, field, &told, selection, &label);
                    let by = |id: String| Operation { id: Some(id), ..operation.clone() };
                    pairs.push(Pair { of_other: by(id.clone()), of_nothing: by(of_nothing(id)) });
                }
            }
        }
        pairs
    }

    /// Every query that names the other, or what is theirs.
    pub(super) fn queries_of_other(&self) -> Vec<Pair> {
        let fields = self.schema.fields("Query").iter();
        let fields = fields.filter(|field| !TELLS_NAMES.contains(&name(field)));
        let ids = self.story.ids(self.viewer, self.other);
        fields.flat_map(|field| self.naming("Query", field, &ids)).collect()
    }

    /// Every mutation that can be told of the other, or of what is theirs.
    pub(super) fn mutations_of_other(&self) -> Vec<Pair> {
        let ids = self.story.ids(self.viewer, self.other);
        let fields = self.schema.fields("Mutation").iter();
        fields.flat_map(|field| self.naming("Mutation", field, &ids)).collect()
    }

    /// The codes with which each mutation of a group hug refuses this one, one after the other.
    pub(super) async fn refusals_of_group(&self, group: &str) -> Vec<(String, Value)> {
        let mut refused = Vec::new();
        for field in self.schema.fields("Mutation") {
            let of_groups = self.naming("Mutation", field, &[group.to_owned()]).into_iter();
            for pair in of_groups.filter(|pair| pair.of_other.label.contains("groupHugId: ")) {
                let codes = refusals(&self.ask(&pair.of_other).await);
                refused.push((name(field).to_owned(), codes.into()));
            }
        }
        refused
    }

    /// Asks for the other, who must be as nobody; to the byte, but for the id that was asked by.
    pub(super) async fn finds_nobody(&self, pair: &Pair) -> Result<(), String> {
        let answer = without_id(&self.ask(&pair.of_other).await, &pair.of_other);
        let expected = without_id(&self.ask(&pair.of_nothing).await, &pair.of_nothing);
        if answer != expected {
            let label = &pair.of_other.label;
            return Err(format!("{} can tell by {label}: {answer}\nof nothing: {expected}", self.viewer));
        }
        Ok(())
    }

    /// Tries something on the other: it comes to what it comes to with nobody.
    pub(super) async fn does_nothing(&self, pair: &Pair) -> Result<(), String> {
        let (answer, expected) = (self.ask(&pair.of_other).await, self.ask(&pair.of_nothing).await);
        let (codes, expected) = (refusals(&answer), refusals(&expected));
        if codes != expected || self.has_trace(&answer, pair.of_other.id.as_deref()) {
            let label = &pair.of_other.label;
            return Err(format!(
                "{} can tell by {label}: {codes:?}, of nothing {expected:?}\n{answer:#}",
                self.viewer
            ));
        }
        Ok(())
    }

    /// Tries something on the other that says no more of them than the codes that it comes to: those, or those of nobody.
    pub(super) async fn hears_only_codes(&self, pair: &Pair, known: &[&str]) {
        let (answer, of_nothing) = (self.ask(&pair.of_other).await, self.ask(&pair.of_nothing).await);
        let codes = refusals(&answer);
        let label = &pair.of_other.label;
        assert!(
            codes == known || codes == refusals(&of_nothing),
            "{label}: {codes:?}, not {known:?}\n{answer:#}"
        );
        assert!(!self.has_trace(&answer, pair.of_other.id.as_deref()), "{label}: {answer:#}");
    }

    /// What is answered to these.
    pub(super) async fn look(&self, around: &[Operation]) -> Result<Sight, String> {
        let mut sight = Sight::default();
        let answers = around.iter().map(|operation| self.ask_in_peace(operation));
        let answers: Vec<_> = futures::stream::iter(answers).buffered(AT_ONCE).collect().await;
        for (operation, answer) in around.iter().zip(answers) {
            sight.take(self, &operation.label, &answer?);
        }
        Ok(sight)
    }

    /// Where the other is seen by those who ask for them; of these operations those that found something stay.
    pub(super) async fn look_for_other(&self, asked: &mut Vec<Pair>) -> Sight {
        let mut sight = Sight::default();
        let answers = asked.iter().map(|pair| self.ask(&pair.of_other));
        let answers: Vec<_> = futures::stream::iter(answers).buffered(AT_ONCE).collect().await;
        for (pair, answer) in asked.iter().zip(answers) {
            // What is asked by an id of something else may be refused.
            if !answer["errors"].is_array() {
                sight.take(self, &pair.of_other.label, &answer);
            }
        }
        asked.retain(|pair| sight.has_something(&pair.of_other));
        sight
    }
}

fn without_id(answer: &Value, operation: &Operation) -> String {
    let answer = answer.to_string();
    operation.id.as_ref().map_or_else(|| answer.clone(), |id| answer.replace(id.as_str(), ""))
}

/// The codes that an answer refuses with, wherever.
fn refusals(answer: &Value) -> Vec<Value> {
    let payloads = answer["data"].as_object().into_iter().flat_map(|fields| fields.values());
    let within = payloads.flat_map(|payload| list(&payload["errors"])).map(|error| error["code"].clone());
    within.chain(list(&answer["errors"]).iter().map(|error| error["extensions"]["code"].clone())).collect()
}

/// What was seen.
#[derive(Default)]
pub(super) struct Sight {
    /// The coordinates of fields that had a trace of the other.
    pub(super) seen: BTreeSet<String>,
    /// By the label of the operation and the path: the numbers there, and how long lists are.
    pub(super) numbers: BTreeMap<String, Vec<String>>,
    /// The labels of what was answered with anything at all.
    answered: BTreeSet<String>,
    /// The operations that had a trace of the other, with the answer to the first.
    pub(super) traced: Vec<String>,
}

impl Sight {
    fn take(&mut self, walk: &Walk<'_>, label: &str, answer: &Value) {
        for (field, value) in answer["data"].as_object().into_iter().flatten() {
            self.take_field(walk, "Query", field, value, label);
            if !value.is_null() {
                self.answered.insert(label.to_owned());
            }
        }
        if walk.has_trace(answer, None) {
            let shown = if self.traced.is_empty() { format!(": {answer:#}") } else { String::new() };
            self.traced.push(format!("{label}{shown}"));
        }
        self.numbers.values_mut().for_each(|numbers| numbers.sort());
    }

    fn take_field(&mut self, walk: &Walk<'_>, of: &str, key: &str, value: &Value, path: &str) {
        let alias = format!("{of}_");
        let field = key.strip_prefix(&alias).unwrap_or(key);
        if walk.has_trace(value, None) {
            self.seen.insert(format!("{of}.{field}"));
        }
        // What is shared is seen at another place by those who may see it.
        if field != "shared" {
            self.take_value(walk, value, &format!("{path} {of}.{field}"));
        } else if walk.has_trace(value, None) {
            Self::default().take_shared(walk, value, &mut self.seen);
        }
    }

    fn take_shared(mut self, walk: &Walk<'_>, value: &Value, seen: &mut BTreeSet<String>) {
        self.take_value(walk, value, "");
        seen.append(&mut self.seen);
    }

    fn take_value(&mut self, walk: &Walk<'_>, value: &Value, path: &str) {
        match value {
            Value::Number(number) => self.count(path, number.to_string()),
            Value::Array(items) => {
                self.count(path, format!("{} of them", items.len()));
                for item in items {
                    self.take_value(walk, item, path);
                }
            }
            Value::Object(fields) => {
                let of = fields["__typename"].as_str().expect("the walk asks what it is");
                for (key, value) in fields.iter().filter(|(key, _)| *key != "__typename") {
                    self.take_field(walk, of, key, value, path);
                }
            }
            _ => {}
        }
    }

    fn count(&mut self, path: &str, number: String) {
        self.numbers.entry(path.to_owned()).or_default().push(number);
    }

    /// Whether an operation found anything; one that asks by no id might.
    pub(super) fn has_something(&self, operation: &Operation) -> bool {
        operation.id.is_none() || self.answered.contains(&operation.label)
    }

    /// The coordinates at which the numbers of two sights differ, with both.
    pub(super) fn differences(&self, other: &Self) -> BTreeMap<String, String> {
        let places: BTreeSet<&String> = self.numbers.keys().chain(other.numbers.keys()).collect();
        let differing =
            places.into_iter().filter(|place| self.numbers.get(*place) != other.numbers.get(*place));
        differing
            .map(|place| {
                let both = [self.numbers.get(place), other.numbers.get(place)];
                (place.clone(), format!("{both:?}"))
            })
            .collect()
    }
}

/// Asks again until there is nothing to complain of; fails with the complaint when there still is at the deadline.
pub(super) async fn patiently<T>(what: &str, ask: impl AsyncFn() -> Result<T, String>) -> T {
    let complaint = match ask().await {
        Ok(done) => return done,
        Err(complaint) => RefCell::new(complaint),
    };
    let asking = eventually(what, || async {
        let answer = ask().await;
        answer.map_err(|next| complaint.replace(next)).ok()
    });
    // A moment before the deadline of everything that is waited for, which knows no complaint.
    let done = tokio::time::timeout(DEADLINE.mul_f32(0.9), asking).await;
    done.unwrap_or_else(|_| panic!("{what}: {}", complaint.borrow()))
}

/// Checks everything, and what fails again until it doesn't; fails with all complaints that are left at the deadline.
pub(super) async fn all_come_to_pass<T>(
    what: &str,
    checks: Vec<T>,
    check: impl AsyncFn(&T) -> Result<(), String>,
) {
    assert!(!checks.is_empty(), "there is nothing to check: {what}");
    let left = RefCell::new(checks);
    patiently(what, async || {
        let checks = left.take();
        let outcomes = checks.iter().map(|checked| check(checked));
        let outcomes: Vec<_> = futures::stream::iter(outcomes).buffered(AT_ONCE).collect().await;
        let (mut failed, mut complaints) = (Vec::new(), Vec::new());
        for (checked, outcome) in checks.into_iter().zip(outcomes) {
            if let Err(complaint) = outcome {
                failed.push(checked);
                complaints.push(complaint);
            }
        }
        left.replace(failed);
        if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n\n")) }
    })
    .await;
}
