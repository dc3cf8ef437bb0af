//! Exports in the schema.

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use exports::graphql::ExportPage;
use graphql::Cursor;
use ids::ExportId;

use crate::{context::Ctx, exporting::Everything};

/// What somebody takes along of all that is kept of them.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct AccountExport {
    /// Another one for each time that it is asked for.
    id: ID,
}

#[ComplexObject]
impl AccountExport {
    /// Moods with their notes, tags, moods of one's own making, insights, and what one thinks of recommendations.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn moods(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "What the page before said that comes `next`; the first page without it.")]
        after: Option<Cursor>,
    ) -> Result<Option<ExportPage>> {
        let ctx = gql.data::<Ctx>()?;
        exports::graphql::page(&Everything { keys: ctx.keys.clone() }, ctx, &self.id, after).await
    }
}

#[derive(Default)]
pub(crate) struct ExportQuery;

#[Object]
impl ExportQuery {
    #[graphql(entity)]
    async fn account_export_by_id(&self, id: ID) -> Option<AccountExport> {
        ExportId::try_from(&id).ok().map(|_| AccountExport { id })
    }
}
