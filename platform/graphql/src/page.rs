//! Pages as Relay connections.

use async_graphql::{
    Error, OutputType,
    connection::{self, Edge, EmptyFields},
};
use pagination::{Cursor, Key, PageArguments, PageRequest, Slice};

use crate::Failure;

/// A connection with opaque cursors and no fields beyond Relay's.
pub type Connection<Node> = connection::Connection<String, Node, EmptyFields, EmptyFields>;

/// Reads the four arguments of a connection.
pub fn page_request<K: Key>(
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> Result<PageRequest<K>, Error> {
    let arguments = PageArguments { first, after, last, before };
    PageRequest::parse(&arguments).map_err(|error| Failure::BadUserInput.error(error))
}

/// Turns a page as read into a connection; `key` gives the position of an item, `node` what is shown of it.
pub fn connection<T, K: Key, Node: OutputType>(
    slice: Slice<T>,
    key: impl Fn(&T) -> K,
    node: impl Fn(T) -> Node,
) -> Connection<Node> {
    let mut connection = Connection::new(slice.has_previous, slice.has_next);
    connection.edges.extend(slice.items.into_iter().map(|item| {
        let cursor = Cursor::encode(&key(&item)).into_string();
        Edge::new(cursor, node(item))
    }));
    connection
}
