//! Moods on the owner's other devices, as they are logged.

use moods::Moods;
use serde_json::json;
use testkit::TestApp;

use crate::log;

const LOGGED: &str = "subscription { moodLogged { id score note } }";

#[tokio::test]
async fn what_is_logged_on_one_device_comes_to_the_others_and_to_nobody_else() {
    let app = TestApp::start::<Moods>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    let (phone, tablet) = (app.as_user(ada), app.as_user(ada));
    let mut on_tablet = tablet.subscribe(LOGGED, json!({})).await;
    let mut of_bo = app.as_user(bo).subscribe(LOGGED, json!({})).await;
    // A stream begins when it is first read.
    on_tablet.expect_quiet().await;
    of_bo.expect_quiet().await;
    for note in ["first", "second"] {
        let mood = log(&phone, json!({ "score": 4, "note": note, "visibility": "PUBLIC" })).await;
        let heard = on_tablet.next_data().await;
        assert_eq!(heard["moodLogged"], json!({ "id": mood["id"], "score": 4, "note": note }));
    }
    of_bo.expect_quiet().await;
    drop((on_tablet, of_bo));
    app.finish().await;
}

#[tokio::test]
async fn somebody_who_is_not_logged_in_hears_nothing() {
    let app = TestApp::start::<Moods>().await;
    let mut stream = app.anonymous().subscribe(LOGGED, json!({})).await;
    assert_eq!(stream.next().await["errors"][0]["extensions"]["code"], json!("UNAUTHENTICATED"));
    drop(stream);
    app.finish().await;
}

#[tokio::test]
async fn a_stream_breaks_off_when_the_server_stops_so_that_it_is_taken_up_again() {
    let app = TestApp::start::<Moods>().await;
    let mut stream = app.as_user(app.new_user()).subscribe(LOGGED, json!({})).await;
    app.finish().await;
    assert_eq!(stream.try_next().await, None);
    assert!(!stream.is_completed());
}
