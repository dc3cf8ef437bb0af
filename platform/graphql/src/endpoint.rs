//! A schema over HTTP: JSON for queries and mutations, server-sent events for subscriptions.
//!
//! The stream is the distinct-connections mode of the GraphQL over Server-Sent Events Protocol: an event `next` for each
//! response, an event `complete` at the end. A stream that is only [`Interrupted`] ends without one.

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_graphql::{ObjectType, Request, Schema, SubscriptionType};
use async_graphql_axum::{GraphQLRequest, GraphQLResponse};
use axum::{
    Extension, Router,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::post,
};
use futures::{Stream, StreamExt};
use http::{HeaderMap, header};
use identity::Caller;

use crate::{Failure, Interrupted, undivided::undivided};

/// How often a quiet stream shows that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Serves `schema` at `/graphql`. `prepare` puts what the resolvers need for this caller into the request.
pub fn endpoint<Query, Mutation, Subscription>(
    schema: Schema<Query, Mutation, Subscription>,
    prepare: impl Fn(Caller, Request) -> Request + Send + Sync + 'static,
) -> Router
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    let prepare = Arc::new(prepare);
    let answer =
        async move |Extension(caller): Extension<Caller>, headers: HeaderMap, body: GraphQLRequest| {
            let request = prepare(caller, body.into_inner());
            if wants_stream(&headers) {
                stream(schema.execute_stream(request))
            } else {
                GraphQLResponse::from(with_codes(undivided(schema.execute(request)).await)).into_response()
            }
        };
    Router::new().route("/graphql", post(answer))
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted.filter_map(|value| value.to_str().ok()).any(|value| value.contains("text/event-stream"))
}

fn stream(responses: impl Stream<Item = async_graphql::Response> + Send + 'static) -> Response {
    let events = async_stream::stream! {
        let mut responses = std::pin::pin!(responses);
        while let Some(response) = responses.next().await {
            if response.errors.iter().any(|error| error.source::<Interrupted>().is_some()) {
                return;
            }
            let json = serde_json::to_string(&with_codes(response)).unwrap_or_default();
            yield Ok::<_, Infallible>(Event::default().event("next").data(json));
        }
        // An event without data is never dispatched by a client (and axum drops an empty `data` line).
        yield Ok(Event::default().event("complete").data("{}"));
    };
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

/// Gives every error a code. Those without one are async-graphql's own, about the request; or a resolver let an error
/// through whose text nobody meant for clients.
fn with_codes(mut response: async_graphql::Response) -> async_graphql::Response {
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_some() {
            continue;
        }
        let failure = if error.source.is_some() { Failure::Internal } else { Failure::BadUserInput };
        extensions.set("code", failure.code());
        if failure == Failure::Internal {
            tracing::error!(message = error.message, path = ?error.path, "a resolver failed without a code");
            "something went wrong on our side".clone_into(&mut error.message);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, Object, Subscription};
    use axum::body::Body;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    struct Query;

    #[Object]
    impl Query {
        async fn answer(&self) -> i32 {
            42
        }

        async fn broken(&self) -> async_graphql::Result<i32> {
            Ok("the password is 12345".parse::<i32>()?)
        }

        async fn twice(&self, date: crate::LocalDate) -> crate::LocalDate {
            date
        }
    }

    struct Counter;

    #[Subscription]
    impl Counter {
        async fn count(&self) -> impl Stream<Item = i32> {
            futures::stream::iter(1..=2)
        }

        async fn cut_off(&self) -> impl Stream<Item = Result<i32, Interrupted>> {
            futures::stream::iter([Ok(1), Err(Interrupted)])
        }
    }

    async fn ask(query: &str, accept: &str) -> String {
        let schema = crate::schema(Query, EmptyMutation, Counter).finish();
        let router = endpoint(schema, |_, request| request).layer(Extension(Caller::Anonymous));
        let body = serde_json::json!({ "query": query }).to_string();
        let request = http::Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, accept)
            .body(Body::from(body))
            .unwrap();
        let response = router.oneshot(request).await.unwrap();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_query_is_answered_in_json() {
        assert_eq!(ask("{ answer }", "application/json").await, r#"{"data":{"answer":42}}"#);
    }

    #[tokio::test]
    async fn an_error_that_nobody_meant_for_clients_is_masked() {
        let answer = ask("{ broken }", "application/json").await;
        assert!(answer.contains(r#""code":"INTERNAL""#) && !answer.contains("digit"), "{answer}");
    }

    #[tokio::test]
    async fn input_that_can_not_be_read_is_the_clients_mistake() {
        let answer = ask(r#"{ twice(date: "tomorrow") }"#, "application/json").await;
        assert!(answer.contains(r#""code":"BAD_USER_INPUT""#), "{answer}");
    }

    #[tokio::test]
    async fn a_subscription_is_a_stream_that_says_when_it_is_over() {
        let stream = ask("subscription { count }", "text/event-stream").await;
        let expected = "event: next\ndata: {\"data\":{\"count\":1}}\n\n\
            event: next\ndata: {\"data\":{\"count\":2}}\n\nevent: complete\ndata: {}\n\n";
        assert_eq!(stream, expected);
    }

    #[tokio::test]
    async fn a_stream_that_is_broken_off_does_not_say_that_it_is_over() {
        let stream = ask("subscription { cutOff }", "text/event-stream").await;
        assert_eq!(stream, "event: next\ndata: {\"data\":{\"cutOff\":1}}\n\n");
    }
}
