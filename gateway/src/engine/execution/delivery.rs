//! A subgraph's response: checked, rewritten, attached to the data; its errors re-based.

use bytes::Bytes;

use super::failures::Failure;
use super::representations::Representations;
use super::subgraph_error::subgraph_error;
use super::{Execution, Prepared, State, failure_of};
use crate::engine::graphql_error::to_json;
use crate::engine::json;
use crate::engine::plan::{EntityRequest, FetchNode, FetchTarget, Output, OutputRewrite, RewriteSegment};
use crate::engine::schema::TypeConditions;
use crate::engine::store::{ObjectId, Store, Value};
use crate::engine::upstream::UpstreamError;

/// The two entries of a response that count.
struct Response<'a> {
    data: Value<'a>,
    errors: Vec<serde_json::Value>,
}

impl<'a> Execution<'a> {
    /// Takes the outcome of a fetch into the data.
    pub(super) fn deliver(
        &self,
        fetch: &'a FetchNode,
        prepared: &Prepared,
        outcome: Result<Bytes, UpstreamError>,
    ) {
        let mut guard = self.state();
        let state = &mut *guard;
        let response = match outcome {
            Ok(body) => self.read(state, fetch, body),
            // Many servers send their GraphQL errors with a status that isn't 2xx.
            Err(UpstreamError::Status(status, Some(body))) => {
                self.read(state, fetch, body).map_err(|_| UpstreamError::Status(status, None))
            }
            Err(error) => Err(error),
        };
        let failure = match response {
            Ok(response) => match self.take(state, fetch, prepared, response) {
                Ok(()) => return,
                Err(reason) => UpstreamError::Malformed(reason),
            },
            Err(error) => error,
        };
        let failure = Failure { error: failure_of(&fetch.service, &failure) };
        self.fail(state, fetch, prepared, &failure);
    }

    fn read(
        &self,
        state: &mut State<'a>,
        fetch: &FetchNode,
        body: Bytes,
    ) -> Result<Response<'a>, UpstreamError> {
        let malformed = |reason: &str| UpstreamError::Malformed(reason.to_owned());
        let bytes = self.responses.keep(fetch.slot, body);
        let value = json::parse(bytes, &mut state.store)
            .map_err(|error| UpstreamError::Malformed(error.to_string()))?;
        let Value::Object(response) = value else {
            return Err(malformed("not an object"));
        };
        let errors = match state.store.get(response, "errors") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::List(list)) => {
                state.store.list(list).iter().map(|error| to_json(&state.store, *error)).collect()
            }
            Some(_) => return Err(malformed("`errors` is not a list")),
        };
        let data = state.store.get(response, "data").unwrap_or(Value::Null);
        match data {
            Value::Object(_) => Ok(Response { data, errors }),
            Value::Null if !errors.is_empty() => Ok(Response { data, errors }),
            Value::Null => Err(malformed("neither data nor errors")),
            _ => Err(malformed("`data` is not an object")),
        }
    }

    fn take(
        &self,
        state: &mut State<'a>,
        fetch: &'a FetchNode,
        prepared: &Prepared,
        response: Response<'a>,
    ) -> Result<(), String> {
        let types = self.surroundings.types;
        let delivered = match (response.data, &fetch.target) {
            (Value::Object(data), FetchTarget::Fields { output, .. }) => {
                rewrite(&mut state.store, types, Value::Object(data), output);
                prepared.objects.iter().for_each(|object| state.store.attach(*object, data));
                true
            }
            (Value::Object(data), FetchTarget::Entities { requests, .. }) => {
                // All are checked before any is attached: a malformed answer counts as none at all.
                for request in requests {
                    let count = prepared.representations[request.group].count;
                    check_entities(&state.store, data, request, count, !response.errors.is_empty())?;
                }
                for request in requests {
                    attach_entities(state, types, data, request, &prepared.representations[request.group]);
                }
                true
            }
            _ => false,
        };
        self.report_subgraph_errors(state, fetch, prepared, response.errors, delivered);
        Ok(())
    }

    fn report_subgraph_errors(
        &self,
        state: &mut State<'a>,
        fetch: &'a FetchNode,
        prepared: &Prepared,
        errors: Vec<serde_json::Value>,
        delivered: bool,
    ) {
        let mut placeless = None;
        for entry in errors {
            let error = subgraph_error(self.surroundings.subgraph_errors, &fetch.service, &entry);
            let path = entry.get("path").and_then(serde_json::Value::as_array);
            let places = path.map(|path| self.places(state, fetch, prepared, path)).unwrap_or_default();
            if !places.is_empty() {
                for place in places {
                    state.report(error.clone().at(place));
                }
            } else if delivered || placeless.is_some() {
                let mut error = error;
                error.path = Self::common_place(fetch);
                state.report(error);
            } else {
                placeless = Some(error);
            }
        }
        if let Some(error) = placeless {
            self.fail(state, fetch, prepared, &Failure { error });
        }
    }
}

