//! The page for people, as a browser asks for it.

use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use crate::fixture::Installation;

#[tokio::test]
async fn a_browser_gets_a_page_that_may_load_what_it_names_and_nothing_else() {
    let installation = Installation::start("playground: { title: Tests }").await;
    let client = reqwest::Client::new();
    for path in ["/", "/graphql"] {
        let page = client.get(installation.url(path)).header(ACCEPT, "text/html").send().await.unwrap();
        assert_eq!(page.headers()[CACHE_CONTROL], "no-cache");
        let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        let page = page.text().await.unwrap();
        assert!(page.contains("<title>Tests</title>"), "{page}");
        let bundled: Vec<_> = ["src=\"", "href=\""]
            .iter()
            .flat_map(|attribute| page.split(attribute).skip(1))
            .filter_map(|rest| rest.split('"').next())
            .filter(|address| address.starts_with("/playground-assets/"))
            .collect();
        // Which of the two pages it is depends on whether the bundle was there when this was built.
        assert_eq!(bundled.is_empty(), policy.contains("https://esm.sh"), "{policy}");
        for address in bundled {
            let file = client.get(installation.url(address)).send().await.unwrap();
            assert_eq!(file.status(), 200, "{address}");
            assert!(file.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("text/"), "{address}");
            assert!(file.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"), "{address}");
            assert!(!file.bytes().await.unwrap().is_empty(), "{address}");
        }
    }
}

#[tokio::test]
async fn whoever_is_no_browser_gets_a_line_of_text_and_a_disabled_playground_is_not_there() {
    let installation = Installation::start("").await;
    let text = reqwest::get(installation.url("/")).await.unwrap().text().await.unwrap();
    assert!(text.starts_with("A GraphQL gateway.") && text.lines().count() == 1, "{text}");
    let without = Installation::start("playground: { enabled: false }").await;
    for path in ["/", "/playground-assets/1/playground.js"] {
        assert_eq!(reqwest::get(without.url(path)).await.unwrap().status(), 404, "{path}");
    }
}
