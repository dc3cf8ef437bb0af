//! Reports, what moderators make of them, and the log of it.

use axum::{Router, http::StatusCode, response::IntoResponse, routing::post as answered_by};
use events::social::PostRemoved;
use identity::{Caller, Viewer};
use ids::UserId;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use social::Social;
use testkit::{Client, TestApp};

use crate::{
    people::{does, person},
    sharing::{hug, post, see_post},
};

const REPORT: &str = "mutation R($i: ReportInput!) { report(input: $i) { reportId errors { code path } } }";
const REPORTS: &str = "query R($s: ReportState!) { reports(state: $s) { edges { node {
    id reporter { id } targetId subject { id } post { id text } reason text state resolvedAt } } } }";
pub(crate) const RESOLVE: &str = "mutation R($i: ResolveReportInput!) { resolveReport(input: $i) {
    report { id state } errors { code path } } }";
pub(crate) const LOG: &str =
    "{ auditLog { edges { node { moderator { id } action targetId subject { id } reportId reason at } } } }";
const NOTICES: &str = "{ moderationNotices { edges { node { action targetId reason } } } }";

pub(crate) async fn report(app: &TestApp, reporter: UserId, target: &str) -> Value {
    let input = json!({ "i": { "targetId": target, "reason": "HARASSMENT", "text": "look at this" } });
    app.as_user(reporter).data(REPORT, input).await["report"].take()
}

pub(crate) async fn reported(app: &TestApp, reporter: UserId, target: &str) -> Value {
    let mut payload = report(app, reporter, target).await;
    assert_eq!(payload["errors"], json!([]), "the report was refused");
    payload["reportId"].take()
}

pub(crate) async fn open(client: &Client, state: &str) -> Vec<Value> {
    let answer = client.data(REPORTS, json!({ "s": state })).await;
    let edges = answer["reports"]["edges"].as_array().expect("edges");
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

pub(crate) async fn resolve(client: &Client, report: &Value, resolution: &str) -> Value {
    let input = json!({ "i": { "reportId": report, "resolution": resolution, "reason": " it hurts " } });
    client.data(RESOLVE, input).await["resolveReport"].take()
}

#[tokio::test]
async fn a_reported_post_is_taken_away_by_a_moderator_and_the_log_tells() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, mo) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Mo").await);
    let moderator = app.as_moderator(mo);
    let id = post(&app, ada, "FOLLOWERS").await;
    does(&app, bo, "follow", ada).await;
    let report_id = reported(&app, bo, &id).await;
    assert_eq!(reported(&app, bo, &id).await, report_id, "twice is once");
    let expected = json!({
        "id": report_id, "reporter": { "id": bo.to_string() }, "targetId": id, "subject": { "id": ada.to_string() },
        "post": { "id": id, "text": null }, "reason": "HARASSMENT", "text": "look at this", "state": "OPEN",
        "resolvedAt": null,
    });
    assert_eq!(open(&moderator, "OPEN").await, [expected]);

    let resolved = resolve(&moderator, &report_id, "REMOVE_POST").await;
    assert_eq!(resolved, json!({ "report": { "id": report_id, "state": "RESOLVED" }, "errors": [] }));
    assert_eq!(see_post(&app.as_user(ada), &id, "id").await, Value::Null);
    assert_eq!(app.events::<PostRemoved>().await.len(), 1);
    assert_eq!(open(&moderator, "OPEN").await, [] as [Value; 0]);
    assert_eq!(open(&moderator, "RESOLVED").await[0]["post"], Value::Null);
    let log = moderator.data(LOG, json!({})).await["auditLog"]["edges"].take();
    let entry = json!({
        "moderator": { "id": mo.to_string() }, "action": "REMOVE_POST", "targetId": id,
        "subject": { "id": ada.to_string() }, "reportId": report_id, "reason": "it hurts",
        "at": app.foundation.clock.now().to_rfc3339(),
    });
    assert_eq!(log, json!([{ "node": entry }]));
    let notices = app.as_user(ada).data(NOTICES, json!({})).await["moderationNotices"]["edges"].take();
    let notice = json!({ "action": "REMOVE_POST", "targetId": id, "reason": "it hurts" });
    assert_eq!(notices, json!([{ "node": notice }]));
    let others = app.as_user(bo).data(NOTICES, json!({})).await;
    assert_eq!(others["moderationNotices"]["edges"], json!([]));
    let again = resolve(&moderator, &report_id, "WARN").await;
    assert_eq!(again["errors"], json!([{ "code": "REPORT_RESOLVED", "path": ["input", "reportId"] }]));
    app.finish().await;
}

