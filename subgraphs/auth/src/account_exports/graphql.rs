//! Exports in the schema.

use async_graphql::{ComplexObject, Context, Enum, Error, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use exports::graphql::ExportPage;
use graphql::{Cursor, Failure, Refusal, UserError, settle};
use ids::ExportId;

use crate::{
    account_exports::{self, RequestExport, RequestExportError, State, contribution::Everything},
    context::Ctx,
};

/// What somebody takes along of all that is kept of them. Each service adds a field with its part, in pages: null for
/// everybody else, before the service has answered, and when the time is over.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct AccountExport {
    /// Another one for each time that it is asked for.
    id: ID,
    /// Whether it can be read.
    state: AccountExportState,
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// Until when it can be read.
    expires_at: DateTime<Utc>,
    /// Which services contribute to it.
    parts: Vec<AccountExportPart>,
}

/// Whether an export can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum AccountExportState {
    /// Not every service has answered.
    Preparing,
    /// All of it can be read.
    Ready,
    /// Its time is over.
    Expired,
}

/// What one service contributes to an export.
#[derive(SimpleObject)]
struct AccountExportPart {
    /// The service's name.
    service: String,
    /// When its part could be read first; null as long as it can't.
    completed_at: Option<DateTime<Utc>>,
    /// How many lines its part had then.
    entries: Option<i32>,
}

impl From<State> for AccountExportState {
    fn from(state: State) -> Self {
        match state {
            State::Preparing => Self::Preparing,
            State::Ready => Self::Ready,
            State::Expired => Self::Expired,
        }
    }
}

impl AccountExport {
    pub(crate) fn of(export: &account_exports::AccountExport, now: DateTime<Utc>) -> Self {
        let parts = export.by_service().map(|(service, part)| AccountExportPart {
            service: service.to_owned(),
            completed_at: part.map(|part| part.completed_at),
            entries: part.map(|part| i32::try_from(part.entries).unwrap_or(i32::MAX)),
        });
        Self {
            id: ID(export.id.to_string()),
            state: export.state(now).into(),
            requested_at: export.requested_at,
            expires_at: export.expires_at,
            parts: parts.collect(),
        }
    }
}

#[ComplexObject]
impl AccountExport {
    /// The account, its sessions, and what its owner asked for.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn account(
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
    async fn account_export_by_id(&self, gql: &Context<'_>, id: ID) -> Result<Option<AccountExport>> {
        let ctx = gql.data::<Ctx>()?;
        let Ok(id) = ExportId::try_from(&id) else {
            return Ok(None);
        };
        let export = account_exports::find(ctx, id).await.map_err(Failure::internal)?;
        Ok(export.map(|export| AccountExport::of(&export, ctx.now())))
    }
}

/// What somebody asks with for what is kept of them.
#[derive(InputObject)]
struct RequestAccountExportInput {
    /// The account's password, once more.
    password: String,
    /// Any text of the client's choice: asking again with it within 24 hours does nothing more.
    idempotency_key: Option<String>,
}

impl From<RequestAccountExportInput> for RequestExport {
    fn from(input: RequestAccountExportInput) -> Self {
        Self { password: input.password, idempotency_key: input.idempotency_key }
    }
}

/// What came of asking for what is kept of oneself.
#[derive(SimpleObject)]
struct RequestAccountExportPayload {
    /// The export, which other services still prepare; null when there is none.
    export: Option<AccountExport>,
    /// Why there is none.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct ExportMutation;

#[Object]
impl ExportMutation {
    /// Has all that is kept of the viewer prepared for them to take along; it can be read for 7 days. One export at a time, and a
    /// new one after 24 hours.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn request_account_export(
        &self,
        gql: &Context<'_>,
        input: RequestAccountExportInput,
    ) -> Result<RequestAccountExportPayload> {
        let ctx = gql.data::<Ctx>()?;
        let (export, errors) = settle(account_exports::request(ctx, input.into()).await)?;
        let export = export.flatten().map(|export| AccountExport::of(&export, ctx.now()));
        Ok(RequestAccountExportPayload { export, errors })
    }
}

impl Refusal for RequestExportError {
    fn into_user_error(self) -> Result<UserError, Error> {
        match self {
            Self::Unauthenticated => Err(Failure::unauthenticated()),
            Self::Confirm(error) => error.into_user_error(),
            Self::RequestedLately => Ok(UserError::new("EXPORT_REQUESTED_LATELY", self.to_string(), &[])),
            Self::Idempotency(error) => error.into_user_error(),
            Self::Database(error) => Err(Failure::internal(error)),
        }
    }
}
