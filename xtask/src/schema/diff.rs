//! The changes between two schemas, each with what it does to a client written for the old one.

use std::collections::{BTreeMap, BTreeSet};

use federation_composition::graphql_core::{Type, print};

use super::model::{DirectiveModel, Field, Fields, Input, Schema, TypeModel};

/// What a change does to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Impact {
    /// An operation that was valid is no longer, or its answer breaks a promise of the old schema.
    Breaking,
    /// Every old operation stays valid, but a client may meet what it doesn't expect.
    Dangerous,
    Safe,
}

use Impact::{Breaking, Dangerous, Safe};

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change {
    pub impact: Impact,
    pub coordinate: String,
    pub what: String,
}

/// Every change, the worst first.
pub(super) fn changes(old: &Schema, new: &Schema) -> Vec<Change> {
    let mut changes = Changes::default();
    let removed_type = |_: &TypeModel| (Breaking, "type removed".to_owned());
    let added_type = |model: &TypeModel| (Safe, format!("{} added", model.kind()));
    let types = changes.members("", &old.types, &new.types, removed_type, added_type);
    for (name, before, after) in types {
        changes.types(name, before, after);
    }
    let removed = |_: &DirectiveModel| (Breaking, "directive removed".to_owned());
    let directives = changes
        .members("@", &old.directives, &new.directives, removed, |_| (Safe, "directive added".to_owned()));
    for (name, before, after) in directives {
        changes.directive(&format!("@{name}"), before, after);
    }
    changes.found.sort();
    changes.found
}

#[derive(Default)]
struct Changes {
    found: Vec<Change>,
}

impl Changes {
    fn add(&mut self, impact: Impact, coordinate: impl Into<String>, what: impl Into<String>) {
        self.found.push(Change { impact, coordinate: coordinate.into(), what: what.into() });
    }

