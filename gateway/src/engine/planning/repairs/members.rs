//! Unions of which a subgraph knows some members: it is asked for all that it can give of those that it knows.
//!
//! Where several subgraphs give the same union, the planner asks for the members that all of them know, even of the one
//! that knows more. Objects of these are answered with their `__typename` alone.

use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::{FieldSelection, InlineFragmentSelection, SelectionSet};
use hive_router_query_planner::state::subgraph_state::{
    SubgraphDefinition, SubgraphState, SubgraphUnionType,
};
use hive_router_query_planner::state::supergraph_state::SupergraphDefinition;

use super::Repairs;
use super::asked::Asked;
use super::draft::Draft;

impl Repairs<'_> {
    pub(super) fn complete_members(
        &self,
        subgraph: &SubgraphState,
        draft: &mut Draft<'_>,
        entities: Option<&str>,
        type_name: &str,
        asked: &Asked<'_>,
    ) {
        let unions = subgraph.definitions.values().filter_map(|definition| match definition {
            SubgraphDefinition::Union(union) => Some(union),
            _ => None,
        });
        if !unions.into_iter().any(|union| self.is_known_in_part(union)) {
            return;
        }
        if draft.change(entities, |selections| self.complete(subgraph, selections, type_name, asked)) {
            draft.declare_variables(self.operation);
        }
    }

    fn is_known_in_part(&self, union: &SubgraphUnionType) -> bool {
        match self.supergraph.definitions.get(&union.name) {
            Some(SupergraphDefinition::Union(whole)) => union.types.len() < whole.types.len(),
            _ => false,
        }
    }

    /// Whether something was added.
    fn complete(
        &self,
        subgraph: &SubgraphState,
        selections: &mut SelectionSet,
        type_name: &str,
        asked: &Asked<'_>,
    ) -> bool {
        let definition = subgraph.definitions.get(type_name);
        let mut added = false;
        for item in &mut selections.items {
            match item {
                SelectionItem::Field(field) if !field.selections.is_empty() => {
                    let declared = definition.and_then(|definition| definition.field(&field.name));
                    if let Some(declared) = declared {
                        let below = asked.below(self.types, field.selection_identifier());
                        let type_name = declared.field_type.inner_type();
                        added |= self.complete(subgraph, &mut field.selections, type_name, &below);
                    }
                }
                SelectionItem::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_str();
                    let narrowed = asked.narrowed(&self.types.expand([condition]));
                    added |= self.complete(subgraph, &mut fragment.selections, condition, &narrowed);
                }
                SelectionItem::Field(_) | SelectionItem::FragmentSpread(_) => {}
            }
        }
        if let Some(SubgraphDefinition::Union(union)) = definition
            && self.is_known_in_part(union)
        {
            added |= self.add_members(subgraph, selections, union, asked);
        }
        added
    }

    fn add_members(
        &self,
        subgraph: &SubgraphState,
        selections: &mut SelectionSet,
        union: &SubgraphUnionType,
        asked: &Asked<'_>,
    ) -> bool {
        let mut added = false;
        for member in &union.types {
            let planned = selections.items.iter().any(|item| match item {
                SelectionItem::InlineFragment(fragment) => {
                    self.types.expand([fragment.type_condition.as_str()]).contains(member)
                }
                _ => false,
            });
            if planned {
                continue;
            }
            let asked = asked.narrowed(std::slice::from_ref(member));
            let items =
                asked.selections().flat_map(|selections| self.given(subgraph, selections, member).items);
            let items: Vec<_> = items.filter(|item| !is_typename(item)).collect();
            if !items.is_empty() {
                selections.items.push(fragment_on(member, SelectionSet { items }, None));
                added = true;
            }
        }
        added
    }

    /// The part of the selections that the subgraph gives of objects of this type itself.
    fn given(&self, subgraph: &SubgraphState, selections: &SelectionSet, type_name: &str) -> SelectionSet {
        let mut items = Vec::new();
        for item in &selections.items {
            match item {
                SelectionItem::Field(field) => {
                    items.extend(self.given_field(subgraph, field, type_name).map(SelectionItem::Field));
                }
                SelectionItem::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_str();
                    let holds = self.types.expand([condition]).iter().any(|name| name == type_name);
                    // A condition that always holds need not be known to the subgraph.
                    let condition = if holds { type_name } else { condition };
                    if (holds || !self.types.is_object(type_name))
                        && subgraph.definitions.contains_key(condition)
                    {
                        let given = self.given(subgraph, &fragment.selections, condition);
                        if holds && fragment.skip_if.is_none() && fragment.include_if.is_none() {
                            items.extend(given.items);
                        } else if !given.is_empty() {
                            items.push(fragment_on(condition, given, Some(fragment)));
                        }
                    }
                }
                SelectionItem::FragmentSpread(_) => {}
            }
        }
        SelectionSet { items }
    }

    fn given_field(
        &self,
        subgraph: &SubgraphState,
        field: &FieldSelection,
        type_name: &str,
    ) -> Option<FieldSelection> {
        if field.name == "__typename" {
            return Some(field.clone());
        }
        let declared = subgraph.definitions.get(type_name)?.field(&field.name)?;
        if declared.join_field.as_ref().is_some_and(|join| join.external || join.used_overridden) {
            return None;
        }
        if field.selections.is_empty() {
            return Some(field.clone());
        }
        let below = self.given(subgraph, &field.selections, declared.field_type.inner_type());
        (!below.is_empty()).then(|| field.with_new_selections(below))
    }
}

fn is_typename(item: &SelectionItem) -> bool {
    matches!(item, SelectionItem::Field(field) if field.name == "__typename")
}

/// With the `@skip` and `@include` of another fragment.
fn fragment_on(
    type_name: &str,
    selections: SelectionSet,
    conditions: Option<&InlineFragmentSelection>,
) -> SelectionItem {
    SelectionItem::InlineFragment(InlineFragmentSelection {
        type_condition: type_name.to_owned(),
        selections,
        skip_if: conditions.and_then(|fragment| fragment.skip_if.clone()),
        include_if: conditions.and_then(|fragment| fragment.include_if.clone()),
    })
}
