//! Where errors belong: every client field that a failed fetch was to deliver, every position of a faulty entity.

use std::collections::HashSet;

use super::paths::{self, common_prefix, positions_at};
use super::{Execution, Prepared, State};
use crate::engine::graphql_error::{GraphqlError, PathStep};
use crate::engine::plan::{FetchNode, FetchTarget, Output, OutputSelection};
use crate::engine::projection::MAX_ERRORS;
use crate::engine::projection::selection_plan::{FieldContent, SelectionPlan, TypedSelection};
use crate::engine::reserved_keys::client_key;
use crate::engine::store::{ObjectId, Store, Value};

/// Why a fetch delivered nothing; the error lacks only its path.
#[derive(Clone)]
pub(super) struct Failure {
    pub(super) error: GraphqlError,
}

impl<'a> Execution<'a> {
    /// Reports a fetch that delivered nothing: one error for each top-most client field it was to deliver.
    pub(super) fn fail(
        &self,
        state: &mut State<'a>,
        fetch: &'a FetchNode,
        prepared: &Prepared,
        failure: &Failure,
    ) {
        let objects: HashSet<ObjectId> = match &fetch.target {
            FetchTarget::Fields { .. } => prepared.objects.iter().copied().collect(),
            FetchTarget::Entities { .. } => {
                let assignments = prepared.representations.iter().flat_map(|group| &group.assignments);
                assignments.map(|(_, object)| *object).collect()
            }
        };
        self.fail_objects(state, fetch, &objects, failure);
        for object in objects {
            state.failed.entry(object).or_insert_with(|| failure.clone());
        }
    }

    /// Objects that can't be asked about because an earlier fetch failed: that failure is theirs, too.
    pub(super) fn fail_dependents(
        &self,
        state: &mut State<'a>,
        fetch: &'a FetchNode,
        incomplete: &[ObjectId],
    ) {
        for object in incomplete {
            if let Some(failure) = state.failed.get(object).cloned() {
                self.fail_objects(state, fetch, &HashSet::from([*object]), &failure);
            }
        }
    }

    fn fail_objects(
        &self,
        state: &mut State<'a>,
        fetch: &'a FetchNode,
        objects: &HashSet<ObjectId>,
        failure: &Failure,
    ) {
        let mut undelivered = Undelivered { execution: self, store: &state.store, paths: Vec::new() };
        for (path, output) in targets(fetch) {
            for (object, steps) in positions_at(&state.store, self.surroundings.types, path, MAX_ERRORS) {
                if objects.contains(&object) {
                    undelivered.at_position(object, steps, output);
                }
            }
        }
        let mut seen: HashSet<_> = state.errors.iter().filter_map(|error| error.path.clone()).collect();
        for path in undelivered.paths {
            if seen.insert(path.clone()) {
                state.report(failure.error.clone().at(path));
            }
        }
    }

    /// The client's paths for an error's path in a subgraph's response; none when it leads nowhere.
    pub(super) fn places(
        &self,
        state: &State<'a>,
        fetch: &FetchNode,
        prepared: &Prepared,
        path: &[serde_json::Value],
    ) -> Vec<Vec<PathStep>> {
        let types = self.surroundings.types;
        match &fetch.target {
            FetchTarget::Fields { path: target, .. } if !path.is_empty() => {
                let positions = positions_at(&state.store, types, target, MAX_ERRORS);
                positions.into_iter().map(|(_, steps)| extended(steps, path)).collect()
            }
            FetchTarget::Fields { .. } => Vec::new(),
            FetchTarget::Entities { groups, requests } => {
                let [key, index, rest @ ..] = path else {
                    return Vec::new();
                };
                let request =
                    requests.iter().find(|request| Some(request.response_key.as_str()) == key.as_str());
                let (Some(request), Some(index)) = (request, index.as_u64()) else {
                    return Vec::new();
                };
                let assignments = &prepared.representations[request.group].assignments;
                let objects: HashSet<_> = assignments
                    .iter()
                    .filter(|(assigned, _)| *assigned as u64 == index)
                    .map(|(_, object)| *object)
                    .collect();
                groups[request.group]
                    .paths
                    .iter()
                    .flat_map(|path| positions_at(&state.store, types, path, MAX_ERRORS))
                    .filter(|(object, _)| objects.contains(object))
                    .map(|(_, steps)| extended(steps, rest))
                    .collect()
            }
        }
    }

    /// The best place for an error that has none of its own.
    pub(super) fn common_place(fetch: &FetchNode) -> Option<Vec<PathStep>> {
        targets(fetch).next().and_then(|(path, _)| common_prefix(path))
    }
}

