//! A person of whom `auth` has told, and of whom nothing is known here yet.

use sea_orm::ConnectionTrait as _;
use serde_json::json;
use social::Social;
use testkit::TestApp;

use crate::people::{does, mutation, registration};

/// Keeps the projection from moving while it is open.
async fn hold_people(app: &TestApp) -> sea_orm::DatabaseTransaction {
    let held = app.db.begin().await.expect("a transaction");
    if !app.db.is_sqlite() {
        held.execute_unprepared("LOCK TABLE people IN EXCLUSIVE MODE").await.expect("the table is locked");
    }
    held
}

#[tokio::test]
async fn nobody_is_called_missing_while_news_of_registrations_wait() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    let news = registration(&app, bo, "Bo");
    let held = hold_people(&app).await;
    let asking = async {
        let input = json!({ "input": { "userId": bo.to_string() } });
        let failure = app.as_user(ada).failure(&mutation("follow"), input).await;
        held.rollback().await.expect("the projection moves again");
        failure
    };
    let ((), failure) = tokio::join!(app.tell(&news), asking);
    assert_eq!(failure, "UPSTREAM_UNAVAILABLE");
    does(&app, ada, "follow", bo).await;
    app.finish().await;
}

#[tokio::test]
async fn news_that_come_twice_change_nothing() {
    let app = TestApp::start::<Social>().await;
    let bo = app.new_user();
    let news = registration(&app, bo, "Bo");
    app.tell(&news).await;
    app.tell(&news).await;
    does(&app, app.new_user(), "follow", bo).await;
    app.finish().await;
}
