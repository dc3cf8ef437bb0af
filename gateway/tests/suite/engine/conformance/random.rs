//! Random operations over every supergraph here. What the monolith answers, the federation has to.
//!
//! proptest draws a list of numbers and an operation is written by them, choice after choice. The smaller a number, the
//! plainer the choice, and where the list ends the plainest is taken, so that shrinking the list shrinks the operation.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Write;

use graphql_tools::static_graphql::query::{self, Value};
use graphql_tools::static_graphql::schema::{self, Field, InputValue, Type, TypeDefinition};
use graphql_tools::validation::rules::default_rules_validation_plan;
use graphql_tools::validation::validate::validate;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestError, TestRunner};
use serde_json::{Map, Value as Json, json};
use tokio::runtime::Runtime;

use super::merging::can_merge;
use super::{
    Conformance, Supergraph, abstract_types, entities, faults, narrowing, operations, overrides,
    requirements, schemas,
};

fn all() -> impl Iterator<Item = fn() -> Supergraph> {
    [
        requirements::ALL,
        entities::ALL,
        abstract_types::ALL,
        schemas::ALL,
        overrides::ALL,
        operations::ALL,
        faults::ALL,
        narrowing::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

#[test]
fn there_are_enough_supergraphs() {
    assert!(all().count() >= 40, "{}", all().count());
}

/// The choices that are left.
struct Tape<'t>(std::slice::Iter<'t, u8>);

impl Tape<'_> {
    /// A number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % limit.max(1)
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    fn pick<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        &items[self.below(items.len())]
    }
}

/// An operation and the values of its variables.
#[derive(Debug, Clone)]
struct Operation {
    text: String,
    variables: Json,
}

struct Writer<'t, 's> {
    tape: Tape<'t>,
    schema: &'s schema::Document,
    /// Whether response keys may collide; what is invalid for it is written again without.
    daring: bool,
    variables: Vec<(String, Type)>,
    values: Map<String, Json>,
    fragments: Vec<(String, String, String)>,
    /// Which field each response key stands for.
    keys: HashMap<String, String>,
    fields: usize,
}

/// Beyond this, only leaves are chosen.
const MAX_FIELDS: usize = 60;

impl<'t, 's> Writer<'t, 's> {
    fn write(choices: &'t [u8], schema: &'s schema::Document, daring: bool) -> Operation {
        let mut writer = Self {
            tape: Tape(choices.iter()),
            schema,
            daring,
            variables: Vec::new(),
            values: Map::new(),
            fragments: Vec::new(),
            keys: HashMap::new(),
            fields: 0,
        };
        let selection = writer.selection_set("Query", 5);
        let mut text = String::from("query");
        if !writer.variables.is_empty() {
            let declared: Vec<_> =
                writer.variables.iter().map(|(name, declared)| format!("${name}: {declared}")).collect();
            write!(text, "({})", declared.join(", ")).expect("a string takes everything");
        }
        write!(text, " {selection}").expect("a string takes everything");
        for (name, condition, selection) in &writer.fragments {
            write!(text, " fragment {name} on {condition} {selection}").expect("a string takes everything");
        }
        Operation { text, variables: writer.values.into() }
    }

    fn selection_set(&mut self, type_name: &str, depth: usize) -> String {
        let count = 1 + self.tape.below(4);
        let selections: Vec<String> = (0..count).map(|_| self.selection(type_name, depth)).collect();
        format!("{{ {} }}", selections.join(" "))
    }

