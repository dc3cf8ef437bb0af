//! What clients may know of an error that a subgraph gave.

use serde_json::Value as Json;

use crate::engine::graphql_error::GraphqlError;
use crate::engine::options::SubgraphErrors;

/// The subgraph's error with its code and service, without a path.
pub(in crate::engine) fn subgraph_error(shown: &SubgraphErrors, service: &str, entry: &Json) -> GraphqlError {
    let Some(message) = entry.get("message").and_then(Json::as_str) else {
        let message = format!("The service \"{service}\" gave an error without a message.");
        return GraphqlError::new("SUBREQUEST_MALFORMED_RESPONSE", message).by_service(service);
    };
    let given = entry.get("extensions").and_then(Json::as_object);
    let code = given.and_then(|given| given.get("code")).and_then(Json::as_str);
    let code = code.unwrap_or("DOWNSTREAM_SERVICE_ERROR");
    if !shown.shows(service) {
        tracing::warn!(service, message, "a subgraph's error was withheld from the client");
        return GraphqlError::new(code, "The service could not answer this part of the request.")
            .by_service(service);
    }
    let mut error = GraphqlError::new(code, message);
    for (key, value) in given.into_iter().flatten().filter(|(key, _)| *key != "code") {
        error.extensions.insert(key.clone(), value.clone());
    }
    error.by_service(service)
}

/// The errors of a response that is nothing but a refusal; none when it isn't one.
pub(in crate::engine) fn refusal(shown: &SubgraphErrors, service: &str, body: &[u8]) -> Vec<GraphqlError> {
    let response: Json = serde_json::from_slice(body).unwrap_or_default();
    let errors = response.get("errors").and_then(Json::as_array);
    errors.into_iter().flatten().map(|entry| subgraph_error(shown, service, entry)).collect()
}
