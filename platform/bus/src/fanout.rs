//! Live fan-out within a process: every listener hears each event, at most once.

use std::sync::{Arc, Mutex, PoisonError};

use events::Envelope;
use futures::{StreamExt, stream::BoxStream};
use tokio::sync::broadcast;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

use crate::{Signal, recent::Recent, subject::Pattern};

/// How many events a listener may be behind before it is told of a gap.
const CAPACITY: usize = 1024;

#[derive(Debug)]
pub(crate) struct Fanout {
    signals: broadcast::Sender<Signal>,
    sent: Mutex<Recent>,
}

impl Default for Fanout {
    fn default() -> Self {
        Self { signals: broadcast::Sender::new(CAPACITY), sent: Mutex::default() }
    }
}

impl Fanout {
    pub(crate) fn event(&self, event: Arc<Envelope>) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.insert(event.id) {
            // Having no listener is no failure.
            let _ = self.signals.send(Signal::Event(event));
        }
    }

    pub(crate) fn gap(&self) {
        let _ = self.signals.send(Signal::Gap);
    }

    pub(crate) fn listen(&self, patterns: Vec<Pattern>) -> BoxStream<'static, Signal> {
        BroadcastStream::new(self.signals.subscribe())
            .filter_map(move |heard| std::future::ready(wanted(heard, &patterns)))
            .boxed()
    }
}

fn wanted(heard: Result<Signal, BroadcastStreamRecvError>, patterns: &[Pattern]) -> Option<Signal> {
    match heard {
        Ok(Signal::Event(event)) => patterns
            .iter()
            .any(|pattern| pattern.matches(&event.producer, &event.kind))
            .then_some(Signal::Event(event)),
        Ok(Signal::Gap) | Err(BroadcastStreamRecvError::Lagged(_)) => Some(Signal::Gap),
    }
}
