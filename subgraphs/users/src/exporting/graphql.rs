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
    /// The profile with the addresses of its picture, the settings, and when one was last seen.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn profile(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "What the page before said that comes `next`; the first page without it.")]
        after: Option<Cursor>,
    ) -> Result<Option<ExportPage>> {
        let ctx = gql.data::<Ctx>()?;
        exports::graphql::page(&Everything(ctx.clone()), ctx, &self.id, after).await
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
