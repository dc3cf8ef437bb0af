//! A subgraph made of SDL and closures: a small GraphQL server, strict about what it is asked.

use std::collections::HashMap;
use std::sync::Arc;

use graphql_tools::static_graphql::query::{
    Definition, Directive, Document, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
    TypeCondition, Value,
};
use graphql_tools::static_graphql::schema::{self, TypeDefinition};
use graphql_tools::validation::rules::default_rules_validation_plan;
use graphql_tools::validation::validate::validate;
use serde_json::{Map, Value as Json, json};

use super::data::View;

const FEDERATION: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: [
    "@key" "@requires" "@provides" "@external" "@shareable" "@override" "@inaccessible" "@interfaceObject" "@tag" "@authenticated" "@requiresScopes" "@policy"
])
"#;

type Resolver = Arc<dyn Fn(&Json, &Map<String, Json>) -> Json + Send + Sync>;
type EntityResolver = Arc<dyn Fn(&Map<String, Json>) -> Json + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Subgraph {
    pub(crate) name: &'static str,
    sdl: String,
    schema: Arc<schema::Document>,
    resolvers: HashMap<&'static str, Resolver>,
    entities: HashMap<&'static str, EntityResolver>,
    /// Where everything comes from when there are no closures. Nulls are completed then, as a real server does.
    view: Option<Arc<View>>,
}

/// A field that fails: its value is null and there is an error.
pub(crate) fn failing(message: &str) -> Json {
    json!({ "$error": message })
}

impl Subgraph {
    pub(crate) fn new(name: &'static str, sdl: &str) -> Self {
        let executable = executable_sdl(sdl);
        let schema =
            graphql_tools::parser::parse_schema::<String>(&executable).expect("the SDL parses").into_static();
        Self {
            name,
            sdl: format!("{FEDERATION}{sdl}"),
            schema: Arc::new(schema),
            resolvers: HashMap::new(),
            entities: HashMap::new(),
            view: None,
        }
    }

    /// Resolves everything from data.
    pub(crate) fn viewing(self, view: Arc<View>) -> Self {
        Self { view: Some(view), ..self }
    }

    pub(crate) fn schema(&self) -> &schema::Document {
        &self.schema
    }

    /// One that links to no specification and extends the types of others.
    pub(crate) fn federation_1(name: &'static str, sdl: &str) -> Self {
        let owned = Self::new(name, &sdl.replace("extend type", "type"));
        Self { sdl: sdl.to_owned(), ..owned }
    }

    /// How `Type.field` is resolved, from its parent and its arguments. Others are read from their parent.
    pub(crate) fn field(
        mut self,
        coordinate: &'static str,
        resolver: impl Fn(&Json, &Map<String, Json>) -> Json + Send + Sync + 'static,
    ) -> Self {
        self.resolvers.insert(coordinate, Arc::new(resolver));
        self
    }

    /// A field that is always the same.
    pub(crate) fn value(self, coordinate: &'static str, value: Json) -> Self {
        self.field(coordinate, move |_, _| value.clone())
    }

    /// How a representation of this `__typename` becomes an entity; its own fields are added where missing.
    pub(crate) fn entity(
        mut self,
        typename: &'static str,
        resolver: impl Fn(&Map<String, Json>) -> Json + Send + Sync + 'static,
    ) -> Self {
        self.entities.insert(typename, Arc::new(resolver));
        self
    }

    pub(crate) fn sdl(&self) -> &str {
        &self.sdl
    }

    /// One response for a query or mutation, one for each event of a subscription.
    pub(crate) fn execute(&self, request: &Json) -> Vec<Json> {
        let text = request["query"].as_str().expect("a query");
        let document = graphql_tools::parser::parse_query::<String>(text)
            .unwrap_or_else(|error| panic!("{} was sent nonsense: {error}\n{text}", self.name))
            .into_static();
        let faults = validate(&self.schema, &document, &default_rules_validation_plan());
        let faults: Vec<_> = faults.iter().map(|fault| &fault.message).collect();
        assert!(faults.is_empty(), "{} was sent an invalid operation: {faults:?}\n{text}", self.name);
        let variables = request["variables"].as_object().cloned().unwrap_or_default();
        let mut run = Run::new(self, &document, variables);
        run.check_variables();
        let operation = run.operation;
        match operation {
            OperationDefinition::Subscription(subscription) => {
                let Some(Selection::Field(field)) = subscription.selection_set.items.first() else {
                    panic!("a subscription selects one field")
                };
                let events = run.resolve(&Json::Null, "Subscription", field);
                let events = events.as_array().expect("a list of events").clone();
                events
                    .into_iter()
                    .map(|event| {
                        let mut run = Run::new(self, &document, run.variables.clone());
                        let declared = run.field_type("Subscription", &field.name);
                        let path = &mut vec![json!(response_key(field))];
                        let value = run.complete(&event, &declared, &[field], path);
                        let data =
                            value.map(|value| Map::from_iter([(response_key(field).to_owned(), value)]));
                        run.response(data)
                    })
                    .collect()
            }
            operation => {
                let root = match operation {
                    OperationDefinition::Mutation(_) => "Mutation",
                    _ => "Query",
                };
                let data = run.selections(&json!({}), root, &[operation.selection_set()], &mut Vec::new());
                vec![run.response(data)]
            }
        }
    }
}