#[tokio::test]
async fn only_moderators_see_reports_decide_and_read_the_log() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let report_id = reported(&app, bo, &ada.to_string()).await;
    let input = json!({ "i": { "reportId": report_id, "resolution": "WARN", "reason": "" } });
    // The scope alone is nothing: the role counts.
    let (roles, scopes) = (vec!["user".into()], vec!["moderation".into()]);
    let scoped = app.as_caller(Caller::User(Viewer { user_id: ada, session_id: None, roles, scopes }));
    for (client, code) in
        [(app.as_user(bo), "FORBIDDEN"), (scoped, "FORBIDDEN"), (app.anonymous(), "UNAUTHENTICATED")]
    {
        assert_eq!(client.failure(REPORTS, json!({ "s": "OPEN" })).await, code);
        assert_eq!(client.failure(RESOLVE, input.clone()).await, code);
        assert_eq!(client.failure(LOG, json!({})).await, code);
    }
    app.finish().await;
}

/// An `auth` that says nothing but this of everybody.
fn auth_saying(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> Router {
    Router::new().route("/internal/v1/roles", answered_by(move || async move { answer.clone() }))
}

#[tokio::test]
async fn who_moderates_is_asked_of_auth_and_without_an_answer_nobody_does() {
    let gone = auth_saying(r#"{ "roles": [] }"#);
    let silent = auth_saying(StatusCode::INTERNAL_SERVER_ERROR);
    for (auth, code) in [(gone, "FORBIDDEN"), (silent, "UPSTREAM_UNAVAILABLE")] {
        let app = TestApp::builder::<Social>().peer("auth", auth).start().await;
        let (ada, bo, mo) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Mo").await);
        let report_id = reported(&app, bo, &ada.to_string()).await;
        // Their token still says that they are a moderator.
        let moderator = app.as_moderator(mo);
        let input = json!({ "i": { "reportId": report_id, "resolution": "WARN", "reason": "it hurts" } });
        assert_eq!(moderator.failure(REPORTS, json!({ "s": "OPEN" })).await, code);
        assert_eq!(moderator.failure(RESOLVE, input).await, code);
        assert_eq!(moderator.failure(LOG, json!({})).await, code);
        app.finish().await;
    }
}

#[tokio::test]
async fn decisions_need_a_reason_a_fitting_target_and_somebody_else() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, mo) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Mo").await);
    let client = app.as_moderator(mo);
    let of_ada = reported(&app, bo, &ada.to_string()).await;
    let of_mo = reported(&app, bo, &mo.to_string()).await;
    let code = |payload: Value| payload["errors"][0]["code"].as_str().expect("a refusal").to_owned();
    assert_eq!(code(resolve(&client, &of_ada, "REMOVE_POST").await), "RESOLUTION_UNFIT");
    assert_eq!(code(resolve(&client, &of_mo, "DISMISS").await), "REPORT_OF_SELF");
    let unknown = json!(ids::ReportId::at(app.foundation.clock.now()).to_string());
    assert_eq!(code(resolve(&client, &unknown, "DISMISS").await), "REPORT_NOT_FOUND");
    let wordless = json!({ "i": { "reportId": of_ada, "resolution": "WARN", "reason": "  " } });
    let payload = client.data(RESOLVE, wordless).await["resolveReport"].take();
    assert_eq!(code(payload), "REASON_INVALID");
    assert_eq!(resolve(&client, &of_ada, "WARN").await["errors"], json!([]));
    let notices = app.as_user(ada).data(NOTICES, json!({})).await["moderationNotices"]["edges"].take();
    assert_eq!(notices[0]["node"]["action"], "WARN");
    let other = app.as_moderator(ada);
    assert_eq!(resolve(&other, &of_mo, "DISMISS").await["report"]["state"], "DISMISSED");
    let none = app.as_moderator(mo).data(NOTICES, json!({})).await["moderationNotices"]["edges"].take();
    assert_eq!(none, json!([]), "nobody is told of a report that was dismissed");
    app.finish().await;
}

