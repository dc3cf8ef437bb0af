//! Whether an operation has places for the files that came with it.

use std::collections::BTreeSet;

use graphql_tools::static_graphql::query::Type;
use graphql_tools::static_graphql::schema::TypeDefinition;

use super::operation_kind::OperationKind;
use super::plan::PlanNode;
use super::response::GraphqlResponse;
use super::schema::{ApiSchema, named_type};
use super::{Engine, PreparedOperation};

const UPLOAD: &str = "Upload";

impl Engine {
    /// Refuses files where none may be. Each place is a path in the variables, from a variable's name down.
    pub fn check_uploads(
        &self,
        operation: &PreparedOperation,
        places: &[Vec<String>],
    ) -> Result<(), GraphqlResponse> {
        let refuse = |reason: &str| Err(GraphqlResponse::request_error("UPLOAD_MISPLACED", reason));
        let schema = &self.inner.schema;
        if places.is_empty() {
            return Ok(());
        }
        if !matches!(schema.type_definition(UPLOAD), Some(TypeDefinition::Scalar(_))) {
            return refuse("No file can be sent along: the schema has no scalar \"Upload\".");
        }
        if operation.kind() != OperationKind::Mutation {
            return refuse("Files can be sent along with mutations only.");
        }
        for place in places {
            let definitions = operation.document.variable_definitions();
            let variable = definitions.iter().find(|definition| place.first() == Some(&definition.name));
            let fits = variable.is_some_and(|variable| is_upload(schema, &variable.var_type, &place[1..]));
            if !fits {
                let path = place.join(".");
                return refuse(&format!(
                    "There is no place for a file at \"{path}\": it is not an \"Upload\"."
                ));
            }
            let mut services = BTreeSet::new();
            if let (Some(root), Some(name)) = (operation.plan_root(), place.first()) {
                users(root, name, &mut services);
            }
            if services.len() > 1 {
                let name = &place[0];
                return refuse(&format!("The files of \"${name}\" are needed by more than one service."));
            }
        }
        Ok(())
    }
}

fn is_upload(schema: &ApiSchema, expected: &Type, rest: &[String]) -> bool {
    match (expected, rest) {
        (Type::NonNullType(inner), _) => is_upload(schema, inner, rest),
        (Type::ListType(inner), [_, rest @ ..]) => is_upload(schema, inner, rest),
        // A single value stands for a list of one.
        (list @ Type::ListType(_), []) => named_type(list) == UPLOAD,
        (Type::NamedType(name), []) => name == UPLOAD,
        (Type::NamedType(name), [field, rest @ ..]) => match schema.type_definition(name) {
            Some(TypeDefinition::InputObject(input)) => {
                let field = input.fields.iter().find(|known| known.name == *field);
                field.is_some_and(|field| is_upload(schema, &field.value_type, rest))
            }
            _ => false,
        },
    }
}

/// The services whose fetches use a variable.
fn users<'plan>(node: &'plan PlanNode, variable: &str, services: &mut BTreeSet<&'plan str>) {
    match node {
        PlanNode::Fetch(fetch) | PlanNode::Subscription(fetch) => {
            if fetch.variables.iter().any(|name| name == variable) {
                services.insert(&fetch.service);
            }
        }
        PlanNode::Sequence(nodes) | PlanNode::Parallel(nodes) => {
            for node in nodes {
                users(node, variable, services);
            }
        }
        PlanNode::Condition { if_true, if_false, .. } => {
            for node in if_true.iter().chain(if_false) {
                users(node, variable, services);
            }
        }
    }
}
