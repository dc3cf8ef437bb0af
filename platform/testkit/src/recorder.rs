//! Remembers what a subgraph told on the bus.

use std::sync::{Mutex, PoisonError};

use ::bus::{Handler, HandlerError};
use events::{Envelope, Event};

#[derive(Default)]
pub(crate) struct Recorder(Mutex<Vec<Envelope>>);

impl Recorder {
    pub(crate) fn envelopes(&self) -> Vec<Envelope> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn events<E: Event>(&self) -> Vec<E> {
        let envelopes = self.envelopes();
        envelopes.iter().filter_map(Envelope::read).map(|event| event.expect("a readable event")).collect()
    }
}

#[async_trait::async_trait]
impl Handler for Recorder {
    async fn handle(&self, event: &Envelope) -> Result<(), HandlerError> {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.iter().all(|known| known.id != event.id) {
            heard.push(event.clone());
        }
        Ok(())
    }

    async fn give_up(&self, _: &Envelope, _: &HandlerError) -> Result<(), HandlerError> {
        Ok(())
    }
}
