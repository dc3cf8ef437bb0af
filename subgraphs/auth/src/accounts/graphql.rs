//! Accounts in the schema.

use async_graphql::{ComplexObject, Context, Error, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::{Failure, Refusal, UserError, settle};
use ids::UserId;

use crate::{
    account_exports::{self, graphql::AccountExport},
    accounts::{self, ConfirmError, LogIn, LoginError, Names, Register, RegisterError, Registered},
    context::Ctx,
    erasures,
    passwords::{HashError, PasswordError},
    roles::graphql::Role,
    sessions::graphql::AuthTokens,
    throttle::TooMany,
};

/// A person.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct User {
    #[graphql(skip)]
    user_id: UserId,
    /// Stays the same for as long as the account lives.
    id: ID,
    #[graphql(external)]
    username: Option<String>,
    #[graphql(external)]
    display_name: Option<String>,
}

#[ComplexObject]
impl User {
    /// The person's account; only for themselves.
    async fn account(&self, gql: &Context<'_>) -> Result<Option<Account>> {
        let account = accounts::own(gql.data::<Ctx>()?, self.user_id).await;
        Ok(account.map_err(Failure::internal)?.map(Account::from))
    }
}

impl User {
    /// A person of whom only the id is known here.
    pub(crate) fn of(user_id: UserId) -> Self {
        Self { user_id, id: ID(user_id.to_string()), username: None, display_name: None }
    }

    fn named(user_id: UserId, names: Names) -> Self {
        let Names { username, display_name } = names;
        Self { username: Some(username), display_name: Some(display_name), ..Self::of(user_id) }
    }
}

/// What somebody logs in with.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Account {
    #[graphql(skip)]
    user_id: UserId,
    /// The address with which its owner logs in.
    email: String,
    /// Whether the owner has shown that mail to this address reaches them.
    email_verified: bool,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// What its owner may do besides what everybody may.
    roles: Vec<Role>,
}

impl From<accounts::Account> for Account {
    fn from(account: accounts::Account) -> Self {
        Self {
            user_id: account.user,
            email: account.email,
            email_verified: account.email_verified_at.is_some(),
            created_at: account.created_at,
            roles: account.roles.iter().map(Role::from).collect(),
        }
    }
}

#[ComplexObject]
impl Account {
    /// When it is erased with all that is its owner's; null unless that was asked for with `requestErasure`.
    async fn erasure_due_at(&self, gql: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        erasures::due_at(gql.data::<Ctx>()?, self.user_id).await.map_err(Failure::internal)
    }

    /// What its owner takes along; null unless that was asked for with `requestAccountExport`.
    async fn export(&self, gql: &Context<'_>) -> Result<Option<AccountExport>> {
        let ctx = gql.data::<Ctx>()?;
        let export = account_exports::own(ctx, self.user_id).await.map_err(Failure::internal)?;
        Ok(export.map(|export| AccountExport::of(&export, ctx.now())))
    }
}

#[derive(Default)]
pub(crate) struct AccountQuery;

#[Object]
impl AccountQuery {
    #[graphql(entity)]
    async fn user_by_id(&self, id: ID) -> Option<User> {
        UserId::try_from(&id).ok().map(User::of)
    }
}

/// What somebody registers with.
#[derive(InputObject)]
struct RegisterInput {
    /// The address to log in with; one account each.
    email: String,
    /// The name to be found by: 2 to 30 letters and digits of one script, `_` or `.`; kept in lower case.
    username: String,
    /// The name for people to read: 1 to 50 characters.
    display_name: String,
    /// 8 to 128 characters of any kind; none of those that everybody tries first.
    password: String,
}

impl From<RegisterInput> for Register {
    fn from(input: RegisterInput) -> Self {
        let RegisterInput { email, username, display_name, password } = input;
        Self { email, username, display_name, password }
    }
}

/// What came of registering.
#[derive(SimpleObject)]
struct RegisterPayload {
    /// The tokens of a first session; null when there is no account.
    tokens: Option<AuthTokens>,
    /// Who has registered.
    #[graphql(provides = "username displayName")]
    user: Option<User>,
    /// Why there is no account.
    errors: Vec<UserError>,
}

