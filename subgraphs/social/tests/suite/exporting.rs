//! Taking along whom one follows, and what one shares.

use events::moods::MoodVisibility;
use serde_json::json;
use social::Social;
use testkit::{Part, TestApp, of_type};

use crate::{
    moderating::{reported, resolve},
    people::{does, person},
    sharing::{mood, share},
};

const PART: Part = Part("social");

#[tokio::test]
async fn what_somebody_did_comes_out_and_not_what_others_did_to_them_unseen() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let (cy, di) = (person(&app, "Cy").await, person(&app, "Di").await);
    does(&app, ada, "follow", bo).await;
    does(&app, bo, "follow", ada).await;
    does(&app, ada, "block", cy).await;
    does(&app, di, "block", ada).await;
    let react = "mutation($i: AddReactionInput!) { addReaction(input: $i) { errors { code } } }";
    let shared = mood(&app, ada, MoodVisibility::Followers).await;
    let input = json!({ "moodId": shared, "text": "a good day", "visibility": "FOLLOWERS" });
    let posted = share(&app, ada, input).await["post"]["id"].take();
    let reacted = app.as_user(bo).data(react, json!({ "i": { "targetId": posted, "kind": "HEART" } })).await;
    assert_eq!(reacted["addReaction"]["errors"], json!([]), "{reacted:#}");
    let report = "mutation($i: ReportInput!) { report(input: $i) { errors { code } } }";
    let input = json!({ "targetId": bo, "reason": "SPAM", "text": "too loud" });
    let reported = app.as_user(ada).data(report, json!({ "i": input })).await;
    assert_eq!(reported["report"]["errors"], json!([]), "{reported:#}");

    let lines = PART.of(&app, ada).await;
    assert_eq!(of_type(&lines, "following")[0]["followedId"], json!(bo));
    assert_eq!(of_type(&lines, "follower")[0]["followerId"], json!(bo));
    assert_eq!(of_type(&lines, "block")[0]["blockedId"], json!(cy));
    let [line] = of_type(&lines, "post").try_into().unwrap();
    assert_eq!((&line["id"], &line["text"]), (&json!(posted), &json!("a good day")));
    assert_eq!((&line["visibility"], &line["sharedId"]), (&json!("FOLLOWERS"), &json!(shared)));
    let [line] = of_type(&lines, "report").try_into().unwrap();
    assert_eq!((&line["targetId"], &line["text"]), (&json!(bo), &json!("too loud")));
    let said = serde_json::to_string(&lines).unwrap();
    assert!(!said.contains(&di.to_string()), "who blocks her is theirs to tell: {said}");

    let of_bo = PART.of(&app, bo).await;
    let [line] = of_type(&of_bo, "reaction").try_into().unwrap();
    assert_eq!((&line["targetId"], &line["kind"]), (&json!(posted), &json!("heart")));
    assert!(!serde_json::to_string(&of_bo).unwrap().contains("too loud"));
    app.finish().await;
}

#[tokio::test]
async fn what_moderators_did_comes_out_and_not_which_of_them_nor_who_reported() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, mo) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Mo").await);
    for resolution in ["WARN", "DISMISS"] {
        let report = reported(&app, bo, &ada.to_string()).await;
        assert_eq!(resolve(&app.as_moderator(mo), &report, resolution).await["errors"], json!([]));
    }
    let lines = PART.of(&app, ada).await;
    let [notice] = of_type(&lines, "moderationNotice").try_into().unwrap();
    assert_eq!((&notice["action"], &notice["targetId"]), (&json!("warn"), &json!(ada)));
    let said = serde_json::to_string(&lines).unwrap();
    assert!(!said.contains(&mo.to_string()) && !said.contains(&bo.to_string()), "{said}");
    app.finish().await;
}

#[tokio::test]
async fn nobody_else_reads_an_export_nor_anybody_when_it_is_over_or_they_are_gone() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, ada, "follow", bo).await;
    PART.assert_its_owners_while_it_lasts(&app, ada, bo).await;
    app.finish().await;
}
