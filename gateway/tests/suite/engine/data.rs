//! One JSON document as the data of several subgraphs, or of a monolith that knows it all.
//!
//! Its keys are the root types, with a value for each field, and the entities' types, with their instances by name.
//! A string that begins with `@` refers to an entity, as `"@User/1"`. An object with one key that begins with `$` is
//! worked out: `$echo` says what the field was asked, `$next` counts, `$find` and `$all` look entities up, `$by` decides
//! by an argument, `$error` fails. A field that requires others and has no value is the text of what it requires.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use graphql_tools::static_graphql::query::{
    Definition, OperationDefinition, Selection, SelectionSet, TypeCondition, Value,
};
use graphql_tools::static_graphql::schema::{self, Directive, TypeDefinition};
use serde_json::{Map, Value as Json, json};

/// The data, and which types are which.
pub(crate) struct Dataset {
    data: Json,
    /// The API schema's interfaces and unions with their object types.
    members: HashMap<String, Vec<String>>,
    /// What the value of `Type.field` is made from where the data has none: what the field requires.
    requirements: HashMap<String, String>,
    /// How often `$next` was asked for.
    count: AtomicUsize,
}

impl Dataset {
    pub(crate) fn new(
        data: &Json,
        api: &schema::Document,
        requirements: HashMap<String, String>,
    ) -> Arc<Self> {
        let mut members: HashMap<String, Vec<String>> = HashMap::new();
        for definition in &api.definitions {
            match definition {
                schema::Definition::TypeDefinition(TypeDefinition::Object(object)) => {
                    for interface in &object.implements_interfaces {
                        members.entry(interface.clone()).or_default().push(object.name.clone());
                    }
                }
                schema::Definition::TypeDefinition(TypeDefinition::Union(union)) => {
                    members.entry(union.name.clone()).or_default().extend(union.types.iter().cloned());
                }
                _ => {}
            }
        }
        let mut data = data.clone();
        for (type_name, instances) in data.as_object_mut().expect("an object of types") {
            if !["Query", "Mutation"].contains(&type_name.as_str()) {
                for instance in instances.as_object_mut().expect("instances by name").values_mut() {
                    instance["__typename"] = json!(type_name);
                }
            }
        }
        Arc::new(Self { data, members, requirements, count: AtomicUsize::new(0) })
    }

    pub(crate) fn start_over(&self) {
        self.count.store(0, Ordering::SeqCst);
    }

    fn instances(&self, type_name: &str) -> impl Iterator<Item = &Json> {
        let concrete = self.data.get(type_name).map(|_| vec![type_name.to_owned()]);
        let types = concrete.or_else(|| self.members.get(type_name).cloned()).unwrap_or_default();
        types.into_iter().filter_map(|name| self.data[name.as_str()].as_object()).flat_map(Map::values)
    }
}

/// What one subgraph, or the monolith, sees of the data.
pub(crate) struct View {
    name: &'static str,
    dataset: Arc<Dataset>,
    objects: HashSet<String>,
    keys: HashMap<String, Vec<SelectionSet>>,
    /// `Type.field`, which somebody else resolves.
    externals: HashSet<String>,
    provided: HashSet<String>,
    /// Who resolves `Type.field`; the monolith's own knowledge.
    owners: HashMap<String, HashSet<String>>,
    /// Whose fields fail; the monolith's only.
    failing: Mutex<Option<String>>,
}

impl View {
    /// The part that a subgraph of this SDL has.
    pub(crate) fn of_subgraph(name: &'static str, sdl: &schema::Document, dataset: Arc<Dataset>) -> Self {
        let mut view = Self::of_all(sdl, dataset, HashMap::new());
        view.name = name;
        for (type_name, directives, fields) in composite_types(sdl) {
            let keys: Vec<_> = directives
                .iter()
                .filter(|directive| directive.name == "key")
                .map(|directive| field_set(text_argument(directive, "fields").expect("a key has fields")))
                .collect();
            let is_external = has(directives, "external");
            for field in fields {
                let in_key = keys.iter().any(|key| selects(key, &field.name));
                if (is_external || has(&field.directives, "external")) && !in_key {
                    view.externals.insert(format!("{type_name}.{}", field.name));
                }
                for directive in field.directives.iter().filter(|directive| directive.name == "provides") {
                    names_in(
                        &field_set(text_argument(directive, "fields").expect("it has fields")),
                        &mut view.provided,
                    );
                }
            }
            view.keys.entry(type_name.to_owned()).or_default().extend(keys);
        }
        view
    }

