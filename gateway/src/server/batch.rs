//! Several operations in one request: run at the same time, answered in their order.

use bytes::Bytes;
use futures::future::join_all;

use super::{
    call::{Call, Unprepared},
    refusal::Refusal,
};
use crate::engine::{GraphqlResponse, request::GraphqlRequest};

/// A JSON array with an answer for each; what is wrong with one is no matter of the others.
pub(super) async fn answer(
    call: &Call<'_>,
    requests: Vec<Result<GraphqlRequest, Refusal>>,
) -> GraphqlResponse {
    let answers = join_all(requests.into_iter().map(|request| entry(call, request))).await;
    let length: usize = answers.iter().map(|answer| answer.len() + 1).sum();
    let mut body = Vec::with_capacity(length + 1);
    for (index, answer) in answers.iter().enumerate() {
        body.push(if index == 0 { b'[' } else { b',' });
        body.extend_from_slice(answer);
    }
    body.push(b']');
    GraphqlResponse {
        body: body.into(),
        request_error: false,
        has_errors: false,
        status: http::StatusCode::OK,
    }
}

async fn entry(call: &Call<'_>, request: Result<GraphqlRequest, Refusal>) -> Bytes {
    let prepared = match request {
        Ok(request) => call.prepare(request).await,
        Err(refusal) => Err(Unprepared::Refused(refusal)),
    };
    match prepared {
        // The engine refuses to execute a subscription: there is no stream here.
        Ok(operation) => call.serving.engine.execute(&operation, call.context.clone()).await.body,
        Err(unprepared) => unprepared.into_response().body,
    }
}
