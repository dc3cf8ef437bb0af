//! The subgraph's schema as it describes itself, and operations made of it: every field selected, every place for an id known.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::Client;

use super::known::{ARGUMENTS, IDS, Kind, VALUES};

const INTROSPECTION: &str = "{ __schema { types {
        kind name
        fields { name args { name defaultValue type { ...T } } type { ...T } }
        inputFields { name defaultValue type { ...T } }
        possibleTypes { name } enumValues { name }
    } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";

/// Types of which nested places show the key alone: their fields are paths of their own.
const ENTITIES: [&str; 1] = ["User"];

pub(super) struct Schema {
    types: BTreeMap<String, Value>,
}

/// A place of an argument, or within its input, where an id stands.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) kind: Kind,
    /// From the argument down.
    path: Vec<String>,
}

impl Schema {
    pub(super) async fn of(client: &Client) -> Self {
        let data = client.data(INTROSPECTION, json!({})).await;
        let types = data["__schema"]["types"].as_array().expect("types");
        let named = types.iter().map(|of_type| (name(of_type).to_owned(), of_type.clone()));
        Self { types: named.collect() }
    }

    /// The fields of a type that aren't federation's own; none when there is no such type.
    pub(super) fn fields(&self, of_type: &str) -> Vec<&Value> {
        let fields = self.types.get(of_type).and_then(|of_type| of_type["fields"].as_array());
        fields.into_iter().flatten().filter(|field| !name(field).starts_with('_')).collect()
    }

    /// The types that the gateway finds by their keys.
    pub(super) fn entities(&self) -> Vec<&str> {
        list(&self.types["_Entity"]["possibleTypes"]).iter().map(name).collect()
    }

    /// Every place where an id may stand in the arguments of a field.
    pub(super) fn places(&self, of_type: &str, field: &Value) -> Vec<Place> {
        let mut places = Vec::new();
        for argument in list(&field["args"]) {
            let coordinate = format!("{of_type}.{}.{}", name(field), name(argument));
            self.collect_places(argument, &coordinate, &mut vec![name(argument).to_owned()], &mut places);
        }
        places
    }

    fn collect_places(
        &self,
        input: &Value,
        coordinate: &str,
        path: &mut Vec<String>,
        places: &mut Vec<Place>,
    ) {
        let named = innermost(&input["type"]);
        if named == "ID" {
            let known = IDS.iter().find(|(known, _)| *known == coordinate);
            let kind = known.map(|(_, kind)| *kind);
            let kind = kind.unwrap_or_else(|| panic!("say in `known.rs` what `{coordinate}` is an id of"));
            places.push(Place { kind, path: path.clone() });
            return;
        }
        for field in list(&self.types[named]["inputFields"]) {
            path.push(name(field).to_owned());
            self.collect_places(field, &format!("{named}.{}", name(field)), path, places);
            path.pop();
        }
    }

    /// A field with what it needs to be called, the id of `target` in its place, those of `own` in all others that must be said,
    /// and with everything that it answers.
    pub(super) fn call(
        &self,
        of_type: &str,
        field: &Value,
        target: Option<(&Place, &str)>,
        own: &dyn Fn(Kind) -> String,
    ) -> String {
        let coordinate = format!("{of_type}.{}", name(field));
        let mut arguments: Vec<String> = Vec::new();
        let usual = ARGUMENTS.iter().find(|(known, _)| *known == coordinate).map_or("", |(_, usual)| usual);
        let filling = Filling { schema: self, target, own };
        for argument in list(&field["args"]) {
            let said = usual.contains(&format!("{}:", name(argument)));
            let path = [name(argument).to_owned()];
            if !said && (is_required(argument) || filling.leads_to_target(&path)) {
                let literal =
                    filling.literal(&argument["type"], &format!("{coordinate}.{}", name(argument)), &path);
                arguments.push(format!("{}: {literal}", name(argument)));
            }
        }
        arguments.extend((!usual.is_empty()).then(|| usual.to_owned()));
        let arguments =
            if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        let selection = self.selection(innermost(&field["type"]), &mut Vec::new());
        format!("{}{arguments}{selection}", name(field))
    }

