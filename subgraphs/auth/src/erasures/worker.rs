//! Erasing accounts whose grace is over.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use events::auth::UserErased;
use ids::UserId;
use outbox::Work;
use tokio_util::sync::CancellationToken;

use crate::{account_exports, accounts, context::Ctx, erasures::store, roles, sessions, store::StoreError};

const LOOK_EVERY: Duration = Duration::from_mins(1);
/// How many are looked for at once.
const BATCH: u64 = 20;
/// An answer that takes longer than this is a matter for the operator.
const ANSWERED_WITHIN: TimeDelta = TimeDelta::hours(1);
/// The operator is told once in so many looks.
const LOOKS_BETWEEN_WARNINGS: u64 = 60;
/// Of so many erasures that aren't complete: one is enough to look.
const MOST_WARNINGS: u64 = 100;

/// The background task: erases what is due, until told to stop. Any number of processes may do it at once.
pub(crate) async fn erase_until(stop: CancellationToken, ctx: Ctx) {
    let mut looks = (0_u64..).map(|look| look.is_multiple_of(LOOKS_BETWEEN_WARNINGS));
    service::repeat(stop, LOOK_EVERY, || look(&ctx, looks.next() == Some(true))).await;
}

async fn look(ctx: &Ctx, warns: bool) {
    let left = erase_due(ctx).await;
    if let Err(error) = &left {
        tracing::warn!(%error, "accounts could not be erased; trying again");
    }
    if warns {
        if let Ok(Some(user)) = left {
            tracing::warn!(%user, "the last admin is not erased before somebody else is one: see `grant-role`");
        }
        if let Err(error) = warn_of_missing_answers(ctx).await {
            tracing::warn!(%error, "it is not known whether erasures are complete");
        }
    }
}

/// Erases every account whose day has come, each in a transaction of its own; but for the last admin's, which is told. One that
/// can't be erased keeps no other from it.
pub(crate) async fn erase_due(ctx: &Ctx) -> Result<Option<UserId>, StoreError> {
    let (mut last_admin, mut after) = (None, None);
    loop {
        let due = store::due(ctx.db.reader(), ctx.now(), after, BATCH).await?;
        for (_, user) in &due {
            match erase_one(ctx, *user).await {
                Ok(Outcome::Erased | Outcome::NotDue) => {}
                Ok(Outcome::LastAdmin) => last_admin = Some(*user),
                Err(error) => tracing::warn!(%error, %user, "an account could not be erased; trying again"),
            }
        }
        if due.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(last_admin);
        }
        after = due.last().copied();
    }
}

async fn erase_one(ctx: &Ctx, user: UserId) -> Result<Outcome, StoreError> {
    let work = ctx.outbox.begin(None).await?;
    let outcome = erase(&work, user, ctx.now()).await?;
    match outcome {
        Outcome::Erased => work.commit().await?,
        Outcome::NotDue | Outcome::LastAdmin => work.rollback().await?,
    }
    Ok(outcome)
}

/// What came of erasing an account. All but the first is to be rolled back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Erased,
    /// Its owner has changed their mind, or another process was faster.
    NotDue,
    /// Nobody else would be an admin.
    LastAdmin,
}

/// Deletes the account of `user` with all that hangs on it, and tells everybody.
pub(super) async fn erase(work: &Work, user: UserId, now: DateTime<Utc>) -> Result<Outcome, StoreError> {
    erasure::mark_erased(work, user, now).await?;
    // There may have been others when it was asked for.
    if roles::is_last_admin(&**work, user).await? {
        return Ok(Outcome::LastAdmin);
    }
    if !store::begin(&**work, user, now).await? {
        return Ok(Outcome::NotDue);
    }
    sessions::end_all(work, user, now).await?;
    accounts::forget(work, user).await?;
    account_exports::forget(work, user).await?;
    work.emit(&UserErased { user_id: user, erased_at: now }).await?;
    Ok(Outcome::Erased)
}