fn check_entities(
    store: &Store<'_>,
    data: ObjectId,
    request: &EntityRequest,
    count: usize,
    has_errors: bool,
) -> Result<(), String> {
    match store.get(data, &request.response_key) {
        Some(Value::List(list)) => {
            let items = store.list(list);
            if items.len() != count {
                return Err(format!("{} entities for {count} representations", items.len()));
            }
            let fits = items.iter().all(|item| matches!(item, Value::Null | Value::Object(_)));
            if fits { Ok(()) } else { Err("an entity is not an object".to_owned()) }
        }
        // Its errors say why.
        None | Some(Value::Null) if has_errors => Ok(()),
        _ => Err(format!("`{}` is not a list", request.response_key)),
    }
}

fn attach_entities<'a>(
    state: &mut State<'a>,
    types: &TypeConditions,
    data: ObjectId,
    request: &'a EntityRequest,
    representations: &Representations,
) {
    let Some(Value::List(list)) = state.store.get(data, &request.response_key) else {
        state.unknown.extend(representations.assignments.iter().map(|(_, object)| *object));
        return;
    };
    if !request.output.rewrites.is_empty() {
        for index in 0..representations.count {
            let entity = state.store.list(list)[index];
            rewrite(&mut state.store, types, entity, &request.output);
        }
    }
    for (index, object) in &representations.assignments {
        if let Value::Object(entity) = state.store.list(list)[*index] {
            state.store.attach(*object, entity);
        } else {
            state.unknown.insert(*object);
        }
    }
}

fn rewrite<'a>(store: &mut Store<'a>, types: &TypeConditions, value: Value<'a>, output: &'a Output) {
    for rewrite in &output.rewrites {
        match rewrite {
            OutputRewrite::Rename { path, to } => {
                apply(store, types, value, path, &mut |store, object, index| {
                    store.own_fields_mut(object)[index].key = to;
                });
            }
            OutputRewrite::Set { path, value: text } => {
                apply(store, types, value, path, &mut |store, object, index| {
                    store.own_fields_mut(object)[index].value = Value::String(text);
                });
            }
        }
    }
}

/// Calls `change` with each object and field index that the path ends at.
fn apply<'a>(
    store: &mut Store<'a>,
    types: &TypeConditions,
    value: Value<'a>,
    path: &'a [RewriteSegment],
    change: &mut dyn FnMut(&mut Store<'a>, ObjectId, usize),
) {
    match (value, path) {
        (Value::List(list), path) => {
            for index in 0..store.list(list).len() {
                let item = store.list(list)[index];
                apply(store, types, item, path, change);
            }
        }
        (Value::Object(object), [RewriteSegment::Types(names), rest @ ..])
            if super::paths::is_of_type(store, types, object, names) =>
        {
            apply(store, types, value, rest, change);
        }
        (Value::Object(object), [RewriteSegment::Key(key), rest @ ..]) => {
            let Some(index) = store.own_fields(object).iter().position(|field| field.key == key) else {
                return;
            };
            if rest.is_empty() {
                change(store, object, index);
            } else {
                apply(store, types, store.own_fields(object)[index].value, rest, change);
            }
        }
        _ => {}
    }
}