/// The SDL without federation's own directives, with what every subgraph has besides.
fn executable_sdl(sdl: &str) -> String {
    let document = graphql_tools::parser::parse_schema::<String>(sdl).expect("the SDL parses").into_static();
    let entities: Vec<String> = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            schema::Definition::TypeDefinition(TypeDefinition::Object(object))
                if object.directives.iter().any(|directive| directive.name == "key") =>
            {
                Some(object.name.clone())
            }
            _ => None,
        })
        .collect();
    let mut text = sdl.to_owned();
    let has_query = document.definitions.iter().any(|definition| match definition {
        schema::Definition::TypeDefinition(definition) => definition.name() == "Query",
        _ => false,
    });
    if !has_query {
        text.push_str("\ntype Query { _unused: Int }");
    }
    text.push_str("\nscalar Int scalar Float scalar String scalar Boolean scalar ID scalar _Any");
    text.push_str("\ndirective @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT");
    text.push_str("\ndirective @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT");
    if !entities.is_empty() {
        text.push_str("\nunion _Entity = ");
        text.push_str(&entities.join(" | "));
        text = text.replacen(
            "type Query {",
            "type Query { _entities(representations: [_Any!]!): [_Entity]! ",
            1,
        );
    }
    text
}

struct Run<'s> {
    subgraph: &'s Subgraph,
    operation: &'s OperationDefinition,
    fragments: HashMap<&'s str, &'s FragmentDefinition>,
    variables: Map<String, Json>,
    errors: Vec<Json>,
}

impl<'s> Run<'s> {
    fn new(subgraph: &'s Subgraph, document: &'s Document, variables: Map<String, Json>) -> Self {
        let mut operation = None;
        let mut fragments = HashMap::new();
        for definition in &document.definitions {
            match definition {
                Definition::Operation(found) => operation = Some(found),
                Definition::Fragment(fragment) => {
                    fragments.insert(fragment.name.as_str(), fragment);
                }
            }
        }
        Self {
            subgraph,
            operation: operation.expect("an operation"),
            fragments,
            variables,
            errors: Vec::new(),
        }
    }

    /// Nothing may be sent that the operation doesn't declare; defaults are applied.
    fn check_variables(&mut self) {
        let declared = self.operation.variable_definitions();
        for name in self.variables.keys() {
            let known = declared.iter().any(|variable| variable.name == *name);
            assert!(known, "{} was sent the undeclared variable {name}", self.subgraph.name);
        }
        for variable in declared {
            if let (false, Some(default)) =
                (self.variables.contains_key(&variable.name), &variable.default_value)
            {
                let default = self.argument(default).unwrap_or(Json::Null);
                self.variables.insert(variable.name.clone(), default);
            }
        }
    }

    fn response(self, data: Result<Map<String, Json>, Nullified>) -> Json {
        let data = data.map_or(Json::Null, Json::Object);
        if self.errors.is_empty() {
            json!({ "data": data })
        } else {
            json!({ "data": data, "errors": self.errors })
        }
    }