    /// Everything.
    pub(crate) fn of_all(
        sdl: &schema::Document,
        dataset: Arc<Dataset>,
        owners: HashMap<String, HashSet<String>>,
    ) -> Self {
        let objects = sdl.definitions.iter().filter_map(|definition| match definition {
            schema::Definition::TypeDefinition(TypeDefinition::Object(object)) => Some(object.name.clone()),
            _ => None,
        });
        Self {
            name: "the monolith",
            dataset,
            objects: objects.collect(),
            keys: HashMap::new(),
            externals: HashSet::new(),
            provided: HashSet::new(),
            owners,
            failing: Mutex::default(),
        }
    }

    /// From now on, everything that only this subgraph resolves fails.
    pub(crate) fn fail(&self, subgraph: Option<&str>) {
        *self.failing.lock().expect("not poisoned") = subgraph.map(str::to_owned);
    }

    /// What an object of this type is called here: an interface object is called by its interface.
    pub(crate) fn local_typename(&self, concrete: &str) -> String {
        if self.objects.contains(concrete) {
            return concrete.to_owned();
        }
        let interface = self.objects.iter().find(|name| {
            self.dataset
                .members
                .get(*name)
                .is_some_and(|members| members.iter().any(|member| member == concrete))
        });
        interface.cloned().unwrap_or_else(|| concrete.to_owned())
    }

    /// The entity of a representation.
    pub(crate) fn entity(&self, representation: &Map<String, Json>) -> Json {
        let typename = representation["__typename"].as_str().expect("a representation has a __typename");
        let keys =
            self.keys.get(typename).unwrap_or_else(|| panic!("{} has no entity {typename}", self.name));
        let key = keys.iter().find(|key| given(key, representation));
        let key = key.unwrap_or_else(|| panic!("{} was sent no key: {representation:?}", self.name));
        let wanted = project(&Json::Object(representation.clone()), key);
        let found = self.dataset.instances(typename).find(|entity| {
            let absent =
                entity["$absentFrom"].as_array().is_some_and(|names| names.contains(&json!(self.name)));
            !absent && self.select(entity, key) == wanted
        });
        let mut entity = found.cloned().unwrap_or(Json::Null);
        if let Some(entity) = entity.as_object_mut() {
            entity.insert("$representation".to_owned(), representation.clone().into());
        }
        entity
    }

    /// The value of a field, before anything is selected on it.
    pub(crate) fn resolve(
        &self,
        parent: &Json,
        typename: &str,
        field: &str,
        arguments: &Map<String, Json>,
    ) -> Json {
        let coordinate = format!("{typename}.{field}");
        if let Some(sent) = parent["$representation"].get(field)
            && self.externals.contains(&coordinate)
        {
            return sent.clone();
        }
        if self.externals.contains(&coordinate) {
            assert!(self.provided.contains(field), "{} was asked for the external {coordinate}", self.name);
        }
        if let Some(owners) = self.owners.get(&coordinate) {
            let absent = parent["$absentFrom"].as_array().cloned().unwrap_or_default();
            if !absent.is_empty() && owners.iter().all(|owner| absent.contains(&json!(owner))) {
                return Json::Null;
            }
            let failing = self.failing.lock().expect("not poisoned").clone();
            if failing.is_some_and(|failing| owners.len() == 1 && owners.contains(&failing)) {
                return json!({ "$error": "its subgraph is down" });
            }
        }
        let value = if ["Query", "Mutation"].contains(&typename) {
            &self.dataset.data[typename][field]
        } else {
            &parent[field]
        };
        if let (Json::Null, Some(requirement)) = (value, self.dataset.requirements.get(&coordinate))
            && parent.get(field).is_none()
        {
            let selected = self.select_as(parent, typename, &field_set(requirement));
            return selected.map_or_else(|failure| failure, |selected| json!(selected.to_string()));
        }
        self.evaluate(value, field, arguments)
    }

