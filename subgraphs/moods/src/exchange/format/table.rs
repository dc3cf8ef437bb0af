//! A table of cells with a header, as in RFC 4180, with commas, semicolons or tabs between cells.

use super::{Broken, lines::Lines};
use crate::exchange::model::Fault;

/// A table that is read row by row.
pub(super) struct Table<'c> {
    content: &'c str,
    reader: csv::Reader<&'c [u8]>,
    lines: Lines<'c>,
    columns: Vec<String>,
}

/// A row, and the line on which it begins.
pub(super) struct Row<'t> {
    pub(super) line: usize,
    columns: &'t [String],
    cells: csv::StringRecord,
}

impl<'c> Table<'c> {
    /// Reads the header; its names are in small letters and without space around them.
    pub(super) fn open(content: &'c str) -> Result<Self, Broken> {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter(content))
            .from_reader(content.as_bytes());
        let mut table = Self { content, reader, lines: Lines::of(content), columns: Vec::new() };
        let mut header = csv::StringRecord::new();
        match table.reader.read_record(&mut header) {
            Ok(true) => {
                table.columns = header.iter().map(|name| name.trim().to_lowercase()).collect();
                Ok(table)
            }
            Ok(false) => Err(Broken { line: 1, fault: Fault::file("the file is empty") }),
            Err(error) => Err(Broken { line: 1, fault: Fault::file(error.to_string()) }),
        }
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The next row; lines without anything on them are none.
    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_>>, Broken> {
        let mut cells = csv::StringRecord::new();
        let read = self.reader.read_record(&mut cells);
        // Where it was going to read on: line ends may lie between that and the row.
        let offset = cells.position().map_or(0, csv::Position::byte);
        let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(self.content.len());
        let skipped =
            self.content.as_bytes()[offset..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let line = self.lines.at(offset + skipped.count());
        match read {
            Ok(true) => Ok(Some(Row { line, columns: &self.columns, cells })),
            Ok(false) => Ok(None),
            Err(error) => Err(Broken { line, fault: Fault::file(error.to_string()) }),
        }
    }
}

impl Row<'_> {
    /// The cell of a column as it is; `None` when there is none, or nothing in it.
    pub(super) fn cell(&self, column: &str) -> Option<&str> {
        let index = self.columns.iter().position(|name| name == column)?;
        self.cells.get(index).filter(|cell| !cell.trim().is_empty())
    }

    /// Whether it has more cells than the header, apart from empty ones.
    pub(super) fn is_too_long(&self) -> bool {
        self.cells.iter().skip(self.columns.len()).any(|cell| !cell.trim().is_empty())
    }

    /// Whether there is nothing in any of its cells.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// What the header has most of: spreadsheets of some countries write semicolons.
fn delimiter(content: &str) -> u8 {
    let header = content.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |wanted: u8| header.bytes().filter(|byte| *byte == wanted).count();
    let mut best = b',';
    for other in *b";\t" {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(content: &str) -> Vec<(usize, String)> {
        let mut table = Table::open(content).map_err(|broken| broken.fault).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = table.next_row().map_err(|broken| broken.fault).unwrap() {
            rows.push((row.line, row.cell("b").unwrap_or("-").to_owned()));
        }
        rows
    }

    #[test]
    fn a_row_is_on_the_line_where_it_begins_however_lines_end() {
        let content = "A, B\n1,\"two\nlines\"\n\n3,4\n5\n";
        let expected = [(2, "two\nlines"), (5, "4"), (6, "-")].map(|(line, cell)| (line, cell.to_owned()));
        assert_eq!(rows(content), expected);
        let windows = content.replace('\n', "\r\n");
        assert_eq!(rows(&windows), expected.clone().map(|(line, cell)| (line, cell.replace('\n', "\r\n"))));
        assert_eq!(rows(&content.replace('\n', "\r"))[1], (5, "4".to_owned()));
    }

    #[test]
    fn cells_are_parted_by_what_the_header_has_most_of() {
        assert_eq!(rows("a;b\n1;2,5"), [(2, "2,5".to_owned())]);
        assert_eq!(rows("a\tb\n1\t2;5"), [(2, "2;5".to_owned())]);
        assert_eq!(rows("\n\na,b\n1,2"), [(4, "2".to_owned())]);
    }

    #[test]
    fn a_file_without_anything_is_no_table() {
        assert!(Table::open("").is_err());
        assert!(Table::open("\r\n\n").is_err());
    }
}
