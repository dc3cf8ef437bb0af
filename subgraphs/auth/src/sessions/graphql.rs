//! Sessions in the schema.

use async_graphql::{Context, Error, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::{Failure, Refusal, UserError, settle};

use crate::{
    accounts::graphql::User,
    context::Ctx,
    sessions::{self, LogoutError, RefreshError, Tokens},
};

/// What a client needs to act for somebody. Keep both secret.
#[derive(SimpleObject)]
pub(crate) struct AuthTokens {
    /// Goes with every request: `Authorization: Bearer …`.
    access_token: String,
    /// Gets new tokens when the access token expires. It is good for one use within 30 days; using it again later
    /// than ten seconds after the first time ends the session.
    refresh_token: String,
    /// When the access token expires.
    expires_at: DateTime<Utc>,
}

impl From<Tokens> for AuthTokens {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access.text,
            refresh_token: tokens.refresh.to_text(),
            expires_at: tokens.access.expires_at,
        }
    }
}

/// What new tokens are given for.
#[derive(InputObject)]
struct RefreshTokensInput {
    /// The refresh token that came with the last access token.
    refresh_token: String,
}

/// What came of refreshing.
#[derive(SimpleObject)]
struct RefreshTokensPayload {
    /// The new tokens, in place of the former ones; null when there are none.
    tokens: Option<AuthTokens>,
    /// Whose tokens they are.
    user: Option<User>,
    /// Why there are none.
    errors: Vec<UserError>,
}

/// Which session is to end.
#[derive(InputObject)]
struct LogoutInput {
    /// A refresh token of the session; without it, the session of the request's access token ends.
    refresh_token: Option<String>,
}

/// What came of logging out.
#[derive(SimpleObject)]
struct LogoutPayload {
    /// Whether the session has ended; also true when it had ended before.
    logged_out: bool,
    /// Why it hasn't.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Gives new tokens for a refresh token, which is spent by that.
    async fn refresh_tokens(
        &self,
        gql: &Context<'_>,
        input: RefreshTokensInput,
    ) -> Result<RefreshTokensPayload> {
        let (tokens, errors) = settle(sessions::refresh(gql.data::<Ctx>()?, &input.refresh_token).await)?;
        let user = tokens.as_ref().map(|tokens| User::of(tokens.user));
        Ok(RefreshTokensPayload { tokens: tokens.map(AuthTokens::from), user, errors })
    }

    /// Ends a session: its refresh token is no longer good, and neither are its access tokens.
    async fn logout(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which session is to end; the request's own when left out.")] input: Option<
            LogoutInput,
        >,
    ) -> Result<LogoutPayload> {
        let token = input.and_then(|input| input.refresh_token);
        let ended = sessions::log_out(gql.data::<Ctx>()?, token.as_deref()).await;
        let (ended, errors) = settle(ended)?;
        Ok(LogoutPayload { logged_out: ended.is_some(), errors })
    }
}

impl Refusal for RefreshError {
    fn into_user_error(self) -> Result<UserError, Error> {
        match &self {
            Self::Invalid => {
                Ok(UserError::new("REFRESH_TOKEN_INVALID", self.to_string(), &["input", "refreshToken"]))
            }
            Self::Issue(_) | Self::Database(_) => Err(Failure::internal(self)),
        }
    }
}

impl Refusal for LogoutError {
    fn into_user_error(self) -> Result<UserError, Error> {
        Err(match &self {
            Self::Unauthenticated => Failure::unauthenticated(),
            Self::Database(_) => Failure::internal(self),
        })
    }
}
