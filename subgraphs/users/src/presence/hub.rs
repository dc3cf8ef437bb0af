//! Who watches whom in this process.
//!
//! A stream is told of whom something may be new, never what: it looks, and shows what its viewer may see now. What is
//! told twice before it looks is one thing to look at, so no stream is ever behind.

use std::{
    collections::{BTreeSet, HashMap},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use audience::Audience;
use ids::UserId;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// Tells streams whom to look at. Clones share their watchers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hub {
    /// By whom they watch, and by who they are themselves.
    places: Arc<Mutex<HashMap<UserId, Vec<Arc<Place>>>>>,
    /// Whether the hub hears of changes.
    hearing: Arc<watch::Sender<bool>>,
    closed: CancellationToken,
}

/// What a stream watches, and of whom it was told.
#[derive(Debug)]
struct Place {
    viewer: UserId,
    watched: BTreeSet<UserId>,
    to_look_at: Mutex<BTreeSet<UserId>>,
    wake: Notify,
}

impl Hub {
    /// Something about `person` may be new for everybody. For their own streams everybody may be other than before, since
    /// what people show each other is mutual.
    pub(super) fn tell(&self, person: UserId) {
        for place in self.lock().get(&person).into_iter().flatten() {
            if place.viewer == person { place.look_at_all() } else { place.look_at(person) }
        }
    }

    /// Something may be new between two people, and for nobody else.
    pub(super) fn tell_pair(&self, one: UserId, other: UserId) {
        let places = self.lock();
        for (watched, viewer) in [(one, other), (other, one)] {
            let watching = places.get(&watched).into_iter().flatten();
            watching.filter(|place| place.viewer == viewer).for_each(|place| place.look_at(watched));
        }
    }

    /// Watches people for `viewer` as soon as the hub hears, until dropped. All are to be looked at first.
    pub(super) async fn join(&self, viewer: UserId, watched: BTreeSet<UserId>) -> Seat {
        let mut hearing = self.hearing.subscribe();
        // It fails when the hub is gone, and then there is nothing to hear.
        let _ = self.closed.run_until_cancelled(hearing.wait_for(|hearing| *hearing)).await;
        let to_look_at = Mutex::new(watched.clone());
        let place = Arc::new(Place { viewer, watched, to_look_at, wake: Notify::new() });
        let mut places = self.lock();
        for person in place.people() {
            places.entry(person).or_default().push(place.clone());
        }
        Seat { place, hub: self.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Vec<Arc<Place>>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Audience for Hub {
    fn hear(&self) {
        self.miss();
        self.hearing.send_replace(true);
    }

    /// Anything may be new.
    fn miss(&self) {
        for place in self.lock().values().flatten() {
            place.look_at_all();
        }
    }

    fn go_deaf(&self) {
        self.hearing.send_replace(false);
    }

    fn close(&self) {
        self.closed.cancel();
    }
}

impl Place {
    /// Whose changes concern it.
    fn people(&self) -> BTreeSet<UserId> {
        self.watched.iter().copied().chain([self.viewer]).collect()
    }

    fn look_at(&self, person: UserId) {
        self.to_look_at().insert(person);
        self.wake.notify_one();
    }

    fn look_at_all(&self) {
        self.to_look_at().extend(&self.watched);
        self.wake.notify_one();
    }

    fn to_look_at(&self) -> MutexGuard<'_, BTreeSet<UserId>> {
        self.to_look_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One stream's place in the hub.
#[derive(Debug)]
pub(super) struct Seat {
    place: Arc<Place>,
    hub: Hub,
}

impl Seat {
    /// Whom to look at next; `None` when the process stops.
    pub(super) async fn next(&mut self) -> Option<Vec<UserId>> {
        loop {
            if self.hub.closed.is_cancelled() {
                return None;
            }
            let people = mem::take(&mut *self.place.to_look_at());
            if !people.is_empty() {
                return Some(people.into_iter().collect());
            }
            tokio::select! {
                () = self.hub.closed.cancelled() => {}
                () = self.place.wake.notified() => {}
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut places = self.hub.lock();
        for person in self.place.people() {
            if let Some(watching) = places.get_mut(&person) {
                watching.retain(|place| !Arc::ptr_eq(place, &self.place));
                if watching.is_empty() {
                    places.remove(&person);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use futures::FutureExt as _;

    use super::*;

    fn people<const N: usize>() -> [UserId; N] {
        let mut people = [(); N].map(|()| UserId::at(DateTime::UNIX_EPOCH));
        people.sort();
        people
    }

    fn hearing() -> Hub {
        let hub = Hub::default();
        hub.hear();
        hub
    }

    fn soon(seat: &mut Seat) -> Option<Vec<UserId>> {
        seat.next().now_or_never().flatten()
    }

    #[tokio::test]
    async fn a_stream_looks_at_all_first_and_then_at_whom_it_is_told_of_once() {
        let (hub, [ada, bo, cy, dee]) = (hearing(), people());
        let mut seat = hub.join(ada, BTreeSet::from([bo, cy])).await;
        assert_eq!(soon(&mut seat), Some(vec![bo, cy]));
        assert_eq!(soon(&mut seat), None);
        hub.tell(cy);
        hub.tell(cy);
        hub.tell(dee);
        assert_eq!(soon(&mut seat), Some(vec![cy]));
        assert_eq!(soon(&mut seat), None);
    }

    #[tokio::test]
    async fn a_change_of_the_viewers_concerns_everybody_they_watch() {
        let (hub, [ada, bo, cy]) = (hearing(), people());
        let mut seat = hub.join(ada, BTreeSet::from([bo, cy])).await;
        soon(&mut seat);
        hub.tell(ada);
        assert_eq!(soon(&mut seat), Some(vec![bo, cy]));
        hub.miss();
        assert_eq!(soon(&mut seat), Some(vec![bo, cy]));
    }

    #[tokio::test]
    async fn what_is_between_two_is_told_to_these_two() {
        let (hub, [ada, bo, cy]) = (hearing(), people());
        let mut adas = hub.join(ada, BTreeSet::from([bo, cy])).await;
        let mut cys = hub.join(cy, BTreeSet::from([bo])).await;
        for seat in [&mut adas, &mut cys] {
            soon(seat);
        }
        hub.tell_pair(ada, bo);
        assert_eq!(soon(&mut adas), Some(vec![bo]));
        assert_eq!(soon(&mut cys), None);
    }

    #[tokio::test]
    async fn nobody_is_kept_in_mind_after_leaving() {
        let (hub, [ada, bo]) = (hearing(), people());
        let (one, other) =
            (hub.join(ada, BTreeSet::from([bo])).await, hub.join(bo, BTreeSet::from([bo])).await);
        drop(one);
        assert_eq!(hub.lock().keys().copied().collect::<Vec<_>>(), [bo]);
        drop(other);
        assert_eq!(hub.lock().len(), 0);
    }

    #[tokio::test]
    async fn a_stream_begins_when_the_hub_hears_and_ends_when_it_closes() {
        let (hub, [ada]) = (Hub::default(), people());
        assert!(hub.join(ada, BTreeSet::new()).now_or_never().is_none());
        hub.hear();
        let mut seat = hub.join(ada, BTreeSet::new()).await;
        assert!(seat.next().now_or_never().is_none());
        hub.close();
        assert_eq!(seat.next().now_or_never(), Some(None));
        hub.go_deaf();
        assert_eq!(hub.join(ada, BTreeSet::new()).await.next().now_or_never(), Some(None));
    }
}
