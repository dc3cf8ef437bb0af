//! What our own CSV puts into a cell: texts that no spreadsheet takes for formulas, and lists.
//!
//! A text that begins with what makes spreadsheets calculate (OWASP, «CSV Injection»; CWE-1236) gets an apostrophe in front,
//! which reading takes off again. A text that would be mistaken for such a one gets one, too, so that every text comes back.

const APOSTROPHE: char = '\'';

/// Whether spreadsheets may take a text that begins so for a formula; full-width forms are read as the others.
fn begins_formula(character: char) -> bool {
    matches!(character, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

/// Writes a text as a cell: always in quotation marks, and never a formula.
pub(super) fn write_text(out: &mut String, text: &str) {
    let mut characters = text.chars();
    let first = characters.next();
    let guarded = match (first, characters.next()) {
        (Some(first), _) if begins_formula(first) => true,
        (Some(APOSTROPHE), Some(second)) => begins_formula(second) || second == APOSTROPHE,
        _ => false,
    };
    out.push('"');
    if guarded {
        out.push(APOSTROPHE);
    }
    for part in text.split_inclusive('"') {
        out.push_str(part);
        if part.ends_with('"') {
            out.push('"');
        }
    }
    out.push('"');
}

/// The text of a cell.
pub(super) fn text(cell: &str) -> &str {
    match cell.strip_prefix(APOSTROPHE) {
        Some(rest) if rest.starts_with(|next| begins_formula(next) || next == APOSTROPHE) => rest,
        _ => cell,
    }
}

/// A list in one text: `|` between its items, and `\` before each `|` and `\` that is part of one.
pub(super) fn join<'i>(items: impl IntoIterator<Item = &'i str>) -> String {
    let mut joined = String::new();
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            joined.push('|');
        }
        for character in item.chars() {
            if matches!(character, '|' | '\\') {
                joined.push('\\');
            }
            joined.push(character);
        }
    }
    joined
}

/// The items of a list, without space around them; an empty text is a list without any.
pub(super) fn split(list: &str) -> Vec<String> {
    if list.trim().is_empty() {
        return Vec::new();
    }
    let mut items = Vec::new();
    let mut item = String::new();
    let mut characters = list.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => item.push(characters.next().unwrap_or('\\')),
            '|' => items.push(std::mem::take(&mut item)),
            other => item.push(other),
        }
    }
    items.push(item);
    items.iter().map(|item| item.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> String {
        let mut out = String::new();
        write_text(&mut out, text);
        out
    }

    #[test]
    fn a_text_never_begins_as_a_formula_does() {
        for (plain, cell) in [
            ("=1+1", "\"'=1+1\""),
            ("-2", "\"'-2\""),
            ("＠x", "\"'＠x\""),
            ("'=x", "\"''=x\""),
            ("''", "\"'''\""),
            ("'twas", "\"'twas\""),
            ("'", "\"'\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("", "\"\""),
        ] {
            assert_eq!(written(plain), cell);
        }
    }

    #[test]
    fn a_list_says_where_its_items_end() {
        assert_eq!(join(["a|b", "c\\", "d"]), "a\\|b|c\\\\|d");
        assert_eq!(split(" a | b "), ["a", "b"]);
        assert_eq!(split("a\\"), ["a\\"]);
        assert_eq!(split("  "), [""; 0]);
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text_of_cell in "['=+\\-@\t\r\"a|\\\\ü]{0,6}") {
            let cell = written(&text_of_cell);
            let unquoted = cell[1..cell.len() - 1].replace("\"\"", "\"");
            prop_assert!(!unquoted.starts_with(begins_formula));
            prop_assert_eq!(text(&unquoted), text_of_cell);
        }

        #[test]
        fn every_list_comes_back(items in prop::collection::vec("[a|\\\\ü,;]{1,5}", 0..5)) {
            prop_assert_eq!(split(&join(items.iter().map(String::as_str))), items);
        }
    }
}
