//! Walking the data along a plan's paths.

use crate::engine::graphql_error::PathStep;
use crate::engine::plan::PathSegment;
use crate::engine::reserved_keys::client_key;
use crate::engine::schema::TypeConditions;
use crate::engine::store::{ObjectId, Store, Value};

/// The objects a path leads to, each once, however many positions share it.
pub(super) fn objects_at(store: &Store<'_>, types: &TypeConditions, path: &[PathSegment]) -> Vec<ObjectId> {
    let mut found = Vec::new();
    let mut seen = vec![false; store.object_count()];
    let root = Value::Object(Store::root());
    collect(store, types, root, path, &mut |object| {
        if !std::mem::replace(&mut seen[object.index()], true) {
            found.push(object);
        }
    });
    found
}

fn collect(
    store: &Store<'_>,
    types: &TypeConditions,
    value: Value<'_>,
    path: &[PathSegment],
    found: &mut dyn FnMut(ObjectId),
) {
    match (value, path) {
        (Value::List(list), path) => {
            // The planner marks lists by a segment of their own; without it, the path still means their items.
            let rest = match path {
                [PathSegment::List, rest @ ..] => rest,
                path => path,
            };
            for item in store.list(list) {
                collect(store, types, *item, rest, found);
            }
        }
        (Value::Object(object), []) => found(object),
        (Value::Object(object), [PathSegment::Field(key), rest @ ..]) => {
            if let Some(value) = store.get(object, key) {
                collect(store, types, value, rest, found);
            }
        }
        (Value::Object(object), [PathSegment::Types(names), rest @ ..])
            if is_of_type(store, types, object, names) =>
        {
            collect(store, types, value, rest, found);
        }
        (Value::Object(_), [PathSegment::List, rest @ ..]) => collect(store, types, value, rest, found),
        _ => {}
    }
}

/// An object that doesn't tell its type passes: it was asked for in a place that has only one.
pub(super) fn is_of_type(
    store: &Store<'_>,
    types: &TypeConditions,
    object: ObjectId,
    names: &[String],
) -> bool {
    store.typename(object, types).is_none_or(|typename| names.iter().any(|name| name == typename))
}

/// Every position of the path's objects, with the client's path to it. Only errors need this.
pub(super) fn positions_at(
    store: &Store<'_>,
    types: &TypeConditions,
    path: &[PathSegment],
    limit: usize,
) -> Vec<(ObjectId, Vec<PathStep>)> {
    let mut walk = Walk { store, types, steps: Vec::new(), positions: Vec::new(), limit };
    walk.visit(Value::Object(Store::root()), path);
    walk.positions
}

struct Walk<'w, 'a> {
    store: &'w Store<'a>,
    types: &'w TypeConditions,
    steps: Vec<PathStep>,
    positions: Vec<(ObjectId, Vec<PathStep>)>,
    limit: usize,
}

impl Walk<'_, '_> {
    fn visit(&mut self, value: Value<'_>, path: &[PathSegment]) {
        if self.positions.len() >= self.limit {
            return;
        }
        match (value, path) {
            (Value::List(list), path) => {
                let rest = match path {
                    [PathSegment::List, rest @ ..] => rest,
                    path => path,
                };
                let store = self.store;
                for (index, item) in store.list(list).iter().enumerate() {
                    self.steps.push(PathStep::Index(index));
                    self.visit(*item, rest);
                    self.steps.pop();
                }
            }
            (Value::Object(object), []) => self.positions.push((object, self.steps.clone())),
            (Value::Object(object), [PathSegment::Field(key), rest @ ..]) => {
                if let Some(value) = self.store.get(object, key) {
                    self.steps.push(PathStep::Key(client_key(key).to_owned()));
                    self.visit(value, rest);
                    self.steps.pop();
                }
            }
            (Value::Object(object), [PathSegment::Types(names), rest @ ..])
                if is_of_type(self.store, self.types, object, names) =>
            {
                self.visit(value, rest);
            }
            (Value::Object(_), [PathSegment::List, rest @ ..]) => self.visit(value, rest),
            _ => {}
        }
    }
}

/// The keys of a path up to its first list: all that every position has in common.
pub(super) fn common_prefix(path: &[PathSegment]) -> Option<Vec<PathStep>> {
    let steps: Vec<_> = path
        .iter()
        .take_while(|segment| **segment != PathSegment::List)
        .filter_map(|segment| match segment {
            PathSegment::Field(key) => Some(PathStep::Key(client_key(key).to_owned())),
            _ => None,
        })
        .collect();
    (!steps.is_empty()).then_some(steps)
}