    fn selection(&mut self, type_name: &str, depth: usize) -> String {
        let conditions = self.conditions(type_name);
        match self.tape.below(10) {
            7 => {
                let alias = if self.tape.one_in(3) { "kind: " } else { "" };
                format!("{alias}__typename{}", self.directives())
            }
            8 if depth > 0 => {
                let condition = self.tape.pick(&conditions).clone();
                let on = if condition == type_name && self.tape.one_in(2) {
                    String::new()
                } else {
                    format!(" on {condition}")
                };
                let directives = self.directives();
                format!("...{on}{directives} {}", self.selection_set(&condition, depth - 1))
            }
            9 if depth > 0 => {
                let known: Vec<String> = self
                    .fragments
                    .iter()
                    .filter(|(_, condition, _)| conditions.contains(condition))
                    .map(|(name, ..)| name.clone())
                    .collect();
                let name = if !known.is_empty() && self.tape.one_in(2) {
                    self.tape.pick(&known).clone()
                } else {
                    let condition = self.tape.pick(&conditions).clone();
                    let selection = self.selection_set(&condition, depth - 1);
                    let name = format!("F{}", self.fragments.len());
                    self.fragments.push((name.clone(), condition, selection));
                    name
                };
                format!("...{name}{}", self.directives())
            }
            _ => self.field(type_name, depth),
        }
    }

    fn field(&mut self, type_name: &str, depth: usize) -> String {
        self.fields += 1;
        let schema = self.schema;
        let fields: &[Field] = match schema.type_by_name(type_name) {
            Some(TypeDefinition::Object(object)) => &object.fields,
            Some(TypeDefinition::Interface(interface)) => &interface.fields,
            _ => &[],
        };
        let deep = depth > 0 && self.fields < MAX_FIELDS;
        let choices: Vec<&Field> = fields
            .iter()
            .filter(|field| !field.name.starts_with('_'))
            .filter(|field| deep || !is_composite(schema, field.field_type.inner_type()))
            .collect();
        if choices.is_empty() {
            return "__typename".to_owned();
        }
        let field = *self.tape.pick(&choices);
        let arguments = self.arguments(field);
        let alias = self.alias(field, &arguments);
        let directives = self.directives();
        let inner = field.field_type.inner_type();
        let below =
            if is_composite(schema, inner) { self.selection_set(inner, depth - 1) } else { String::new() };
        format!("{alias}{}{arguments}{directives} {below}", field.name)
    }

    fn alias(&mut self, field: &Field, arguments: &str) -> String {
        const ALIASES: [&str; 12] =
            ["", "", "", "", "", "x", "y", "id", "name", "title", "__typenam", "_entities"];
        let wanted = match *self.tape.pick(&ALIASES) {
            "" | "__typenam" => field.name.clone(),
            alias => alias.to_owned(),
        };
        let meaning = format!("{}{arguments}: {}", field.name, field.field_type);
        let known = self.keys.entry(wanted.clone()).or_insert_with(|| meaning.clone());
        let key = if *known == meaning || (self.daring && self.tape.one_in(2)) {
            wanted
        } else {
            let key = format!("k{}", self.keys.len());
            self.keys.insert(key.clone(), meaning);
            key
        };
        if key == field.name { String::new() } else { format!("{key}: ") }
    }

    /// Type conditions that may hold for objects of the type.
    fn conditions(&self, type_name: &str) -> Vec<String> {
        let mut conditions = vec![type_name.to_owned()];
        for definition in &self.schema.definitions {
            let schema::Definition::TypeDefinition(TypeDefinition::Object(object)) = definition else {
                continue;
            };
            let unions = self.schema.definitions.iter().filter_map(|definition| match definition {
                schema::Definition::TypeDefinition(TypeDefinition::Union(union))
                    if union.types.contains(&object.name) =>
                {
                    Some(&union.name)
                }
                _ => None,
            });
            let family: Vec<&String> =
                [&object.name].into_iter().chain(&object.implements_interfaces).chain(unions).collect();
            if family.iter().any(|name| *name == type_name) {
                conditions.extend(family.into_iter().cloned());
            }
        }
        conditions.sort_by_key(|name| name != type_name);
        conditions.dedup();
        conditions
    }

    fn directives(&mut self) -> String {
        match self.tape.below(16) {
            12 => format!(" @include(if: {})", self.condition()),
            13 => format!(" @skip(if: {})", self.condition()),
            14 => format!(" @skip(if: {}) @include(if: {})", self.condition(), self.condition()),
            _ => String::new(),
        }
    }

