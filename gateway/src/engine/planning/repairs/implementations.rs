//! Interface objects: a fetch has to name every implementation whose fields it completes.
//!
//! Where fields of an interface object are asked for through several of its implementations, the planner merges the
//! fetches and keeps the requirements of one of them.

use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::{FieldSelection, InlineFragmentSelection, SelectionSet};

use super::Repairs;
use super::asked::Asked;

impl Repairs<'_> {
    pub(super) fn name_every_implementation(
        &self,
        graph: &str,
        requires: &mut SelectionSet,
        output: &SelectionSet,
        asked: &Asked<'_>,
    ) {
        for item in &output.items {
            let SelectionItem::InlineFragment(fragment) = item else {
                continue;
            };
            let interface = fragment.type_condition.as_str();
            let objects = self.supergraph.interface_object_types_in_subgraphs.get(interface);
            if !objects.is_some_and(|graphs| graphs.contains(graph)) {
                continue;
            }
            let implementations = self.supergraph.interface_to_object_types.get(interface);
            for type_name in implementations.into_iter().flatten() {
                if let Some(named) = self.lacking(type_name, requires, &fragment.selections, asked) {
                    requires.items.push(SelectionItem::InlineFragment(named));
                }
            }
        }
    }

    /// What names objects of this type, if nothing does yet and the fetch is to complete them.
    fn lacking(
        &self,
        type_name: &str,
        requires: &SelectionSet,
        output: &SelectionSet,
        asked: &Asked<'_>,
    ) -> Option<InlineFragmentSelection> {
        let fragments = || {
            requires.items.iter().filter_map(|item| match item {
                SelectionItem::InlineFragment(fragment) => Some(fragment),
                _ => None,
            })
        };
        let names = |fragment: &InlineFragmentSelection, type_name: &str| {
            self.types.expand([fragment.type_condition.as_str()]).iter().any(|name| name == type_name)
        };
        if fragments().any(|fragment| names(fragment, type_name)) {
            return None;
        }
        // All implementations have the interface object's key.
        let other = fragments().next()?;
        let mut completed = false;
        asked.narrowed(&[type_name.to_owned()]).for_each_field(self.types, &mut |field| {
            completed |= has_field(output, field.selection_identifier())
                && !has_field(&other.selections, field.selection_identifier())
                && self.is_given_by_interface_object(type_name, field);
        });
        completed.then(|| InlineFragmentSelection { type_condition: type_name.to_owned(), ..other.clone() })
    }

    fn is_given_by_interface_object(&self, type_name: &str, field: &FieldSelection) -> bool {
        let definition = self.supergraph.definitions.get(type_name);
        let declared = definition.and_then(|definition| definition.fields().get(&field.name));
        declared.is_some_and(|declared| declared.join_field.iter().any(|join| join.graph_id.is_none()))
    }
}

fn has_field(selections: &SelectionSet, key: &str) -> bool {
    selections.items.iter().any(|item| match item {
        SelectionItem::Field(field) => field.selection_identifier() == key,
        SelectionItem::InlineFragment(fragment) => has_field(&fragment.selections, key),
        SelectionItem::FragmentSpread(_) => false,
    })
}
