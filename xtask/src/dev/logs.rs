//! One stream of log lines from many processes, each line with its process's name and colour.

use std::io::Write;
use std::sync::{Arc, Mutex};

use owo_colors::{AnsiColors, OwoColorize};

use super::plain::plain;
use crate::terminal::is_coloured;

const NAME_WIDTH: usize = 8;

const COLOURS: [(&str, AnsiColors); 8] = [
    ("gateway", AnsiColors::BrightWhite),
    ("auth", AnsiColors::Yellow),
    ("users", AnsiColors::Cyan),
    ("moods", AnsiColors::Magenta),
    ("hugs", AnsiColors::Red),
    ("social", AnsiColors::Green),
    ("streaks", AnsiColors::Blue),
    ("nats", AnsiColors::BrightBlack),
];

/// Where the lines go; cheap to clone.
#[derive(Clone)]
pub(super) struct Log {
    out: Arc<Mutex<Box<dyn Write + Send>>>,
    coloured: bool,
}

impl Log {
    /// Lines go to standard output, in colour on a terminal.
    pub(super) fn new() -> Self {
        let coloured = is_coloured(&std::io::stdout());
        Self { out: Arc::new(Mutex::new(Box::new(std::io::stdout()))), coloured }
    }

    /// Takes the lines of one process.
    pub(super) fn writer(&self, name: &'static str) -> impl FnMut(String) + Send + use<> {
        let log = self.clone();
        move |line| log.line(name, &plain(&line))
    }

    /// Takes the lines of the NATS server, but not its chatter.
    pub(super) fn nats_writer(&self) -> impl FnMut(String) + Send + use<> {
        let log = self.clone();
        move |line| {
            if !line.contains("[INF]") {
                log.line("nats", &line);
            }
        }
    }

    pub(super) fn line(&self, name: &str, line: &str) {
        let padded = format!("{name:<NAME_WIDTH$}");
        let colour = COLOURS.iter().find(|(known, _)| *known == name).map(|(_, colour)| *colour);
        let Ok(mut out) = self.out.lock() else { return };
        // Whoever read our output may have gone; the processes go on all the same.
        let _ = match colour.filter(|_| self.coloured) {
            Some(colour) => writeln!(out, "{} {line}", format_args!("{padded}│").color(colour)),
            None => writeln!(out, "{padded}│ {line}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn written(coloured: bool) -> String {
        let memory = Memory::default();
        let log = Log { out: Arc::new(Mutex::new(Box::new(memory.clone()))), coloured };
        log.writer("hugs")("a hug was sent".to_owned());
        let bytes = memory.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn lines_carry_their_process_in_its_colour() {
        assert_eq!(written(false), "hugs    │ a hug was sent\n");
        assert_eq!(written(true), "\u{1b}[31mhugs    │\u{1b}[39m a hug was sent\n");
    }
}
