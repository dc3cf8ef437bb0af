//! Mutations that cross the erasure of somebody whom they are about: each happens before it, and is erased with them, or after it,
//! and finds them gone.

use events::{auth::UserErased, social::PostRemoved};
use ids::UserId;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, Statement};
use serde_json::{Value, json};
use social::Social;
use testkit::{TestApp, eventually, fill_all};

use crate::{
    moderating::{RESOLVE, reported},
    people::person,
    reacting::react,
    sharing::{hug, post, share},
};

/// How many rows fit, of a table or tables and a condition.
async fn rows(app: &TestApp, from: &str) -> i64 {
    let count = Statement::from_string(app.db.backend(), format!("SELECT COUNT(*) FROM {from}"));
    let row = app.db.reader().query_one_raw(count).await.expect("the rows are counted");
    row.expect("a count").try_get_by_index(0).expect("a number")
}

/// Keeps rows as they are, and so whoever wants to change them waiting; on SQLite everybody who writes.
pub(crate) async fn keep(app: &TestApp, rows: &str) -> DatabaseTransaction {
    let kept = app.db.begin().await.expect("a transaction");
    if !app.db.is_sqlite() {
        kept.execute_unprepared(&format!("SELECT 1 FROM {rows} FOR UPDATE"))
            .await
            .expect("the rows are kept");
    }
    kept
}

/// Returns once so many wait for each other, where the database tells.
pub(crate) async fn waiting(app: &TestApp, how_many: i64) {
    if !app.db.is_sqlite() {
        let of_this = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        eventually("others to wait", || async { (rows(app, of_this).await == how_many).then_some(()) }).await;
    }
}

fn erased(app: &TestApp, user_id: UserId) -> UserErased {
    UserErased { user_id, erased_at: app.foundation.clock.now() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_made_of_a_hug_while_it_goes_with_somebody_goes_with_it() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let shared = hug(&app, ada, bo, false).await.to_string();
    let other = post(&app, bo, "PUBLIC").await;
    react(&app.as_user(bo), &other, "HUG").await;
    // Both come as far as to be counted, with the hug in their hands.
    let kept = keep(&app, "throttles").await;
    let client = app.as_user(bo);
    let reacting = react(&client, &shared, "HEART");
    let sharing = share(&app, bo, json!({ "hugId": shared, "visibility": "PUBLIC" }));
    let erasing = async {
        waiting(&app, 2).await;
        let gone = erased(&app, ada);
        let release = async {
            waiting(&app, 3).await;
            kept.rollback().await.expect("they go on");
        };
        tokio::join!(app.tell(&gone), release);
    };
    let (reacted, shared, ()) = tokio::join!(reacting, sharing, erasing);
    if !app.db.is_sqlite() {
        assert_eq!([&reacted["errors"], &shared["errors"]], [&json!([]), &json!([])]);
        assert_eq!(app.events::<PostRemoved>().await.len(), 1);
    }
    assert_eq!(rows(&app, "moments").await, 0);
    assert_eq!(rows(&app, "posts WHERE shared_kind = 'hug'").await, 0);
    assert_eq!(rows(&app, "reactions").await, 1, "there is but the one to the other post");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_moderator_and_an_erasure_that_meet_at_a_post_do_not_wait_for_each_other() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, mo) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Mo").await);
    let id = post(&app, ada, "PUBLIC").await;
    react(&app.as_user(bo), &id, "HUG").await;
    let report = reported(&app, bo, &id).await;
    let kept = keep(&app, "reactions").await;
    let gone = erased(&app, ada);
    let moderator = app.as_moderator(mo);
    let input = json!({ "i": { "reportId": report, "resolution": "REMOVE_POST", "reason": "spam" } });
    let resolving = async {
        waiting(&app, 1).await;
        let release = async {
            waiting(&app, 2).await;
            kept.rollback().await.expect("they go on");
        };
        tokio::join!(moderator.data(RESOLVE, input), release).0
    };
    let ((), answer) = tokio::join!(app.tell(&gone), resolving);
    if !app.db.is_sqlite() {
        let missing = json!([{ "code": "REPORT_NOT_FOUND", "path": ["input", "reportId"] }]);
        assert_eq!(answer["resolveReport"]["errors"], missing);
    }
    assert_eq!((rows(&app, "posts").await, rows(&app, "reports").await), (0, 0));
    app.finish().await;
}