    fn evaluate(&self, value: &Json, field: &str, arguments: &Map<String, Json>) -> Json {
        match value {
            Json::String(text) => match text.strip_prefix('@').and_then(|name| name.split_once('/')) {
                Some((type_name, name)) => {
                    let entity = &self.dataset.data[type_name][name];
                    assert!(entity.is_object(), "the data has no {text}");
                    entity.clone()
                }
                None => value.clone(),
            },
            Json::Array(items) => items.iter().map(|item| self.evaluate(item, field, arguments)).collect(),
            Json::Object(object) => match object.iter().next() {
                Some((command, value)) if command.starts_with('$') && object.len() == 1 => {
                    self.work_out(command, value, field, arguments)
                }
                _ => value.clone(),
            },
            value => value.clone(),
        }
    }

    fn work_out(&self, command: &str, value: &Json, field: &str, arguments: &Map<String, Json>) -> Json {
        match (command, value) {
            ("$error", _) => json!({ "$error": value }),
            ("$echo", _) => json!(format!("{field}{}", sorted(&Json::Object(arguments.clone())))),
            ("$next", _) => json!(self.dataset.count.fetch_add(1, Ordering::SeqCst) + 1),
            ("$all", Json::String(type_name)) => {
                let limit = arguments.get("first").and_then(Json::as_u64).unwrap_or(u64::MAX);
                let limit = usize::try_from(limit).unwrap_or(usize::MAX);
                self.dataset.instances(type_name).take(limit).cloned().collect()
            }
            ("$find", Json::String(type_name)) => {
                let fits = |entity: &&Json| arguments.iter().all(|(name, value)| entity[name] == *value);
                self.dataset.instances(type_name).find(fits).cloned().unwrap_or(Json::Null)
            }
            ("$by", Json::Object(cases)) => {
                let (argument, cases) = cases.iter().next().expect("the argument's name");
                let given = arguments.get(argument).map_or_else(String::new, |value| {
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                });
                self.evaluate(cases.get(&given).unwrap_or(&cases["else"]), field, arguments)
            }
            _ => panic!("{command} is unknown"),
        }
    }

    fn select(&self, object: &Json, selection: &SelectionSet) -> Json {
        let typename = self.local_typename(object["__typename"].as_str().unwrap_or_default());
        self.select_as(object, &typename, selection).unwrap_or_else(|failure| failure)
    }

    /// What a selection gives on an object; a failing field fails it.
    fn select_as(&self, object: &Json, typename: &str, selection: &SelectionSet) -> Result<Json, Json> {
        let mut selected = Map::new();
        for item in &selection.items {
            match item {
                Selection::Field(field) => {
                    let coordinate = format!("{typename}.{}", field.name);
                    let value = if self.externals.contains(&coordinate) {
                        let sent = object["$representation"].get(&field.name);
                        let sent = sent.unwrap_or_else(|| panic!("{} was not sent {coordinate}", self.name));
                        project(sent, &field.selection_set)
                    } else {
                        let arguments = field.arguments.iter();
                        let arguments = arguments.map(|(name, value)| (name.clone(), constant(value)));
                        let value = self.resolve(object, typename, &field.name, &arguments.collect());
                        self.select_in(&value, &field.selection_set)?
                    };
                    selected.insert(field.name.clone(), value);
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref();
                    if condition.is_none_or(|TypeCondition::On(name)| self.is_a(typename, name))
                        && let Json::Object(below) =
                            self.select_as(object, typename, &fragment.selection_set)?
                    {
                        selected.extend(below);
                    }
                }
                Selection::FragmentSpread(_) => panic!("a field set spreads no fragment"),
            }
        }
        Ok(selected.into())
    }

    fn select_in(&self, value: &Json, selection: &SelectionSet) -> Result<Json, Json> {
        match value {
            Json::Object(object) if object.contains_key("$error") => Err(value.clone()),
            Json::Object(object) if !selection.items.is_empty() => {
                let typename = object.get("__typename").and_then(Json::as_str).unwrap_or_default();
                self.select_as(value, &self.local_typename(typename), selection)
            }
            Json::Array(items) => items.iter().map(|item| self.select_in(item, selection)).collect(),
            value => Ok(value.clone()),
        }
    }