    fn condition(&mut self) -> String {
        match self.tape.below(6) {
            0 => "true".to_owned(),
            1 => "false".to_owned(),
            choice => {
                let name = ["a", "b", "c", "d"][choice - 2];
                if !self.variables.iter().any(|(known, _)| known == name) {
                    let boolean = Type::NonNullType(Box::new(Type::NamedType("Boolean".to_owned())));
                    self.variables.push((name.to_owned(), boolean));
                    let value = self.tape.one_in(2);
                    self.values.insert(name.to_owned(), json!(value));
                }
                format!("${name}")
            }
        }
    }

    fn arguments(&mut self, field: &Field) -> String {
        let mut given = Vec::new();
        for argument in &field.arguments {
            if !is_required(argument) && !self.tape.one_in(2) {
                continue;
            }
            let value = self.value(&argument.value_type, 3);
            let text = if self.tape.one_in(2) {
                let name = format!("v{}", self.variables.len());
                self.variables.push((name.clone(), argument.value_type.clone()));
                self.values.insert(name.clone(), json_of(&value));
                format!("${name}")
            } else {
                value.to_string()
            };
            given.push(format!("{}: {text}", argument.name));
        }
        if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) }
    }

    fn value(&mut self, declared: &Type, depth: usize) -> Value {
        match declared {
            Type::NonNullType(inner) => match self.value(inner, depth) {
                Value::Null => self.present(inner, depth),
                value => value,
            },
            _ if self.tape.one_in(6) => Value::Null,
            declared => self.present(declared, depth),
        }
    }

    fn present(&mut self, declared: &Type, depth: usize) -> Value {
        let name = match declared {
            Type::NonNullType(inner) => return self.present(inner, depth),
            Type::ListType(inner) => {
                let count = if depth == 0 { 0 } else { self.tape.below(3) };
                return Value::List((0..count).map(|_| self.value(inner, depth - 1)).collect());
            }
            Type::NamedType(name) => name,
        };
        match self.schema.type_by_name(name) {
            Some(TypeDefinition::Enum(definition)) => {
                Value::Enum(self.tape.pick(&definition.values).name.clone())
            }
            Some(TypeDefinition::InputObject(input)) => {
                let mut fields = Vec::new();
                for field in &input.fields {
                    if is_required(field) || (depth > 0 && self.tape.one_in(2)) {
                        let value = self.value(&field.value_type, depth.saturating_sub(1));
                        fields.push((field.name.clone(), value));
                    }
                }
                Value::Object(fields)
            }
            _ => match name.as_str() {
                "Int" => Value::Int(i32::try_from(self.tape.below(4)).expect("small").into()),
                "Float" => Value::Float([0.5, 1e3, -2.25][self.tape.below(3)]),
                "Boolean" => Value::Boolean(self.tape.one_in(2)),
                "ID" => Value::String((*self.tape.pick(&["1", "2", "x", "b1", "g1", "?"])).to_owned()),
                _ => Value::String((*self.tape.pick(&["", "USD", "GBP", "é\"\\\n"])).to_owned()),
            },
        }
    }
}

fn is_required(argument: &InputValue) -> bool {
    argument.default_value.is_none() && matches!(argument.value_type, Type::NonNullType(_))
}

pub(super) fn is_composite(schema: &schema::Document, name: &str) -> bool {
    matches!(
        schema.type_by_name(name),
        Some(TypeDefinition::Object(_) | TypeDefinition::Interface(_) | TypeDefinition::Union(_))
    )
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Int(number) => json!(number.as_i64()),
        Value::Float(number) => json!(number),
        Value::String(text) | Value::Enum(text) | Value::Variable(text) => json!(text),
        Value::Boolean(value) => json!(value),
        Value::Null => Json::Null,
        Value::List(items) => items.iter().map(json_of).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), json_of(value))).collect::<Map<_, _>>().into()
        }
    }
}

