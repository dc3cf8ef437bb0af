//! Arguments that have a value of their own when a client leaves them out.

use serde_json::json;
use social::Social;
use testkit::TestApp;

use crate::people::person;

#[tokio::test]
async fn a_variable_that_is_declared_and_left_out_is_as_an_argument_that_is_left_out() {
    let app = TestApp::start::<Social>().await;
    let client = app.as_moderator(person(&app, "Mo").await);
    let queries = [
        "query Q($v: FollowRequestDirection) { followRequests(direction: $v) { edges { cursor } } }",
        "query Q($v: ReportState) { reports(state: $v) { edges { cursor } } }",
        "query Q($v: Int) { suggestions(first: $v) { mutuals } }",
    ];
    for query in queries {
        for variables in [json!({}), json!({ "v": null })] {
            let answer = client.graphql(query, variables).await;
            assert!(answer["errors"].is_null(), "{query}: {answer:#}");
        }
    }
    app.finish().await;
}
