//! Fields of one response name must be mergeable ("Field Selection Merging", section 5.3.2 of the GraphQL
//! specification).
//!
//! The library's rule forgets to compare fragments that it met before, takes lists of different lengths for equal, and
//! knows no type of `__typename`. This one takes its place.
//!
//! An operation's fields are sorted by their places in the answer, fragments written out. All fields of one place must
//! have the same shape. They must also be the same field with the same arguments, except where no object can have
//! both: where, at that place or above it, their parents are different object types. The parents on the way to a field
//! are its lineage. Fields of one lineage at one place are one field to this rule, so what is compared in pairs are
//! lineages, and only those of a place whose fields differ at all: mostly none. Sorting takes as many steps as the
//! operation has fields, which `max_fields` bounds.

use ahash::{AHashMap, AHashSet};
use graphql_tools::static_graphql::query::{
    Definition, Document, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet, Type,
    TypeCondition, Value,
};
use graphql_tools::static_graphql::schema::TypeDefinition;

use super::invalid;
use crate::engine::graphql_error::GraphqlError;
use crate::engine::schema::{ApiSchema, named_type};

/// What the library calls its rule.
pub(super) const REPLACED: &str = "OverlappingFieldsCanBeMerged";

/// One error for each place whose fields conflict; nothing is said of what lies below it.
pub(super) fn check(
    schema: &ApiSchema,
    document: &Document,
    fragments: &AHashMap<&str, &FragmentDefinition>,
) -> Vec<GraphqlError> {
    let typename = Type::NonNullType(Box::new(Type::NamedType("String".to_owned())));
    let mut merging = Merging {
        schema,
        fragments,
        typename: &typename,
        lineages: Lineages::default(),
        meanings: Meanings::default(),
        found: Vec::new(),
        told: AHashSet::new(),
        errors: Vec::new(),
    };
    for definition in &document.definitions {
        if let Definition::Operation(operation) = definition {
            merging.operation(operation);
        }
    }
    merging.errors
}

/// A field at its place in the answer.
struct Found<'d> {
    field: &'d Field,
    /// The field whose selections it is among; none at the root.
    above: Option<usize>,
    lineage: usize,
    meaning: usize,
    shape: &'d Type,
}

struct Merging<'d> {
    schema: &'d ApiSchema,
    fragments: &'d AHashMap<&'d str, &'d FragmentDefinition>,
    typename: &'d Type,
    lineages: Lineages<'d>,
    meanings: Meanings<'d>,
    /// All fields of the operation at hand, as often as they are met.
    found: Vec<Found<'d>>,
    /// Whose conflicts were told already, in another operation or at another place.
    told: AHashSet<[*const Field; 2]>,
    errors: Vec<GraphqlError>,
}

/// The fields of one object of the answer, by their response names, as they come.
#[derive(Default)]
struct Names<'d> {
    fields: Vec<(&'d str, Vec<usize>)>,
    positions: AHashMap<&'d str, usize>,
    /// Fragments that were written out already, for parents of a lineage.
    spread: AHashSet<(usize, &'d str)>,
}

/// Where a selection set stands.
#[derive(Clone, Copy)]
struct Place<'d> {
    above: Option<usize>,
    /// That of the field above.
    lineage: usize,
    type_name: &'d str,
}

impl<'d> Merging<'d> {
    fn operation(&mut self, operation: &'d OperationDefinition) {
        let root = match operation {
            OperationDefinition::Mutation(_) => self.schema.mutation_type(),
            OperationDefinition::Subscription(_) => self.schema.subscription_type(),
            _ => Some(self.schema.query_type()),
        };
        if let Some(root) = root {
            self.found.clear();
            let place = Place { above: None, lineage: ROOT, type_name: &root.name };
            let mut names = Names::default();
            self.collect(operation.selection_set(), place, &mut names);
            self.each(names);
        }
    }

