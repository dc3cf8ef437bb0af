//! Subscriptions that can be taken up again: root fields with the composed directive `@resumable`.
//!
//! The directive says which argument takes a cursor, which field of each event holds one and, if there is such a thing,
//! which root query tells where the stream is now:
//! `directive @resumable(after: String!, cursor: String!, start: String) on FIELD_DEFINITION`, of a specification
//! whose address ends in `/resumable/v1.0`.

use std::sync::Arc;

use ahash::AHashMap;
use graphql_tools::parser::Pos;
use graphql_tools::static_graphql::query::{Type, Value, VariableDefinition};
use graphql_tools::static_graphql::schema::{
    Definition, Directive, Document, Field, InputValue, ObjectType, TypeDefinition,
};
use serde_json::{Map, Value as Json};

use super::schema::{ApiSchema, named_type};
use super::selections::{FieldNode, Selection, Selections};
use super::variables::{self, literal};

/// The alias under which the gateway asks for an event's cursor.
pub(super) const CURSOR_KEY: &str = "_stream_cursor";
/// The variable that takes the place of the client's argument.
const AFTER_VARIABLE: &str = "_stream_after";

/// A position in a stream; opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    text: Arc<str>,
    is_number: bool,
}

impl Cursor {
    pub(crate) fn new(text: &str, is_number: bool) -> Self {
        Self { text: text.into(), is_number }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is a number, and `text` its digits.
    pub(crate) fn is_number(&self) -> bool {
        self.is_number
    }

    fn value(&self) -> Json {
        let number = self.is_number.then(|| serde_json::from_str(&self.text).ok()).flatten();
        number.unwrap_or_else(|| Json::String(self.text.to_string()))
    }
}

/// The resumable root fields of a supergraph, by name.
#[derive(Debug, Default)]
pub(super) struct Resumables(AHashMap<String, Resumable>);

#[derive(Debug)]
struct Resumable {
    after: String,
    /// Of the variable in the argument's place.
    after_type: Type,
    cursor: String,
    start: Option<String>,
}

/// How one operation is taken up again.
#[derive(Debug)]
pub(super) struct Resumption {
    /// Under which key the root field stands in the data.
    pub(super) data_key: String,
    /// What takes the place of the client's argument.
    variable: VariableDefinition,
    /// What the client gave for the argument.
    given: Option<Value>,
    /// Asks where the stream is now, under `CURSOR_KEY`.
    pub(super) start: Option<String>,
}

impl Resumption {
    /// What the client's own argument says; `None` when it wants the stream from now on.
    pub(super) fn given(&self, variables: &Map<String, Json>) -> Option<Json> {
        self.given.as_ref().and_then(|value| resolved(value, variables)).filter(|value| !value.is_null())
    }

    /// The variables with which to ask for what comes after `cursor`, or what the client said.
    pub(super) fn variables(&self, client: &Map<String, Json>, cursor: Option<&Cursor>) -> Map<String, Json> {
        let mut variables = client.clone();
        let given = || self.given.as_ref().and_then(|value| resolved(value, client));
        if let Some(after) = cursor.map(Cursor::value).or_else(given) {
            variables.insert(self.variable.name.clone(), after);
        }
        variables
    }

    /// Whether the argument takes `cursor`, as far as its type says.
    pub(super) fn takes(&self, schema: &ApiSchema, cursor: &Cursor) -> bool {
        let value = Map::from_iter([(self.variable.name.clone(), cursor.value())]);
        variables::coerce(schema, std::slice::from_ref(&self.variable), value).is_ok()
    }
}

impl Resumables {
    pub(super) fn new(supergraph: &Document) -> Self {
        let Some(directive) = directive_name(supergraph) else {
            return Self::default();
        };
        let (query, subscription) = root_names(supergraph);
        let Some(root) = object(supergraph, subscription) else {
            return Self::default();
        };
        let mut resumables = Self::default();
        for field in &root.fields {
            let Some(applied) = field.directives.iter().find(|applied| applied.name == directive) else {
                continue;
            };
            match Resumable::new(supergraph, query, field, applied) {
                Ok(resumable) => {
                    resumables.0.insert(field.name.clone(), resumable);
                }
                Err(fault) => {
                    tracing::warn!(field = field.name, fault, "a subscription that says so is not resumable");
                }
            }
        }
        resumables
    }

