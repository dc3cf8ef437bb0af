//! Environment variables that override a configuration: `GATEWAY__HTTP__PATH` is `http.path`.

use super::{
    Problem,
    written::{Content, Entry, Notation, Place, Written},
};

/// What such a variable's name begins with, and what stands between two keys in it.
const PREFIX: &str = "GATEWAY__";
const SEPARATOR: &str = "__";

/// Puts the variables' values over what the file says; the value is read as YAML. Keys are found whatever their case.
pub(super) fn override_by(
    written: &mut Written,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Vec<Problem> {
    let mut ours: Vec<_> = variables.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
    // `A__B` before `A__B__C`, so that the narrower one lands inside the wider one's value.
    ours.sort();
    let mut problems = Vec::new();
    for (name, text) in ours {
        let place = Place::Variable(name.clone());
        let keys: Vec<&str> = name[PREFIX.len()..].split(SEPARATOR).collect();
        if keys.iter().any(|key| key.is_empty()) {
            problems.push(Problem::at(place, "the name has an empty key"));
            continue;
        }
        match Written::parse(&text, Notation::Yaml) {
            Ok(value) if text.trim().is_empty() => drop(value),
            Ok(value) => set(written, &keys, moved(value, &place), &place),
            Err(problem) => problems.push(Problem::at(place, &problem.message)),
        }
    }
    problems
}

fn set(written: &mut Written, keys: &[&str], value: Written, place: &Place) {
    let Some((first, rest)) = keys.split_first() else {
        *written = value;
        return;
    };
    if !matches!(written.content, Content::Map(_)) {
        written.content = Content::Map(Vec::new());
    }
    let Content::Map(entries) = &mut written.content else { return };
    let at = entries.iter().position(|entry| entry.key.eq_ignore_ascii_case(first)).unwrap_or_else(|| {
        let empty = Written { place: place.clone(), content: Content::Map(Vec::new()) };
        entries.push(Entry { key: first.to_ascii_lowercase(), place: place.clone(), value: empty });
        entries.len() - 1
    });
    if rest.is_empty() {
        entries[at].place = place.clone();
    }
    set(&mut entries[at].value, rest, value, place);
}

/// The same value, said by the variable.
fn moved(mut written: Written, place: &Place) -> Written {
    written.place = place.clone();
    match &mut written.content {
        Content::Plain(_) => {}
        Content::List(items) => {
            for item in items.iter_mut().flatten() {
                *item = moved(item.clone(), place);
            }
        }
        Content::Map(entries) => {
            for entry in entries {
                entry.place = place.clone();
                entry.value = moved(entry.value.clone(), place);
            }
        }
    }
    written
}
