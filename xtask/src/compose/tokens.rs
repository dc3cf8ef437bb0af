//! The tokens of an SDL document with their lines: just enough to say where a definition stands.

/// One token that matters for finding definitions; strings, numbers and comments are skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Name(&'a str),
    Punctuator(char),
}

/// Splits `sdl` into names and punctuators, each with its line, counted from one.
pub(super) fn tokens(sdl: &str) -> Vec<(Token<'_>, usize)> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = sdl;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            letter if letter == '_' || letter.is_ascii_alphabetic() => {
                let length = name_length(rest);
                found.push((Token::Name(&rest[..length]), line));
                length
            }
            other => {
                if "{}()[]:=|&@!".contains(other) {
                    found.push((Token::Punctuator(other), line));
                }
                other.len_utf8()
            }
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

fn name_length(text: &str) -> usize {
    text.find(|letter: char| letter != '_' && !letter.is_ascii_alphanumeric()).unwrap_or(text.len())
}

/// The length of the string or block string that `text` begins with, its quotes included.
fn string_length(text: &str) -> usize {
    if let Some(block) = text.strip_prefix("\"\"\"") {
        let mut from = 0;
        while let Some(at) = block[from..].find("\"\"\"") {
            let end = from + at;
            if !block[..end].ends_with('\\') {
                return 3 + end + 3;
            }
            from = end + 3;
        }
        return text.len();
    }
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            '\n' => return at,
            _ => {}
        }
    }
    text.len()
}