    /// Everything of a type, but what is on the way to it already.
    fn selection(&self, of_type: &str, outer: &mut Vec<String>) -> String {
        if ENTITIES.contains(&of_type) {
            return " { id }".to_owned();
        }
        let described = &self.types[of_type];
        let mut selected = Vec::new();
        outer.push(of_type.to_owned());
        for field in self.fields(of_type) {
            if !outer.iter().any(|outer| outer == innermost(&field["type"])) {
                let own = |kind: Kind| panic!("{of_type}.{}: ids of {kind:?} within answers", name(field));
                let nested = self.nested(of_type, field, outer, &own);
                // Members of a union may have fields of one name and of several types.
                selected.push(format!("{of_type}_{}: {nested}", name(field)));
            }
        }
        if described["kind"] == "UNION" {
            for member in list(&described["possibleTypes"]) {
                selected.push(format!("... on {}{}", name(member), self.selection(name(member), outer)));
            }
        }
        outer.pop();
        if matches!(described["kind"].as_str(), Some("SCALAR" | "ENUM")) {
            return String::new();
        }
        format!(" {{ __typename {} }}", selected.join(" "))
    }

    fn nested(
        &self,
        of_type: &str,
        field: &Value,
        outer: &mut Vec<String>,
        own: &dyn Fn(Kind) -> String,
    ) -> String {
        let filling = Filling { schema: self, target: None, own };
        let required = list(&field["args"]).iter().filter(|argument| is_required(argument));
        let arguments: Vec<String> = required
            .map(|argument| {
                let coordinate = format!("{of_type}.{}.{}", name(field), name(argument));
                format!("{}: {}", name(argument), filling.literal(&argument["type"], &coordinate, &[]))
            })
            .collect();
        let arguments =
            if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        format!("{}{arguments}{}", name(field), self.selection(innermost(&field["type"]), outer))
    }
}

/// How inputs are filled in.
struct Filling<'f> {
    schema: &'f Schema,
    target: Option<(&'f Place, &'f str)>,
    own: &'f dyn Fn(Kind) -> String,
}

impl Filling<'_> {
    fn leads_to_target(&self, path: &[String]) -> bool {
        self.target.is_some_and(|(place, _)| place.path.starts_with(path))
    }

    fn literal(&self, of_type: &Value, coordinate: &str, path: &[String]) -> String {
        match of_type["kind"].as_str() {
            Some("NON_NULL") => return self.literal(&of_type["ofType"], coordinate, path),
            Some("LIST") => return format!("[{}]", self.literal(&of_type["ofType"], coordinate, path)),
            _ => {}
        }
        if let Some((_, value)) = VALUES.iter().find(|(known, _)| *known == coordinate) {
            return (*value).to_owned();
        }
        let described = &self.schema.types[name(of_type)];
        match (name(of_type), described["kind"].as_str()) {
            ("ID", _) => match self.target.filter(|(place, _)| place.path == path) {
                Some((_, id)) => json!(id).to_string(),
                None => json!((self.own)(self.kind_of(coordinate))).to_string(),
            },
            (_, Some("ENUM")) => name(&described["enumValues"][0]).to_owned(),
            (input, Some("INPUT_OBJECT")) => self.object(input, &described["inputFields"], path),
            (scalar, _) => {
                let usual = VALUES.iter().find(|(known, _)| *known == scalar);
                let usual =
                    usual.unwrap_or_else(|| panic!("say in `known.rs` what to give for `{coordinate}`"));
                usual.1.to_owned()
            }
        }
    }

    fn object(&self, input: &str, fields: &Value, path: &[String]) -> String {
        let filled = list(fields).iter().filter_map(|field| {
            let path = [path, &[name(field).to_owned()]].concat();
            let coordinate = format!("{input}.{}", name(field));
            let needed = is_required(field) || self.leads_to_target(&path);
            needed.then(|| format!("{}: {}", name(field), self.literal(&field["type"], &coordinate, &path)))
        });
        format!("{{ {} }}", filled.collect::<Vec<_>>().join(", "))
    }

    fn kind_of(&self, coordinate: &str) -> Kind {
        let known = IDS.iter().find(|(known, _)| *known == coordinate).map(|(_, kind)| *kind);
        known.unwrap_or_else(|| panic!("say in `known.rs` what `{coordinate}` is an id of"))
    }
}

pub(super) fn name(named: &Value) -> &str {
    named["name"].as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn innermost(of_type: &Value) -> &str {
    if of_type["ofType"].is_null() { name(of_type) } else { innermost(&of_type["ofType"]) }
}

fn is_required(input: &Value) -> bool {
    input["type"]["kind"] == "NON_NULL" && input["defaultValue"].is_null()
}
