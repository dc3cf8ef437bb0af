//! Which documents the rule "Field Selection Merging" allows, in the words of the specification and in no hurry: what
//! the gateway's own rule is measured by.

use std::collections::{HashMap, HashSet};

use graphql_tools::static_graphql::query::{
    Definition, Document, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet, Type,
    TypeCondition, Value,
};
use graphql_tools::static_graphql::schema::{self, TypeDefinition};

use super::random::is_composite;

/// Whether the fields of all operations can be merged. The document is valid in every other way.
pub(super) fn can_merge(schema: &schema::Document, document: &Document) -> bool {
    let fragments = document.definitions.iter().filter_map(|definition| match definition {
        Definition::Fragment(fragment) => Some((fragment.name.as_str(), fragment)),
        Definition::Operation(_) => None,
    });
    let mut rule = Rule { schema, fragments: fragments.collect(), known: HashSet::new() };
    document.definitions.iter().all(|definition| match definition {
        Definition::Operation(OperationDefinition::Query(query)) => {
            let fields = rule.fields(&query.selection_set, "Query");
            rule.fields_in_set_can_merge(&fields)
        }
        Definition::Operation(_) => panic!("only queries are written here"),
        Definition::Fragment(_) => true,
    })
}

type Member<'d> = (String, &'d Field);

struct Rule<'d> {
    schema: &'d schema::Document,
    fragments: HashMap<&'d str, &'d FragmentDefinition>,
    /// Pairs that were looked at, and whether only for their shapes.
    known: HashSet<(*const Field, *const Field, bool)>,
}

impl<'d> Rule<'d> {
    fn fields(&self, selection_set: &'d SelectionSet, parent: &str) -> Vec<Member<'d>> {
        let fields = selection_set.items.iter().flat_map(|selection| match selection {
            Selection::Field(field) => vec![(parent.to_owned(), field)],
            Selection::InlineFragment(fragment) => match &fragment.type_condition {
                Some(TypeCondition::On(condition)) => self.fields(&fragment.selection_set, condition),
                None => self.fields(&fragment.selection_set, parent),
            },
            Selection::FragmentSpread(spread) => {
                let fragment = self.fragments[spread.fragment_name.as_str()];
                let TypeCondition::On(condition) = &fragment.type_condition;
                self.fields(&fragment.selection_set, condition)
            }
        });
        fields.collect()
    }

    fn below(&self, (parent, field): &Member<'d>) -> Vec<Member<'d>> {
        let declared = self.declared(parent, field);
        self.fields(&field.selection_set, declared.inner_type())
    }

    fn declared(&self, parent: &str, field: &Field) -> Type {
        if field.name == "__typename" {
            return Type::NonNullType(Box::new(Type::NamedType("String".to_owned())));
        }
        let definition = self.schema.type_by_name(parent).expect("a known type");
        definition.field_by_name(&field.name).expect("a known field").field_type.clone()
    }

    fn fields_in_set_can_merge(&mut self, fields: &[Member<'d>]) -> bool {
        pairs(fields).into_iter().all(|(left, right)| {
            if !self.same_response_shape(left, right) {
                return false;
            }
            let is_object =
                |name: &str| matches!(self.schema.type_by_name(name), Some(TypeDefinition::Object(_)));
            if left.0 != right.0 && is_object(&left.0) && is_object(&right.0) {
                return true;
            }
            if left.1.name != right.1.name || !same_entries(&left.1.arguments, &right.1.arguments) {
                return false;
            }
            let merged = [self.below(left), self.below(right)].concat();
            !self.known.insert((left.1, right.1, false)) || self.fields_in_set_can_merge(&merged)
        })
    }

    fn same_response_shape(&mut self, left: &Member<'d>, right: &Member<'d>) -> bool {
        let (mut of_left, mut of_right) =
            (&self.declared(&left.0, left.1), &self.declared(&right.0, right.1));
        loop {
            match (of_left, of_right) {
                (Type::NonNullType(left), Type::NonNullType(right))
                | (Type::ListType(left), Type::ListType(right)) => (of_left, of_right) = (left, right),
                (Type::NamedType(_), Type::NamedType(_)) => break,
                _ => return false,
            }
        }
        if ![of_left, of_right].iter().all(|name| is_composite(self.schema, name.inner_type())) {
            return of_left == of_right;
        }
        if !self.known.insert((left.1, right.1, true)) {
            return true;
        }
        let merged = [self.below(left), self.below(right)].concat();
        pairs(&merged).into_iter().all(|(left, right)| self.same_response_shape(left, right))
    }
}

/// Every two fields of one response name, and each with itself.
fn pairs<'m, 'd>(fields: &'m [Member<'d>]) -> Vec<(&'m Member<'d>, &'m Member<'d>)> {
    let key = |(_, field): &Member<'d>| field.alias.clone().unwrap_or_else(|| field.name.clone());
    let pairs = fields.iter().enumerate().flat_map(|(index, left)| {
        fields[index..].iter().filter(move |right| key(left) == key(right)).map(move |right| (left, right))
    });
    pairs.collect()
}

fn same_entries(left: &[(String, Value)], right: &[(String, Value)]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .all(|(name, value)| right.iter().any(|(other, given)| name == other && same_value(value, given)))
}

fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => same_entries(left, right),
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_value(left, right))
        }
        (left, right) => left == right,
    }
}