    fn selections(
        &mut self,
        parent: &Json,
        typename: &str,
        sets: &[&'s SelectionSet],
        path: &mut Vec<Json>,
    ) -> Result<Map<String, Json>, Nullified> {
        let mut fields: Vec<(&str, Vec<&'s Field>)> = Vec::new();
        for set in sets {
            self.collect(typename, set, &mut fields);
        }
        let mut data = Map::new();
        for (key, nodes) in fields {
            path.push(json!(key));
            let value = if nodes[0].name == "__typename" {
                Ok(json!(typename))
            } else {
                let value = self.resolve(parent, typename, nodes[0]);
                let declared = self.field_type(typename, &nodes[0].name);
                self.complete(&value, &declared, &nodes, path)
            };
            path.pop();
            data.insert(key.to_owned(), value?);
        }
        Ok(data)
    }

    fn collect(&self, typename: &str, set: &'s SelectionSet, fields: &mut Vec<(&'s str, Vec<&'s Field>)>) {
        for selection in &set.items {
            match selection {
                Selection::Field(field) if self.included(&field.directives) => {
                    let key = response_key(field);
                    match fields.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, nodes)) => nodes.push(field),
                        None => fields.push((key, vec![field])),
                    }
                }
                Selection::InlineFragment(fragment) if self.included(&fragment.directives) => {
                    let applies = fragment
                        .type_condition
                        .as_ref()
                        .is_none_or(|TypeCondition::On(condition)| self.is_subtype(typename, condition));
                    if applies {
                        self.collect(typename, &fragment.selection_set, fields);
                    }
                }
                Selection::FragmentSpread(spread) if self.included(&spread.directives) => {
                    let fragment = self.fragments[spread.fragment_name.as_str()];
                    let TypeCondition::On(condition) = &fragment.type_condition;
                    if self.is_subtype(typename, condition) {
                        self.collect(typename, &fragment.selection_set, fields);
                    }
                }
                _ => {}
            }
        }
    }

    fn included(&self, directives: &[Directive]) -> bool {
        directives.iter().all(|directive| {
            let condition = directive.arguments.iter().find(|(name, _)| name == "if");
            let condition = condition.and_then(|(_, value)| self.argument(value)?.as_bool());
            match directive.name.as_str() {
                "skip" => condition != Some(true),
                "include" => condition == Some(true),
                _ => true,
            }
        })
    }

    fn is_subtype(&self, typename: &str, condition: &str) -> bool {
        typename == condition
            || match self.subgraph.schema.type_by_name(condition) {
                Some(TypeDefinition::Union(union)) => union.types.iter().any(|member| member == typename),
                Some(TypeDefinition::Interface(interface)) => {
                    match self.subgraph.schema.type_by_name(typename) {
                        Some(TypeDefinition::Object(object)) => {
                            object.implements_interfaces.contains(&interface.name)
                        }
                        _ => false,
                    }
                }
                _ => false,
            }
    }

    fn resolve(&mut self, parent: &Json, typename: &str, field: &Field) -> Json {
        let mut arguments = Map::new();
        for (name, value) in &field.arguments {
            if let Some(value) = self.argument(value) {
                let value = if value.is_i64() && self.is_id(typename, &field.name, name) {
                    json!(value.to_string())
                } else {
                    value
                };
                arguments.insert(name.clone(), value);
            }
        }
        if field.name == "_entities" {
            return self.resolve_entities(&arguments);
        }
        if let Some(view) = &self.subgraph.view {
            self.add_defaults(typename, &field.name, &mut arguments);
            return view.resolve(parent, typename, &field.name, &arguments);
        }
        let coordinate = format!("{typename}.{}", field.name);
        match self.subgraph.resolvers.get(coordinate.as_str()) {
            Some(resolver) => resolver(parent, &arguments),
            None => parent.get(&field.name).cloned().unwrap_or(Json::Null),
        }
    }

    fn resolve_entities(&self, arguments: &Map<String, Json>) -> Json {
        let representations = arguments["representations"].as_array().expect("representations");
        let distinct: std::collections::HashSet<String> =
            representations.iter().map(Json::to_string).collect();
        assert_eq!(
            distinct.len(),
            representations.len(),
            "a representation was sent twice: {representations:?}"
        );
        representations
            .iter()
            .map(|representation| {
                let fields = representation.as_object().expect("a representation is an object");
                if let Some(view) = &self.subgraph.view {
                    return view.entity(fields);
                }
                let typename = fields["__typename"].as_str().expect("a representation has a __typename");
                let resolver = self.subgraph.entities.get(typename).unwrap_or_else(|| {
                    panic!("{} was asked for the entity {representation}", self.subgraph.name)
                });
                let mut entity = resolver(fields);
                if let Some(entity) = entity.as_object_mut() {
                    for (key, value) in fields {
                        entity.entry(key.clone()).or_insert_with(|| value.clone());
                    }
                }
                entity
            })
            .collect()
    }

    fn argument(&self, value: &Value) -> Option<Json> {
        Some(match value {
            Value::Variable(name) => return self.variables.get(name).cloned(),
            Value::Int(number) => json!(number.as_i64()),
            Value::Float(number) => json!(number),
            Value::String(text) | Value::Enum(text) => json!(text),
            Value::Boolean(value) => json!(value),
            Value::Null => Json::Null,
            Value::List(items) => items.iter().filter_map(|item| self.argument(item)).collect(),
            Value::Object(fields) => fields
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), self.argument(value)?)))
                .collect::<Map<_, _>>()
                .into(),
        })
    }

    fn is_id(&self, typename: &str, field: &str, argument: &str) -> bool {
        let definition = self.subgraph.schema.type_by_name(typename);
        let field = definition.and_then(|definition| definition.field_by_name(field));
        let mut arguments = field.into_iter().flat_map(|field| &field.arguments);
        arguments.any(|known| known.name == argument && known.value_type.inner_type() == "ID")
    }

    fn field_type(&self, typename: &str, field: &str) -> schema::Type {
        let definition = self.subgraph.schema.type_by_name(typename);
        let field = definition.and_then(|definition| definition.field_by_name(field));
        field
            .unwrap_or_else(|| panic!("{} has no {typename}.{field:?}", self.subgraph.name))
            .field_type
            .clone()
    }

    fn add_defaults(&self, typename: &str, field: &str, arguments: &mut Map<String, Json>) {
        let definition = self.subgraph.schema.type_by_name(typename);
        let field = definition.and_then(|definition| definition.field_by_name(field));
        for argument in field.into_iter().flat_map(|field| &field.arguments) {
            if let (false, Some(default)) = (arguments.contains_key(&argument.name), &argument.default_value)
            {
                arguments.insert(argument.name.clone(), self.argument(default).unwrap_or(Json::Null));
            }
        }
    }

    /// `Err` when null has to take the parent with it, which only happens when resolving from data.
    fn complete(
        &mut self,
        value: &Json,
        declared: &schema::Type,
        nodes: &[&'s Field],
        path: &mut Vec<Json>,
    ) -> Result<Json, Nullified> {
        let known_errors = self.errors.len();
        let (inner, may_be_null) = match declared {
            schema::Type::NonNullType(inner) => (&**inner, self.subgraph.view.is_none()),
            nullable => (nullable, true),
        };
        let completed = self.present(value, inner, nodes, path).unwrap_or(Json::Null);
        if completed.is_null() && !may_be_null {
            if self.errors.len() == known_errors {
                self.errors.push(json!({ "message": "null in a non-null position", "path": path }));
            }
            return Err(Nullified);
        }
        Ok(completed)
    }

    fn present(
        &mut self,
        value: &Json,
        declared: &schema::Type,
        nodes: &[&'s Field],
        path: &mut Vec<Json>,
    ) -> Result<Json, Nullified> {
        match value {
            Json::Null => Ok(Json::Null),
            Json::Object(object) if object.contains_key("$error") => {
                self.errors.push(json!({
                    "message": object["$error"],
                    "path": path,
                    "extensions": { "code": "TEAPOT", "detail": 7 },
                    "locations": [{ "line": 1, "column": 1 }],
                }));
                Ok(Json::Null)
            }
            Json::Array(items) => {
                let inner = item_type(declared);
                let mut completed = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    path.push(json!(index));
                    let item = self.complete(item, inner, nodes, path);
                    path.pop();
                    completed.push(item?);
                }
                Ok(completed.into())
            }
            value if nodes[0].selection_set.items.is_empty() => Ok(value.clone()),
            Json::Object(object) => {
                let typename =
                    object.get("__typename").and_then(Json::as_str).unwrap_or(declared.inner_type());
                let typename = match &self.subgraph.view {
                    Some(view) => view.local_typename(typename),
                    None => typename.to_owned(),
                };
                let sets: Vec<_> = nodes.iter().map(|node| &node.selection_set).collect();
                self.selections(value, &typename, &sets, path).map(Json::Object)
            }
            // What a broken subgraph would send.
            other => Ok(other.clone()),
        }
    }
}

/// Null was met where none may be.
struct Nullified;

fn item_type(declared: &schema::Type) -> &schema::Type {
    match declared {
        schema::Type::NonNullType(inner) => item_type(inner),
        schema::Type::ListType(inner) => inner,
        schema::Type::NamedType(_) => declared,
    }
}

fn response_key(field: &Field) -> &str {
    field.alias.as_deref().unwrap_or(&field.name)
}