fn targets(fetch: &FetchNode) -> impl Iterator<Item = (&[crate::engine::plan::PathSegment], &Output)> {
    let (fields, entities) = match &fetch.target {
        FetchTarget::Fields { path, output } => (Some((path.as_slice(), output)), None),
        FetchTarget::Entities { groups, requests } => (None, Some((groups, requests))),
    };
    let entities = entities.into_iter().flat_map(|(groups, requests)| {
        requests.iter().flat_map(|request| {
            groups[request.group].paths.iter().map(|path| (path.as_slice(), &request.output))
        })
    });
    fields.into_iter().chain(entities)
}

fn extended(mut steps: Vec<PathStep>, rest: &[serde_json::Value]) -> Vec<PathStep> {
    steps.extend(rest.iter().filter_map(|step| match step {
        serde_json::Value::String(key) => Some(PathStep::Key(client_key(key).to_owned())),
        serde_json::Value::Number(index) => {
            index.as_u64().and_then(|index| usize::try_from(index).ok()).map(PathStep::Index)
        }
        _ => None,
    }));
    steps
}

/// Finds the client's fields among those that a fetch was to deliver and nobody else has.
struct Undelivered<'e, 'a> {
    execution: &'e Execution<'a>,
    store: &'e Store<'a>,
    paths: Vec<Vec<PathStep>>,
}

impl<'a> Undelivered<'_, 'a> {
    fn at_position(&mut self, object: ObjectId, mut steps: Vec<PathStep>, output: &Output) {
        if let Some(selection) = self.selection_at(&steps) {
            self.object(object, selection, &output.selections, &mut steps);
        }
    }

    /// The client's selection at a position; `None` where the client asked for nothing.
    fn selection_at(&self, steps: &[PathStep]) -> Option<&'a SelectionPlan> {
        let mut selection = &self.execution.surroundings.variant.selection;
        let mut value = Value::Object(Store::root());
        for step in steps {
            value = match (step, value) {
                (PathStep::Key(key), Value::Object(object)) => {
                    let field =
                        self.typed(object, selection)?.fields.iter().find(|f| f.response_key() == key)?;
                    selection = match &field.content {
                        FieldContent::Data { selection: Some(selection), .. } => selection,
                        _ => return None,
                    };
                    self.store.get(object, field.node.data_key())?
                }
                (PathStep::Index(index), Value::List(list)) => *self.store.list(list).get(*index)?,
                _ => return None,
            };
        }
        Some(selection)
    }

    fn typed(&self, object: ObjectId, selection: &'a SelectionPlan) -> Option<&'a TypedSelection> {
        let surroundings = &self.execution.surroundings;
        let typename =
            if selection.is_abstract() { self.store.typename(object, surroundings.types) } else { None };
        selection.for_type(surroundings.schema, typename)
    }

    fn object(
        &mut self,
        object: ObjectId,
        selection: &'a SelectionPlan,
        output: &[OutputSelection],
        steps: &mut Vec<PathStep>,
    ) {
        let Some(typed) = self.typed(object, selection) else {
            return;
        };
        // Nobody knows which of the client's fields it has.
        if *typed.type_name == *selection.type_name()
            && selection.depends_on_type(self.execution.surroundings.schema)
        {
            self.paths.push(steps.clone());
            return;
        }
        for item in output {
            match item {
                OutputSelection::Fragment { types, selections } => {
                    let of_type = types.iter().any(|name| **name == *typed.type_name)
                        || paths::is_of_type(self.store, self.execution.surroundings.types, object, types);
                    if of_type {
                        self.object(object, selection, selections, steps);
                    }
                }
                OutputSelection::Field { key, selections } => {
                    let Some(field) = typed.fields.iter().find(|field| field.node.data_key() == key) else {
                        continue;
                    };
                    let FieldContent::Data { selection, .. } = &field.content else {
                        continue;
                    };
                    steps.push(PathStep::Key(field.response_key().to_owned()));
                    match (self.store.get(object, key), selection) {
                        (None, _) => self.paths.push(steps.clone()),
                        (Some(value), Some(selection)) => self.within(value, selection, selections, steps),
                        (Some(_), None) => {}
                    }
                    steps.pop();
                }
            }
        }
    }

    fn within(
        &mut self,
        value: Value<'_>,
        selection: &'a SelectionPlan,
        output: &[OutputSelection],
        steps: &mut Vec<PathStep>,
    ) {
        match value {
            Value::Object(object) => self.object(object, selection, output, steps),
            Value::List(list) => {
                let store = self.store;
                for (index, item) in store.list(list).iter().enumerate() {
                    steps.push(PathStep::Index(index));
                    self.within(*item, selection, output, steps);
                    steps.pop();
                }
            }
            _ => {}
        }
    }
}
