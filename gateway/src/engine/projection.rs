//! From the request's data to the client's answer, in one pass and in the client's order.
//!
//! Null in a place that must not be null takes its nearest nullable parent with it, with one error.

use std::collections::HashSet;

use ahash::AHashSet;
use serde_json::{Map, Value as Json};

use self::selection_plan::{FieldContent, FieldPlan, LeafType, SelectionPlan, Shape, TypedSelection};
use super::graphql_error::{GraphqlError, PathStep};
use super::introspection;
use super::response::write_json;
use super::schema::{ApiSchema, TypeConditions};
use super::store::{ObjectId, Store, Value};

pub(super) mod leaf;
pub(super) mod selection_plan;

/// An answer never lists more errors than this.
pub(super) const MAX_ERRORS: usize = 1_000;

/// A null was met where none may be; the nearest nullable parent becomes null.
enum Nullified {
    /// There is an error that says why.
    Told,
    /// A subgraph said that there is no such entity: where nothing may be, that is no error.
    Unknown,
}

/// What projection reads.
pub(super) struct Projection<'p> {
    pub(super) schema: &'p ApiSchema,
    pub(super) types: &'p TypeConditions,
    pub(super) store: &'p Store<'p>,
    /// Objects whose missing fields are null without an error.
    pub(super) unknown: &'p AHashSet<ObjectId>,
    pub(super) variables: &'p Map<String, Json>,
}

impl Projection<'_> {
    /// Appends the value of `data`; errors met on the way are added to `errors`.
    pub(super) fn write(&self, selection: &SelectionPlan, out: &mut Vec<u8>, errors: &mut Vec<GraphqlError>) {
        let start = out.len();
        let mut writer =
            Writer { input: self, out, path: Vec::new(), objects: Vec::new(), errors, reported: None };
        if writer.object(Store::root(), selection).is_err() {
            out.truncate(start);
            out.extend_from_slice(b"null");
        }
    }
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

struct Writer<'p, 'o> {
    input: &'p Projection<'p>,
    out: &'o mut Vec<u8>,
    path: Vec<Step<'p>>,
    /// The objects that are being written, each within the one before it.
    objects: Vec<ObjectId>,
    errors: &'o mut Vec<GraphqlError>,
    /// Every path for which, or below which, there is an error; made when it is first needed.
    reported: Option<HashSet<Vec<PathStep>>>,
}

