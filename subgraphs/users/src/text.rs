//! Text that people write about themselves: what it may not contain, and how long it is to a reader.

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

/// The longest run of code points that may stand for one character as read: more is a stack of marks.
const MAX_POINTS_PER_CHARACTER: usize = 12;

/// One line of text without surrounding space. `None` when it holds what a line can't.
pub(crate) fn line(text: &str) -> Option<String> {
    let line: String = text.trim().nfc().collect();
    (!line.chars().any(|character| is_deceptive(character) || character.is_control())).then_some(line)
}

/// Text of any number of lines, without surrounding space. `None` when it holds what no text should.
pub(crate) fn lines(text: &str) -> Option<String> {
    let lines: String = text.trim().nfc().collect();
    let wrong = |character: char| is_deceptive(character) || (character.is_control() && character != '\n');
    (!lines.chars().any(wrong)).then_some(lines)
}

/// Whether the text has from `min` to `max` characters as a reader counts them.
pub(crate) fn has_length(text: &str, min: usize, max: usize) -> bool {
    let mut characters = 0;
    for character in text.graphemes(true) {
        characters += 1;
        if characters > max || character.chars().count() > MAX_POINTS_PER_CHARACTER {
            return false;
        }
    }
    characters >= min
}

/// Whether there is anything to see.
pub(crate) fn is_visible(text: &str) -> bool {
    text.chars().any(|character| !character.is_whitespace() && !is_blank(character))
}

/// How a text is compared when case and form don't matter.
pub(crate) fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// A text of which nothing hangs on case any more (Unicode, section 3.13, as good as): capitals first, because several small
/// letters share one capital (`ß` and `ss`, `ς` and `σ`).
pub(crate) fn without_case(text: &str) -> String {
    text.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect()
}

/// Characters that turn the direction of other text, end its line, or are no characters at all.
fn is_deceptive(character: char) -> bool {
    matches!(character,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FDD0}'..='\u{FDEF}'
        | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
        || u32::from(character) & 0xFFFE == 0xFFFE
}

/// Characters that show nothing although they aren't space.
fn is_blank(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_ends_no_controls_and_no_turns() {
        assert_eq!(line("  Ada Lovelace ").as_deref(), Some("Ada Lovelace"));
        for wrong in ["a\nb", "a\u{0}b", "a\u{202E}b", "a\u{2028}b", "a\u{2066}b", "a\u{FFFE}b"] {
            assert_eq!(line(wrong), None, "{wrong:?}");
        }
        assert_eq!(lines("one\ntwo").as_deref(), Some("one\ntwo"));
    }

    #[test]
    fn length_is_what_a_reader_counts() {
        assert!(has_length("👩‍👩‍👧‍👦", 1, 1));
        assert!(!has_length("", 1, 50));
        assert!(!has_length(&format!("a{}", "\u{0301}".repeat(40)), 1, 50));
    }

    #[test]
    fn what_shows_nothing_is_not_visible() {
        for blank in ["", "  ", "\u{3164}", "\u{200B}\u{200D}", "\u{2800} \u{00A0}"] {
            assert!(!is_visible(blank), "{blank:?}");
        }
        assert!(is_visible("李"));
    }

    #[test]
    fn folding_ignores_case_and_form() {
        assert_eq!(fold("Ａda"), "ada");
        assert_eq!(fold("ÉMILE"), fold("e\u{301}mile"));
    }
}