    /// The selections to ask a subgraph with, the variable that they need, and what is done with both. `None` when the
    /// operation's root field isn't resumable.
    pub(super) fn amend(
        &self,
        selections: &Selections,
        variables: &[VariableDefinition],
    ) -> Option<(Selections, VariableDefinition, Resumption)> {
        let field = first_field(selections)?;
        let resumable = self.0.get(&field.name)?;
        let mut variable = AFTER_VARIABLE.to_owned();
        while variables.iter().any(|known| known.name == variable) {
            variable.push('_');
        }
        let amended = amended(selections, resumable, &variable);
        let variable = VariableDefinition {
            position: Pos::default(),
            name: variable,
            var_type: resumable.after_type.clone(),
            default_value: None,
        };
        let resumption = Resumption {
            data_key: field.data_key().to_owned(),
            variable: variable.clone(),
            given: field
                .arguments
                .iter()
                .find(|(name, _)| *name == resumable.after)
                .map(|(_, value)| value.clone()),
            start: resumable.start.as_ref().map(|start| format!("{{ {CURSOR_KEY}: {start} }}")),
        };
        Some((amended, variable, resumption))
    }
}

impl Resumable {
    fn new(
        supergraph: &Document,
        query: &str,
        field: &Field,
        applied: &Directive,
    ) -> Result<Self, &'static str> {
        let text = |wanted: &str| match applied.arguments.iter().find(|(name, _)| name == wanted) {
            Some((_, Value::String(text))) => Some(text.clone()),
            _ => None,
        };
        let after = text("after").ok_or("it names no argument")?;
        let cursor = text("cursor").ok_or("it names no field with a cursor")?;
        let start = text("start");
        let argument = field.arguments.iter().find(|argument| argument.name == after);
        let argument = argument.ok_or("it has no such argument")?;
        let fields = match supergraph_type(supergraph, named_type(&field.field_type)) {
            Some(TypeDefinition::Object(object)) => &object.fields,
            Some(TypeDefinition::Interface(interface)) => &interface.fields,
            _ => return Err("its events have no fields"),
        };
        if !fields.iter().any(|field| field.name == cursor) {
            return Err("its events have no such field");
        }
        if let Some(start) = &start {
            let known = object(supergraph, query)
                .and_then(|query| query.fields.iter().find(|field| field.name == *start));
            let known = known.ok_or("there is no such query to start with")?;
            if known.arguments.iter().any(is_required) {
                return Err("the query to start with needs arguments");
            }
        }
        let after_type = match (&argument.value_type, &argument.default_value) {
            (Type::NonNullType(inner), Some(_)) => (**inner).clone(),
            (declared, _) => declared.clone(),
        };
        Ok(Self { after, after_type, cursor, start })
    }
}

fn is_required(argument: &InputValue) -> bool {
    matches!(argument.value_type, Type::NonNullType(_)) && argument.default_value.is_none()
}

/// What the directive is called in this supergraph, which may have imported it under another name.
fn directive_name(supergraph: &Document) -> Option<String> {
    let links = supergraph.definitions.iter().filter_map(|definition| match definition {
        Definition::SchemaDefinition(schema) => Some(&schema.directives),
        _ => None,
    });
    let link = links.flatten().find(|link| {
        let url = argument(link, "url").and_then(as_text).unwrap_or_default();
        let mut segments = url.rsplit('/');
        link.name == "link"
            && segments.next().is_some_and(|version| version.starts_with("v1."))
            && segments.next() == Some("resumable")
    })?;
    let imported = match argument(link, "import") {
        Some(Value::List(imports)) => imports.iter().find_map(|import| match import {
            Value::String(name) if name == "@resumable" => Some(name.as_str()),
            Value::Object(renamed) if entry(renamed, "name") == Some("@resumable") => entry(renamed, "as"),
            _ => None,
        }),
        _ => None,
    };
    let name = imported.map(|name| name.trim_start_matches('@'));
    Some(name.or_else(|| argument(link, "as").and_then(as_text)).unwrap_or("resumable").to_owned())
}

fn argument<'d>(directive: &'d Directive, wanted: &str) -> Option<&'d Value> {
    directive.arguments.iter().find(|(name, _)| name == wanted).map(|(_, value)| value)
}

fn entry<'d>(object: &'d [(String, Value)], wanted: &str) -> Option<&'d str> {
    object.iter().find(|(name, _)| name == wanted).and_then(|(_, value)| as_text(value))
}