#[tokio::test]
async fn who_is_gone_does_nothing_any_more_with_the_token_that_is_left() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    let (own, others) = (post(&app, ada, "PUBLIC").await, post(&app, bo, "PUBLIC").await);
    let report = reported(&app, cy, &others).await;
    app.tell(&erased(&app, ada)).await;
    let client = app.as_moderator(ada);
    let bo = bo.to_string();
    let asked: [(&str, Value); 8] = [
        ("createPost", json!({ "badge": "hug-first", "visibility": "PUBLIC" })),
        ("updatePostVisibility", json!({ "id": own, "visibility": "PRIVATE" })),
        ("deletePost", json!({ "id": own })),
        ("addReaction", json!({ "targetId": others, "kind": "HUG" })),
        ("removeReaction", json!({ "targetId": others })),
        ("dismissSuggestion", json!({ "userId": bo })),
        ("report", json!({ "targetId": bo, "reason": "SPAM" })),
        ("resolveReport", json!({ "reportId": report, "resolution": "WARN", "reason": "spam" })),
    ];
    for (field, input) in asked {
        let mut kind = field.to_owned();
        kind[..1].make_ascii_uppercase();
        let document =
            format!("mutation M($i: {kind}Input!) {{ {field}(input: $i) {{ errors {{ code }} }} }}");
        assert_eq!(client.failure(&document, json!({ "i": input })).await, "UNAUTHENTICATED", "{field}");
    }
    app.finish().await;
}

/// The statements that delete them, when somebody goes with so many posts and hugs.
async fn deleting(how_many: usize) -> usize {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let id = |user: UserId| {
        let hex = user.as_uuid().simple().to_string();
        if app.db.is_sqlite() { format!("X'{hex}'") } else { format!("'{hex}'::uuid") }
    };
    let (ada_id, bo_id) = (id(ada), id(bo));
    let of_post = "id, author_id, visibility, reach, shared_kind, shared_id, created_at";
    let shares =
        |kind: u8, author: &str| format!("{{id {kind} n}}, {author}, 2, 2, 'hug', {{id 4 n}}, {{at n}}");
    let moment = format!("{{id 4 n}}, 'hug', {ada_id}, 0");
    fill_all(
        &app.db,
        &[
            ("posts", of_post, &shares(2, &ada_id), how_many),
            ("posts", of_post, &shares(3, &bo_id), how_many),
            ("moments", "id, kind, owner_id, audience", &moment, how_many),
            ("moment_people", "moment_id, user_id", &format!("{{id 4 n}}, {ada_id}"), how_many),
            ("moment_people", "moment_id, user_id", &format!("{{id 4 n}}, {bo_id}"), how_many),
            (
                "reactions",
                "target_id, user_id, kind, reacted_at",
                &format!("{{id 3 n}}, {bo_id}, 'hug', {{at n}}"),
                how_many,
            ),
        ],
    )
    .await;
    let watch = app.watch_all();
    app.tell(&erased(&app, ada)).await;
    let statements = watch.statements();
    let theirs = ["posts", "moments", "moment_people", "reactions"];
    for table in theirs {
        assert_eq!(rows(&app, table).await, 0, "{table}");
    }
    let removed = app.events::<PostRemoved>().await;
    assert_eq!(removed.len(), 2 * how_many);
    app.finish().await;
    // Background tasks delete as well, whenever their time comes.
    let is_of = |text: &str, table: &str| text.starts_with(&format!(r#"DELETE FROM "{table}" "#));
    statements.texts().filter(|text| theirs.iter().any(|table| is_of(text, table))).count()
}

#[tokio::test]
async fn somebody_with_many_posts_and_hugs_goes_with_as_many_statements_as_somebody_with_one() {
    assert_eq!(deleting(90).await, deleting(1).await);
}
