//! A circuit breaker: after repeated failures a service is left alone, then tried with one request.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::time::Instant;

/// What the breaker does with the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    Closed,
    Open,
    HalfOpen,
}

#[derive(Debug)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    HalfOpen,
}

/// Guards one service: after failures in a row it lets nothing through for a while, then one request as a probe.
#[derive(Debug)]
pub struct Breaker {
    failures: u32,
    open_for: Duration,
    state: Mutex<State>,
}

/// Permission to make one request; its outcome must be told. Dropped untold, nothing was learnt.
#[derive(Debug)]
pub struct Attempt<'breaker> {
    breaker: &'breaker Breaker,
    probe: bool,
    told: bool,
}

impl Breaker {
    /// Opens for `open_for` after so many failures in a row; after 0 it never does.
    pub fn new(failures: u32, open_for: Duration) -> Self {
        Self { failures, open_for, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    pub fn state(&self) -> BreakerState {
        match *self.lock() {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { .. } => BreakerState::Open,
            State::HalfOpen => BreakerState::HalfOpen,
        }
    }

    /// Permission for one request, or `None` while the circuit is open.
    pub fn attempt(&self) -> Option<Attempt<'_>> {
        let mut state = self.lock();
        let probe = match *state {
            State::Closed { .. } => false,
            State::Open { until } if Instant::now() >= until => {
                *state = State::HalfOpen;
                true
            }
            State::Open { .. } | State::HalfOpen => return None,
        };
        Some(Attempt { breaker: self, probe, told: false })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> State {
        State::Open { until: Instant::now() + self.open_for }
    }
}

impl Attempt<'_> {
    pub fn succeeded(mut self) {
        self.told = true;
        let mut state = self.breaker.lock();
        match *state {
            State::Closed { failures: 0 } => {}
            State::Open { .. } if !self.probe => {}
            _ => *state = State::Closed { failures: 0 },
        }
    }

    pub fn failed(mut self) {
        self.told = true;
        if self.breaker.failures == 0 {
            return;
        }
        let mut state = self.breaker.lock();
        match &mut *state {
            State::Closed { failures } => {
                *failures += 1;
                if *failures >= self.breaker.failures {
                    *state = self.breaker.open();
                }
            }
            State::HalfOpen if self.probe => *state = self.breaker.open(),
            State::HalfOpen | State::Open { .. } => {}
        }
    }
}

impl Drop for Attempt<'_> {
    /// A probe whose client left: the next request may try at once. When others have found out meanwhile how the
    /// service is, that stands.
    fn drop(&mut self) {
        if self.told || !self.probe {
            return;
        }
        let mut state = self.breaker.lock();
        if matches!(*state, State::HalfOpen) {
            *state = State::Open { until: Instant::now() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(breaker: &Breaker) {
        breaker.attempt().unwrap().failed();
    }

    fn breaker() -> Breaker {
        Breaker::new(3, Duration::from_secs(1))
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_it_and_one_probe_closes_it_again() {
        let breaker = breaker();
        fail(&breaker);
        fail(&breaker);
        breaker.attempt().unwrap().succeeded();
        fail(&breaker);
        fail(&breaker);
        assert_eq!(breaker.state(), BreakerState::Closed);
        fail(&breaker);
        assert_eq!(breaker.state(), BreakerState::Open);
        assert!(breaker.attempt().is_none());
        tokio::time::advance(Duration::from_secs(1)).await;
        let probe = breaker.attempt().unwrap();
        assert!(breaker.attempt().is_none(), "only one request probes");
        probe.succeeded();
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_probe_opens_it_again_and_an_abandoned_one_makes_room_for_the_next() {
        let breaker = breaker();
        (0..3).for_each(|_| fail(&breaker));
        tokio::time::advance(Duration::from_secs(1)).await;
        fail(&breaker);
        assert_eq!(breaker.state(), BreakerState::Open);
        tokio::time::advance(Duration::from_secs(1)).await;
        drop(breaker.attempt().unwrap());
        breaker.attempt().expect("the place of the abandoned probe is free").succeeded();
    }
    #[tokio::test(start_paused = true)]
    async fn an_abandoned_probe_takes_nothing_back_that_others_have_found_out() {
        let breaker = breaker();
        let slow = breaker.attempt().unwrap();
        (0..3).for_each(|_| fail(&breaker));
        tokio::time::advance(Duration::from_secs(1)).await;
        let probe = breaker.attempt().unwrap();
        slow.succeeded();
        assert_eq!(breaker.state(), BreakerState::Closed);
        drop(probe);
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn an_abandoned_probe_does_not_end_the_time_in_which_a_service_is_left_alone() {
        let breaker = breaker();
        let slow = breaker.attempt().unwrap();
        (0..3).for_each(|_| fail(&breaker));
        tokio::time::advance(Duration::from_secs(1)).await;
        let probe = breaker.attempt().unwrap();
        slow.succeeded();
        (0..3).for_each(|_| fail(&breaker));
        drop(probe);
        assert!(breaker.attempt().is_none());
    }
}
