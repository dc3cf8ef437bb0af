//! Colour where a person looks on, and none in files and pipes.

use std::io::IsTerminal;

use owo_colors::{OwoColorize, Style};

/// `text` in this style when `stream` is a terminal and nobody asked for no colour.
pub(crate) fn styled(text: &str, style: Style, stream: &impl IsTerminal) -> String {
    if is_coloured(stream) { text.style(style).to_string() } else { text.to_owned() }
}

pub(crate) fn is_coloured(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
