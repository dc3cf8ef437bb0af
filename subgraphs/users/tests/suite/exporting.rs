//! Taking along what one says of oneself.

use serde_json::{Value, json};
use testkit::{Part, of_type};

use crate::client::{app, beat, person, update_profile};

const PART: Part = Part("profile");

#[tokio::test]
async fn what_somebody_says_of_themselves_comes_out() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Bo").await);
    update_profile(&app.as_user(ada), json!({ "bio": "engines", "pronouns": "she" })).await;
    update_profile(&app.as_user(bo), json!({ "bio": "not hers" })).await;
    let settings = "mutation($i: UpdateSettingsInput!) { updateSettings(input: $i) { errors { code } } }";
    let set = app.as_user(ada).data(settings, json!({ "i": { "timezone": "Europe/Berlin" } })).await;
    assert_eq!(set["updateSettings"]["errors"], json!([]), "{set:#}");
    beat(&app.as_user(ada), "tab", false).await;

    let lines = PART.of(&app, ada).await;
    let [profile] = of_type(&lines, "profile").try_into().unwrap();
    for (field, value) in [
        ("userId", json!(ada)),
        ("username", json!("ada")),
        ("displayName", json!("Ada")),
        ("bio", json!("engines")),
        ("pronouns", json!("she")),
        ("avatarUrls", Value::Null),
    ] {
        assert_eq!(profile[field], value, "{field} of {profile:#}");
    }
    let [settings] = of_type(&lines, "settings").try_into().unwrap();
    assert_eq!(settings["timezone"], "Europe/Berlin");
    assert_eq!(settings["moodVisibility"], "PRIVATE");
    assert!(lines.iter().all(|line| !line.to_string().contains("not hers")), "{lines:#?}");
    app.finish().await;
}

#[tokio::test]
async fn nobody_else_reads_an_export_nor_anybody_when_it_is_over_or_they_are_gone() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Bo").await);
    PART.assert_its_owners_while_it_lasts(&app, ada, bo).await;
    app.finish().await;
}
