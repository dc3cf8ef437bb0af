//! What live streams tell the gateway: from where they can be taken up again, and that they have to be.

use std::fmt;

use async_graphql::TypeDirective;
use futures::{Stream, StreamExt as _, future::ready, stream};

/// The gateway may take the subscription up again: `after` is the argument that takes a cursor, `cursor` the field of its
/// events that holds one, `start` the query that tells where the stream is now.
#[TypeDirective(location = "FieldDefinition", composable = "https://specs.hugmood.example/resumable/v1.0")]
pub fn resumable(after: String, cursor: String, start: Option<String>) {}

/// The last item of a stream that isn't over: its process stops. Nobody reads it; the response breaks off without a
/// completion, and its reader takes the stream up again where it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the stream was broken off")
    }
}

/// A stream that ends only when its process stops, or when it may have missed something: it breaks off after its items.
pub fn breaking_off<T>(items: impl Stream<Item = T>) -> impl Stream<Item = Result<T, Interrupted>> {
    items.map(Ok).chain(stream::once(ready(Err(Interrupted))))
}
