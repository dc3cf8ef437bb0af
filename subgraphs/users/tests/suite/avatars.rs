//! Pictures of people: from a form to an address.

use std::io::Cursor;

use axum::{
    body::Body,
    http::{Request, header},
    response::Response,
};
use http_body_util::BodyExt as _;
use image::{DynamicImage, ImageFormat, RgbImage};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use testkit::{Client, TestApp, eventually};
use tower::ServiceExt as _;

use crate::client::{app, block, entity, person, refusal};

const AVATAR: &str = "avatar(size: 100) { url width height }";
const REMOVE: &str = "mutation { removeAvatar { user { avatar { url } } errors { code } } }";

pub(crate) fn picture(colour: u8) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let picture = DynamicImage::from(RgbImage::from_pixel(120, 90, image::Rgb([colour; 3])));
    picture.write_to(&mut file, ImageFormat::Png).expect("a PNG");
    file.into_inner()
}

/// Sends a file as the gateway passes it on.
pub(crate) async fn set(client: &Client, file: &[u8]) -> Value {
    let mutation = format!(
        "mutation($f: Upload!) {{ setAvatar(input: {{file: $f}}) {{ user {{ {AVATAR} }} errors {{ code path }} }} }}"
    );
    let operations = json!({ "query": mutation, "variables": { "f": null } });
    let head = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{operations}\r\n\
         --edge\r\ncontent-disposition: form-data; name=\"map\"\r\n\r\n{{\"0\": [\"variables.f\"]}}\r\n\
         --edge\r\ncontent-disposition: form-data; name=\"0\"; filename=\"me.exe\"\r\ncontent-type: text/html\r\n\r\n"
    );
    let body = [head.as_bytes(), file, b"\r\n--edge--\r\n"].concat();
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .body(Body::from(body))
        .expect("a request");
    let response = client.request(request).await;
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    serde_json::from_slice(&body).expect("JSON")
}

/// The address of the picture that was set.
async fn set_picture(client: &Client, colour: u8) -> String {
    let answer = set(client, &picture(colour)).await;
    let payload = &answer["data"]["setAvatar"];
    assert_eq!(payload["errors"], json!([]), "{answer:#}");
    payload["user"]["avatar"]["url"].as_str().expect("an address").to_owned()
}

/// What a browser gets there, without being anybody.
async fn get(app: &TestApp, path: &str) -> Response {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    app.router().oneshot(request).await.expect("an answer")
}

async fn is_gone(app: &TestApp, path: &str) {
    eventually("the picture to be deleted", || async {
        (get(app, path).await.status() == 404).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_served_in_the_size_that_is_wanted_and_never_changes() {
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    let url = set_picture(&app.as_user(ada), 200).await;
    assert!(url.starts_with("/avatars/ava_") && url.ends_with("/128.jpg"), "{url}");
    let response = get(&app, &url).await;
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "image/jpeg");
    assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    let drawn = image::load_from_memory(&body).expect("a picture");
    assert_eq!((drawn.width(), drawn.height()), (128, 128));
    for (wanted, given) in [(1, 64), (64, 64), (65, 128), (500, 512), (99_999, 512), (-1, 64)] {
        let fields = format!("avatar(size: {wanted}) {{ url width height }}");
        let avatar = entity(&app.anonymous(), json!({ "id": ada }), &fields).await["avatar"].take();
        assert_eq!((&avatar["width"], &avatar["height"]), (&json!(given), &json!(given)), "{wanted}");
        let url = avatar["url"].as_str().expect("an address");
        assert_eq!(get(&app, url).await.status(), 200, "{url}");
    }
    let unsaid = "query($size: Int, $people: [_Any!]!) {
        _entities(representations: $people) { ... on User { avatar(size: $size) { width } } }
    }";
    let people = json!({ "people": [{ "__typename": "User", "id": ada }] });
    assert_eq!(app.anonymous().data(unsaid, people).await["_entities"][0]["avatar"], json!({ "width": 128 }));
    app.finish().await;
}

#[tokio::test]
async fn a_new_picture_takes_the_place_of_the_former_one_which_is_deleted() {
    let app = app().await;
    let ada = app.as_user(person(&app, "ada", "Ada").await);
    let first = set_picture(&ada, 10).await;
    let second = set_picture(&ada, 250).await;
    assert_ne!(first, second);
    is_gone(&app, &first).await;
    assert_eq!(get(&app, &second).await.status(), 200);
    let removed = ada.data(REMOVE, json!({})).await["removeAvatar"].take();
    assert_eq!(removed, json!({ "user": { "avatar": null }, "errors": [] }));
    is_gone(&app, &second).await;
    let again = ada.data(REMOVE, json!({})).await["removeAvatar"].take();
    assert_eq!(again["errors"], json!([]), "nothing to take away is no error");
    let left = Statement::from_string(app.db.backend(), "SELECT COUNT(*) AS n FROM discarded_avatars");
    let left = app.db.reader().query_one_raw(left).await.expect("a count").expect("a row");
    assert_eq!(left.try_get::<i64>("", "n").expect("a number"), 0);
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_picture_or_too_much_of_one_changes_nothing() {
    let app = app().await;
    let ada = app.as_user(person(&app, "ada", "Ada").await);
    let url = set_picture(&ada, 100).await;
    let whole = picture(50);
    for (file, code) in [
        (b"<svg onload=alert(1)>".to_vec(), "AVATAR_FORMAT_UNKNOWN"),
        (whole[..whole.len() - 20].to_vec(), "AVATAR_BROKEN"),
        (vec![0; 5 * 1024 * 1024 + 1], "AVATAR_TOO_LARGE"),
    ] {
        let mut answer = set(&ada, &file).await;
        let payload = answer["data"]["setAvatar"].take();
        assert_eq!((refusal(&payload), &payload["user"]), (code, &Value::Null));
        assert_eq!(payload["errors"][0]["path"], json!(["input", "file"]));
    }
    let query = format!("{{ me {{ {AVATAR} }} }}");
    assert_eq!(ada.data(&query, json!({})).await["me"]["avatar"]["url"], url);
    for client in [app.anonymous(), app.as_user(app.new_user())] {
        let answer = set(&client, &whole).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str().expect("a code");
        assert!(["UNAUTHENTICATED", "NOT_FOUND"].contains(&code), "{code}");
    }
    app.finish().await;
}

#[tokio::test]
async fn who_is_blocked_learns_of_no_picture_and_nobody_guesses_one() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Bo").await);
    let url = set_picture(&app.as_user(ada), 100).await;
    let query = "query($n: String!) { user(username: $n) { avatar { url } } }";
    let shown = app.as_user(bo).data(query, json!({ "n": "ada" })).await;
    assert_eq!(shown["user"]["avatar"]["url"], url);
    assert_eq!(
        app.as_user(bo).data("{ me { avatar { url } } }", json!({})).await["me"]["avatar"],
        Value::Null
    );
    block(&app, ada, bo).await;
    assert_eq!(app.as_user(bo).data(query, json!({ "n": "ada" })).await, json!({ "user": null }));
    for wrong in [
        "/avatars/ava_0192f0c1a2b37c4d8e5f60718293a4b5/128.jpg",
        &url.replace("128", "129"),
        &url.replace("128", "0128"),
        &url.replace("128.jpg", "128.png"),
        &url.replace("128.jpg", "..%2F..%2F..%2Fetc%2Fpasswd"),
        "/avatars/..%2Fusers.db/128.jpg",
    ] {
        let response = get(&app, wrong).await;
        assert_eq!(response.status(), 404, "{wrong}");
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
    app.finish().await;
}
