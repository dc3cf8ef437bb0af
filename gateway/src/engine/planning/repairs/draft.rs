//! A fetch's document that may have to be changed.

use std::borrow::Cow;

use hive_router_query_planner::ast::document::Document;
use hive_router_query_planner::ast::fragment::FragmentDefinition;
use hive_router_query_planner::ast::operation::OperationDefinition;
use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::{InlineFragmentSelection, SelectionSet};

/// Copied only when there is something to change: most plans are right.
pub(super) struct Draft<'d>(Cow<'d, Document>);

impl<'d> Draft<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self(Cow::Borrowed(document))
    }

    pub(super) fn document(&self) -> &Document {
        &self.0
    }

    /// Changes the selections of the root, or of the `_entities` field of this response key, in a copy whose named
    /// fragments are written out. It is kept if `change` says that it differs.
    pub(super) fn change(
        &mut self,
        entities: Option<&str>,
        change: impl FnOnce(&mut SelectionSet) -> bool,
    ) -> bool {
        let mut document = self.document().clone();
        let fragments = std::mem::take(&mut document.fragments);
        let root = &mut document.operation.selection_set;
        write_out(root, &fragments);
        let field = root.items.iter_mut().find_map(|item| match item {
            SelectionItem::Field(field) if Some(field.selection_identifier()) == entities => Some(field),
            _ => None,
        });
        let changed = match field {
            Some(field) => change(&mut field.selections),
            None => change(root),
        };
        if changed {
            self.0 = Cow::Owned(document);
        }
        changed
    }

    /// Declares the variables that the document uses, as the client's operation does.
    pub(super) fn declare_variables(&mut self, operation: &OperationDefinition) {
        let document = self.0.to_mut();
        let used = document.operation.selection_set.variable_usages();
        let known = operation.variable_definitions.iter().flatten();
        for variable in known.filter(|variable| used.contains(&variable.name)) {
            let declared = document.operation.variable_definitions.get_or_insert_default();
            if !declared.iter().any(|other| other.name == variable.name) {
                declared.push(variable.clone());
            }
        }
    }

    /// The document, if it was changed.
    pub(super) fn finish(self) -> Option<Document> {
        match self.0 {
            Cow::Borrowed(_) => None,
            Cow::Owned(document) => Some(document),
        }
    }
}

fn write_out(selections: &mut SelectionSet, fragments: &[FragmentDefinition]) {
    for item in &mut selections.items {
        if let SelectionItem::FragmentSpread(name) = item
            && let Some(fragment) = fragments.iter().find(|fragment| fragment.name == *name)
        {
            *item = SelectionItem::InlineFragment(InlineFragmentSelection {
                type_condition: fragment.type_condition.clone(),
                selections: fragment.selection_set.clone(),
                skip_if: None,
                include_if: None,
            });
        }
        match item {
            SelectionItem::Field(field) => write_out(&mut field.selections, fragments),
            SelectionItem::InlineFragment(fragment) => write_out(&mut fragment.selections, fragments),
            SelectionItem::FragmentSpread(_) => {}
        }
    }
}
