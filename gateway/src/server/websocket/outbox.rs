//! Messages on their way to one client: a bounded queue in front of the socket.

use std::{collections::VecDeque, future::poll_fn, pin::Pin, task::ready, time::Duration};

use axum::extract::ws::{Message, WebSocket};
use futures::{Sink, stream::SplitSink};
use tokio::time::{Instant, sleep_until};

/// The sending half of a socket.
pub(super) struct Outbox {
    sink: SplitSink<WebSocket, Message>,
    queue: VecDeque<Message>,
    queued_bytes: usize,
    max_bytes: usize,
    flushed: bool,
    patience: Duration,
    /// When the client last took something, while something waits.
    progress: Instant,
}

/// The client can't be written to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SendError {
    Gone,
    /// It has taken nothing for too long.
    Slow,
}

impl Outbox {
    pub(super) fn new(sink: SplitSink<WebSocket, Message>, max_bytes: usize, patience: Duration) -> Self {
        Self {
            sink,
            queue: VecDeque::new(),
            queued_bytes: 0,
            max_bytes,
            flushed: true,
            patience,
            progress: Instant::now(),
        }
    }

    pub(super) fn push(&mut self, message: Message) {
        if self.is_empty() {
            self.progress = Instant::now();
        }
        self.queued_bytes += size(&message);
        self.queue.push_back(message);
    }

    /// Forgets what was not begun to be sent. One more message may follow what was.
    pub(super) fn give_up_waiting(&mut self) {
        self.queue.clear();
        self.queued_bytes = 0;
        self.progress = Instant::now();
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.flushed
    }

    /// Whether more may be pushed. One message may exceed the bound, for it has to go somewhere.
    pub(super) fn has_room(&self) -> bool {
        self.queued_bytes < self.max_bytes
    }

    /// Writes until everything is with the kernel. Dropping it loses nothing.
    pub(super) async fn write(&mut self) -> Result<(), SendError> {
        loop {
            let give_up = sleep_until(self.progress + self.patience);
            tokio::select! {
                biased;
                written = self.write_one() => match written {
                    Ok(true) => return Ok(()),
                    Ok(false) => {}
                    Err(_) => return Err(SendError::Gone),
                },
                () = give_up => return Err(SendError::Slow),
            }
        }
    }

    /// Hands one message to the socket, or flushes when none is left; `true` when that is done.
    async fn write_one(&mut self) -> Result<bool, axum::Error> {
        poll_fn(|context| {
            let mut sink = Pin::new(&mut self.sink);
            if self.queue.is_empty() {
                ready!(sink.poll_flush(context))?;
                self.flushed = true;
            } else {
                ready!(sink.as_mut().poll_ready(context))?;
                if let Some(message) = self.queue.pop_front() {
                    self.queued_bytes -= size(&message);
                    self.flushed = false;
                    sink.start_send(message)?;
                }
            }
            self.progress = Instant::now();
            Ok(self.flushed).into()
        })
        .await
    }
}

fn size(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}
