//! Exporting, as a stream.

use async_graphql::{Context, Enum, Error, Result, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt as _};
use graphql::{Cursor, Failure, Interrupted};

use crate::{
    context::Ctx,
    exchange::{
        format::ExportFormat,
        model::{Chunk, ExportKey, ExportMoods, Position},
    },
};

/// What a file of moods is written in; docs/EXCHANGE.md describes each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum MoodExportFormat {
    /// A table for spreadsheets.
    Csv,
    /// An array of entries.
    Json,
    /// A Bundle of Observations of HL7's State of Mind profile.
    Fhir,
}

impl From<MoodExportFormat> for ExportFormat {
    fn from(format: MoodExportFormat) -> Self {
        match format {
            MoodExportFormat::Csv => Self::Csv,
            MoodExportFormat::Json => Self::Json,
            MoodExportFormat::Fhir => Self::Fhir,
        }
    }
}

/// A part of a file. The file is the texts of all parts, one after the other.
#[derive(Debug, SimpleObject)]
pub(crate) struct MoodExportChunk {
    /// What comes next in the file.
    text: String,
    /// How many moods are in this part.
    entries: i32,
    /// Whether this is the last part.
    done: bool,
    /// Where the file is after this part: hand it back as `after`, and the file goes on from here.
    cursor: Cursor,
    /// What kind of file it is, such as `text/csv`.
    media_type: &'static str,
    /// What it may be called, such as `moods-2026-03-01.csv`.
    file_name: String,
}

impl MoodExportChunk {
    fn of(chunk: Chunk, format: ExportFormat, now: DateTime<Utc>) -> Self {
        let done = chunk.goes_on_after.is_none();
        let key = ExportKey { format, after: chunk.goes_on_after };
        Self {
            text: chunk.text,
            entries: i32::try_from(chunk.entries).unwrap_or(i32::MAX),
            done,
            cursor: pagination::Cursor::encode(&key).into(),
            media_type: format.media_type(),
            file_name: format!("moods-{}.{}", now.date_naive(), format.extension()),
        }
    }
}

/// Where a file is to begin: an empty cursor is its start.
fn position(cursor: &Cursor, format: ExportFormat) -> Result<Position, Error> {
    if cursor.0.is_empty() {
        return Ok(Position::Start);
    }
    let key = pagination::Cursor::decode::<ExportKey>(&cursor.0).ok().filter(|key| key.format == format);
    let key = key.ok_or_else(|| Failure::BadUserInput.error("not a cursor of a file in this format"))?;
    Ok(key.after.into())
}

#[derive(Debug, Default)]
pub(crate) struct ExportSubscription;

#[Subscription]
impl ExportSubscription {
    /// All moods of the viewer's as a file, oldest first, in parts of at most 200 moods that are read as fast as the client
    /// takes them. The stream ends after the part that is `done`; one that ends before goes on after its last cursor.
    #[graphql(
        directive = graphql::authenticated::apply(),
        directive = graphql::resumable::apply("after".to_owned(), "cursor".to_owned(), None)
    )]
    async fn mood_export(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "What the file is to be written in.")] format: MoodExportFormat,
        #[graphql(
            desc = "The cursor of the last part that the client has; an empty text for a file from its start."
        )]
        after: Cursor,
        #[graphql(desc = "Only moods of this instant or later.")] from: Option<DateTime<Utc>>,
        #[graphql(desc = "Only moods before this instant.")] to: Option<DateTime<Utc>>,
    ) -> Result<impl Stream<Item = Result<MoodExportChunk, Interrupted>> + use<>> {
        let ctx = gql.data::<Ctx>()?.clone();
        let format = ExportFormat::from(format);
        let after = position(&after, format)?;
        let command = ExportMoods { format, from, to };
        let chunks = crate::exchange::export(&ctx, command, after).map_err(|_| Failure::unauthenticated())?;
        Ok(chunks.map(move |chunk| match chunk {
            // A process that stops leaves the rest to another.
            Ok(_) if ctx.live.is_closed() => Err(Interrupted),
            Ok(chunk) => Ok(MoodExportChunk::of(chunk, format, ctx.now())),
            Err(error) => {
                tracing::warn!(%error, "an export breaks off");
                Err(Interrupted)
            }
        }))
    }
}
