//! Completes the SDL that a subgraph's code exports: the server library writes a fixed federation version and import
//! list, so directives beyond that list are declared by hand in code and imported here.

use anyhow::Context;
use federation_composition::graphql_core::{
    self, Argument, Definition, Directive, ListValue, Name, SchemaExtension, StringValue, Value,
};

use super::tokens::{Token, tokens};

const FEDERATION: &str = "https://specs.apollo.dev/federation/v2.";

/// Federation's directives with the minor version of Federation 2 that brought each.
const DIRECTIVES: [(&str, u32); 18] = [
    ("key", 0),
    ("requires", 0),
    ("provides", 0),
    ("external", 0),
    ("extends", 0),
    ("shareable", 0),
    ("inaccessible", 0),
    ("override", 0),
    ("tag", 0),
    ("composeDirective", 1),
    ("interfaceObject", 3),
    ("authenticated", 5),
    ("requiresScopes", 5),
    ("policy", 6),
    ("context", 8),
    ("fromContext", 8),
    ("cost", 9),
    ("listSize", 9),
];

/// `@override(label:)` came later than `@override`.
const OVERRIDE_LABEL_SINCE: u32 = 7;

/// Directives every GraphQL server has; a definition of them says nothing.
const BUILT_IN: [&str; 5] = ["skip", "include", "deprecated", "specifiedBy", "oneOf"];

/// The exported SDL with exactly the imports it needs, laid out as the printer lays out.
pub(super) fn complete(sdl: &str) -> anyhow::Result<String> {
    let mut document = graphql_core::parse(sdl).context("the exported SDL does not parse")?;
    let used = used_directives(sdl);
    document.definitions.retain(|definition| !is_needless(definition));
    let minor =
        used.iter().map(|(_, since)| *since).chain([exported_minor(&document), label_minor(sdl)]).max();
    let names = used.into_iter().map(|(name, _)| name);
    set_link(&mut document, &format!("{FEDERATION}{}", minor.unwrap_or(0)), names);
    Ok(graphql_core::print(&document).trim_end().to_owned() + "\n")
}

/// Federation's directives that the document applies, in the order of the table.
fn used_directives(sdl: &str) -> Vec<(&'static str, u32)> {
    let tokens = tokens(sdl);
    let applied = |name: &str| {
        tokens.windows(3).any(|window| {
            window[0].0 != Token::Name("directive")
                && window[1].0 == Token::Punctuator('@')
                && window[2].0 == Token::Name(name)
        })
    };
    DIRECTIVES.into_iter().filter(|(name, _)| applied(name)).collect()
}

/// Definitions that the link's import, or the language itself, already gives.
fn is_needless(definition: &Definition) -> bool {
    let Definition::DirectiveDefinition(directive) = definition else {
        return false;
    };
    let name = directive.name.value.as_str();
    BUILT_IN.contains(&name) || DIRECTIVES.iter().any(|(known, _)| *known == name)
}

fn exported_minor(document: &graphql_core::Document) -> u32 {
    let url = federation_link(document).and_then(link_url);
    url.and_then(|url| url.strip_prefix(FEDERATION)).and_then(|minor| minor.parse().ok()).unwrap_or(0)
}

fn label_minor(sdl: &str) -> u32 {
    let labelled = sdl
        .split("@override(")
        .skip(1)
        .any(|rest| rest.split(')').next().is_some_and(|arguments| arguments.contains("label:")));
    if labelled { OVERRIDE_LABEL_SINCE } else { 0 }
}

fn federation_link(document: &graphql_core::Document) -> Option<&Directive> {
    document.definitions.iter().find_map(|definition| match definition {
        Definition::SchemaExtension(extension) => {
            extension.directives.iter().find(|link| is_federation(link))
        }
        _ => None,
    })
}

fn link_url(link: &Directive) -> Option<&str> {
    let argument = link.arguments.iter().find(|argument| argument.name.value == "url")?;
    match &argument.value {
        Value::String(url) => Some(&url.value),
        _ => None,
    }
}

fn is_federation(directive: &Directive) -> bool {
    directive.name.value == "link" && link_url(directive).is_some_and(|url| url.starts_with(FEDERATION))
}

/// Moves the federation link to the head of the document, with this version and these imports.
fn set_link<'a>(document: &mut graphql_core::Document, url: &str, imports: impl Iterator<Item = &'a str>) {
    for definition in &mut document.definitions {
        if let Definition::SchemaExtension(extension) = definition {
            extension.directives.retain(|directive| !is_federation(directive));
        }
    }
    document.definitions.retain(|definition| match definition {
        Definition::SchemaExtension(extension) => {
            !extension.directives.is_empty() || !extension.operation_types.is_empty()
        }
        _ => true,
    });
    let values = imports.map(|name| string(&format!("@{name}"))).collect();
    let link = Directive {
        name: name("link"),
        arguments: vec![
            Argument { name: name("url"), value: string(url) },
            Argument { name: name("import"), value: Value::List(ListValue { values }) },
        ],
    };
    let extension = SchemaExtension { directives: vec![link], operation_types: Vec::new() };
    document.definitions.insert(0, Definition::SchemaExtension(extension));
}

fn name(value: &str) -> Name {
    Name { value: value.to_owned() }
}

fn string(value: &str) -> Value {
    Value::String(StringValue { value: value.to_owned(), block: false })
}

#[cfg(test)]
mod tests {
    use super::complete;

    #[test]
    fn the_link_imports_what_is_used_and_nothing_else() {
        let exported = r#"
            type Query { me: User @authenticated hug: Int @override(from: "b", label: "percent(5)") }
            type User @key(fields: "id") { id: ID! }
            directive @authenticated on FIELD_DEFINITION
            directive @skip(if: Boolean!) on FIELD
            directive @resumable on FIELD_DEFINITION
            extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@tag"])
            extend schema @link(url: "https://example.org/stream/v1.0", import: ["@resumable"])
              @composeDirective(name: "@resumable")
        "#;
        insta::assert_snapshot!(complete(exported).unwrap(), @r#"
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override", "@composeDirective", "@authenticated"])

        type Query {
          me: User @authenticated
          hug: Int @override(from: "b", label: "percent(5)")
        }

        type User @key(fields: "id") {
          id: ID!
        }

        directive @resumable on FIELD_DEFINITION

        extend schema @link(url: "https://example.org/stream/v1.0", import: ["@resumable"]) @composeDirective(name: "@resumable")
        "#);
    }
}