#[tokio::test]
async fn one_reports_what_one_sees_and_whom_one_blocks_but_nothing_of_whom_one_is_blocked_by() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    let public = post(&app, ada, "PUBLIC").await;
    let hidden = post(&app, ada, "FOLLOWERS").await;
    let hug = hug(&app, ada, bo, true).await.to_string();
    let code = |payload: Value| payload["errors"][0]["code"].as_str().expect("a refusal").to_owned();
    assert_eq!(code(report(&app, bo, &hidden).await), "POST_NOT_FOUND");
    assert_eq!(code(report(&app, cy, &hug).await), "HUG_MOMENT_NOT_FOUND");
    assert_eq!(code(report(&app, ada, &public).await), "CANNOT_REPORT_SELF");
    assert_eq!(code(report(&app, bo, &app.new_user().to_string()).await), "USER_NOT_FOUND");
    does(&app, bo, "block", ada).await;
    for target in [&public, &hug, &ada.to_string()] {
        reported(&app, bo, target).await;
    }
    does(&app, ada, "block", cy).await;
    assert_eq!(code(report(&app, cy, &public).await), "POST_NOT_FOUND");
    assert_eq!(code(report(&app, cy, &ada.to_string()).await), "USER_NOT_FOUND");
    let input = json!({ "i": { "targetId": "rpt_1", "reason": "SPAM" } });
    assert_eq!(app.as_user(bo).failure(REPORT, input).await, "BAD_USER_INPUT");
    let long = json!({ "i": { "targetId": ada.to_string(), "reason": "SPAM", "text": "x".repeat(1001) } });
    let payload = app.as_user(bo).data(REPORT, long).await["report"].take();
    assert_eq!(code(payload), "TEXT_TOO_LONG");
    app.finish().await;
}

#[tokio::test]
async fn nothing_in_the_log_can_be_changed_or_deleted() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, mo) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Mo").await);
    let report_id = reported(&app, bo, &ada.to_string()).await;
    let moderator = app.as_moderator(mo);
    resolve(&moderator, &report_id, "WARN").await;
    for statement in ["DELETE FROM audit_entries", "UPDATE audit_entries SET reason = 'none'"] {
        let transaction = app.db.begin().await.expect("a transaction");
        let error = transaction.execute_unprepared(statement).await.expect_err("the log stays");
        assert!(error.to_string().contains("append-only"), "{error}");
        transaction.rollback().await.expect("nothing happened");
    }
    let log = moderator.data(LOG, json!({})).await["auditLog"]["edges"].take();
    assert_eq!(log.as_array().map(Vec::len), Some(1));
    app.finish().await;
}

#[tokio::test]
async fn of_ones_own_hug_to_somebody_who_blocks_one_a_report_tells_no_more_than_that_it_is_gone() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let named = hug(&app, ada, bo, false).await.to_string();
    let code = async |who: UserId| {
        report(&app, who, &named).await["errors"].get(0).map(|error| error["code"].clone())
    };
    assert_eq!(code(ada).await, Some(json!("CANNOT_REPORT_SELF")));
    does(&app, bo, "block", ada).await;
    assert_eq!(code(ada).await, Some(json!("HUG_MOMENT_NOT_FOUND")));
    assert_eq!(code(bo).await, None, "whoever blocks can report");
    does(&app, bo, "unblock", ada).await;
    does(&app, ada, "block", bo).await;
    assert_eq!(code(ada).await, Some(json!("HUG_MOMENT_NOT_FOUND")));
    app.finish().await;
}
