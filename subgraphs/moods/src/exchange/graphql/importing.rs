//! Importing.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use graphql::{Failure, Refusal, TimeZone, UserError};
use ids::CustomMoodId;

use crate::{
    context::Ctx,
    entries::model::{Score, moment},
    exchange::{
        error::ImportError,
        format::ImportFormat,
        model::{Import, ImportMoods, MAX_BYTES, MAX_MAPPINGS, Meaning, MoodMapping, Problem},
    },
};

/// What a file of moods is written in; docs/EXCHANGE.md describes each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum MoodImportFormat {
    /// Our own table, as `moodExport` writes it.
    Csv,
    /// Our own entries: an array, or one a line.
    Json,
    /// The table that the app Daylio exports.
    Daylio,
    /// Observations of HL7's State of Mind profile: a Bundle, or one a line.
    Fhir,
}

impl From<MoodImportFormat> for ImportFormat {
    fn from(format: MoodImportFormat) -> Self {
        match format {
            MoodImportFormat::Csv => Self::Csv,
            MoodImportFormat::Json => Self::Json,
            MoodImportFormat::Daylio => Self::Daylio,
            MoodImportFormat::Fhir => Self::Fhir,
        }
    }
}

/// A file of moods.
#[derive(Debug, InputObject)]
struct ImportMoodsInput {
    /// What it is written in.
    format: MoodImportFormat,
    /// All that it says, at most 20,000 entries. The gateway takes 2 MiB a request: send larger files in parts.
    content: String,
    /// Where moods were logged of which the file doesn't say it. The zone of the settings, when nothing is said.
    timezone: Option<TimeZone>,
    /// Only say what would come of it. That is also meant when nothing is said: `false` imports.
    dry_run: Option<bool>,
    /// What names of moods in the file mean, at most 100. Names that aren't here mean the viewer's own moods of that name.
    custom_moods: Option<Vec<ImportedMoodInput>>,
    /// Makes sending this twice the same as sending it once, for 24 hours; 1 to 255 characters. Not for dry runs.
    idempotency_key: Option<String>,
}

/// What a name of a mood means: one of the two.
#[derive(Debug, InputObject)]
struct ImportedMoodInput {
    /// The name in the file, whatever its case.
    name: String,
    /// This mood of the viewer's own making.
    custom_mood_id: Option<ID>,
    /// No mood of the viewer's own making, and this score unless the file has one.
    score: Option<i32>,
}

impl ImportMoodsInput {
    fn parse(self) -> Result<ImportMoods, ImportError> {
        let zone = self.timezone.map(|zone| moment::zone(&zone.0)).transpose();
        if self.content.len() > MAX_BYTES {
            return Err(ImportError::TooLarge);
        }
        let given = self.custom_moods.unwrap_or_default();
        if given.len() > MAX_MAPPINGS {
            return Err(ImportError::TooManyMappings);
        }
        let mappings = given.into_iter().enumerate().map(|(index, mood)| mood.parse(index));
        Ok(ImportMoods {
            format: self.format.into(),
            content: self.content.into(),
            zone: zone.map_err(|_| ImportError::UnknownTimeZone)?,
            mappings: mappings.collect::<Result<_, _>>()?,
            dry_run: self.dry_run.unwrap_or(true),
            idempotency_key: self.idempotency_key,
        })
    }
}

impl ImportedMoodInput {
    fn parse(self, index: usize) -> Result<MoodMapping, ImportError> {
        let meaning = match (self.custom_mood_id, self.score) {
            (Some(id), None) => {
                let id = CustomMoodId::try_from(&id).map_err(|_| ImportError::MoodMissing { index })?;
                Meaning::Mood(id)
            }
            (None, Some(score)) => {
                let score = Score::parse(score).map_err(|error| ImportError::Score { index, error })?;
                Meaning::Score(score)
            }
            _ => return Err(ImportError::MappingInvalid { index }),
        };
        Ok(MoodMapping { name: self.name, meaning })
    }
}

