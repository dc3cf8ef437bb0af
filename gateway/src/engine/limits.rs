//! What a document would cost, before anything is spent on it.

use ahash::AHashMap;
use graphql_tools::static_graphql::query::{
    Definition, Document, FragmentDefinition, Selection, SelectionSet,
};

use super::graphql_error::GraphqlError;
use super::options::Limits;
use super::selections::fragments_of;

/// Refuses a document of which an operation or a fragment is larger than the limits allow, counting fragments as often
/// as they are spread: validation, too, may take its time on what is only going to be refused.
pub(super) fn check(limits: &Limits, document: &Document) -> Result<(), GraphqlError> {
    let fragments = fragments_of(document);
    let mut measure = Measure { fragments: &fragments, measured: AHashMap::new(), roots: AHashMap::new() };
    for definition in &document.definitions {
        let (size, roots) = match definition {
            Definition::Operation(operation) => {
                let mut size = measure.selection_set(operation.selection_set());
                size.directives = size.directives.saturating_add(operation.directives().len());
                (size, measure.root_fields(operation.selection_set()))
            }
            Definition::Fragment(fragment) => (measure.fragment(&fragment.name), 0),
        };
        for (measured, limit, code, what) in [
            (size.depth, limits.max_depth, "MAX_DEPTH_EXCEEDED", "levels deep"),
            (size.fields, limits.max_fields, "MAX_FIELDS_EXCEEDED", "fields"),
            (size.aliases, limits.max_aliases, "MAX_ALIASES_EXCEEDED", "aliases"),
            (roots, limits.max_root_fields, "MAX_ROOT_FIELDS_EXCEEDED", "root fields"),
            (size.directives, limits.max_directives, "MAX_DIRECTIVES_EXCEEDED", "directives"),
        ] {
            if measured > limit {
                let message =
                    format!("The document is too large: {measured} {what}, at most {limit} are allowed.");
                return Err(GraphqlError::new(code, message));
            }
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, Default)]
struct Size {
    depth: usize,
    fields: usize,
    aliases: usize,
    directives: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.depth = self.depth.max(other.depth);
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
    }
}

struct Measure<'d> {
    fragments: &'d AHashMap<&'d str, &'d FragmentDefinition>,
    /// `None` while a fragment is being measured: one that contains itself adds nothing, validation refuses it.
    measured: AHashMap<&'d str, Option<Size>>,
    roots: AHashMap<&'d str, usize>,
}

impl<'d> Measure<'d> {
    fn selection_set(&mut self, selection_set: &'d SelectionSet) -> Size {
        let mut size = Size::default();
        for selection in &selection_set.items {
            let (mut part, directives) = match selection {
                Selection::Field(field) => {
                    let mut part = self.selection_set(&field.selection_set);
                    part.fields = part.fields.saturating_add(1);
                    part.aliases = part.aliases.saturating_add(usize::from(field.alias.is_some()));
                    // Introspection is cheap, and GraphiQL's is deep.
                    part.depth = if field.name.starts_with("__") { 1 } else { part.depth.saturating_add(1) };
                    (part, &field.directives)
                }
                Selection::InlineFragment(fragment) => {
                    (self.selection_set(&fragment.selection_set), &fragment.directives)
                }
                Selection::FragmentSpread(spread) => {
                    (self.fragment(&spread.fragment_name), &spread.directives)
                }
            };
            part.directives = part.directives.saturating_add(directives.len());
            size.add(part);
        }
        size
    }

    fn fragment(&mut self, name: &'d str) -> Size {
        if let Some(measured) = self.measured.get(name) {
            return measured.unwrap_or_default();
        }
        let Some(fragment) = self.fragments.get(name) else {
            return Size::default();
        };
        self.measured.insert(name, None);
        let size = self.selection_set(&fragment.selection_set);
        self.measured.insert(name, Some(size));
        size
    }

    fn root_fields(&mut self, selection_set: &'d SelectionSet) -> usize {
        let mut count = 0_usize;
        for selection in &selection_set.items {
            count = count.saturating_add(match selection {
                Selection::Field(_) => 1,
                Selection::InlineFragment(fragment) => self.root_fields(&fragment.selection_set),
                Selection::FragmentSpread(spread) => self.root_fields_of_fragment(&spread.fragment_name),
            });
        }
        count
    }

    fn root_fields_of_fragment(&mut self, name: &'d str) -> usize {
        if let Some(counted) = self.roots.get(name) {
            return *counted;
        }
        let Some(fragment) = self.fragments.get(name) else {
            return 0;
        };
        self.roots.insert(name, 0);
        let count = self.root_fields(&fragment.selection_set);
        self.roots.insert(name, count);
        count
    }
}
