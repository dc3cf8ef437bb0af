//! Representations: how an entity is named to the subgraph that is to complete it.

use std::ops::Range;

use ahash::AHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::paths;
use crate::engine::plan::{InputRewrite, NullMeans, RepresentationGroup, Requirement, RewriteSegment};
use crate::engine::projection::leaf::write_any;
use crate::engine::response::write_json;
use crate::engine::schema::TypeConditions;
use crate::engine::store::{ObjectId, Store, Value};

/// What was written for one group.
pub(super) struct Representations {
    /// How many distinct representations were written.
    pub(super) count: usize,
    /// Which of them each object is named by.
    pub(super) assignments: Vec<(usize, ObjectId)>,
    /// Objects of the right type that lack something the representation needs.
    pub(super) incomplete: Vec<ObjectId>,
    /// Those of them that lack it because a key that may be null is.
    pub(super) keyless: Vec<ObjectId>,
}

/// Appends `"variable":[…],` with one representation for all objects that have the same.
pub(super) fn write(
    store: &Store<'_>,
    types: &TypeConditions,
    group: &RepresentationGroup,
    body: &mut Vec<u8>,
) -> Representations {
    let mut written =
        Representations { count: 0, assignments: Vec::new(), incomplete: Vec::new(), keyless: Vec::new() };
    write_json(body, &group.variable);
    body.extend_from_slice(b":[");
    let mut known: AHashMap<u64, (usize, Range<usize>)> = AHashMap::new();
    let mut writer = Writer { store, types, body };
    for (object, requirements) in objects(store, types, group) {
        let start = writer.body.len();
        match writer.entity(object, requirements, &group.rewrites) {
            Ok(true) => {}
            outcome => {
                writer.body.truncate(start);
                if let Err(reason) = outcome {
                    written.incomplete.push(object);
                    if reason == Incomplete::Keyless {
                        written.keyless.push(object);
                    }
                }
                continue;
            }
        }
        let range = start..writer.body.len();
        let hash = xxh3_64(&writer.body[range.clone()]);
        match known.get(&hash) {
            Some((index, same)) if writer.body[same.clone()] == writer.body[range.clone()] => {
                written.assignments.push((*index, object));
                writer.body.truncate(start);
            }
            _ => {
                known.insert(hash, (written.count, range));
                written.assignments.push((written.count, object));
                written.count += 1;
                writer.body.push(b',');
            }
        }
    }
    if body.last() == Some(&b',') {
        body.pop();
    }
    body.extend_from_slice(b"],");
    written
}

/// Each object once, with what names it where it was found first.
fn objects<'g>(
    store: &Store<'_>,
    types: &TypeConditions,
    group: &'g RepresentationGroup,
) -> Vec<(ObjectId, &'g [Requirement])> {
    let mut seen = vec![false; store.object_count()];
    let mut objects = Vec::new();
    for (path, requirements) in group.paths.iter().zip(&group.requirements) {
        for object in paths::objects_at(store, types, path) {
            if !std::mem::replace(&mut seen[object.index()], true) {
                objects.push((object, requirements.as_slice()));
            }
        }
    }
    objects
}

const TYPENAME: &str = "\"__typename\":";

/// Something the representation needs is not in the data.
#[derive(PartialEq)]
enum Incomplete {
    /// It's a key that is null, and may be: there is nothing to ask.
    Keyless,
    /// It is missing, or null where the schema doesn't allow it.
    Undelivered,
}

/// Rewrites that may still apply, each with the rest of its path.
type Rewrites<'g> = Vec<(&'g [RewriteSegment], &'g str)>;

struct Writer<'w, 'a> {
    store: &'w Store<'a>,
    types: &'w TypeConditions,
    body: &'w mut Vec<u8>,
}

impl Writer<'_, '_> {
    /// `Ok(false)` when the group doesn't ask about objects of this type.
    fn entity(
        &mut self,
        object: ObjectId,
        requirements: &[Requirement],
        rewrites: &[InputRewrite],
    ) -> Result<bool, Incomplete> {
        let Some(typename) = self.store.typename(object, self.types) else {
            return Ok(false);
        };
        let applies = requirements.iter().any(|requirement| match requirement {
            Requirement::Fragment { types, .. } => types.iter().any(|name| name == typename),
            Requirement::Field { .. } | Requirement::Typename => true,
        });
        if !applies {
            return Ok(false);
        }
        let rewrites = rewrites.iter().map(|rewrite| (rewrite.path.as_slice(), &*rewrite.value)).collect();
        let rewrites = past_types(rewrites, Some(typename));
        self.body.extend_from_slice(b"{\"__typename\":");
        self.typename(typename, &rewrites);
        let mut keys = vec![TYPENAME];
        self.fields(object, Some(typename), requirements, &rewrites, &mut keys)?;
        self.body.push(b'}');
        Ok(true)
    }

