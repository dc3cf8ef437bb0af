//! Exports in the schema.

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use exports::graphql::ExportPage;
use graphql::Cursor;
use ids::ExportId;
use service::Ctx;

use crate::exporting::Everything;

/// What somebody takes along of all that is kept of them.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct AccountExport {
    /// Another one for each time that it is asked for.
    id: ID,
}

#[ComplexObject]
impl AccountExport {
    /// Posts, reactions, follows and requests, blocks, mutes, reports, and what moderators did about one.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn social(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "What the page before said that comes `next`; the first page without it.")]
        after: Option<Cursor>,
    ) -> Result<Option<ExportPage>> {
        exports::graphql::page(&Everything, gql.data::<Ctx>()?, &self.id, after).await
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
