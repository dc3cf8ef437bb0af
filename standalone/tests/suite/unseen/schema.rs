//! The whole API as it describes itself, and what can be asked of it: every root field, every field below it, every place for what
//! may name somebody.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::client::Client;

const INTROSPECTION: &str = "query I { __schema { types {
        kind name
        fields { name args { name defaultValue type { ...T } } type { ...T } }
        inputFields { name defaultValue type { ...T } }
        possibleTypes { name } enumValues { name }
    } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";

/// What is given where something must be given that names nobody: by coordinate, or else by type.
const VALUES: &[(&str, &str)] = &[
    ("Query.users.search", "\"ros\""),
    ("User.moodCalendar.from", "\"2026-01-01\""),
    ("Streak.calendar.from", "\"2026-01-01\""),
    ("LogMoodInput.score", "3"),
    ("UpdateMoodInput.revision", "1"),
    ("ImportMoodsInput.content", "\"occurredAt,score\\n2026-02-01T08:00:00Z,4\\n\""),
    ("ImportMoodsInput.dryRun", "true"),
    ("Boolean", "true"),
    ("Cursor", "\"\""),
    ("Int", "2"),
    ("LocalDate", "\"2026-12-31\""),
    ("String", "\"something\""),
];

/// Arguments by which nobody can be named, wherever they stand, though they are texts or ids: parts of lists, and choices among what
/// is one's own.
const NAMING_NOBODY: &[&str] =
    &["after", "before", "country", "associations", "customMoodId", "labels", "tags"];

/// What can't be a name.
const NO_NAMES: [&str; 7] = ["Boolean", "Cursor", "DateTime", "Float", "Int", "LocalDate", "TimeZone"];

/// No selection goes deeper than this; so far as the API has things, it comes to an end by itself.
const DEEPEST: usize = 14;

/// The gateway takes documents of 2000 fields. What is larger is asked for in several.
const MOST_FIELDS: usize = 1_500;

pub(super) struct Schema {
    types: BTreeMap<String, Value>,
    /// What can be asked for by an id: all of it is selected where a selection meets one, and of those that lead on
    /// from there only what they are by themselves, for they are asked for at another place.
    things: BTreeSet<String>,
}

/// Where something stands in the arguments of a field: the names from the argument down.
pub(super) type Place = Vec<String>;

/// What an operation is told beside what must be said anyway.
pub(super) struct Told<'a> {
    pub(super) place: &'a [String],
    /// What stands there.
    pub(super) value: &'a str,
    /// Ids that must be given and name nobody: by the argument's name.
    pub(super) ids: &'a BTreeMap<&'static str, String>,
}

/// A part of a selection that is too large for one document.
#[derive(Clone, Copy)]
struct Part {
    index: usize,
    of: usize,
}

impl Schema {
    pub(super) async fn of(client: &Client) -> Self {
        let data = client.data(INTROSPECTION, Value::Null).await;
        let types = list(&data["__schema"]["types"]).iter();
        let types: BTreeMap<_, _> = types.map(|kind| (name(kind).to_owned(), kind.clone())).collect();
        let asked_for = list(&types["Query"]["fields"])
            .iter()
            .filter(|field| list(&field["args"]).iter().any(|argument| innermost(&argument["type"]) == "ID"));
        let mut things: BTreeSet<_> = asked_for.map(|field| innermost(&field["type"]).to_owned()).collect();
        things.retain(|thing| !is_leaf(&types[thing]) && has_id(&types[thing]));
        let of_things = types
            .values()
            .filter(|kind| list(&kind["possibleTypes"]).iter().any(|member| things.contains(name(member))));
        let interfaces: Vec<_> =
            of_things.filter(|kind| has_id(kind)).map(|kind| name(kind).to_owned()).collect();
        things.extend(interfaces);
        Self { types, things }
    }

    pub(super) fn fields(&self, of: &str) -> &[Value] {
        list(&self.types[of]["fields"])
    }

