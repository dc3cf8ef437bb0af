//! One reserved stream: whose it is, whether it is open, and what runs on it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    authenticate::Identity,
    engine::GraphqlResponse,
    server::{event_stream, refusal::Refusal, stream_slots::StreamSlot},
};

/// Events on their way to a reader; when it is slow, operations wait here and their streams are bounded behind.
const WAITING_EVENTS: usize = 16;

#[derive(Debug)]
pub(super) struct Reservation {
    owner: Option<Arc<Identity>>,
    events: mpsc::Sender<Bytes>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    unopened: Option<Unopened>,
    operations: HashMap<Arc<str>, Running>,
    started: u64,
}

#[derive(Debug)]
struct Running {
    /// Tells an operation from a later one with its id.
    serial: u64,
    /// `None` while it is being prepared.
    task: Option<AbortOnDropHandle<()>>,
}

/// What waits for the stream to be opened.
#[derive(Debug)]
struct Unopened {
    events: mpsc::Receiver<Bytes>,
    slot: StreamSlot,
    /// Dropped as soon as it is open: the reservation no longer lapses.
    _lapsing: AbortOnDropHandle<()>,
}

impl Reservation {
    pub(super) fn new(
        owner: Option<Arc<Identity>>,
        lapsing: AbortOnDropHandle<()>,
        slot: StreamSlot,
    ) -> Self {
        let (sender, events) = mpsc::channel(WAITING_EVENTS);
        let unopened = Some(Unopened { events, slot, _lapsing: lapsing });
        Self {
            owner,
            events: sender,
            state: Mutex::new(State { unopened, operations: HashMap::new(), started: 0 }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn owner(&self) -> Option<&Identity> {
        self.owner.as_deref()
    }

    /// Whether a client may use it who knows the token. Somebody else's token of identity is a mistake or an attack; none
    /// at all is an `EventSource`, which can't send one.
    pub(super) fn admits(&self, viewer: Option<&Identity>) -> bool {
        match (&self.owner, viewer) {
            (Some(owner), Some(viewer)) => owner.subject == viewer.subject,
            (None, Some(_)) => false,
            (_, None) => true,
        }
    }

    /// The events, to whoever opens the stream first.
    pub(super) fn open(&self) -> Option<(mpsc::Receiver<Bytes>, StreamSlot)> {
        let Unopened { events, slot, .. } = self.state().unopened.take()?;
        Some((events, slot))
    }

    /// A place for an operation of this id.
    pub(super) fn place(self: &Arc<Self>, id: &str, max_operations: usize) -> Result<Place, Refusal> {
        let mut state = self.state();
        if state.operations.contains_key(id) {
            return Err(Refusal::DuplicateOperation(id.to_owned()));
        }
        if state.operations.len() >= max_operations {
            return Err(Refusal::Overloaded);
        }
        let id: Arc<str> = id.into();
        state.started += 1;
        let serial = state.started;
        state.operations.insert(Arc::clone(&id), Running { serial, task: None });
        Ok(Place { id, serial, reservation: Arc::downgrade(self), events: self.events.clone(), taken: false })
    }

    pub(super) fn stop(&self, id: &str) {
        let stopped = self.state().operations.remove(id);
        drop(stopped);
    }

    /// Takes an operation off that is over, unless another runs by its id meanwhile.
    fn finish(&self, id: &str, serial: u64) {
        let mut state = self.state();
        let is_it = state.operations.get(id).is_some_and(|running| running.serial == serial);
        let finished = if is_it { state.operations.remove(id) } else { None };
        drop(state);
        drop(finished);
    }

    /// Whether nobody has opened the stream yet.
    pub(super) fn waits(&self) -> bool {
        self.state().unopened.is_some()
    }

    /// Stops everything and says what ran.
    pub(super) fn stop_all(&self) -> Vec<Arc<str>> {
        let operations = std::mem::take(&mut self.state().operations);
        operations.into_keys().collect()
    }
}

/// Where an operation will run; given up when it is dropped before.
pub(super) struct Place {
    id: Arc<str>,
    serial: u64,
    reservation: Weak<Reservation>,
    events: mpsc::Sender<Bytes>,
    taken: bool,
}

impl Place {
    /// Sends each response as an event, until there are no more, the stream ends or the operation is stopped.
    pub(super) fn run(mut self, responses: impl Stream<Item = GraphqlResponse> + Send + 'static) {
        let Some(reservation) = self.reservation.upgrade() else { return };
        let (id, serial) = (Arc::clone(&self.id), self.serial);
        let (events, end) = (self.events.clone(), Weak::clone(&self.reservation));
        let mut state = reservation.state();
        // Stopped while it was being prepared.
        let place = state.operations.get_mut(&*self.id).filter(|running| running.serial == serial);
        let Some(place) = place else { return };
        self.taken = true;
        let running = tokio::spawn(async move {
            let mut responses = std::pin::pin!(responses);
            while let Some(response) = responses.next().await {
                if events.send(event_stream::next_of(&id, &response.body)).await.is_err() {
                    return;
                }
            }
            if events.send(event_stream::complete_of(&id)).await.is_ok()
                && let Some(reservation) = end.upgrade()
            {
                reservation.finish(&id, serial);
            }
        });
        place.task = Some(AbortOnDropHandle::new(running));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.taken
            && let Some(reservation) = self.reservation.upgrade()
        {
            reservation.finish(&self.id, self.serial);
        }
    }
}
