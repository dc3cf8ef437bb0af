//! What clients see of a composed schema: not the directives by which subgraphs speak with the gateway.

use std::collections::BTreeSet;

use federation_composition::graphql_core::{
    Definition, Document, EditAction, EditVisitor, NodeRef, VisitInfo, visit_edit,
};

/// Where a client's operation can have a directive.
const EXECUTABLE: [&str; 8] = [
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
];

/// The public schema without the composed directives that no operation can have.
pub(super) fn without_composed_directives(public: &Document) -> Document {
    let composed = public.definitions.iter().filter_map(|definition| match definition {
        Definition::DirectiveDefinition(directive) => {
            let mut locations = directive.locations.iter();
            let is_executable = locations.any(|location| EXECUTABLE.contains(&location.value.as_str()));
            (!is_executable).then(|| directive.name.value.clone())
        }
        _ => None,
    });
    visit_edit(public, &mut Stripping(composed.collect())).into_document()
}

struct Stripping(BTreeSet<String>);

impl EditVisitor for Stripping {
    fn enter(&mut self, node: NodeRef<'_>, _: &VisitInfo<'_, '_>) -> EditAction {
        let name = match node {
            NodeRef::DirectiveDefinition(definition) => &definition.name,
            NodeRef::Directive(applied) => &applied.name,
            _ => return EditAction::Continue,
        };
        if self.0.contains(&name.value) { EditAction::Delete } else { EditAction::Continue }
    }
}

#[cfg(test)]
mod tests {
    use federation_composition::graphql_core::{parse, print};

    use super::*;

    #[test]
    fn directives_for_the_gateway_are_left_out_and_those_for_operations_are_kept() {
        let public = parse(
            r#"
            directive @resumable(after: String!) on FIELD_DEFINITION
            directive @live on QUERY | FIELD_DEFINITION
            type Query { a(b: Int @resumable(after: "")): Int @deprecated @resumable(after: "a") @live }
            "#,
        );
        insta::assert_snapshot!(print(&without_composed_directives(&public.unwrap())), @r"
        directive @live on QUERY | FIELD_DEFINITION

        type Query {
          a(b: Int): Int @deprecated @live
        }
        ");
    }
}
