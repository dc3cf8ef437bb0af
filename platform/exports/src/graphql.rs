//! Pages of exports in the schema.

use async_graphql::{ID, Result, SimpleObject};
use graphql::{Cursor, Failure};
use ids::ExportId;
use service::Ctx;

use crate::{Contribute, Place, store};

/// Some of what is kept of somebody, for them to take along.
#[derive(Debug, SimpleObject)]
#[graphql(shareable)]
pub struct ExportPage {
    /// JSON Lines: an object a line, whose `type` says what it is, as docs/EXPORT.md lists them. A part is the content of all of
    /// its pages, one after the other.
    pub content: String,
    /// How many lines these are.
    pub entries: i32,
    /// What the next page comes `after`; null when this is the last one.
    pub next: Option<Cursor>,
}

/// A page of the viewer's own part of `export`; none when they may not read it, or no longer.
pub async fn page(
    contribution: &dyn Contribute,
    ctx: &Ctx,
    export: &ID,
    after: Option<Cursor>,
) -> Result<Option<ExportPage>> {
    let (Ok(viewer), Ok(export)) = (ctx.viewer(), ExportId::try_from(export)) else {
        return Ok(None);
    };
    let (reader, person) = (ctx.db.reader(), viewer.user_id);
    let permits = store::permits(reader, export, person, ctx.now()).await;
    if !permits.map_err(Failure::internal)? {
        return Ok(None);
    }
    let malformed = || Failure::BadUserInput.error("`after` is not a cursor of this export");
    let after = after.map(|cursor| pagination::Cursor::decode::<Place>(&cursor.0)).transpose();
    let after = after.map_err(|_| malformed())?;
    let page = crate::page(contribution, reader, person, after.as_ref()).await.map_err(Failure::internal)?;
    let page = page.ok_or_else(malformed)?;
    Ok(Some(ExportPage {
        content: page.content,
        entries: i32::try_from(page.lines).unwrap_or(i32::MAX),
        next: page.next.map(|place| pagination::Cursor::encode(&place).into()),
    }))
}
