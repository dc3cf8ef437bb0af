//! The literals of a Rust source; comments and what stands under `#[cfg(test)]` aside.

use std::str::FromStr;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A literal as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    /// Where it stands; a comment above that quotes it may be taken for it.
    pub line: usize,
    pub text: String,
}

/// What an item begins with. Anything else under `#[cfg(test)]`, such as an arm of a `match`, has no end that tokens
/// show, and is read like the rest.
const ITEMS: [&str; 16] = [
    "async",
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "let",
    "macro_rules",
    "mod",
    "pub",
    "static",
    "struct",
    "trait",
    "type",
    "unsafe",
    "use",
];

/// The literals of the code, or why it isn't Rust.
pub(super) fn of_code(source: &str) -> Result<Vec<Literal>, String> {
    let tokens = TokenStream::from_str(source).map_err(|error| error.to_string())?;
    let mut texts = Vec::new();
    collect(tokens, &mut texts);
    let mut at = 0;
    let mut line = 1;
    let located = texts.into_iter().map(|text| {
        let next = source[at..].find(&text).map_or(at, |found| at + found);
        line += source[at..next].matches('\n').count();
        at = next;
        Literal { line, text }
    });
    Ok(located.collect())
}

fn collect(tokens: TokenStream, literals: &mut Vec<String>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut is_attribute = false;
    let mut is_of_tests = false;
    while let Some(token) = tokens.next() {
        let follows_hash = std::mem::take(&mut is_attribute);
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => is_attribute = true,
            // An inner attribute is `#![…]`.
            TokenTree::Punct(mark) if mark.as_char() == '!' && follows_hash => is_attribute = true,
            TokenTree::Group(group) if follows_hash && group.delimiter() == Delimiter::Bracket => {
                is_of_tests |= is_cfg_test(&group);
                if !is_documentation(&group) {
                    collect(group.stream(), literals);
                }
            }
            TokenTree::Ident(word) if std::mem::take(&mut is_of_tests) => {
                if ITEMS.iter().any(|item| word == item) {
                    let ends = |token: &TokenTree| match token {
                        TokenTree::Punct(mark) => mark.as_char() == ';',
                        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                        _ => false,
                    };
                    tokens.by_ref().find(ends);
                }
            }
            TokenTree::Group(group) => collect(group.stream(), literals),
            TokenTree::Literal(literal) => literals.push(literal.to_string()),
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

fn is_cfg_test(attribute: &Group) -> bool {
    let words: Vec<String> = attribute.stream().into_iter().map(|token| token.to_string()).collect();
    words.join("").replace(' ', "") == "cfg(test)"
}

/// Comments that document reach us as attributes.
fn is_documentation(attribute: &Group) -> bool {
    attribute.stream().into_iter().next().is_some_and(|first| first.to_string() == "doc")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        let literals = of_code(source).expect("Rust");
        literals.into_iter().map(|literal| format!("{} {}", literal.line, literal.text)).collect()
    }

    #[test]
    fn every_literal_of_the_code_is_found_with_its_line() {
        let source = "//! \"A\"\n/// `\"B\"`\nfn f<'a>() -> char {\n    g(\"C\", r#\"{\"D\":1}\"#, b\"E\", [7]);\n    'F'; \"C\"\n}\n";
        assert_eq!(found(source), ["4 \"C\"", "4 r#\"{\"D\":1}\"#", "4 b\"E\"", "4 7", "5 'F'", "5 \"C\""]);
    }

    #[test]
    fn attributes_and_macros_are_code_too() {
        let source = "#[error(\"A\")]\nstruct E;\nmacro_rules! m { () => { \"B\" } }\nfn f() { x!(\"C\") }\n";
        assert_eq!(found(source), ["1 \"A\"", "3 \"B\"", "4 \"C\""]);
    }

    #[test]
    fn what_is_for_tests_alone_is_left_out_wherever_it_stands() {
        let source = "#[cfg(test)]\nmod tests;\nconst A: &str = \"A\";\n#[cfg(test)]\n#[expect(dead_code)]\nfn f() -> [u8; 2] {\n    \"B\"\n}\n#[cfg(test)]\nmod more { const C: &str = \"C\"; }\nfn d() { \"D\" }\n";
        assert_eq!(found(source), ["3 \"A\"", "11 \"D\""]);
    }

    #[test]
    fn an_arm_for_tests_hides_nothing_behind_it() {
        let source = "fn f() { match x {\n#[cfg(test)]\nA => \"A\",\n#[cfg(any(test, unix))]\nB => \"B\",\nC => \"C\" } }\n";
        assert_eq!(found(source), ["3 \"A\"", "5 \"B\"", "6 \"C\""]);
    }

    #[test]
    fn what_is_not_rust_is_told() {
        assert!(of_code("fn f() { \"").is_err());
    }
}
