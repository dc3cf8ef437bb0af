//! Logging in.
//!
//! An address without an account and a wrong password are answered with the same words after the same work: one hash
//! computed, the same throttles counted. Only failures use an account's throttle up, and it recovers by itself, so that nobody's
//! account can be locked by somebody else for longer than they keep trying. Of a network every attempt counts: whoever has one
//! account could try any number of others with a login to theirs in between.

use chrono::TimeDelta;
use outbox::Work;

use crate::{
    accounts::{
        LoginError,
        email::Email,
        store::{self, Credentials},
    },
    context::Ctx,
    digest,
    passwords::{Presented, Verdict},
    sessions::{self, Tokens},
    store::StoreError,
    throttle::{self, Policy},
};

pub(super) const PER_ACCOUNT: Policy =
    Policy { name: "login.account", burst: 10, one_in: TimeDelta::seconds(15) };
pub(super) const PER_NETWORK: Policy =
    Policy { name: "login.network", burst: 50, one_in: TimeDelta::seconds(5) };

/// What somebody logs in with, as they wrote it.
pub(crate) struct LogIn {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// Opens a session for whoever knows the password.
pub(crate) async fn log_in(ctx: &Ctx, command: LogIn) -> Result<Tokens, LoginError> {
    let email = Email::parse(&command.email);
    // What is no address has no account; it is counted and looked up all the same.
    let key =
        email.map_or_else(|_| format!("not an address: {}", digest(&command.email)), |email| email.key());
    throttle::admit::<LoginError>(ctx, PER_NETWORK, PER_ACCOUNT, &key).await?;
    let found = store::credentials(ctx.db.reader(), &key).await?;
    let presented = Presented::new(&command.password);
    let hash = found.as_ref().map(|credentials| credentials.password_hash.clone());
    let verdict = ctx.hasher().verify(presented.clone(), hash).await?;
    let Some(credentials) = found.filter(|_| verdict != Verdict::Wrong) else {
        return Err(LoginError::InvalidCredentials);
    };
    let stronger = match verdict {
        Verdict::RightButWeak => Some(ctx.hasher().hash_again(presented).await?),
        Verdict::Right | Verdict::Wrong => None,
    };
    enter(ctx, &credentials, &key, stronger).await
}

fn digest(text: &str) -> String {
    digest::to_text(&digest::sha256(&[text.as_bytes()]))
}

async fn enter(
    ctx: &Ctx,
    credentials: &Credentials,
    key: &str,
    stronger: Option<String>,
) -> Result<Tokens, LoginError> {
    let signer = ctx.issuer().signer(ctx).await?;
    let work = ctx.outbox.begin(Some(credentials.user)).await?;
    // Erased since the password was compared, which takes a while.
    if erasure::any_erased(&work, &[credentials.user]).await? {
        work.rollback().await?;
        return Err(LoginError::InvalidCredentials);
    }
    if let Some(hash) = stronger {
        store::replace_hash(&*work, credentials, hash).await?;
    }
    throttle::forgive(&*work, PER_ACCOUNT, key).await?;
    let tokens = sessions::open(ctx, &*work, &signer, credentials.user).await?;
    work.commit().await?;
    Ok(tokens)
}

/// Forgets the attempts at an address.
pub(super) async fn forgive(work: &Work, email_key: &str) -> Result<(), StoreError> {
    throttle::forgive(&**work, PER_ACCOUNT, email_key).await
}

#[cfg(test)]
mod tests {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
    use ids::UserId;
    use testkit::TestApp;

    use super::*;
    use crate::{
        Auth,
        accounts::Account,
        roles::Roles,
        store::{Connection as _, until_it_waits},
    };

    fn attempt(email: &str) -> LogIn {
        LogIn { email: email.to_owned(), password: "correct horse".to_owned() }
    }

    /// An account whose password was hashed at a lower cost than today's.
    async fn insert_old_account(ctx: &Ctx) {
        let params = Params::new(1024, 1, 1, None).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2.hash_password(b"correct horse").unwrap().to_string();
        let (user, email) = (UserId::at(ctx.now()), "ada@example.org".to_owned());
        let account =
            Account { user, email, email_verified_at: None, created_at: ctx.now(), roles: Roles::default() };
        let transaction = ctx.db.begin().await.unwrap();
        assert!(store::insert(&transaction, &account, "ada@example.org", hash).await.unwrap());
        transaction.commit().await.unwrap();
    }

    #[tokio::test]
    async fn an_unknown_address_costs_one_hash_like_a_wrong_password() {
        let app = TestApp::start::<Auth>().await;
        let ctx = Ctx::new(&app.foundation).unwrap();
        insert_old_account(&ctx).await;
        let wrong = LogIn { password: "wrong".to_owned(), ..attempt("ada@example.org") };
        for command in [wrong, attempt("nobody@example.org"), attempt("no address"), attempt("")] {
            let before = ctx.hasher().computed();
            let refused = log_in(&ctx, command).await;
            assert!(matches!(refused, Err(LoginError::InvalidCredentials)));
            assert_eq!(ctx.hasher().computed() - before, 1);
        }
        app.finish().await;
    }

    #[tokio::test]
    async fn a_login_that_is_under_way_does_not_outlive_the_account() {
        let app = TestApp::start::<Auth>().await;
        let ctx = Ctx::new(&app.foundation).unwrap();
        insert_old_account(&ctx).await;
        let found = store::credentials(ctx.db.reader(), "ada@example.org").await.unwrap().unwrap();
        let work = ctx.begin().await.unwrap();
        erasure::mark_erased(&work, found.user, ctx.now()).await.unwrap();
        work.commit().await.unwrap();
        let refused = enter(&ctx, &found, "ada@example.org", None).await;
        assert!(matches!(refused, Err(LoginError::InvalidCredentials)));
        app.finish().await;
    }

    #[tokio::test]
    async fn a_weak_hash_is_made_anew_when_its_owner_logs_in() {
        let app = TestApp::start::<Auth>().await;
        let ctx = Ctx::new(&app.foundation).unwrap();
        insert_old_account(&ctx).await;
        log_in(&ctx, attempt("ada@example.org")).await.unwrap();
        let stored = store::credentials(ctx.db.reader(), "ada@example.org").await.unwrap().unwrap();
        assert!(stored.password_hash.contains("m=19456,t=2,p=1"), "{}", stored.password_hash);
        let before = ctx.hasher().computed();
        log_in(&ctx, attempt("ada@example.org")).await.unwrap();
        assert_eq!(ctx.hasher().computed() - before, 1, "once is enough");
        app.finish().await;
    }

    #[tokio::test]
    async fn a_token_does_not_say_roles_that_are_just_changing() {
        let app = TestApp::start::<Auth>().await;
        let ctx = Ctx::new(&app.foundation).unwrap();
        insert_old_account(&ctx).await;
        log_in(&ctx, attempt("ada@example.org")).await.unwrap();
        let changing = ctx.begin().await.unwrap();
        changing.execute_unprepared("UPDATE accounts SET roles = 'moderator'").await.unwrap();
        let entering = tokio::spawn({
            let ctx = ctx.clone();
            async move { log_in(&ctx, attempt("ada@example.org")).await }
        });
        until_it_waits(&ctx, &entering).await;
        changing.commit().await.unwrap();
        let token = entering.await.unwrap().unwrap().access.text;
        let said = jsonwebtoken::dangerous::insecure_decode::<serde_json::Value>(&token).unwrap().claims;
        assert_eq!(said["roles"], serde_json::json!(["user", "moderator"]));
        app.finish().await;
    }
}