    fn typename(&mut self, typename: &str, rewrites: &Rewrites<'_>) {
        match replacement(rewrites, TYPENAME) {
            Some(value) => self.body.extend_from_slice(value.as_bytes()),
            None => write_json(self.body, typename),
        }
    }

    /// Writes fields after what stands in `keys`; each key once, though several fragments may ask for it.
    fn fields<'g>(
        &mut self,
        object: ObjectId,
        typename: Option<&str>,
        requirements: &'g [Requirement],
        rewrites: &Rewrites<'g>,
        keys: &mut Vec<&'g str>,
    ) -> Result<(), Incomplete> {
        for requirement in requirements {
            match requirement {
                Requirement::Fragment { types, selections } => {
                    if typename.is_some_and(|typename| types.iter().any(|name| name == typename)) {
                        self.fields(object, typename, selections, rewrites, keys)?;
                    }
                }
                Requirement::Typename => {
                    if let Some(typename) = typename
                        && self.begin(TYPENAME, keys)
                    {
                        self.typename(typename, rewrites);
                    }
                }
                Requirement::Field { source, key, null, selections } => {
                    if !self.begin(key, keys) {
                        continue;
                    }
                    if let Some(value) = replacement(rewrites, key) {
                        self.body.extend_from_slice(value.as_bytes());
                        continue;
                    }
                    let value = self.store.get(object, source).ok_or(Incomplete::Undelivered)?;
                    match (value, null) {
                        (Value::Null, NullMeans::NothingToAsk) => return Err(Incomplete::Keyless),
                        (Value::Null, NullMeans::Undelivered) => return Err(Incomplete::Undelivered),
                        _ => {}
                    }
                    self.value(value, selections, &below(rewrites, key))?;
                }
            }
        }
        Ok(())
    }

    /// Writes a comma and the key, unless the key was written before.
    fn begin<'g>(&mut self, key: &'g str, keys: &mut Vec<&'g str>) -> bool {
        if keys.contains(&key) {
            return false;
        }
        if !keys.is_empty() {
            self.body.push(b',');
        }
        self.body.extend_from_slice(key.as_bytes());
        keys.push(key);
        true
    }

    fn value<'g>(
        &mut self,
        value: Value<'_>,
        selections: &'g [Requirement],
        rewrites: &Rewrites<'g>,
    ) -> Result<(), Incomplete> {
        match value {
            Value::Object(object) if !selections.is_empty() => {
                let typename = self.store.typename(object, self.types);
                let rewrites = past_types(rewrites.clone(), typename);
                self.body.push(b'{');
                let mut keys = Vec::new();
                // What was chosen by type can't be understood without it.
                if let Some(name) = typename
                    && selections.iter().any(|selection| matches!(selection, Requirement::Fragment { .. }))
                {
                    self.begin(TYPENAME, &mut keys);
                    self.typename(name, &rewrites);
                }
                self.fields(object, typename, selections, &rewrites, &mut keys)?;
                self.body.push(b'}');
            }
            Value::List(list) if !selections.is_empty() => {
                self.body.push(b'[');
                for (index, item) in self.store.list(list).iter().enumerate() {
                    if index > 0 {
                        self.body.push(b',');
                    }
                    self.value(*item, selections, rewrites)?;
                }
                self.body.push(b']');
            }
            value => write_any(value, self.store, self.body),
        }
        Ok(())
    }
}

/// Drops rewrites for other types than this object's, and the type conditions of those that are left.
fn past_types<'g>(rewrites: Rewrites<'g>, typename: Option<&str>) -> Rewrites<'g> {
    rewrites
        .into_iter()
        .filter_map(|(mut path, value)| {
            while let [RewriteSegment::Types(types), rest @ ..] = path {
                if !types.iter().any(|name| Some(name.as_str()) == typename) {
                    return None;
                }
                path = rest;
            }
            Some((path, value))
        })
        .collect()
}

/// The value that a rewrite sets for this key, which is given as `"key":`.
fn replacement<'g>(rewrites: &Rewrites<'g>, json_key: &str) -> Option<&'g str> {
    rewrites.iter().find_map(|(path, value)| match path {
        [RewriteSegment::Key(key)] if is_key(json_key, key) => Some(*value),
        _ => None,
    })
}

fn below<'g>(rewrites: &Rewrites<'g>, json_key: &str) -> Rewrites<'g> {
    rewrites
        .iter()
        .filter_map(|(path, value)| match path {
            [RewriteSegment::Key(key), rest @ ..] if !rest.is_empty() && is_key(json_key, key) => {
                Some((rest, *value))
            }
            _ => None,
        })
        .collect()
}

fn is_key(json_key: &str, key: &str) -> bool {
    json_key.strip_prefix('"').and_then(|rest| rest.strip_suffix("\":")) == Some(key)
}
