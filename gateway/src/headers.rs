//! Which of a client's headers travel on to the subgraphs, by configured rule.

use std::{borrow::Cow, collections::BTreeMap};

use http::{HeaderMap, HeaderName, HeaderValue};
use identity::{ASSERTION_HEADER, USER_ID_HEADER};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

/// Names that belong to the gateway: a client that sends one is forging an identity.
pub const IDENTITY_HEADERS: [&str; 2] = [USER_ID_HEADER, ASSERTION_HEADER];

/// Names that describe one connection or one message body, or that the gateway itself sets.
const NOT_BY_RULE: [&str; 17] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    USER_ID_HEADER,
    ASSERTION_HEADER,
];

/// Rules for every subgraph, then further ones for single subgraphs; applied in the order written.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HeadersConfig {
    pub all: Vec<HeaderRule>,
    pub subgraphs: BTreeMap<String, Vec<HeaderRule>>,
}

impl HeadersConfig {
    /// The rules that hold for one subgraph.
    pub fn rules_of(&self, subgraph: &str) -> HeaderRules {
        let own = self.subgraphs.get(subgraph).into_iter().flatten();
        HeaderRules(self.all.iter().chain(own).cloned().collect())
    }

    /// The client's headers that any rule passes on to any subgraph, each once.
    pub fn forwarded(&self) -> Vec<HeaderName> {
        let rules = self.all.iter().chain(self.subgraphs.values().flatten());
        let mut names: Vec<_> = rules
            .filter_map(|rule| match rule {
                HeaderRule::Propagate { name, .. } => Some(name.clone()),
                HeaderRule::Insert { .. } | HeaderRule::Remove { .. } => None,
            })
            .collect();
        names.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
        names.dedup();
        names
    }
}

/// One rule: `propagate: {name}`, `insert: {name, value}` or `remove: {name}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RuleAsWritten")]
pub enum HeaderRule {
    /// The client's header goes on, under another name if one is given, with a default when it is absent.
    Propagate { name: HeaderName, rename: HeaderName, default: Option<HeaderValue> },
    /// A fixed value is sent.
    Insert { name: HeaderName, value: HeaderValue },
    /// What an earlier rule added is taken back.
    Remove { name: HeaderName },
}

impl JsonSchema for HeaderRule {
    fn schema_name() -> Cow<'static, str> {
        "HeaderRule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        RuleAsWritten::json_schema(generator)
    }
}

