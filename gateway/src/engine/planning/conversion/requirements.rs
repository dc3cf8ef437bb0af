//! What names an entity to a subgraph, and where it is read.

use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::{FieldSelection, SelectionSet};

use super::fetched::Required;
use super::{Converter, json_string};
use crate::engine::plan::{NullMeans, PathSegment, Requirement};

/// Where a requirement stands.
#[derive(Clone)]
struct Place<'p> {
    service: &'p str,
    /// The response keys that lead there.
    path: Vec<String>,
    /// The type the selections are made on, known below a fragment.
    parent: Option<&'p str>,
    required: Required,
}

impl Converter<'_> {
    /// What names the entities at `path` to a subgraph that is asked for `selections` of them.
    pub(super) fn entity_requirements(
        &self,
        requires: &SelectionSet,
        selections: &SelectionSet,
        service: &str,
        path: &[PathSegment],
    ) -> Vec<Requirement> {
        let mut required = Required::default();
        self.collect_required(selections, None, service, &mut required);
        let keys = path.iter().filter_map(|segment| match segment {
            PathSegment::Field(key) => Some(key.clone()),
            _ => None,
        });
        let place = Place { service, path: keys.collect(), parent: None, required };
        self.requirements(requires, &place)
    }

    fn collect_required(
        &self,
        selections: &SelectionSet,
        parent: Option<&str>,
        service: &str,
        required: &mut Required,
    ) {
        for item in &selections.items {
            match item {
                SelectionItem::Field(field) => {
                    let definition = parent.and_then(|name| self.supergraph.definitions.get(name));
                    let declared = definition.and_then(|definition| definition.fields().get(&field.name));
                    let joins = declared.into_iter().flat_map(|declared| &declared.join_field);
                    joins
                        .filter(|join| {
                            join.graph_id.as_ref().is_some_and(|graph| {
                                self.supergraph.known_subgraphs.get(graph).is_some_and(|name| name == service)
                            })
                        })
                        .filter_map(|join| join.requires.as_deref())
                        .for_each(|fields| required.add(fields));
                }
                SelectionItem::InlineFragment(fragment) => {
                    let parent = Some(fragment.type_condition.as_str());
                    self.collect_required(&fragment.selections, parent, service, required);
                }
                SelectionItem::FragmentSpread(_) => {}
            }
        }
    }

    fn requirements(&self, selections: &SelectionSet, place: &Place<'_>) -> Vec<Requirement> {
        selections
            .items
            .iter()
            .filter_map(|item| match item {
                SelectionItem::Field(field) if field.name == "__typename" => Some(Requirement::Typename),
                SelectionItem::Field(field) => Some(self.required_field(field, place)),
                SelectionItem::InlineFragment(fragment) => Some(Requirement::Fragment {
                    types: self.types.expand([fragment.type_condition.as_str()]),
                    selections: self.requirements(
                        &fragment.selections,
                        &Place { parent: Some(&fragment.type_condition), ..place.clone() },
                    ),
                }),
                SelectionItem::FragmentSpread(_) => None,
            })
            .collect()
    }

    /// A required field the planner had to alias is read under the alias and sent under its name.
    fn required_field(&self, field: &FieldSelection, place: &Place<'_>) -> Requirement {
        let key = field.selection_identifier();
        let parent_type = place.parent.and_then(|name| self.supergraph.definitions.get(name));
        let declared = parent_type.and_then(|definition| definition.fields().get(key));
        let (arguments, below) = place.required.field(key);
        let source = self
            .fetched
            .key_of(&place.path, place.parent, key, arguments, &field.name)
            .unwrap_or(&field.name);
        let inner = Place {
            service: place.service,
            path: place.path.iter().cloned().chain([source.to_owned()]).collect(),
            parent: declared.map(|declared| declared.field_type.inner_type()),
            required: below,
        };
        Requirement::Field {
            source: source.to_owned(),
            key: format!("{}:", json_string(key)),
            null: if declared.is_some_and(|declared| declared.field_type.is_non_null()) {
                NullMeans::Undelivered
            } else if self.is_key(place.parent, key, place.service) {
                NullMeans::NothingToAsk
            } else {
                NullMeans::Itself
            },
            selections: self.requirements(&field.selections, &inner),
        }
    }

    /// Whether the field belongs to a key by which `service` resolves the type.
    fn is_key(&self, type_name: Option<&str>, field: &str, service: &str) -> bool {
        type_name.and_then(|name| self.supergraph.definitions.get(name)).is_some_and(|definition| {
            definition.join_types().iter().any(|join| {
                self.supergraph.known_subgraphs.get(&join.graph_id).is_some_and(|name| name == service)
                    && join.key.as_deref().is_some_and(|key| is_top_level_field(key, field))
            })
        })
    }
}

/// Whether a key's field set names the field outside of any braces.
pub(in crate::engine::planning) fn is_top_level_field(key: &str, field: &str) -> bool {
    let mut depth = 0_usize;
    key.replace('{', " { ").replace('}', " } ").split_whitespace().any(|word| {
        match word {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            word => return depth == 0 && word == field,
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::is_top_level_field;

    #[test]
    fn a_key_names_its_top_level_fields() {
        let key = "sku organization{id country { code }}name";
        for (field, expected) in
            [("sku", true), ("organization", true), ("name", true), ("id", false), ("code", false)]
        {
            assert_eq!(is_top_level_field(key, field), expected, "{field}");
        }
    }
}