fn as_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn root_names(supergraph: &Document) -> (&str, &str) {
    let schema = supergraph.definitions.iter().find_map(|definition| match definition {
        Definition::SchemaDefinition(schema) => Some(schema),
        _ => None,
    });
    let query = schema.and_then(|schema| schema.query.as_deref()).unwrap_or("Query");
    let subscription = schema.and_then(|schema| schema.subscription.as_deref()).unwrap_or("Subscription");
    (query, subscription)
}

fn supergraph_type<'d>(supergraph: &'d Document, wanted: &str) -> Option<&'d TypeDefinition> {
    supergraph.definitions.iter().find_map(|definition| match definition {
        Definition::TypeDefinition(definition) => {
            let name = match definition {
                TypeDefinition::Object(object) => &object.name,
                TypeDefinition::Interface(interface) => &interface.name,
                _ => return None,
            };
            (name == wanted).then_some(definition)
        }
        _ => None,
    })
}

fn object<'d>(supergraph: &'d Document, name: &str) -> Option<&'d ObjectType> {
    match supergraph_type(supergraph, name)? {
        TypeDefinition::Object(object) => Some(object),
        _ => None,
    }
}

/// A subscription has one root field, perhaps in fragments and perhaps several times.
fn first_field(selections: &[Selection]) -> Option<&FieldNode> {
    selections.iter().find_map(|selection| match selection {
        Selection::Field(field) => Some(&**field),
        Selection::Fragment { selections, .. } => first_field(selections),
    })
}

fn amended(selections: &[Selection], resumable: &Resumable, variable: &str) -> Selections {
    selections
        .iter()
        .map(|selection| match selection {
            Selection::Field(field) => {
                let after = (resumable.after.as_str(), Value::Variable(variable.to_owned()));
                Selection::Field(Arc::new(
                    field.amended(after, FieldNode::leaf(CURSOR_KEY, &resumable.cursor)),
                ))
            }
            Selection::Fragment { condition, selections } => Selection::Fragment {
                condition: condition.clone(),
                selections: amended(selections, resumable, variable),
            },
        })
        .collect()
}

/// A value with its variables filled in; `None` for a variable without a value.
fn resolved(value: &Value, variables: &Map<String, Json>) -> Option<Json> {
    Some(match value {
        Value::Variable(name) => return variables.get(name).cloned(),
        Value::List(items) => {
            items.iter().map(|item| resolved(item, variables).unwrap_or(Json::Null)).collect()
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            fields
                .filter_map(|(name, value)| Some((name.clone(), resolved(value, variables)?)))
                .collect::<Map<_, _>>()
                .into()
        }
        other => literal(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resumables(link: &str, applied: &str) -> Vec<String> {
        let supergraph = format!(
            r#"
            schema {link} {{ query: Query subscription: S }}
            type Query {{ now: String of(id: ID!): String }}
            type S {{ events(after: String! = "0"): Event! {applied} other: Event }}
            type Event {{ cursor: String }}
            "#
        );
        let document = graphql_tools::parser::parse_schema::<String>(&supergraph).unwrap().into_static();
        Resumables::new(&document).0.into_keys().collect()
    }

    #[test]
    fn the_directive_counts_under_the_name_that_its_link_gives_it() {
        let applied = r#"@resumable(after: "after", cursor: "cursor", start: "now")"#;
        for link in [
            r#"@link(url: "https://specs.example.org/resumable/v1.0", import: ["@resumable"])"#,
            r#"@link(url: "https://specs.example.org/resumable/v1.3")"#,
        ] {
            assert_eq!(resumables(link, applied), ["events"], "{link}");
        }
        assert!(resumables("", applied).is_empty());
        assert!(resumables(r#"@link(url: "https://specs.example.org/resumable/v2.0")"#, applied).is_empty());
        let renamed = r#"@link(url: "https://specs.example.org/resumable/v1.0", import: [{name: "@resumable", as: "@again"}])"#;
        assert!(resumables(renamed, applied).is_empty());
        assert_eq!(resumables(renamed, r#"@again(after: "after", cursor: "cursor")"#), ["events"]);
    }

    #[test]
    fn what_the_directive_names_has_to_be_there() {
        let link = r#"@link(url: "https://specs.example.org/resumable/v1.0")"#;
        for applied in [
            r#"@resumable(after: "since", cursor: "cursor")"#,
            r#"@resumable(after: "after", cursor: "position")"#,
            r#"@resumable(after: "after", cursor: "cursor", start: "of")"#,
            r#"@resumable(after: "after", cursor: "cursor", start: "nothing")"#,
            "@resumable",
        ] {
            assert!(resumables(link, applied).is_empty(), "{applied}");
        }
    }
}