    fn is_a(&self, typename: &str, condition: &str) -> bool {
        typename == condition
            || self
                .dataset
                .members
                .get(condition)
                .is_some_and(|members| members.iter().any(|m| m == typename))
    }
}

/// The selection of a representation's value, which holds what was asked for and maybe more.
fn project(value: &Json, selection: &SelectionSet) -> Json {
    match value {
        Json::Object(object) if !selection.items.is_empty() => {
            let mut projected = Map::new();
            project_into(object, selection, &mut projected);
            projected.into()
        }
        Json::Array(items) => items.iter().map(|item| project(item, selection)).collect(),
        value => value.clone(),
    }
}

fn project_into(object: &Map<String, Json>, selection: &SelectionSet, projected: &mut Map<String, Json>) {
    for item in &selection.items {
        match item {
            Selection::Field(field) => {
                let value =
                    object.get(&field.name).unwrap_or_else(|| panic!("{object:?} lacks {}", field.name));
                projected.insert(field.name.clone(), project(value, &field.selection_set));
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.type_condition.as_ref();
                let applies = condition.is_none_or(|TypeCondition::On(name)| object["__typename"] == *name);
                if applies {
                    project_into(object, &fragment.selection_set, projected);
                }
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn given(key: &SelectionSet, representation: &Map<String, Json>) -> bool {
    key.items.iter().all(|item| match item {
        Selection::Field(field) => representation.contains_key(&field.name),
        _ => false,
    })
}

/// The composite types of an SDL, extended or not.
pub(crate) fn composite_types(
    sdl: &schema::Document,
) -> impl Iterator<Item = (&str, &[Directive], &[schema::Field])> {
    sdl.definitions.iter().filter_map(|definition| match definition {
        schema::Definition::TypeDefinition(TypeDefinition::Object(object)) => {
            Some((object.name.as_str(), object.directives.as_slice(), object.fields.as_slice()))
        }
        schema::Definition::TypeDefinition(TypeDefinition::Interface(interface)) => {
            Some((interface.name.as_str(), interface.directives.as_slice(), interface.fields.as_slice()))
        }
        _ => None,
    })
}

pub(crate) fn has(directives: &[Directive], name: &str) -> bool {
    directives.iter().any(|directive| directive.name == name)
}

pub(crate) fn text_argument<'d>(directive: &'d Directive, name: &str) -> Option<&'d str> {
    directive.arguments.iter().find_map(|(argument, value)| match value {
        Value::String(text) if argument == name => Some(text.as_str()),
        _ => None,
    })
}

fn field_set(text: &str) -> SelectionSet {
    let text = format!("{{{text}}}");
    let document = graphql_tools::parser::parse_query::<String>(&text);
    match document.expect("a field set parses").into_static().definitions.remove(0) {
        Definition::Operation(OperationDefinition::SelectionSet(selection_set)) => selection_set,
        other => panic!("{other} is no field set"),
    }
}

fn selects(selection_set: &SelectionSet, name: &str) -> bool {
    selection_set.items.iter().any(|item| matches!(item, Selection::Field(field) if field.name == name))
}

fn names_in(selection_set: &SelectionSet, names: &mut HashSet<String>) {
    for item in &selection_set.items {
        match item {
            Selection::Field(field) => {
                names.insert(field.name.clone());
                names_in(&field.selection_set, names);
            }
            Selection::InlineFragment(fragment) => names_in(&fragment.selection_set, names),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn constant(value: &Value) -> Json {
    match value {
        Value::Int(number) => json!(number.as_i64()),
        Value::Float(number) => json!(number),
        Value::String(text) | Value::Enum(text) => json!(text),
        Value::Boolean(value) => json!(value),
        Value::Null | Value::Variable(_) => Json::Null,
        Value::List(items) => items.iter().map(constant).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), constant(value))).collect::<Map<_, _>>().into()
        }
    }
}

/// Object keys in alphabetical order: what was said counts, not in which order.
fn sorted(value: &Json) -> Json {
    match value {
        Json::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            entries
                .into_iter()
                .map(|(name, value)| (name.clone(), sorted(value)))
                .collect::<Map<_, _>>()
                .into()
        }
        Json::Array(items) => items.iter().map(sorted).collect(),
        value => value.clone(),
    }
}