    fn each(&mut self, names: Names<'d>) {
        for (name, fields) in names.fields {
            if let Some((pair, reason)) = self.conflict(&fields) {
                self.tell(name, pair, &reason);
                continue;
            }
            let mut below = Names::default();
            for above in fields {
                let Found { field, lineage, shape, .. } = self.found[above];
                let place = Place { above: Some(above), lineage, type_name: named_type(shape) };
                self.collect(&field.selection_set, place, &mut below);
            }
            self.each(below);
        }
    }

    fn collect(&mut self, selection_set: &'d SelectionSet, place: Place<'d>, names: &mut Names<'d>) {
        for selection in &selection_set.items {
            match selection {
                Selection::Field(field) => self.field(field, place, names),
                Selection::InlineFragment(fragment) => {
                    let condition =
                        fragment.type_condition.as_ref().map(|TypeCondition::On(name)| name.as_str());
                    let type_name = condition.unwrap_or(place.type_name);
                    self.collect(&fragment.selection_set, Place { type_name, ..place }, names);
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.fragment_name.as_str();
                    if names.spread.insert((place.lineage, name))
                        && let Some(fragment) = self.fragments.get(name)
                    {
                        let TypeCondition::On(type_name) = &fragment.type_condition;
                        self.collect(&fragment.selection_set, Place { type_name, ..place }, names);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &'d Field, place: Place<'d>, names: &mut Names<'d>) {
        let shape = if field.name == "__typename" {
            self.typename
        } else if let Some(declared) = self.schema.field(place.type_name, &field.name) {
            &declared.field_type
        } else {
            return;
        };
        let definition = self.schema.type_definition(place.type_name);
        let object = matches!(definition, Some(TypeDefinition::Object(_))).then_some(place.type_name);
        let lineage = self.lineages.below(place.lineage, object);
        let meaning = self.meanings.of(field);
        let name = field.alias.as_deref().unwrap_or(&field.name);
        let position = *names.positions.entry(name).or_insert_with(|| {
            names.fields.push((name, Vec::new()));
            names.fields.len() - 1
        });
        names.fields[position].1.push(self.found.len());
        self.found.push(Found { field, above: place.above, lineage, meaning, shape });
    }

    /// Two fields of one place that can't be merged, and why.
    fn conflict(&self, fields: &[usize]) -> Option<([usize; 2], String)> {
        let (first, others) = fields.split_first()?;
        let found = &self.found;
        if let Some(other) = others.iter().find(|other| !self.fit(found[*first].shape, found[**other].shape))
        {
            let [left, right] = [found[*first].shape, found[*other].shape];
            let reason = format!("they return conflicting types \"{left}\" and \"{right}\"");
            return Some(([*first, *other], reason));
        }
        if others.iter().all(|other| found[*other].meaning == found[*first].meaning) {
            return None;
        }
        let mut known = AHashSet::new();
        let kinds = fields.iter().copied();
        let kinds: Vec<usize> =
            kinds.filter(|field| known.insert((found[*field].lineage, found[*field].meaning))).collect();
        for (index, left) in kinds.iter().enumerate() {
            let differing =
                kinds[index + 1..].iter().filter(|right| found[**right].meaning != found[*left].meaning);
            for right in differing {
                if self.lineages.may_meet(found[*left].lineage, found[*right].lineage) {
                    let [one, other] = [&found[*left].field.name, &found[*right].field.name];
                    let reason = if one == other {
                        "they have differing arguments".to_owned()
                    } else {
                        format!("\"{one}\" and \"{other}\" are different fields")
                    };
                    return Some(([*left, *right], reason));
                }
            }
        }
        None
    }

    /// The specification's `SameResponseShape`, without what is below.
    fn fit(&self, left: &Type, right: &Type) -> bool {
        match (left, right) {
            (Type::NonNullType(left), Type::NonNullType(right))
            | (Type::ListType(left), Type::ListType(right)) => self.fit(left, right),
            (Type::NamedType(left), Type::NamedType(right)) => {
                left == right || (self.is_composite(left) && self.is_composite(right))
            }
            _ => false,
        }
    }

    fn is_composite(&self, type_name: &str) -> bool {
        let definition = self.schema.type_definition(type_name);
        matches!(
            definition,
            Some(TypeDefinition::Object(_) | TypeDefinition::Interface(_) | TypeDefinition::Union(_))
        )
    }

    /// Tells of a conflict as graphql-js does: from the fields that are selected side by side down to those that differ.
    fn tell(&mut self, name: &str, pair: [usize; 2], reason: &str) {
        let fields = pair.map(|found| std::ptr::from_ref(self.found[found].field));
        if !self.told.insert(fields) {
            return;
        }
        let mut reason = reason.to_owned();
        let mut name = name;
        let [mut left, mut right] = pair.map(|found| &self.found[found]);
        let mut places = vec![(left.field.position, right.field.position)];
        while let (Some(above_left), Some(above_right)) = (left.above, right.above)
            && !std::ptr::eq(self.found[above_left].field, self.found[above_right].field)
        {
            reason = format!("subfields \"{name}\" conflict because {reason}");
            (left, right) = (&self.found[above_left], &self.found[above_right]);
            name = left.field.alias.as_deref().unwrap_or(&left.field.name);
            places.push((left.field.position, right.field.position));
        }
        let message = format!(
            "Fields \"{name}\" conflict because {reason}. \
             Use different aliases on the fields to fetch both if this was intentional."
        );
        let lefts = places.iter().rev().map(|(left, _)| left);
        let rights = places.iter().rev().map(|(_, right)| right);
        let places = lefts.chain(rights).map(|place| (place.line, place.column));
        self.errors.push(invalid(message).located(places));
    }
}

/// That of the fields above the root's.
const ROOT: usize = 0;

/// The types of the objects on the way to a field, the one whose field it is included. None stands for an interface or a union.
#[derive(Default)]
struct Lineages<'d> {
    /// What each adds to which, from the one after the root on.
    steps: Vec<(usize, Option<&'d str>)>,
    numbers: AHashMap<(usize, Option<&'d str>), usize>,
}

impl<'d> Lineages<'d> {
    fn below(&mut self, above: usize, object: Option<&'d str>) -> usize {
        *self.numbers.entry((above, object)).or_insert_with(|| {
            self.steps.push((above, object));
            self.steps.len()
        })
    }

    /// Whether one object of the answer may have fields of both, which are of the same length.
    fn may_meet(&self, mut left: usize, mut right: usize) -> bool {
        while left != right {
            let (above_left, of_left) = self.steps[left - 1];
            let (above_right, of_right) = self.steps[right - 1];
            if of_left != of_right && of_left.is_some() && of_right.is_some() {
                return false;
            }
            (left, right) = (above_left, above_right);
        }
        true
    }
}

/// What fields ask for: a number for each name with its arguments, in any order.
#[derive(Default)]
struct Meanings<'d> {
    of_fields: AHashMap<*const Field, usize>,
    numbers: AHashMap<(&'d str, String), usize>,
}

impl<'d> Meanings<'d> {
    fn of(&mut self, field: &'d Field) -> usize {
        *self.of_fields.entry(std::ptr::from_ref(field)).or_insert_with(|| {
            let arguments = match field.arguments.as_slice() {
                [] => String::new(),
                arguments => format!("{:?}", sorted(arguments)),
            };
            let next = self.numbers.len();
            *self.numbers.entry((&field.name, arguments)).or_insert(next)
        })
    }
}

fn sorted(entries: &[(String, Value)]) -> Vec<(&str, Value)> {
    let entries = entries.iter().map(|(name, value)| (name.as_str(), in_order(value)));
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|(name, _)| *name);
    entries
}

/// The value with the fields of its objects in the order of their names.
fn in_order(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(in_order).collect()),
        Value::Object(fields) => {
            Value::Object(sorted(fields).into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        }
        other => other.clone(),
    }
}
