//! The second opinion on a composed supergraph: the gateway's query planner must load it and plan its root fields.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use anyhow::bail;
use federation_composition::graphql_core::{
    self, Definition, FieldDefinition, OperationType, TypeDefinition,
};
use hive_router_query_planner::ast::normalization::normalize_operation;
use hive_router_query_planner::graph::PlannerOverrideContext;
use hive_router_query_planner::planner::{Planner, QueryPlannerOptions};
use hive_router_query_planner::utils::cancellation::CancellationToken;
use hive_router_query_planner::utils::parsing::{safe_parse_operation, safe_parse_schema};

/// A root field with its leaves is planned in well under a millisecond.
const PLAN_WITHIN: Duration = Duration::from_secs(10);

/// Refuses a supergraph that the planner cannot load, or a root field that it cannot plan.
pub(super) fn check(supergraph_sdl: &str, api: &graphql_core::Document) -> anyhow::Result<()> {
    let planner = quietly(|| load(supergraph_sdl)).map_err(|reason| reason.context("it does not load"))?;
    for operation in root_operations(api) {
        quietly(|| plan(&planner, &operation))
            .map_err(|reason| reason.context(format!("it has no plan for `{operation}`")))?;
    }
    Ok(())
}

fn load(supergraph_sdl: &str) -> anyhow::Result<Planner> {
    let document = safe_parse_schema(supergraph_sdl)?;
    Ok(Planner::new_from_supergraph(&document, QueryPlannerOptions::default())?)
}

fn plan(planner: &Planner, operation: &str) -> anyhow::Result<()> {
    let document = safe_parse_operation(operation)?;
    let normalised = normalize_operation(&planner.supergraph, &document, None)?;
    let context = PlannerOverrideContext::default();
    planner.plan_from_normalized_operation(
        normalised.executable_operation(),
        context,
        &CancellationToken::with_timeout(PLAN_WITHIN),
    )?;
    Ok(())
}

/// The planner may panic on a supergraph that contradicts itself: that is a refusal with its reason, not a crash.
fn quietly<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    std::panic::set_hook(hook);
    outcome.unwrap_or_else(|panic| bail!("the planner panicked: {}", panic_message(panic.as_ref())))
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}

/// One operation for each root field, selecting the leaves of what it returns.
fn root_operations(api: &graphql_core::Document) -> Vec<String> {
    let mut operations = Vec::new();
    for operation_type in [OperationType::Query, OperationType::Mutation, OperationType::Subscription] {
        for field in fields_of(api, root_name(api, operation_type)).unwrap_or_default() {
            if !field.name.value.starts_with("__") {
                operations.push(operation(api, operation_type.as_str(), field));
            }
        }
    }
    operations
}

/// The root type's name: the usual one, unless the schema's definition says otherwise.
fn root_name(api: &graphql_core::Document, operation_type: OperationType) -> &str {
    let mut roots = api.definitions.iter().flat_map(|definition| match definition {
        Definition::SchemaDefinition(schema) => schema.operation_types.as_slice(),
        _ => &[],
    });
    let usual = match operation_type {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    roots.find(|root| root.operation == operation_type).map_or(usual, |root| &root.ty.name.value)
}

fn operation(api: &graphql_core::Document, keyword: &str, field: &FieldDefinition) -> String {
    let arguments = field.arguments.iter().map(|argument| {
        let name = &argument.name.value;
        (format!("${name}: {}", graphql_core::print(&argument.ty)), format!("{name}: ${name}"))
    });
    let (variables, passed): (Vec<_>, Vec<_>) = arguments.unzip();
    let wrap = |list: Vec<String>| {
        if list.is_empty() { String::new() } else { format!("({})", list.join(", ")) }
    };
    let selection = match fields_of(api, named(&field.ty)) {
        None if is_composite(api, named(&field.ty)) => " { __typename }".to_owned(),
        None => String::new(),
        Some(fields) => format!(" {{ __typename {} }}", leaves(api, fields).join(" ")),
    };
    let name = &field.name.value;
    format!("{keyword}{} {{ {name}{}{selection} }}", wrap(variables), wrap(passed))
}

fn leaves<'a>(api: &graphql_core::Document, fields: &'a [FieldDefinition]) -> Vec<&'a str> {
    let leaf = |field: &&FieldDefinition| field.arguments.is_empty() && !is_composite(api, named(&field.ty));
    fields.iter().filter(leaf).map(|field| field.name.value.as_str()).collect()
}

/// The name inside lists and non-nulls.
pub(super) fn named(ty: &graphql_core::Type) -> &str {
    match ty {
        graphql_core::Type::Named(named) => &named.name.value,
        graphql_core::Type::List(list) => named(&list.ty),
        graphql_core::Type::NonNull(inner) => named(&inner.ty),
    }
}

fn definition<'a>(api: &'a graphql_core::Document, name: &str) -> Option<&'a Definition> {
    let is_type = |definition: &&Definition| TypeDefinition::try_from((*definition).clone()).is_ok();
    api.definitions
        .iter()
        .find(|definition| definition.name().is_some_and(|found| found.value == name) && is_type(definition))
}

fn is_composite(api: &graphql_core::Document, name: &str) -> bool {
    matches!(
        definition(api, name),
        Some(
            Definition::ObjectTypeDefinition(_)
                | Definition::InterfaceTypeDefinition(_)
                | Definition::UnionTypeDefinition(_)
        )
    )
}

fn fields_of<'a>(api: &'a graphql_core::Document, name: &str) -> Option<&'a [FieldDefinition]> {
    match definition(api, name)? {
        Definition::ObjectTypeDefinition(object) => Some(&object.fields),
        Definition::InterfaceTypeDefinition(interface) => Some(&interface.fields),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_root_field_is_asked_for_its_leaves() {
        let api = graphql_core::parse(
            "schema { query: Root subscription: Subscription }
             type Root { one(id: ID!, n: Int): [Thing!]! any: Any count: Int! }
             type Thing { id: ID! name: String self: Thing page(first: Int): Int }
             union Any = Thing
             type Subscription { thing: Thing }",
        );
        insta::assert_snapshot!(root_operations(&api.unwrap()).join("\n"), @r"
        query($id: ID!, $n: Int) { one(id: $id, n: $n) { __typename id name } }
        query { any { __typename } }
        query { count }
        subscription { thing { __typename id name } }
        ");
    }

    #[test]
    fn a_panic_of_the_planner_is_a_reason() {
        let refused = quietly::<()>(|| panic!("no such node")).unwrap_err();
        assert_eq!(refused.to_string(), "the planner panicked: no such node");
    }

    #[test]
    fn what_is_no_supergraph_does_not_load() {
        let api = graphql_core::parse("type Query { a: Int }").unwrap();
        assert!(check("type Query { a: Int }", &api).is_err());
    }
}