/// What was found in a file.
#[derive(Debug, SimpleObject)]
struct MoodImportReport {
    /// Entries in the file, whole or not.
    lines: i32,
    /// Those with which nothing is wrong.
    valid: i32,
    /// Of these, those that the viewer has already, or that the file has twice; they are passed over.
    duplicates: i32,
    /// How many problems there are.
    problem_count: i32,
    /// The first 100 problems, by line.
    problems: Vec<MoodImportProblem>,
}

/// Something that is wrong with an entry of a file, or with the file.
#[derive(Debug, SimpleObject)]
struct MoodImportProblem {
    /// The line on which the entry begins, from 1 on.
    line: i32,
    /// Which part of the entry, by the name that our own formats give it; null when it is the whole.
    field: Option<String>,
    /// What is wrong, for programs: one of the codes in docs/ERRORS.md.
    code: String,
    /// What is wrong, for people.
    message: String,
}

impl From<Problem> for MoodImportProblem {
    fn from(problem: Problem) -> Self {
        Self {
            line: count(problem.line),
            field: problem.fault.field,
            code: problem.fault.code.to_owned(),
            message: problem.fault.message,
        }
    }
}

/// What came of `importMoods`.
#[derive(Debug, SimpleObject)]
struct ImportMoodsPayload {
    /// What was found in the file, unless it was not read.
    report: Option<MoodImportReport>,
    /// How many moods were logged: none of a dry run, and none when anything is wrong.
    imported: i32,
    /// Why nothing was imported that should have been; empty otherwise.
    errors: Vec<UserError>,
}

impl ImportMoodsPayload {
    fn of(imported: Result<Import, ImportError>) -> Result<Self> {
        let (import, mut errors) = graphql::settle(imported)?;
        let Some(import) = import else {
            return Ok(Self { report: None, imported: 0, errors });
        };
        if import.refused {
            let message = "nothing was imported: the report says what is wrong with the file";
            errors.push(UserError::new("IMPORT_HAS_PROBLEMS", message, &["input", "content"]));
        }
        let report = MoodImportReport {
            lines: count(import.counts.lines),
            valid: count(import.counts.valid),
            duplicates: count(import.counts.duplicates),
            problem_count: count(import.problem_count),
            problems: import.problems.into_iter().map(MoodImportProblem::from).collect(),
        };
        Ok(Self { report: Some(report), imported: count(import.counts.imported), errors })
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[derive(Debug, Default)]
pub(crate) struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Reads a file of moods and says of each line what is wrong with it; logs all of them, if that is asked for and
    /// nothing is wrong with any. What the viewer has already is passed over.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn import_moods(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The file.")] input: ImportMoodsInput,
    ) -> Result<ImportMoodsPayload> {
        ImportMoodsPayload::of(match input.parse() {
            Ok(command) => crate::exchange::import(gql.data::<Ctx>()?, command).await,
            Err(error) => Err(error),
        })
    }
}

impl Refusal for ImportError {
    fn into_user_error(self) -> Result<UserError> {
        let message = self.to_string();
        let of_mood = |code: &str, index: usize, field: Option<&str>| {
            let index = index.to_string();
            let path: Vec<&str> = ["input", "customMoods", &index].into_iter().chain(field).collect();
            Ok(UserError::new(code, message.clone(), &path))
        };
        match self {
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::UnknownTimeZone => Ok(UserError::new("UNKNOWN_TIME_ZONE", message, &["input", "timezone"])),
            Self::TooLarge => Ok(UserError::new("FILE_TOO_LARGE", message, &["input", "content"])),
            Self::TooManyEntries => Ok(UserError::new("TOO_MANY_ENTRIES", message, &["input", "content"])),
            Self::TooManyMappings => {
                Ok(UserError::new("MOOD_MAPPING_INVALID", message, &["input", "customMoods"]))
            }
            Self::MappingInvalid { index } => of_mood("MOOD_MAPPING_INVALID", index, None),
            Self::MoodMissing { index } => of_mood("CUSTOM_MOOD_NOT_FOUND", index, Some("customMoodId")),
            Self::Score { index, error } => of_mood(error.code(), index, Some("score")),
            Self::Idempotency(error) => error.into_user_error(),
            Self::Store(error) => Err(Failure::internal(error)),
            Self::Broken(error) => Err(Failure::internal(error)),
        }
    }
}
