//! Where each type, field, argument and enum value of an SDL document is defined.

use std::collections::BTreeMap;

use super::tokens::{Token, tokens};

/// Schema coordinates (`User`, `User.name`, `Query.user(id:)`) with the lines they are first defined on.
#[derive(Debug, Default)]
pub(super) struct Outline {
    lines: BTreeMap<String, usize>,
}

/// The type definition that the scan stands in.
#[derive(Default)]
struct Scan {
    lines: BTreeMap<String, usize>,
    type_name: String,
    is_enum: bool,
    field: String,
    braces: usize,
    parentheses: usize,
    in_directive: bool,
}

impl Outline {
    pub(super) fn of(sdl: &str) -> Self {
        let tokens = tokens(sdl);
        let mut scan = Scan::default();
        for (at, (token, line)) in tokens.iter().enumerate() {
            let previous = at.checked_sub(1).map(|before| &tokens[before].0);
            let next = tokens.get(at + 1).map(|(token, _)| token);
            match token {
                Token::Punctuator(punctuator) => scan.punctuator(*punctuator, &tokens[..at]),
                Token::Name(name) => scan.name(name, *line, previous, next),
            }
        }
        Self { lines: scan.lines }
    }

    /// The line a coordinate is defined on, or else that of the field or type it belongs to.
    pub(super) fn line(&self, coordinate: &str) -> Option<usize> {
        let field = coordinate.split('(').next().unwrap_or(coordinate);
        let type_name = field.split('.').next().unwrap_or(field);
        [coordinate, field, type_name].into_iter().find_map(|name| self.lines.get(name).copied())
    }

    /// Whether exactly this coordinate is defined here.
    pub(super) fn defines(&self, coordinate: &str) -> bool {
        self.lines.contains_key(coordinate)
    }
}

impl Scan {
    fn punctuator(&mut self, punctuator: char, before: &[(Token<'_>, usize)]) {
        match punctuator {
            '(' => {
                self.parentheses += 1;
                if self.parentheses == 1 {
                    let opener = before.len().checked_sub(2).map(|at| &before[at].0);
                    self.in_directive = opener == Some(&Token::Punctuator('@'));
                }
            }
            ')' => self.parentheses = self.parentheses.saturating_sub(1),
            '{' if self.parentheses == 0 => self.braces += 1,
            '}' if self.parentheses == 0 => self.braces = self.braces.saturating_sub(1),
            _ => {}
        }
    }

    fn name(&mut self, name: &str, line: usize, previous: Option<&Token<'_>>, next: Option<&Token<'_>>) {
        let opens_definition = |token: Option<&Token<'_>>| {
            matches!(token, Some(Token::Name("type" | "interface" | "input" | "enum" | "union" | "scalar")))
        };
        let followed_by = |wanted: char| next == Some(&Token::Punctuator(wanted));
        if previous == Some(&Token::Punctuator('@')) {
            return;
        }
        if self.braces == 0 && self.parentheses == 0 && opens_definition(previous) {
            self.is_enum = previous == Some(&Token::Name("enum"));
            name.clone_into(&mut self.type_name);
            self.record(name.to_owned(), line);
        } else if self.braces == 1 && self.parentheses == 0 {
            if followed_by(':') || followed_by('(') || self.is_enum {
                self.field = format!("{}.{name}", self.type_name);
                self.record(self.field.clone(), line);
            }
        } else if self.braces == 1 && self.parentheses == 1 && !self.in_directive && followed_by(':') {
            self.record(format!("{}({name}:)", self.field), line);
        }
    }

    fn record(&mut self, coordinate: String, line: usize) {
        self.lines.entry(coordinate).or_insert(line);
    }
}

#[cfg(test)]
mod tests {
    use super::Outline;

    const SDL: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])

"""
A person: not a { field }
"""
type User @key(fields: "id") {
  id: ID!
  # name: of a comment
  name(
    style: Style = { upper: true }
  ): String @deprecated(reason: "x: y")
}

enum Color { RED
  GREEN @tag(name: "x") }
union Both = User | Other
extend type Query { me: User }
"#;

    #[test]
    fn definitions_are_found_on_their_lines() {
        let outline = Outline::of(SDL);
        let lines = ["User", "User.id", "User.name", "User.name(style:)", "Color.GREEN", "Both", "Query.me"]
            .map(|coordinate| outline.line(coordinate));
        assert_eq!(lines, [6, 7, 9, 10, 15, 16, 17].map(Some));
        assert!(!outline.defines("User.upper"), "values of defaults are no definitions");
    }

    #[test]
    fn a_missing_member_is_placed_at_its_type() {
        assert_eq!(Outline::of(SDL).line("User.age"), Some(6));
        assert_eq!(Outline::of(SDL).line("Nothing.at"), None);
    }
}