/// Whether there is nothing to say against a document, aside from fields that can't be merged.
fn is_valid_otherwise(schema: &schema::Document, document: &query::Document) -> bool {
    let mut rules = default_rules_validation_plan();
    rules.rules.retain(|rule| rule.error_code() != "OverlappingFieldsCanBeMerged");
    validate(schema, document, &rules).is_empty()
}

fn parsed(operation: &Operation) -> query::Document {
    graphql_tools::parser::parse_query::<String>(&operation.text)
        .unwrap_or_else(|error| panic!("{error}\n{}", operation.text))
        .into_static()
}

fn operation(choices: &[u8], schema: &schema::Document) -> Option<Operation> {
    let is_valid = |operation: &Operation| {
        let document = parsed(operation);
        is_valid_otherwise(schema, &document) && can_merge(schema, &document)
    };
    [true, false].into_iter().map(|daring| Writer::write(choices, schema, daring)).find(is_valid)
}

fn cases(normally: u32) -> u32 {
    if std::env::var_os("TEST_LONG").is_some() { 10_000 } else { normally }
}

/// Other numbers make other operations.
fn seed() -> u64 {
    match std::env::var("TEST_SEED") {
        Ok(seed) => seed.parse().expect("TEST_SEED is a number"),
        Err(_) => 0x01D1_F00D,
    }
}

/// All supergraphs, started.
fn started(runtime: &Runtime) -> Vec<Conformance> {
    all().map(|supergraph| runtime.block_on(supergraph().start())).collect()
}

fn config(normally: u32) -> Config {
    Config {
        cases: cases(normally),
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(seed()),
        max_global_rejects: 100_000,
        ..Config::default()
    }
}

#[test]
fn any_operation_on_any_supergraph_is_answered_as_the_monolith_answers_it() {
    let runtime = Runtime::new().expect("a runtime");
    let started = started(&runtime);
    let strategy = (0..started.len(), prop::collection::vec(any::<u8>(), 0..240));
    let checked = TestRunner::new(config(256)).run(&strategy, |(which, choices)| {
        let conformance = &started[which];
        let Some(operation) = operation(&choices, conformance.schema()) else {
            return Err(TestCaseError::reject("invalid"));
        };
        let same = conformance.same_with(&operation.text, operation.variables.clone());
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runtime.block_on(same)));
        outcome.map(|_| ()).map_err(|panic| {
            let message = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            TestCaseError::fail(message)
        })
    });
    if let Err(TestError::Fail(reason, (which, choices))) = checked {
        let operation = operation(&choices, started[which].schema());
        panic!("supergraph {which}, {operation:#?}\n{reason}");
    }
}

#[test]
fn what_can_not_be_merged_is_refused_and_nothing_else() {
    let runtime = Runtime::new().expect("a runtime");
    let started = started(&runtime);
    let strategy = (0..started.len(), prop::collection::vec(any::<u8>(), 0..240));
    let conflicts = Cell::new(0);
    let checked = TestRunner::new(config(256)).run(&strategy, |(which, choices)| {
        let conformance = &started[which];
        let operation = Writer::write(&choices, conformance.schema(), true);
        let document = parsed(&operation);
        if !is_valid_otherwise(conformance.schema(), &document) {
            return Err(TestCaseError::reject("invalid"));
        }
        let conflicting = !can_merge(conformance.schema(), &document);
        let response = runtime.block_on(conformance.send(&operation.text, &operation.variables));
        let refused = response["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED";
        prop_assert_eq!(refused, conflicting, "{:#}", response);
        conflicts.set(conflicts.get() + u32::from(conflicting));
        Ok(())
    });
    if let Err(TestError::Fail(reason, (which, choices))) = checked {
        let operation = Writer::write(&choices, started[which].schema(), true);
        panic!("supergraph {which}, {operation:#?}\n{reason}");
    }
    assert!(conflicts.get() > 20, "{conflicts:?}");
}