/// Exactly one of these.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RuleAsWritten {
    /// The client's header goes on to the subgraph.
    propagate: Option<PropagateAsWritten>,
    /// A fixed value is sent.
    insert: Option<InsertAsWritten>,
    /// What an earlier rule added is taken back.
    remove: Option<RemoveAsWritten>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PropagateAsWritten {
    name: String,
    /// The name under which it goes on; its own by default.
    rename: Option<String>,
    /// The value when the client sends none; without it nothing is sent then.
    default: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InsertAsWritten {
    name: String,
    value: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RemoveAsWritten {
    name: String,
}

/// Why a rule is refused.
#[derive(Debug, thiserror::Error)]
pub enum HeaderRuleError {
    #[error("a header rule is exactly one of propagate, insert, remove")]
    NotOne,
    #[error("{0:?} is not a header name")]
    Name(String),
    #[error("the value for header {0} holds characters that no header may hold")]
    Value(HeaderName),
    #[error("header {0} is set by the gateway and takes no rule")]
    Reserved(HeaderName),
}

impl TryFrom<RuleAsWritten> for HeaderRule {
    type Error = HeaderRuleError;

    fn try_from(written: RuleAsWritten) -> Result<Self, Self::Error> {
        match (written.propagate, written.insert, written.remove) {
            (Some(rule), None, None) => {
                let rename = name(rule.rename.as_ref().unwrap_or(&rule.name))?;
                let default = rule.default.map(|default| value(&rename, &default)).transpose()?;
                Ok(Self::Propagate { name: name(&rule.name)?, rename, default })
            }
            (None, Some(rule), None) => {
                let name = name(&rule.name)?;
                let value = value(&name, &rule.value)?;
                Ok(Self::Insert { name, value })
            }
            (None, None, Some(rule)) => Ok(Self::Remove { name: name(&rule.name)? }),
            _ => Err(HeaderRuleError::NotOne),
        }
    }
}

fn name(written: &str) -> Result<HeaderName, HeaderRuleError> {
    let name =
        HeaderName::try_from(written.to_owned()).map_err(|_| HeaderRuleError::Name(written.to_owned()))?;
    if NOT_BY_RULE.contains(&name.as_str()) { Err(HeaderRuleError::Reserved(name)) } else { Ok(name) }
}

fn value(name: &HeaderName, written: &str) -> Result<HeaderValue, HeaderRuleError> {
    HeaderValue::from_str(written).map_err(|_| HeaderRuleError::Value(name.clone()))
}

/// The rules of one subgraph, ready to apply.
#[derive(Debug, Clone, Default)]
pub struct HeaderRules(Vec<HeaderRule>);

impl HeaderRules {
    /// Whether a rule decides what is sent under this name.
    pub fn write(&self, header: &HeaderName) -> bool {
        self.0.iter().any(|rule| match rule {
            HeaderRule::Propagate { rename: name, .. } | HeaderRule::Insert { name, .. } => name == header,
            HeaderRule::Remove { .. } => false,
        })
    }

    /// Adds to `outgoing` what the rules take from the client's headers.
    pub fn apply(&self, client: &HeaderMap, outgoing: &mut HeaderMap) {
        for rule in &self.0 {
            match rule {
                HeaderRule::Propagate { name, rename, default } => {
                    if client.contains_key(name) {
                        outgoing.remove(rename);
                        for value in client.get_all(name) {
                            outgoing.append(rename, value.clone());
                        }
                    } else if let Some(default) = default {
                        outgoing.insert(rename, default.clone());
                    }
                }
                HeaderRule::Insert { name, value } => {
                    outgoing.insert(name, value.clone());
                }
                HeaderRule::Remove { name } => {
                    outgoing.remove(name);
                }
            }
        }
    }
}

/// The identity header that the client sent, if it sent one.
pub fn forged(client: &HeaderMap) -> Option<&'static str> {
    IDENTITY_HEADERS.into_iter().find(|name| client.contains_key(*name))
}

/// Takes out every header that only the gateway may set.
pub fn strip(client: &mut HeaderMap) {
    for name in IDENTITY_HEADERS {
        client.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, ConfigError};

    fn config(yaml: &str) -> Result<HeadersConfig, ConfigError> {
        let nested = yaml.replace('\n', "\n  ");
        Ok(Config::from_yaml(&format!("headers:\n  {nested}"))?.headers)
    }

    #[test]
    fn rules_apply_in_order_and_a_subgraphs_own_come_last() {
        let config = config(
            "all:\n  - propagate: {name: accept-language}\n  - propagate: {name: x-tenant, rename: tenant, default: none}\n  - insert: {name: x-from, value: edge}\nsubgraphs:\n  hugs:\n    - remove: {name: x-from}\n",
        )
        .unwrap();
        let mut client = HeaderMap::new();
        client.insert("accept-language", HeaderValue::from_static("de"));
        client.insert("cookie", HeaderValue::from_static("secret"));
        let mut outgoing = HeaderMap::new();
        config.rules_of("moods").apply(&client, &mut outgoing);
        assert_eq!(outgoing.get("accept-language").unwrap(), "de");
        assert_eq!(outgoing.get("tenant").unwrap(), "none");
        assert_eq!(outgoing.get("x-from").unwrap(), "edge");
        assert_eq!(outgoing.len(), 3);
        let mut outgoing = HeaderMap::new();
        config.rules_of("hugs").apply(&client, &mut outgoing);
        assert!(!outgoing.contains_key("x-from"));
    }

    #[test]
    fn a_rule_for_an_identity_or_connection_header_is_refused() {
        for name in ["X-User-ID", "x-gateway-assertion", "connection", "content-length"] {
            let error = config(&format!("all: [{{propagate: {{name: {name}}}}}]")).unwrap_err();
            assert!(error.to_string().contains("takes no rule"), "{error}");
        }
        let error = config("all: [{propagate: {name: a}, remove: {name: b}}]").unwrap_err();
        assert!(error.to_string().contains("exactly one"), "{error}");
    }
}