async fn warn_of_missing_answers(ctx: &Ctx) -> Result<(), StoreError> {
    let late = ctx.now() - ANSWERED_WITHIN;
    for erasure in store::begun_before(ctx.db.reader(), late, MOST_WARNINGS).await? {
        let (user, awaited) = (erasure.user, erasure.awaited().join(", "));
        tracing::warn!(%user, awaited, "an erasure is not complete: see `events list` of these services");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::{Json, Router, routing::post};
    use events::auth::{ErasureCancelled, ErasureRequested, SessionRevoked};
    use identity::{Caller, Viewer};
    use serde_json::json;
    use testkit::TestApp;

    use super::*;
    use crate::{
        Auth,
        accounts::{LogIn, LoginError, Register},
        erasures::{self, GRACE},
        sessions::RefreshError,
        store::{Connection as _, until_it_waits},
    };

    const PASSWORD: &str = "a long and winding road";

    async fn app() -> TestApp {
        let names = || async { Json(json!({ "username": "ada", "displayName": "Ada" })) };
        let users = Router::new().route("/internal/v1/username-reservations", post(names));
        TestApp::builder::<Auth>().peer("users", users).start().await
    }

    /// An account, and the context of its owner.
    async fn account(app: &TestApp, email: &str) -> (UserId, Ctx) {
        let ctx = Ctx::new(&app.foundation).unwrap();
        let command = Register {
            email: email.to_owned(),
            username: "ada".to_owned(),
            display_name: "Ada".to_owned(),
            password: PASSWORD.to_owned(),
        };
        let user_id = accounts::register(&ctx, command).await.unwrap().tokens.user;
        let viewer = Viewer { user_id, session_id: None, roles: Vec::new(), scopes: Vec::new() };
        (user_id, ctx.on_behalf_of(Caller::User(viewer)))
    }

    fn log_in(email: &str) -> LogIn {
        LogIn { email: email.to_owned(), password: PASSWORD.to_owned() }
    }

    #[tokio::test]
    async fn an_account_is_erased_when_its_day_has_come_and_not_before() {
        let app = app().await;
        let (ada, ctx) = account(&app, "ada@example.org").await;
        let tokens = accounts::log_in(&ctx, log_in("ada@example.org")).await.unwrap();
        erasures::request(&ctx, PASSWORD).await.unwrap();
        app.clock.advance(GRACE - TimeDelta::seconds(1));
        erase_due(&ctx).await.unwrap();
        assert!(accounts::log_in(&ctx, log_in("ada@example.org")).await.is_ok());

        app.clock.advance(TimeDelta::seconds(1));
        erase_due(&ctx).await.unwrap();
        erase_due(&ctx).await.unwrap();
        let refused = accounts::log_in(&ctx, log_in("ada@example.org")).await;
        assert!(matches!(refused, Err(LoginError::InvalidCredentials)));
        let refused = sessions::refresh(&ctx, &tokens.refresh.to_text()).await;
        assert!(matches!(refused, Err(RefreshError::Invalid)));
        assert!(erasure::is_erased(ctx.db.reader(), ada).await.unwrap());
        let [told] = app.events::<UserErased>().await.try_into().unwrap();
        assert_eq!((told.user_id, told.erased_at), (ada, ctx.now()));
        assert_eq!(app.events::<SessionRevoked>().await.len(), 3, "each session is told to end");
        app.finish().await;
    }

    #[tokio::test]
    async fn who_changes_their_mind_stays() {
        let app = app().await;
        let (ada, ctx) = account(&app, "ada@example.org").await;
        for _ in 0..2 {
            erasures::request(&ctx, PASSWORD).await.unwrap();
        }
        assert_eq!(erasures::due_at(&ctx, ada).await.unwrap(), Some(ctx.now() + GRACE));
        for _ in 0..2 {
            erasures::cancel(&ctx).await.unwrap();
        }
        app.clock.advance(GRACE);
        erase_due(&ctx).await.unwrap();
        assert!(accounts::log_in(&ctx, log_in("ada@example.org")).await.is_ok());
        assert_eq!(app.events::<ErasureRequested>().await.len(), 1);
        assert_eq!(app.events::<ErasureCancelled>().await.len(), 1);
        assert!(app.events::<UserErased>().await.is_empty());
        app.finish().await;
    }

    /// Has an operator give or take the role of an admin.
    async fn operate(app: &TestApp, command: &str, email: &str) {
        let command = roles::operator::commands().into_iter().find(|known| known.name == command).unwrap();
        (command.run)(app.foundation.ctx(), vec![email.to_owned(), "admin".to_owned()]).await.unwrap();
    }

    #[tokio::test]
    async fn an_admin_who_has_become_the_last_one_stays_until_there_is_another() {
        let app = app().await;
        let (ada, ctx) = account(&app, "ada@example.org").await;
        account(&app, "bo@example.org").await;
        for email in ["ada@example.org", "bo@example.org"] {
            operate(&app, "grant-role", email).await;
        }
        erasures::request(&ctx, PASSWORD).await.unwrap();
        operate(&app, "revoke-role", "bo@example.org").await;
        app.clock.advance(GRACE);
        assert_eq!(erase_due(&ctx).await.unwrap(), Some(ada));
        assert!(app.events::<UserErased>().await.is_empty());
        assert!(!erasure::is_erased(ctx.db.reader(), ada).await.unwrap());

        operate(&app, "grant-role", "bo@example.org").await;
        assert_eq!(erase_due(&ctx).await.unwrap(), None);
        assert_eq!(app.events::<UserErased>().await.len(), 1);
        app.finish().await;
    }

    #[tokio::test]
    async fn of_two_processes_that_erase_at_once_one_tells() {
        let app = app().await;
        let mut owners = Vec::new();
        for name in ["ada", "bo", "cy"] {
            let (_, ctx) = account(&app, &format!("{name}@example.org")).await;
            erasures::request(&ctx, PASSWORD).await.unwrap();
            owners.push(ctx);
        }
        app.clock.advance(GRACE);
        let (one, other) = tokio::join!(erase_due(&owners[0]), erase_due(&owners[1]));
        one.unwrap();
        other.unwrap();
        assert_eq!(app.events::<UserErased>().await.len(), 3);
        app.finish().await;
    }

    #[tokio::test]
    async fn an_account_that_can_not_be_erased_keeps_no_other_from_it() {
        let app = app().await;
        let (ada, ctx) = account(&app, "ada@example.org").await;
        erasures::request(&ctx, PASSWORD).await.unwrap();
        app.clock.advance(TimeDelta::seconds(1));
        let (bo, bos) = account(&app, "bo@example.org").await;
        erasures::request(&bos, PASSWORD).await.unwrap();
        let work = ctx.begin().await.unwrap();
        for statement in [
            "CREATE TABLE clinging (user_id uuid REFERENCES accounts (user_id))",
            "INSERT INTO clinging SELECT user_id FROM accounts WHERE email = 'ada@example.org'",
        ] {
            work.execute_unprepared(statement).await.unwrap();
        }
        work.commit().await.unwrap();
        app.clock.advance(GRACE);
        erase_due(&ctx).await.unwrap();
        for (user, gone) in [(ada, false), (bo, true)] {
            assert_eq!(erasure::is_erased(ctx.db.reader(), user).await.unwrap(), gone);
        }
        app.finish().await;
    }

    #[tokio::test]
    async fn any_number_of_admins_who_have_to_stay_keep_no_other_from_being_erased() {
        let app = app().await;
        let (ada, ctx) = account(&app, "ada@example.org").await;
        erasures::request(&ctx, PASSWORD).await.unwrap();
        let account = "user_id, email, email_key, password_hash, created_at, roles";
        let admin = "{id 1 n}, 'admin' || n, 'admin' || n, 'none', {at -n}, 'admin'";
        let leaving = ("erasures", "user_id, requested_at, due_at", "{id 1 n}, {at -n}, {at 0}", 2 * 20);
        testkit::fill_all(&app.db, &[("accounts", account, admin, 2 * 20), leaving]).await;
        app.clock.advance(GRACE);
        let erasing = tokio::time::timeout(testkit::DEADLINE, erase_due(&ctx));
        assert!(erasing.await.expect("an end").unwrap().is_some());
        assert_eq!(
            app.events::<UserErased>().await.into_iter().map(|told| told.user_id).collect::<Vec<_>>(),
            [ada]
        );
        app.finish().await;
    }

    #[tokio::test]
    async fn a_refresh_that_crosses_an_erasure_comes_after_it() {
        let app = app().await;
        let (ada, ctx) = account(&app, "ada@example.org").await;
        let tokens = accounts::log_in(&ctx, log_in("ada@example.org")).await.unwrap();
        erasures::request(&ctx, PASSWORD).await.unwrap();
        app.clock.advance(GRACE);
        let work = ctx.outbox.begin(None).await.unwrap();
        erasure::mark_erased(&work, ada, ctx.now()).await.unwrap();
        work.execute_unprepared("UPDATE sessions SET device = NULL").await.unwrap();
        let refreshing = tokio::spawn({
            let ctx = ctx.clone();
            async move { sessions::refresh(&ctx, &tokens.refresh.to_text()).await }
        });
        until_it_waits(&ctx, &refreshing).await;
        assert_eq!(erase(&work, ada, ctx.now()).await.unwrap(), Outcome::Erased);
        work.commit().await.unwrap();
        let refused = refreshing.await.unwrap();
        assert!(matches!(refused, Err(RefreshError::Invalid)), "{refused:?}");
        app.finish().await;
    }

    #[tokio::test]
    async fn many_sessions_end_with_as_many_statements_as_one() {
        let app = app().await;
        let (one, ctx) = account(&app, "ada@example.org").await;
        let (other, _) = account(&app, "bo@example.org").await;
        for _ in 0..4 {
            accounts::log_in(&ctx, log_in("bo@example.org")).await.unwrap();
        }
        let mut counts = Vec::new();
        for user in [one, other] {
            let watch = app.watch_all();
            let work = ctx.outbox.begin(None).await.unwrap();
            sessions::end_all(&work, user, ctx.now()).await.unwrap();
            work.rollback().await.unwrap();
            let statements = watch.statements();
            let are_theirs = |text: &&str| {
                text.starts_with("UPDATE \"sessions\"") || text.starts_with("INSERT INTO \"outbox\"")
            };
            counts.push(statements.texts().filter(are_theirs).count());
        }
        assert_eq!(counts, [2, 2]);
        app.finish().await;
    }
}
