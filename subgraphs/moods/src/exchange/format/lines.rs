//! On which line something stands.

/// Counts the lines of a text up to offsets that only grow.
#[derive(Debug)]
pub(super) struct Lines<'c> {
    content: &'c str,
    offset: usize,
    line: usize,
}

impl<'c> Lines<'c> {
    pub(super) fn of(content: &'c str) -> Self {
        Self { content, offset: 0, line: 1 }
    }

    /// The line, from 1 on, of the byte at `offset`. Lines end as in any of `\n`, `\r\n` and `\r`.
    pub(super) fn at(&mut self, offset: usize) -> usize {
        let bytes = self.content.as_bytes();
        let end = offset.min(bytes.len());
        for index in self.offset..end {
            let ends = match bytes[index] {
                b'\n' => true,
                b'\r' => bytes.get(index + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += usize::from(ends);
        }
        self.offset = self.offset.max(end);
        self.line
    }

    /// The line of `part`, which is a part of the text itself.
    pub(super) fn of_part(&mut self, part: &str) -> usize {
        self.at(part.as_ptr().addr().saturating_sub(self.content.as_ptr().addr()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_on_any_system() {
        let content = "a\nb\r\nc\rd";
        let mut lines = Lines::of(content);
        for (offset, line) in [(0, 1), (2, 2), (5, 3), (7, 4), (99, 4)] {
            assert_eq!(lines.at(offset), line, "{offset}");
        }
        assert_eq!(Lines::of(content).of_part(&content[5..]), 3);
    }
}