impl<'p> Writer<'p, '_> {
    fn object(&mut self, object: ObjectId, selection: &'p SelectionPlan) -> Result<(), Nullified> {
        let typename =
            if selection.is_abstract() { self.input.store.typename(object, self.input.types) } else { None };
        let Some(typed) = selection.for_type(self.input.schema, typename) else {
            // What is inaccessible must not become known by its name.
            let named = typename.filter(|name| self.input.schema.type_definition(name).is_some());
            let given = named.map_or_else(|| "an object's type".to_owned(), |name| format!("`{name}`"));
            self.malformed(&format!("{given} is not a type that `{}` can be", selection.type_name()));
            return Err(Nullified::Told);
        };
        self.objects.push(object);
        let outcome = match self.known_type(selection, typed) {
            Ok(()) => self.fields(object, typed),
            Err(nullified) => Err(nullified),
        };
        self.objects.pop();
        outcome
    }

    /// An object whose type isn't known can't be written when what was asked of it depends on the type. If a subgraph
    /// doesn't know the object, nobody can tell: then only its `__typename` is too much.
    fn known_type(&mut self, selection: &SelectionPlan, typed: &TypedSelection) -> Result<(), Nullified> {
        let schema = self.input.schema;
        let is_known = !selection.is_abstract() || *typed.type_name != *selection.type_name();
        if is_known || !selection.depends_on_type(schema) {
            return Ok(());
        }
        if !self.is_unknown() {
            self.malformed("an object of an abstract type does not tell its type");
            return Err(Nullified::Told);
        }
        let asks_for_it = typed.fields.iter().any(|field| matches!(field.content, FieldContent::Typename));
        if asks_for_it { Err(Nullified::Unknown) } else { Ok(()) }
    }

    fn fields(&mut self, object: ObjectId, typed: &'p TypedSelection) -> Result<(), Nullified> {
        self.out.push(b'{');
        for (index, field) in typed.fields.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.out.extend_from_slice(field.json_key.as_bytes());
            match &field.content {
                FieldContent::Typename => write_json(self.out, &*typed.type_name),
                FieldContent::Introspection { selection } => {
                    let resolver = introspection::Introspection {
                        schema: self.input.schema,
                        variables: self.input.variables,
                    };
                    resolver.write_root(field, selection, self.out);
                }
                FieldContent::Denied { may_be_null: true } => self.out.extend_from_slice(b"null"),
                FieldContent::Denied { may_be_null: false } => return Err(Nullified::Told),
                FieldContent::Data { shape, selection } => {
                    let value = self.input.store.get_near(object, field.node.data_key(), index);
                    self.path.push(Step::Key(field.response_key()));
                    let outcome = match value {
                        Some(value) => self.value(value, shape, selection.as_ref(), field),
                        None => self.missing(shape, field),
                    };
                    self.path.pop();
                    outcome?;
                }
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    /// Writes a field that nobody gave: null, which is an error unless a subgraph doesn't know its object.
    fn missing(&mut self, shape: &Shape, field: &FieldPlan) -> Result<(), Nullified> {
        match (shape, self.is_unknown()) {
            (Shape::NonNull(_), true) => return Err(Nullified::Unknown),
            (Shape::NonNull(_), false) => {
                self.unexpected_null(field);
                return Err(Nullified::Told);
            }
            (_, true) => {}
            (_, false) => self.undelivered(field),
        }
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    /// Writes a value of any type; `Err` only when the type is non-null.
    fn value(
        &mut self,
        value: Value<'p>,
        shape: &'p Shape,
        selection: Option<&'p SelectionPlan>,
        field: &'p FieldPlan,
    ) -> Result<(), Nullified> {
        let Shape::NonNull(shape) = shape else {
            let start = self.out.len();
            if value == Value::Null || self.present(value, shape, selection, field).is_err() {
                self.out.truncate(start);
                self.out.extend_from_slice(b"null");
            }
            return Ok(());
        };
        let outcome = match value {
            Value::Null => Err(Nullified::Unknown),
            value => self.present(value, shape, selection, field),
        };
        outcome.map_err(|nullified| {
            if matches!(nullified, Nullified::Unknown) {
                self.unexpected_null(field);
            }
            Nullified::Told
        })
    }

    /// Writes a value that is not null, whose type's own nullability was dealt with.
    fn present(
        &mut self,
        value: Value<'p>,
        shape: &'p Shape,
        selection: Option<&'p SelectionPlan>,
        field: &'p FieldPlan,
    ) -> Result<(), Nullified> {
        match (shape, value) {
            (Shape::List(inner), Value::List(list)) => {
                self.out.push(b'[');
                for (index, item) in self.input.store.list(list).iter().enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    self.path.push(Step::Index(index));
                    let outcome = self.value(*item, inner, selection, field);
                    self.path.pop();
                    outcome?;
                }
                self.out.push(b']');
                Ok(())
            }
            (Shape::Composite, Value::Object(object)) => match selection {
                Some(selection) => self.object(object, selection),
                None => Err(Nullified::Told),
            },
            (Shape::Leaf(leaf), value) => self.leaf(leaf, value),
            (Shape::NonNull(inner), value) => self.present(value, inner, selection, field),
            (Shape::List(_), _) => {
                self.malformed("a list was expected");
                Err(Nullified::Told)
            }
            (Shape::Composite, _) => {
                self.malformed("an object was expected");
                Err(Nullified::Told)
            }
        }
    }

    fn leaf(&mut self, leaf: &LeafType, value: Value<'p>) -> Result<(), Nullified> {
        leaf::write(leaf, value, self.input.store, self.out).map_err(|reason| {
            self.malformed(&reason);
            Nullified::Told
        })
    }

    fn unexpected_null(&mut self, field: &FieldPlan) {
        let path = self.current_path();
        if !self.is_reported(&path) {
            let message = format!("Cannot return null for non-nullable field {}.", field.coordinate());
            self.report(GraphqlError::new("UNEXPECTED_NULL", message), path);
        }
    }

    /// A field that may be null is, because nobody gave it.
    fn undelivered(&mut self, field: &FieldPlan) {
        let path = self.current_path();
        if !self.is_reported(&path) {
            let message = format!("No subgraph gave the field {}.", field.coordinate());
            self.report(GraphqlError::new("FIELD_NOT_DELIVERED", message), path);
        }
    }

    /// Whether the object that is being written, or one around it, is unknown to a subgraph.
    fn is_unknown(&self) -> bool {
        let unknown = |object: &ObjectId| self.input.store.is_made_of(*object, self.input.unknown);
        !self.input.unknown.is_empty() && self.objects.iter().any(unknown)
    }

    fn malformed(&mut self, reason: &str) {
        let path = self.current_path();
        if !self.is_reported(&path) {
            let message = format!("A subgraph's answer does not fit the schema: {reason}.");
            self.report(GraphqlError::new("SUBREQUEST_MALFORMED_RESPONSE", message), path);
        }
    }

    fn report(&mut self, error: GraphqlError, path: Vec<PathStep>) {
        if self.errors.len() < MAX_ERRORS {
            if let Some(reported) = &mut self.reported {
                reported.insert(path.clone());
            }
            self.errors.push(error.at(path));
        }
    }

    fn is_reported(&mut self, path: &[PathStep]) -> bool {
        let errors = &*self.errors;
        let reported = self.reported.get_or_insert_with(|| {
            let paths = errors.iter().filter_map(|error| error.path.as_deref());
            paths.flat_map(|path| (1..=path.len()).map(|end| path[..end].to_vec())).collect()
        });
        reported.contains(path)
    }

    fn current_path(&self) -> Vec<PathStep> {
        self.path
            .iter()
            .map(|step| match step {
                Step::Key(key) => PathStep::Key((*key).to_owned()),
                Step::Index(index) => PathStep::Index(*index),
            })
            .collect()
    }
}