    /// The coordinates of all fields that lead to a thing and are asked for below `Query`.
    pub(super) fn leading_to_things(&self) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut next = vec!["Query"];
        while let Some(of) = next.pop() {
            if reached.insert(of) {
                next.extend(list(&self.types[of]["possibleTypes"]).iter().map(name));
                next.extend(self.asked(of).map(|field| innermost(&field["type"])));
            }
        }
        let objects = reached.into_iter().filter(|of| self.types[*of]["kind"] == "OBJECT");
        let fields = objects.flat_map(|of| self.asked(of).map(move |field| (of, field)));
        let leading = fields.filter(|(_, field)| self.things.contains(innermost(&field["type"])));
        leading.map(|(of, field)| format!("{of}.{}", name(field))).collect()
    }

    /// The fields of a type that are asked for: `nodes` says what `edges` does.
    fn asked(&self, of: &str) -> impl Iterator<Item = &Value> {
        let fields = self.fields(of);
        let has_edges = fields.iter().any(|field| name(field) == "edges");
        fields.iter().filter(move |field| !(has_edges && name(field) == "nodes"))
    }

    /// Everything that can be selected of a type: once for each document that it takes.
    pub(super) fn selections(&self, of: &str) -> Vec<String> {
        let in_parts = |of_all: usize| {
            let parts = (0..of_all).map(|index| Part { index, of: of_all });
            parts.map(|part| self.selection_of(of, false, part, DEEPEST)).collect::<Vec<_>>()
        };
        let fits = |parts: &Vec<String>| {
            let fields = |part: &String| {
                part.split_whitespace().filter(|word| word.starts_with(char::is_alphabetic)).count()
            };
            parts.iter().all(|part| fields(part) <= MOST_FIELDS)
        };
        (1..20).map(in_parts).find(fits).unwrap_or_else(|| panic!("{of} has no end of fields"))
    }

    /// What is answered by a mutation: things are what they are by themselves.
    pub(super) fn payload(&self, of: &str) -> String {
        self.selection_of(of, true, Part { index: 0, of: 1 }, DEEPEST)
    }

    /// `met`: whether the selection comes from a thing, and is to say of others only what they are by themselves.
    fn selection_of(&self, of: &str, met: bool, part: Part, depth: usize) -> String {
        let described = &self.types[of];
        if is_leaf(described) {
            return String::new();
        }
        let depth = depth.checked_sub(1).unwrap_or_else(|| panic!("the fields of {of} lead on without end"));
        let is_thing = self.things.contains(of);
        let selected = |of: &str, alias: &str, field: &Value| {
            let within = self.selection_of(innermost(&field["type"]), met || is_thing, part, depth);
            format!("{alias}{}{} {within}", name(field), self.required_arguments(of, field))
        };
        // What an interface has, its members have as well, and is asked for once.
        let common: BTreeSet<&str> = self.fields(of).iter().map(name).collect();
        let members: Vec<&str> = list(&described["possibleTypes"])
            .iter()
            .filter(|_| described["kind"] != "OBJECT")
            .map(name)
            .collect();
        let mut words = vec!["__typename".to_owned()];
        let fields = self.asked(of).enumerate();
        let fields = fields.filter(|(index, field)| self.is_chosen(field, is_thing, met, *index, part));
        words.extend(fields.map(|(_, field)| selected(of, "", field)));
        for member in &members {
            let own = self.asked(member).enumerate().filter(|(index, field)| {
                !common.contains(name(field)) && self.is_chosen(field, is_thing, met, *index, part)
            });
            let own = own.map(|(_, field)| selected(member, &self.alias(&members, member, field), field));
            words.push(format!("... on {member} {{ __typename {} }}", own.collect::<Vec<_>>().join(" ")));
        }
        format!("{{ {} }}", words.join(" "))
    }

    fn is_chosen(&self, field: &Value, of_thing: bool, met: bool, index: usize, part: Part) -> bool {
        match (of_thing, met) {
            (false, _) => true,
            (true, false) => index % part.of == part.index,
            (true, true) => is_leaf(&self.types[innermost(&field["type"])]),
        }
    }

    /// Members may have fields of one name and of several types.
    fn alias(&self, members: &[&str], member: &str, field: &Value) -> String {
        let differs = |other: &Value| name(other) == name(field) && other["type"] != field["type"];
        let is_ambiguous = members.iter().any(|other| self.fields(other).iter().any(differs));
        if is_ambiguous { format!("{member}_{}: ", name(field)) } else { String::new() }
    }

    fn required_arguments(&self, of: &str, field: &Value) -> String {
        let told = Told { place: &[], value: "", ids: &BTreeMap::new() };
        let arguments = self.arguments(of, field, &told).join(", ");
        if arguments.is_empty() { arguments } else { format!("({arguments})") }
    }

    /// Every place in the arguments of a field where a value of such a type may stand.
    pub(super) fn places(&self, field: &Value, is_wanted: impl Fn(&Value) -> bool) -> Vec<Place> {
        let mut places = Vec::new();
        for argument in list(&field["args"]) {
            self.collect_places(argument, &[], &mut places);
        }
        places.retain(|(_, of)| is_wanted(&self.types[of]));
        places.into_iter().map(|(place, _)| place).collect()
    }

    fn collect_places(&self, input: &Value, outer: &[String], places: &mut Vec<(Place, String)>) {
        let path = [outer, &[name(input).to_owned()]].concat();
        let of = innermost(&input["type"]);
        match list(&self.types[of]["inputFields"]) {
            [] => places.push((path, of.to_owned())),
            fields => fields.iter().for_each(|field| self.collect_places(field, &path, places)),
        }
    }

    /// What may stand at a place that has few values; nothing where there are many.
    pub(super) fn choices(&self, field: &Value, place: &Place) -> Vec<String> {
        let mut of = list(&field["args"]);
        let mut choices = Vec::new();
        for step in place {
            let input = of.iter().find(|input| name(input) == step).expect("a place in the arguments");
            let described = &self.types[innermost(&input["type"])];
            of = list(&described["inputFields"]);
            choices = list(&described["enumValues"]).iter().map(|value| name(value).to_owned()).collect();
            if name(described) == "Boolean" {
                choices = vec!["true".to_owned(), "false".to_owned()];
            }
        }
        choices
    }

    /// Fails when a query has an argument of which nobody has said whether the other can be named by it.
    pub(super) fn arguments_are_thought_of(&self) {
        let is_open = |of: &Value| of["kind"] == "SCALAR" && !NO_NAMES.contains(&name(of));
        for (of, described) in &self.types {
            let fields = list(&described["fields"]).iter();
            let is_asked = !["Mutation", "Subscription"].contains(&of.as_str()) && !of.starts_with("__");
            for field in fields.filter(|_| is_asked) {
                for place in self.places(field, is_open) {
                    let named = place.last().expect("a name");
                    let is_required = self.required_arguments(of, field).contains(&format!("{named}:"));
                    let is_tried = of == "Query" && self.is_tried(field, &place);
                    assert!(
                        is_tried || is_required || NAMING_NOBODY.contains(&named.as_str()),
                        "say in `NAMING_NOBODY` that {of}.{} can name nobody by {}, or have the walk try it",
                        name(field),
                        place.join(".")
                    );
                }
            }
        }
    }

    /// Ids and texts that a root field is told are tried.
    fn is_tried(&self, field: &Value, place: &Place) -> bool {
        let tried = |of: &Value| ["ID", "String"].contains(&name(of));
        self.places(field, tried).contains(place)
    }

    /// Whether a text at such a place may name somebody.
    pub(super) fn may_name(place: &Place) -> bool {
        place.last().is_some_and(|last| !NAMING_NOBODY.contains(&last.as_str()))
    }

    /// The arguments of a field: all that it must be told, and what it is told at a place.
    pub(super) fn arguments(&self, of: &str, field: &Value, told: &Told<'_>) -> Vec<String> {
        let arguments = list(&field["args"]).iter();
        let arguments = arguments.filter(|argument| {
            is_required(argument) || told.place.first().is_some_and(|first| first == name(argument))
        });
        arguments
            .map(|argument| {
                let coordinate = format!("{of}.{}.{}", name(field), name(argument));
                let path = [name(argument).to_owned()];
                format!("{}: {}", name(argument), self.literal(&argument["type"], &coordinate, &path, told))
            })
            .collect()
    }

    fn literal(&self, of: &Value, coordinate: &str, path: &[String], told: &Told<'_>) -> String {
        match of["kind"].as_str() {
            Some("NON_NULL") => return self.literal(&of["ofType"], coordinate, path, told),
            Some("LIST") => return format!("[{}]", self.literal(&of["ofType"], coordinate, path, told)),
            _ => {}
        }
        let described = &self.types[name(of)];
        if is_leaf(described) && path == told.place {
            return told.value.to_owned();
        }
        let last = path.last().expect("a name").as_str();
        let known = |wanted: &str| {
            VALUES.iter().find(|(known, _)| *known == wanted).map(|(_, value)| (*value).to_owned())
        };
        match described["kind"].as_str() {
            Some("ENUM") => name(&described["enumValues"][0]).to_owned(),
            Some("INPUT_OBJECT") => {
                let fields = list(&described["inputFields"]).iter().filter_map(|field| {
                    let path = [path, &[name(field).to_owned()]].concat();
                    let coordinate = format!("{}.{}", name(of), name(field));
                    let value = || self.literal(&field["type"], &coordinate, &path, told);
                    (is_required(field) || told.place.starts_with(&path))
                        .then(|| format!("{}: {}", name(field), value()))
                });
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            _ if name(of) == "ID" => {
                let id = told.ids.get(last);
                format!("\"{}\"", id.map_or("hug_0192f000000070008000000000fedcba", String::as_str))
            }
            _ => known(coordinate)
                .or_else(|| known(name(of)))
                .unwrap_or_else(|| panic!("say in `VALUES` what {coordinate} may be")),
        }
    }
}

fn has_id(of: &Value) -> bool {
    list(&of["fields"]).iter().any(|field| name(field) == "id" && innermost(&field["type"]) == "ID")
}

pub(super) fn is_leaf(of: &Value) -> bool {
    matches!(of["kind"].as_str(), Some("SCALAR" | "ENUM"))
}

pub(super) fn innermost(of: &Value) -> &str {
    if of["ofType"].is_null() { name(of) } else { innermost(&of["ofType"]) }
}

pub(super) fn is_required(input: &Value) -> bool {
    input["type"]["kind"] == "NON_NULL" && input["defaultValue"].is_null()
}

pub(super) fn name(of: &Value) -> &str {
    of["name"].as_str().expect("a name")
}

pub(super) fn list(of: &Value) -> &[Value] {
    of.as_array().map_or(&[], Vec::as_slice)
}
