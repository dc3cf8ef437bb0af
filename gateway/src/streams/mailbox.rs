//! One client's place at a stream: what waits for it, in order and bounded.

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
};

use super::StreamItem;
use crate::engine::{Cursor, GraphqlResponse};

/// Why nothing more comes.
#[derive(Debug, Clone)]
pub(super) enum Last {
    /// The subgraph said so.
    Complete,
    /// The stream broke or could not begin.
    Refused(GraphqlResponse),
    /// This client fell behind the others, and goes on by itself from its last cursor.
    Detached,
}

/// What a client finds.
#[derive(Debug)]
pub(super) enum Taken {
    /// Comes first, if at all.
    BeginsAfter(Cursor),
    Item(StreamItem),
    Last(Last),
}

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) events: usize,
    pub(super) bytes: usize,
}

#[derive(Debug, Default)]
pub(super) struct Mailbox(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    begins_after: Option<Cursor>,
    items: VecDeque<StreamItem>,
    bytes: usize,
    last: Option<Last>,
    taker: Option<Waker>,
}

impl Mailbox {
    /// Says where the stream begins, ahead of what waits.
    pub(super) fn begin_after(&self, cursor: Cursor) {
        let mut state = self.lock();
        state.begins_after = Some(cursor);
        state.wake();
    }

    /// Leaves an item, unless too much waits already.
    pub(super) fn offer(&self, item: &StreamItem, bounds: Bounds) -> bool {
        let mut state = self.lock();
        let size = item.response.body.len();
        let full = state.items.len() >= bounds.events.max(1) || state.bytes + size > bounds.bytes;
        if full && !state.items.is_empty() {
            return false;
        }
        state.bytes += size;
        state.items.push_back(item.clone());
        state.wake();
        true
    }

    /// Nothing follows; what waits can still be taken.
    pub(super) fn end(&self, last: Last) {
        let mut state = self.lock();
        if state.last.is_none() {
            state.last = Some(last);
        }
        state.wake();
    }

    /// Waits for the next item. Dropping it loses nothing.
    pub(super) async fn take(&self) -> Taken {
        poll_fn(|context| {
            let mut state = self.lock();
            if let Some(cursor) = state.begins_after.take() {
                return Poll::Ready(Taken::BeginsAfter(cursor));
            }
            if let Some(item) = state.items.pop_front() {
                state.bytes -= item.response.body.len();
                if state.items.is_empty() {
                    // Thousands of quiet streams must not each keep the room of their busiest moment.
                    state.items = VecDeque::new();
                }
                return Poll::Ready(Taken::Item(item));
            }
            if let Some(last) = &state.last {
                return Poll::Ready(Taken::Last(last.clone()));
            }
            state.taker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wake(&mut self) {
        if let Some(taker) = self.taker.take() {
            taker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(body: &'static str) -> StreamItem {
        let response = GraphqlResponse {
            body: body.into(),
            request_error: false,
            has_errors: false,
            status: http::StatusCode::OK,
        };
        StreamItem { response, cursor: None }
    }

    #[tokio::test]
    async fn what_waits_is_bounded_by_count_and_size_and_taken_in_order_to_the_end() {
        let mailbox = Mailbox::default();
        let bounds = Bounds { events: 2, bytes: 4 };
        assert!(mailbox.offer(&item("longer than the bound"), bounds), "one always fits");
        assert!(!mailbox.offer(&item("x"), bounds));
        assert!(matches!(mailbox.take().await, Taken::Item(_)));
        assert!(mailbox.offer(&item("1"), bounds) && mailbox.offer(&item("2"), bounds));
        assert!(!mailbox.offer(&item("3"), bounds));
        mailbox.end(Last::Complete);
        mailbox.end(Last::Detached);
        for expected in ["1", "2"] {
            assert!(matches!(mailbox.take().await, Taken::Item(item) if item.response.body == expected));
        }
        assert!(matches!(mailbox.take().await, Taken::Last(Last::Complete)));
    }
}
