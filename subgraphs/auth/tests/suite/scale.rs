//! A hundred thousand accounts: whoever logs in, refreshes or is erased costs as much as among a few, and so does tidying up.

use auth::Auth;
use events::users;
use ids::UserId;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use service::Subgraph as _;
use testkit::{TestApp, connection_fields, fill_all};

use crate::client::{
    PASSWORD, ada, app, log_in, log_out, refresh, refresh_token, refusal_of, register, users as names,
};

const ACCOUNTS: usize = 100_000;
const SOME: usize = 20_000;

/// The tables that grow with people.
const TABLES: [&str; 6] =
    ["accounts", "sessions", "refresh_tokens", "throttles", "erasures", "erasure_answers"];

/// So many accounts, each with a session that was refreshed once. Some of everything is over, or due.
async fn crowd(app: &TestApp, accounts: usize) {
    let session = "{id 2 n}, {id 1 n}, {at -n}, {at -n}, {at 900 - n}, {at 20 * n - 1000}";
    let token = "{id 3 n}, {id 2 n}, 'hash' || n, {at -n}, {at 20 * n - 1000}";
    fill_all(
        &app.db,
        &[
            (
                "accounts",
                "user_id, email, email_key, password_hash, created_at",
                "{id 1 n}, 'person' || n || '@example.org', 'person' || n || '@example.org', 'none', {at -n}",
                accounts,
            ),
            (
                "sessions",
                "session_id, user_id, created_at, last_used_at, access_until, ends_at",
                session,
                accounts,
            ),
            ("refresh_tokens", "token_id, session_id, token_hash, issued_at, expires_at", token, accounts),
            ("throttles", "key, empty_at", "'key' || n, 1772366400000 + 1000 * (n - 50)", SOME),
            ("erasures", "user_id, requested_at, due_at", "{id 1 n}, {at -n}, {at 60 * n - 120}", SOME),
            ("erasure_answers", "user_id, service, completed_at", "{id 4 n}, 'users', {at -n}", SOME),
        ],
    )
    .await;
    // Some are gone, and not everywhere yet.
    let gone = if app.db.is_sqlite() {
        "UPDATE erasures SET erased_at = '2026-03-01T09:00:00+00:00' WHERE due_at < '2026-03-01T12:30:00+00:00' AND \
         due_at > '2026-03-01T12:10:00+00:00'"
    } else {
        "UPDATE erasures SET erased_at = '2026-03-01T09:00:00Z' WHERE due_at < '2026-03-01T12:30:00Z' AND \
         due_at > '2026-03-01T12:10:00Z'"
    };
    let work = app.db.begin().await.expect("a transaction");
    work.execute_unprepared(gone).await.expect("some are gone");
    work.commit().await.expect("a commit");
}

#[test]
fn the_schema_has_no_lists() {
    assert_eq!(connection_fields(&Auth::sdl()).into_iter().collect::<Vec<_>>(), [] as [String; 0]);
}

#[tokio::test]
async fn whoever_comes_goes_or_is_forgotten_among_a_hundred_thousand_is_found_by_an_index() {
    let app = app().await;
    let payload = register(&app.anonymous(), ada()).await;
    let user = UserId::parse(payload["user"]["id"].as_str().expect("an id")).expect("an id");
    let operators = Auth::operator_commands();
    let grant = operators.iter().find(|command| command.name == "grant-role").expect("the command");
    let given = vec!["ada@example.org".to_owned(), "admin".to_owned()];
    (grant.run)(app.foundation.ctx(), given).await.expect("an admin");
    crowd(&app, ACCOUNTS).await;

    let everything = app.watch_all();
    let guest = app.anonymous();
    let mut somebody_else = ada();
    (somebody_else["email"], somebody_else["username"]) = (json!("bo@example.org"), json!("bo"));
    let bo = register(&guest, somebody_else).await;
    assert_eq!(
        refusal_of(&log_in(&guest, "ada@example.org", "not the password").await),
        "INVALID_CREDENTIALS"
    );
    let session = log_in(&guest, "ada@example.org", PASSWORD).await;
    let refreshed = refresh(&guest, &refresh_token(&session)).await;
    assert_ne!(refreshed["tokens"], Value::Null, "{refreshed:#}");
    log_out(&guest, Some(&refresh_token(&refreshed))).await;
    let owner = app.as_user(user);
    let account =
        "query($u: ID!) { _entities(representations: [{ __typename: \"User\", id: $u }]) { ... on User {
        account { email erasureDueAt } } } }";
    owner.data(account, json!({ "u": user })).await;
    let roles =
        "mutation($u: ID!) { setRoles(input: {userId: $u, roles: [MODERATOR]}) { roles errors { code } } }";
    let set = app.as_admin(user).data(roles, json!({ "u": bo["user"]["id"] })).await;
    assert_eq!(set["setRoles"], json!({ "roles": ["MODERATOR"], "errors": [] }));
    let request = "mutation($p: String!) { requestErasure(input: {password: $p}) { errors { code } } }";
    owner.data(request, json!({ "p": PASSWORD })).await;
    owner.data("mutation { cancelErasure { errors { code } } }", json!({})).await;
    app.tell(&users::ErasureCompleted { user_id: user, completed_at: clock::Clock::now(&*app.clock) }).await;
    let statements = everything.statements();
    assert!(app.rows_looked_at(&statements).await < 2_000, "{statements}");
    app.assert_no_full_scan(&statements, &TABLES).await;
    app.finish().await;
}

#[tokio::test]
async fn tidying_up_and_erasing_read_what_is_due_and_no_table() {
    let before = app().await;
    // Nothing is due yet.
    before.clock.advance(-chrono::TimeDelta::days(1));
    crowd(&before, SOME).await;
    let left_behind = before.stop().await;
    let app = TestApp::builder::<Auth>().peer("users", names(std::sync::Arc::default()));
    let app = app.database(left_behind).watched().start().await;
    let statements = app
        .of_workers(&[
            "DELETE FROM \"sessions\" WHERE \"sessions\".\"ends_at\"",
            "DELETE FROM \"throttles\"",
            "UPDATE \"erasures\"",
            "DELETE FROM \"accounts\"",
            "FROM \"erasure_answers\"",
        ])
        .await;
    app.assert_no_full_scan(&statements, &TABLES).await;
    app.finish().await;
}
