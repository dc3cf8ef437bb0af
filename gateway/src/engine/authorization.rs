//! Who may ask for what: `@authenticated`, `@requiresScopes` and `@policy` of the supergraph, checked before any fetch.

mod filter;
mod requirement;
mod rules;
mod scope;

use std::collections::BTreeMap;

use graphql_tools::static_graphql::schema::Document;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

pub(super) use self::filter::Filtered;
use self::requirement::{Grants, Requirement, RequirementId};
use self::rules::Rules;
use super::graphql_error::{GraphqlError, PathStep};
use super::operation_kind::OperationKind;
use super::response::GraphqlResponse;
use super::schema::ApiSchema;
use super::selections::Selections;
use crate::authenticate::Identity;

/// The code for what needs somebody who is signed in.
const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
/// The code for what needs scopes or policies that the client doesn't have.
const UNAUTHORIZED: &str = "UNAUTHORIZED_FIELD_OR_TYPE";

/// What the supergraph's `@authenticated`, `@requiresScopes` and `@policy` lead to.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuthorizationConfig {
    /// What happens to an operation that asks for more than its client may have; `filter` by default.
    pub mode: AuthorizationMode,
    /// For each role of a token, the policies that it grants beside those that the token lists itself. None by
    /// default: a policy that nothing grants is not granted.
    pub policies_of_roles: BTreeMap<String, Vec<String>>,
}

/// What happens to an operation that asks for more than its client may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationMode {
    /// The fields it may not have are null, with an error each; the others are answered.
    #[default]
    Filter,
    /// It is refused as a whole, with one error that lists the fields it may not have.
    Reject,
    /// Nothing: the directives are left to the subgraphs.
    Off,
}

/// The supergraph's requirements, and what is done about those that aren't met.
pub(super) struct Authorization {
    rules: Rules,
    config: AuthorizationConfig,
}

/// The requirements that a viewer doesn't meet, of those that a document touches; sorted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Unmet(Box<[RequirementId]>);

impl Unmet {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
}

/// The same in words that another supergraph understands.
pub(super) struct Lacking(Vec<Requirement>);

/// Every requirement on anything in a document; sorted.
#[derive(Debug, Default)]
pub(super) struct Touched(Box<[RequirementId]>);

/// A field that the viewer may not have.
#[derive(Debug, Clone)]
pub(super) struct Denial {
    /// Response keys from the root, without the indexes of lists: nothing was fetched that could be counted.
    path: Vec<PathStep>,
    /// The code and, in the words of the schema, what would be needed.
    code: &'static str,
    coordinate: String,
}

impl Denial {
    fn error(&self) -> GraphqlError {
        let message = match self.code {
            UNAUTHENTICATED => format!("{} is only for those who are signed in.", self.coordinate),
            _ => format!("{} needs rights that this client does not have.", self.coordinate),
        };
        GraphqlError::new(self.code, message).at(self.path.clone())
    }
}

impl Authorization {
    pub(super) fn new(supergraph: &Document, config: AuthorizationConfig) -> Self {
        let rules =
            if config.mode == AuthorizationMode::Off { Rules::default() } else { Rules::of(supergraph) };
        Self { rules, config }
    }

    /// Whether nothing in the supergraph requires anything.
    pub(super) fn is_idle(&self) -> bool {
        self.rules.is_empty()
    }

    /// Everything that could be required of a viewer for these selections.
    pub(super) fn touched(&self, schema: &ApiSchema, root_type: &str, selections: &Selections) -> Touched {
        Touched(scope::requirements_within(&self.rules, schema, root_type, selections).into())
    }

    pub(super) fn unmet(&self, touched: &Touched, viewer: Option<&Identity>) -> Unmet {
        if touched.0.is_empty() {
            return Unmet::default();
        }
        let grants = Grants::of(viewer, &self.config.policies_of_roles);
        Unmet(touched.0.iter().copied().filter(|id| !grants.meet(self.rules.requirement(*id))).collect())
    }

    pub(super) fn lacking(&self, unmet: &Unmet) -> Lacking {
        Lacking(unmet.0.iter().map(|id| self.rules.requirement(*id).clone()).collect())
    }

    /// What somebody doesn't meet who lacked this on another supergraph.
    pub(super) fn unmet_by(&self, touched: &Touched, lacking: &Lacking) -> Unmet {
        let lacks = |id: &RequirementId| lacking.0.contains(self.rules.requirement(*id));
        Unmet(touched.0.iter().copied().filter(lacks).collect())
    }

    /// The selections without what the viewer may not have.
    pub(super) fn filter(
        &self,
        schema: &ApiSchema,
        kind: OperationKind,
        root_type: &str,
        selections: Selections,
        unmet: &Unmet,
    ) -> Filtered {
        if unmet.is_empty() {
            return Filtered { selections, denials: Vec::new() };
        }
        filter::filter(&self.rules, schema, kind, root_type, selections, &unmet.0)
    }

    /// Whether an operation with these denials may not run at all.
    pub(super) fn refuses(&self, kind: OperationKind, denials: &[Denial]) -> bool {
        match self.config.mode {
            AuthorizationMode::Reject => !denials.is_empty(),
            // A subscription without its root field has nothing to send.
            _ => kind == OperationKind::Subscription && denials.iter().any(|denial| denial.path.len() == 1),
        }
    }
}

/// One error for each field.
pub(super) fn errors_of(denials: &[Denial]) -> Vec<GraphqlError> {
    denials.iter().map(Denial::error).collect()
}

/// The answer to an operation that may not run: one error, which lists the fields that are at fault.
pub(super) fn refusal(denials: &[Denial]) -> GraphqlResponse {
    let sign_in = denials.iter().any(|denial| denial.code == UNAUTHENTICATED);
    let (code, message, status) = if sign_in {
        let message = "This operation asks for fields that are only for those who are signed in.";
        (UNAUTHENTICATED, message, StatusCode::UNAUTHORIZED)
    } else {
        let message = "This operation asks for fields that this client has no rights to.";
        (UNAUTHORIZED, message, StatusCode::FORBIDDEN)
    };
    let mut error = GraphqlError::new(code, message);
    let paths = denials.iter().map(|denial| json!(denial.path)).collect();
    error.extensions.insert("paths".to_owned(), paths);
    GraphqlResponse::refusal(&[error]).with_status(status)
}
