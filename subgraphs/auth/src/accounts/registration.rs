//! Making an account.
//!
//! Who tries an address that has an account already can't be logged in, and without mail there is no other way to
//! tell its owner: the answer says so (`EMAIL_UNAVAILABLE`), and trying one address again and again is throttled.

use chrono::TimeDelta;
use events::auth::UserRegistered;
use ids::UserId;
use outbox::Work;

use crate::{
    access_tokens::Signer,
    accounts::{Account, Names, RegisterError, email::Email, names, store},
    context::Ctx,
    passwords::Password,
    roles::Roles,
    sessions::{self, Tokens},
    store::StoreError,
    throttle::{self, Policy},
};

const PER_EMAIL: Policy = Policy { name: "register.email", burst: 10, one_in: TimeDelta::minutes(1) };
const PER_NETWORK: Policy = Policy { name: "register.network", burst: 50, one_in: TimeDelta::seconds(20) };

/// What somebody registers with, as they wrote it.
pub(crate) struct Register {
    pub(crate) email: String,
    pub(crate) username: String,
    pub(crate) display_name: String,
    pub(crate) password: String,
}

/// A new account, with somebody logged in.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) tokens: Tokens,
    pub(crate) names: Names,
}

/// Makes an account and logs its owner in.
pub(crate) async fn register(ctx: &Ctx, command: Register) -> Result<Registered, RegisterError> {
    let email = Email::parse(&command.email)?;
    let known = [&command.username, email.as_str(), email.local_part(), &command.display_name];
    let password = Password::parse(&command.password, &known)?;
    throttle::admit::<RegisterError>(ctx, PER_NETWORK, PER_EMAIL, &email.key()).await?;
    if store::email_is_taken(ctx.db.reader(), &email.key()).await? {
        return Err(RegisterError::EmailUnavailable);
    }
    let user = UserId::at(ctx.now());
    // Whatever may fail comes before the name is kept: until that runs out, nobody else could have it.
    let signer = ctx.issuer().signer(ctx).await?;
    let hash = ctx.hasher().hash(password).await?;
    let names = names::reserve(ctx, user, &command.username, &command.display_name).await?;
    let tokens = create(ctx, &signer, user, &email, hash, &names).await?;
    Ok(Registered { tokens, names })
}

async fn create(
    ctx: &Ctx,
    signer: &Signer,
    user: UserId,
    email: &Email,
    hash: String,
    names: &Names,
) -> Result<Tokens, RegisterError> {
    let now = ctx.now();
    let work = ctx.outbox.begin(Some(user)).await?;
    let account = Account {
        user,
        email: email.as_str().to_owned(),
        email_verified_at: None,
        created_at: now,
        roles: Roles::default(),
    };
    if !store::insert(&*work, &account, &email.key(), hash).await? {
        work.rollback().await?;
        return Err(RegisterError::EmailUnavailable);
    }
    let tokens = sessions::open(ctx, &*work, signer, user).await?;
    let Names { username, display_name } = names.clone();
    work.emit(&UserRegistered { user_id: user, username, display_name, registered_at: now }).await?;
    work.commit().await?;
    Ok(tokens)
}

/// Forgets the attempts at an address.
pub(super) async fn forgive(work: &Work, email_key: &str) -> Result<(), StoreError> {
    throttle::forgive(&**work, PER_EMAIL, email_key).await
}
