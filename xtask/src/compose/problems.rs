//! What composition finds wrong, each with its code, its subgraphs and the lines it is about.

use std::fmt;

use federation_composition::GraphQLError;
use federation_composition::graphql_core;

use super::config::Subgraph;
use super::further::Models;
use super::outline::Outline;
use super::tokens::{Token, tokens};

/// One composition error.
#[derive(Debug)]
pub(super) struct Problem {
    pub code: String,
    pub subgraphs: Vec<String>,
    pub coordinate: Option<String>,
    /// `file:line`, one for each subgraph that has the coordinate.
    pub places: Vec<String>,
    pub message: String,
}

/// `CODE  subgraph  Type.field (file:line)  message`; a dash where nothing is known.
impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subgraphs = if self.subgraphs.is_empty() { "-".to_owned() } else { self.subgraphs.join(",") };
        let coordinate = self.coordinate.as_deref().unwrap_or("-");
        let places =
            if self.places.is_empty() { String::new() } else { format!(" ({})", self.places.join(", ")) };
        let message = self.message.trim().replace('\n', "\n    ");
        write!(formatter, "{}  {subgraphs}  {coordinate}{places}  {message}", self.code)
    }
}

/// The subgraphs' documents, kept to place the errors.
pub(super) struct Places<'a> {
    models: &'a Models,
    subgraphs: Vec<(&'a Subgraph, Outline)>,
}

impl<'a> Places<'a> {
    pub(super) fn of(subgraphs: &'a [Subgraph], models: &'a Models) -> Self {
        let subgraphs = subgraphs.iter().map(|subgraph| (subgraph, Outline::of(&subgraph.sdl))).collect();
        Self { models, subgraphs }
    }

    /// Places an error of the composition library by the names its message quotes.
    pub(super) fn problem(&self, error: &GraphQLError) -> Problem {
        let (prefix, message) = self.split_prefix(&error.message);
        let quoted = quoted(message);
        let mut subgraphs = self.named_subgraphs(prefix, &quoted, message);
        let coordinate = self.coordinate(message, &quoted, &subgraphs);
        if subgraphs.is_empty()
            && let Some(coordinate) = &coordinate
        {
            let defining = self.subgraphs.iter().filter(|(_, outline)| outline.defines(coordinate));
            subgraphs = defining.map(|(subgraph, _)| subgraph.name.clone()).collect();
        }
        let mut places = coordinate.as_deref().map(|at| self.lines(at, &subgraphs)).unwrap_or_default();
        if places.is_empty() {
            places = self.mentions(message, &subgraphs);
        }
        let code = error.code().unwrap_or("INVALID_GRAPHQL");
        let code = self.models.precise_code(code, message, coordinate.as_deref()).to_owned();
        Problem { code, subgraphs, coordinate, places, message: message.to_owned() }
    }

    /// `[users] message` is how an error of one subgraph begins.
    fn split_prefix<'m>(&self, message: &'m str) -> (Option<String>, &'m str) {
        let known = |name: &str| self.subgraphs.iter().any(|(subgraph, _)| subgraph.name == name);
        match message.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
            Some((name, rest)) if known(name) => (Some(name.to_owned()), rest),
            _ => (None, message),
        }
    }

    fn named_subgraphs(&self, prefix: Option<String>, quoted: &[&str], message: &str) -> Vec<String> {
        if let Some(name) = prefix {
            return vec![name];
        }
        if !message.contains("subgraph") {
            return Vec::new();
        }
        let names = self.subgraphs.iter().map(|(subgraph, _)| &subgraph.name);
        names.filter(|name| quoted.contains(&name.as_str())).cloned().collect()
    }

    /// The most telling coordinate of a message: the first it quotes that is defined, or a member of it that is quoted.
    fn coordinate(&self, message: &str, quoted: &[&str], subgraphs: &[String]) -> Option<String> {
        let relevant = |name: &String| subgraphs.is_empty() || subgraphs.contains(name);
        let defined = |coordinate: &&str| {
            let mut outlines = self.subgraphs.iter().filter(|(subgraph, _)| relevant(&subgraph.name));
            outlines.any(|(_, outline)| outline.defines(coordinate))
        };
        let member_of = |type_name: &str| {
            let prefix = format!("{type_name}.");
            quoted.iter().copied().find(|candidate| candidate.starts_with(&prefix) && defined(candidate))
        };
        let words = message.split(|letter: char| !letter.is_ascii_alphanumeric() && !"_.".contains(letter));
        let mut bare = words
            .map(|word| word.trim_end_matches('.'))
            .filter(|word| is_member(word) && !message.contains(&format!("//{word}")));
        let first = quoted.iter().copied().find(defined);
        first
            .map(|found| member_of(found).unwrap_or(found))
            .or_else(|| bare.clone().find(defined))
            .or_else(|| bare.next())
            .map(str::to_owned)
    }

    fn lines(&self, coordinate: &str, subgraphs: &[String]) -> Vec<String> {
        let named = self.subgraphs.iter().filter(|(subgraph, _)| subgraphs.contains(&subgraph.name));
        named
            .filter_map(|(subgraph, outline)| {
                outline.line(coordinate).map(|line| format!("{}:{line}", subgraph.file))
            })
            .collect()
    }

    /// Where the subgraphs first say a name that the message says, or else where they link federation.
    fn mentions(&self, message: &str, subgraphs: &[String]) -> Vec<String> {
        let words = message.split(|letter: char| !letter.is_ascii_alphanumeric() && !"_@".contains(letter));
        let telling = |word: &&str| {
            word.starts_with(|first: char| first == '@' || first == '_' || first.is_ascii_uppercase())
        };
        let names: Vec<&str> = words.filter(telling).map(|word| word.trim_start_matches('@')).collect();
        let about = self.subgraphs.iter().filter(|(subgraph, _)| subgraphs.contains(&subgraph.name));
        about
            .filter_map(|(subgraph, _)| {
                let tokens = tokens(&subgraph.sdl);
                let line_of = |name: &str| {
                    tokens.iter().find(|(token, _)| *token == Token::Name(name)).map(|(_, line)| *line)
                };
                let line = names.iter().find_map(|name| line_of(name)).or_else(|| line_of("link"))?;
                Some(format!("{}:{line}", subgraph.file))
            })
            .collect()
    }
}

/// A document that doesn't parse, placed on the line that spoils it.
pub(super) fn syntax_problem(subgraph: &Subgraph, error: &GraphQLError) -> Problem {
    Problem {
        code: "INVALID_GRAPHQL".to_owned(),
        subgraphs: vec![subgraph.name.clone()],
        coordinate: None,
        places: vec![format!("{}:{}", subgraph.file, syntax_error_line(&subgraph.sdl, error))],
        message: error.message.clone(),
    }
}

/// The parser keeps no positions, so we look for the shortest beginning of the document that it refuses for the
/// same reason.
fn syntax_error_line(sdl: &str, error: &GraphQLError) -> usize {
    let ends = sdl.match_indices('\n').map(|(at, _)| at + 1).chain([sdl.len()]);
    let mut last = 1;
    for (line, end) in ends.enumerate() {
        last = line + 1;
        if graphql_core::parse(&sdl[..end]).is_err_and(|found| found.message == error.message) {
            break;
        }
    }
    last
}

fn quoted(message: &str) -> Vec<&str> {
    message.split('"').skip(1).step_by(2).collect()
}

fn is_member(word: &str) -> bool {
    let mut parts = word.split('.');
    let name =
        |part: Option<&str>| part.is_some_and(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()));
    name(parts.next()) && name(parts.next()) && parts.next().is_none()
}