/// What somebody logs in with.
#[derive(InputObject)]
struct LoginInput {
    /// The account's e-mail address, in any case.
    email: String,
    /// The account's password.
    password: String,
}

impl From<LoginInput> for LogIn {
    fn from(input: LoginInput) -> Self {
        Self { email: input.email, password: input.password }
    }
}

/// What came of logging in.
#[derive(SimpleObject)]
struct LoginPayload {
    /// The tokens of a new session; null when nobody was logged in.
    tokens: Option<AuthTokens>,
    /// Who was logged in.
    user: Option<User>,
    /// Why nobody was.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Makes an account and logs its owner in.
    async fn register(&self, gql: &Context<'_>, input: RegisterInput) -> Result<RegisterPayload> {
        let (registered, errors) = settle(accounts::register(gql.data::<Ctx>()?, input.into()).await)?;
        let Some(Registered { tokens, names }) = registered else {
            return Ok(RegisterPayload { tokens: None, user: None, errors });
        };
        let user = User::named(tokens.user, names);
        Ok(RegisterPayload { tokens: Some(tokens.into()), user: Some(user), errors })
    }

    /// Opens a session. A wrong password and an address without an account are answered alike.
    async fn login(&self, gql: &Context<'_>, input: LoginInput) -> Result<LoginPayload> {
        let (tokens, errors) = settle(accounts::log_in(gql.data::<Ctx>()?, input.into()).await)?;
        let user = tokens.as_ref().map(|tokens| User::of(tokens.user));
        Ok(LoginPayload { tokens: tokens.map(AuthTokens::from), user, errors })
    }
}

impl Refusal for RegisterError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let (code, path): (_, &[&str]) = match &self {
            Self::Email(_) => ("EMAIL_INVALID", &["input", "email"]),
            Self::EmailUnavailable => ("EMAIL_UNAVAILABLE", &["input", "email"]),
            Self::Password(PasswordError::Short) => ("PASSWORD_TOO_SHORT", &["input", "password"]),
            Self::Password(PasswordError::Long) => ("PASSWORD_TOO_LONG", &["input", "password"]),
            Self::Password(PasswordError::Common) => ("PASSWORD_TOO_COMMON", &["input", "password"]),
            Self::Name(refusal) => {
                let path: Vec<_> = refusal.path.iter().map(String::as_str).collect();
                return Ok(UserError::new(&refusal.code, &refusal.message, &path));
            }
            Self::TooMany(TooMany { wait }) => return Ok(UserError::rate_limited(self.to_string(), *wait)),
            Self::Hash(HashError::Busy) => {
                return Ok(UserError::rate_limited(self.to_string(), HashError::WAIT));
            }
            Self::UsersUnavailable => return Err(Failure::UpstreamUnavailable.error(self)),
            Self::Hash(_) | Self::Issue(_) | Self::Database(_) => return Err(Failure::internal(self)),
        };
        Ok(UserError::new(code, self.to_string(), path))
    }
}

impl Refusal for LoginError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let code = match &self {
            Self::InvalidCredentials => "INVALID_CREDENTIALS",
            Self::TooMany(TooMany { wait }) => return Ok(UserError::rate_limited(self.to_string(), *wait)),
            Self::Hash(HashError::Busy) => {
                return Ok(UserError::rate_limited(self.to_string(), HashError::WAIT));
            }
            Self::Hash(_) | Self::Issue(_) | Self::Database(_) => return Err(Failure::internal(self)),
        };
        Ok(UserError::new(code, self.to_string(), &[]))
    }
}

/// Why the password that is asked for once more isn't taken.
impl Refusal for ConfirmError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let (code, path): (_, &[&str]) = match &self {
            Self::Missing => return Err(Failure::unauthenticated()),
            Self::Wrong => ("PASSWORD_WRONG", &["input", "password"]),
            Self::TooMany(TooMany { wait }) => return Ok(UserError::rate_limited(self.to_string(), *wait)),
            Self::Hash(HashError::Busy) => {
                return Ok(UserError::rate_limited(self.to_string(), HashError::WAIT));
            }
            Self::Hash(_) | Self::Database(_) => return Err(Failure::internal(self)),
        };
        Ok(UserError::new(code, self.to_string(), path))
    }
}
