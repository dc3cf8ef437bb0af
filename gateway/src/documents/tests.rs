//! Which documents are found, and which are refused.

use serde_json::json;

use super::*;

const TEXT: &str = "query A { a }";

fn documents(automatic: bool, trusted: Option<bool>) -> Documents {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("manifest.json");
    std::fs::write(&manifest, json!({ "first": TEXT }).to_string()).unwrap();
    let trusted = trusted.map(|enforce| TrustedDocumentsConfig { manifest, enforce });
    Documents::try_new(&DocumentsOptions {
        persisted: &PersistedQueriesConfig { automatic, ..PersistedQueriesConfig::default() },
        trusted: trusted.as_ref(),
        max_document_bytes: 1_000,
    })
    .unwrap()
}

fn ask(documents: &Documents, request: Value) -> Result<String, DocumentError> {
    let completed = documents.complete(serde_json::from_value(request).unwrap())?;
    Ok(completed.query.expect("a completed request has a text"))
}

fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

#[test]
fn a_hash_is_learned_with_its_text_and_never_with_another() {
    let documents = documents(true, None);
    let hash = Digest::of(TEXT).to_string();
    let by_hash = || ask(&documents, json!({ "extensions": persisted(&hash) }));
    assert_eq!(by_hash(), Err(DocumentError::NotFound));
    let other = json!({ "query": "{ b }", "extensions": persisted(&hash) });
    assert_eq!(ask(&documents, other), Err(DocumentError::Mismatch));
    assert_eq!(by_hash(), Err(DocumentError::NotFound));
    let first = json!({ "query": TEXT, "extensions": persisted(&hash) });
    assert_eq!(ask(&documents, first).as_deref(), Ok(TEXT));
    assert_eq!(by_hash().as_deref(), Ok(TEXT));
}

#[test]
fn a_malformed_persisted_query_is_refused_even_beside_a_text() {
    let documents = documents(true, None);
    let hash = Digest::of(TEXT).to_string();
    for extension in [
        json!(1),
        json!([]),
        json!({}),
        json!({ "version": 2, "sha256Hash": hash }),
        json!({ "version": "1", "sha256Hash": hash }),
        json!({ "version": 1 }),
        json!({ "version": 1, "sha256Hash": 7 }),
        json!({ "version": 1, "sha256Hash": "x" }),
        json!({ "version": 1, "sha256Hash": "__proto__" }),
    ] {
        let request = json!({ "query": TEXT, "extensions": { "persistedQuery": extension } });
        assert!(matches!(ask(&documents, request), Err(DocumentError::Malformed(_))), "{extension}");
    }
    let null = json!({ "query": TEXT, "extensions": { "persistedQuery": null } });
    assert_eq!(ask(&documents, null).as_deref(), Ok(TEXT));
}

#[test]
fn without_persisted_queries_a_text_is_run_and_a_hash_is_not_supported() {
    let documents = documents(false, None);
    let hash = Digest::of(TEXT).to_string();
    let with_text = json!({ "query": TEXT, "extensions": persisted(&hash) });
    assert_eq!(ask(&documents, with_text).as_deref(), Ok(TEXT));
    let alone = json!({ "extensions": persisted(&hash) });
    assert_eq!(ask(&documents, alone), Err(DocumentError::NotSupported));
    assert_eq!(ask(&documents, json!({ "documentId": "first" })), Err(DocumentError::NotSupported));
    assert_eq!(ask(&documents, json!({ "query": TEXT, "id": 7 })).as_deref(), Ok(TEXT));
    assert_eq!(ask(&documents, json!({ "query": " " })), Err(DocumentError::Missing));
}

#[test]
fn enforced_means_that_only_the_list_is_run() {
    let documents = documents(true, Some(true));
    let hash = Digest::of(TEXT).to_string();
    for request in [
        json!({ "documentId": "first" }),
        json!({ "id": "first" }),
        json!({ "documentId": format!("sha256:{hash}") }),
        json!({ "extensions": persisted(&hash) }),
        json!({ "extensions": persisted("first") }),
        json!({ "query": TEXT }),
        json!({ "query": format!("\n{TEXT}\n") }),
        json!({ "query": TEXT, "documentId": "first" }),
        json!({ "query": TEXT, "extensions": persisted(&hash) }),
        json!({ "query": TEXT, "documentId": "unknown" }),
    ] {
        assert_eq!(
            ask(&documents, request.clone()).map(|text| text.trim().to_owned()).as_deref(),
            Ok(TEXT),
            "{request}"
        );
    }
    let stranger = Digest::of("{ b }").to_string();
    for (request, expected) in [
        (json!({ "query": "{ b }" }), DocumentError::NotTrusted),
        (json!({ "query": "{ b }", "documentId": "first" }), DocumentError::Mismatch),
        (json!({ "query": "{ b }", "documentId": "unknown" }), DocumentError::NotTrusted),
        (json!({ "query": "{ b }", "extensions": persisted(&stranger) }), DocumentError::NotTrusted),
        (json!({ "extensions": persisted(&stranger) }), DocumentError::NotInList),
        (json!({ "documentId": "__proto__" }), DocumentError::NotInList),
        (json!({}), DocumentError::Missing),
    ] {
        assert_eq!(ask(&documents, request.clone()), Err(expected), "{request}");
    }
}

#[test]
fn a_list_that_is_not_enforced_changes_nothing_for_others() {
    let documents = documents(true, Some(false));
    let stranger = Digest::of("{ b }").to_string();
    assert_eq!(ask(&documents, json!({ "id": "first" })).as_deref(), Ok(TEXT));
    assert_eq!(ask(&documents, json!({ "query": "{ b }" })).as_deref(), Ok("{ b }"));
    let by_hash = json!({ "extensions": persisted(&stranger) });
    assert_eq!(ask(&documents, by_hash.clone()), Err(DocumentError::NotFound));
    let learned = json!({ "query": "{ b }", "extensions": persisted(&stranger) });
    assert_eq!(ask(&documents, learned).as_deref(), Ok("{ b }"));
    assert_eq!(ask(&documents, by_hash).as_deref(), Ok("{ b }"));
    assert_eq!(ask(&documents, json!({ "id": "second" })), Err(DocumentError::NotInList));
}