    /// Reports what is only in one of the maps, and returns what is in both.
    fn members<'a, T>(
        &mut self,
        prefix: &str,
        old: &'a BTreeMap<String, T>,
        new: &'a BTreeMap<String, T>,
        removed: impl Fn(&T) -> (Impact, String),
        added: impl Fn(&T) -> (Impact, String),
    ) -> Vec<(&'a str, &'a T, &'a T)> {
        for (name, member) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
            let (impact, what) = removed(member);
            self.add(impact, format!("{prefix}{name}"), what);
        }
        for (name, member) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            let (impact, what) = added(member);
            self.add(impact, format!("{prefix}{name}"), what);
        }
        old.iter().filter_map(|(name, before)| Some((name.as_str(), before, new.get(name)?))).collect()
    }

    fn types(&mut self, name: &str, before: &TypeModel, after: &TypeModel) {
        match (before, after) {
            (TypeModel::Object(before), TypeModel::Object(after))
            | (TypeModel::Interface(before), TypeModel::Interface(after)) => self.fields(name, before, after),
            (TypeModel::Union(before), TypeModel::Union(after)) => {
                self.sets(before, after, (Breaking, Dangerous), |member, verb| {
                    (name.to_owned(), format!("member {member} {verb}"))
                });
            }
            (TypeModel::Enum(before), TypeModel::Enum(after)) => self.values(name, before, after),
            (
                TypeModel::Input { fields: before, one_of: was_one_of },
                TypeModel::Input { fields: after, one_of },
            ) => {
                match (was_one_of, one_of) {
                    (false, true) => self.add(Breaking, name, "takes exactly one field now"),
                    (true, false) => self.add(Safe, name, "takes any number of fields now"),
                    _ => {}
                }
                self.inputs(before, after, "input field", |field| format!("{name}.{field}"));
            }
            (TypeModel::Scalar { specified_by: before }, TypeModel::Scalar { specified_by: after }) => {
                if before != after {
                    self.add(Dangerous, name, "specification changed");
                }
            }
            _ => self.add(Breaking, name, format!("changed from {} to {}", before.kind(), after.kind())),
        }
    }

    fn fields(&mut self, type_name: &str, before: &Fields, after: &Fields) {
        self.sets(&before.interfaces, &after.interfaces, (Breaking, Dangerous), |interface, verb| {
            (type_name.to_owned(), format!("interface {interface} {verb}"))
        });
        let removed = |field: &Field| {
            (Breaking, format!("{}field removed", if field.deprecated { "deprecated " } else { "" }))
        };
        let prefix = format!("{type_name}.");
        let both = self
            .members(&prefix, &before.fields, &after.fields, removed, |_| (Safe, "field added".to_owned()));
        for (name, before, after) in both {
            self.field(&format!("{prefix}{name}"), before, after);
        }
    }

    fn field(&mut self, coordinate: &str, before: &Field, after: &Field) {
        if before.ty != after.ty {
            let impact = if is_narrower(&after.ty, &before.ty) { Safe } else { Breaking };
            self.add(impact, coordinate, type_change(&before.ty, &after.ty));
        }
        self.deprecation(coordinate, before.deprecated, after.deprecated);
        self.inputs(&before.arguments, &after.arguments, "argument", |name| format!("{coordinate}({name}:)"));
    }

    fn values(&mut self, type_name: &str, before: &BTreeMap<String, bool>, after: &BTreeMap<String, bool>) {
        let prefix = format!("{type_name}.");
        let removed = |_: &bool| (Breaking, "value removed".to_owned());
        let both = self.members(&prefix, before, after, removed, |_| (Dangerous, "value added".to_owned()));
        for (name, before, after) in both {
            self.deprecation(&format!("{prefix}{name}"), *before, *after);
        }
    }

    /// Arguments and input fields: what a client sends.
    fn inputs(
        &mut self,
        before: &BTreeMap<String, Input>,
        after: &BTreeMap<String, Input>,
        noun: &str,
        coordinate: impl Fn(&str) -> String,
    ) {
        for name in before.keys().filter(|name| !after.contains_key(*name)) {
            self.add(Breaking, coordinate(name), format!("{noun} removed"));
        }
        for (name, input) in after {
            match before.get(name) {
                Some(before) => self.input(&coordinate(name), before, input),
                None if input.is_required() => {
                    self.add(Breaking, coordinate(name), format!("required {noun} added"));
                }
                None => self.add(Dangerous, coordinate(name), format!("optional {noun} added")),
            }
        }
    }

    fn input(&mut self, coordinate: &str, before: &Input, after: &Input) {
        if before.ty != after.ty {
            let impact = if is_narrower(&before.ty, &after.ty) { Safe } else { Breaking };
            self.add(impact, coordinate, type_change(&before.ty, &after.ty));
        }
        if before.default != after.default {
            let text = |default: &Option<String>| default.clone().unwrap_or_else(|| "none".to_owned());
            let what = format!("default changed from {} to {}", text(&before.default), text(&after.default));
            let impact = if after.is_required() && !before.is_required() { Breaking } else { Dangerous };
            self.add(impact, coordinate, what);
        }
        self.deprecation(coordinate, before.deprecated, after.deprecated);
    }

    fn directive(&mut self, coordinate: &str, before: &DirectiveModel, after: &DirectiveModel) {
        if before.repeatable && !after.repeatable {
            self.add(Breaking, coordinate, "no longer repeatable");
        }
        self.sets(&before.locations, &after.locations, (Breaking, Safe), |location, verb| {
            (coordinate.to_owned(), format!("location {location} {verb}"))
        });
        self.inputs(&before.arguments, &after.arguments, "argument", |name| format!("{coordinate}({name}:)"));
    }

    fn deprecation(&mut self, coordinate: &str, before: bool, after: bool) {
        match (before, after) {
            (false, true) => self.add(Safe, coordinate, "deprecated"),
            (true, false) => self.add(Safe, coordinate, "no longer deprecated"),
            _ => {}
        }
    }

    /// `impacts` are those of a removal and of an addition.
    fn sets(
        &mut self,
        before: &BTreeSet<String>,
        after: &BTreeSet<String>,
        impacts: (Impact, Impact),
        describe: impl Fn(&str, &str) -> (String, String),
    ) {
        let removed = before.difference(after).map(|name| (impacts.0, describe(name, "removed")));
        let added = after.difference(before).map(|name| (impacts.1, describe(name, "added")));
        for (impact, (coordinate, what)) in removed.chain(added) {
            self.add(impact, coordinate, what);
        }
    }
}

fn type_change(before: &Type, after: &Type) -> String {
    format!("type changed from {} to {}", print(before), print(after))
}

/// Whether every value of `narrow` is one of `wide`: the same type, with promises of non-null added.
fn is_narrower(narrow: &Type, wide: &Type) -> bool {
    match (narrow, wide) {
        (Type::NonNull(narrow), Type::NonNull(wide)) => is_narrower(&narrow.ty, &wide.ty),
        (Type::NonNull(narrow), wide) => is_narrower(&narrow.ty, wide),
        (Type::List(narrow), Type::List(wide)) => is_narrower(&narrow.ty, &wide.ty),
        (Type::Named(narrow), Type::Named(wide)) => narrow.name.value == wide.name.value,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
