//! The formats of files. They know neither database nor GraphQL: text becomes drafts with their lines, and entries
//! become text.

mod cells;
mod csv;
mod daylio;
mod elements;
mod fhir;
mod json;
mod lines;
mod markup;
#[cfg(test)]
mod round_trip;
mod table;

use ids::{MoodId, UserId};
use serde::{Deserialize, Serialize};

use super::model::{Draft, Fault, Faults, PortableEntry};

/// What a file is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum ImportFormat {
    Csv,
    Json,
    /// What the app Daylio exports.
    Daylio,
    /// Observations of HL7's State of Mind profile.
    Fhir,
}

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ExportFormat {
    Csv,
    Json,
    /// A Bundle of Observations of HL7's State of Mind profile.
    Fhir,
}

/// An entry as it stands in a file.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The line on which it begins, from 1 on.
    pub(super) line: usize,
    pub(super) draft: Draft,
    /// What is wrong with it already.
    pub(super) faults: Faults,
}

/// What is wrong with a file as a whole, or from a line on.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) line: usize,
    pub(super) fault: Fault,
}

/// Hands each entry of a file to `each`, in order. When the file is broken nothing of it can be relied on, and what
/// follows the line that is named wasn't read.
pub(super) fn read(
    format: ImportFormat,
    content: &str,
    each: &mut impl FnMut(Record),
) -> Result<(), Vec<Broken>> {
    // What spreadsheets put in front of UTF-8.
    let content = content.strip_prefix('\u{feff}').unwrap_or(content);
    match format {
        ImportFormat::Csv => csv::read(content, each),
        ImportFormat::Json => json::read(content, each),
        ImportFormat::Daylio => daylio::read(content, each),
        ImportFormat::Fhir => fhir::read(content, each),
    }
}

/// A file being written, part by part.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    entries: usize,
}

impl Writer {
    /// The beginning of a file of `owner`'s.
    pub(super) fn begin(&mut self, format: ExportFormat, owner: UserId) {
        match format {
            ExportFormat::Csv => csv::head(&mut self.text),
            ExportFormat::Json => json::head(&mut self.text),
            ExportFormat::Fhir => fhir::head(&mut self.text, owner),
        }
    }

    /// An entry of `owner`'s; `is_first` of the whole file.
    pub(super) fn entry(
        &mut self,
        format: ExportFormat,
        owner: UserId,
        id: MoodId,
        entry: &PortableEntry,
        is_first: bool,
    ) {
        match format {
            ExportFormat::Csv => csv::entry(&mut self.text, entry),
            ExportFormat::Json => json::entry(&mut self.text, entry, is_first),
            ExportFormat::Fhir => fhir::entry(&mut self.text, owner, id, entry),
        }
        self.entries += 1;
    }

    /// The end of a file.
    pub(super) fn end(&mut self, format: ExportFormat) {
        match format {
            ExportFormat::Csv => {}
            ExportFormat::Json => json::tail(&mut self.text),
            ExportFormat::Fhir => fhir::tail(&mut self.text),
        }
    }

    /// What was written, and how many entries of it.
    pub(super) fn finish(self) -> (String, usize) {
        (self.text, self.entries)
    }
}

impl ExportFormat {
    /// The media type of a file.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Json => "application/json",
            Self::Fhir => "application/fhir+json",
        }
    }

    /// What the name of a file ends with.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Fhir => "fhir.json",
        }
    }
}
