//! What the tests stand on: a bus as several processes see it, events, and handlers that can be watched.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bus::{Bus, Consumption, Group, Handler, HandlerError, Redelivery, Signal};
use clock::{Clock, SystemClock};
use events::Envelope;
use futures::{StreamExt, stream::BoxStream};
use ids::EventId;
use tokio::{sync::watch, task::JoinHandle};

pub(crate) const DEADLINE: Duration = Duration::from_secs(20);
pub(crate) const MAX_ATTEMPTS: u32 = 3;

/// Somewhere events travel between processes.
#[async_trait]
pub(crate) trait World {
    /// The bus as one more process sees it. In memory there is only one process.
    async fn process(&self) -> Arc<dyn Bus>;
}

pub(crate) fn redelivery() -> Redelivery {
    Redelivery {
        max_attempts: MAX_ATTEMPTS,
        first_pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(20),
    }
}

/// The `seq`th event of `producer.kind`.
pub(crate) fn event(producer: &str, kind: &str, seq: i64) -> Envelope {
    let now = SystemClock.now();
    Envelope {
        id: EventId::at(now),
        producer: producer.to_owned(),
        kind: kind.to_owned(),
        version: 1,
        occurred_at: now,
        aggregate_id: "hug_1".to_owned(),
        seq,
        actor_id: None,
        traceparent: None,
        data: serde_json::json!({ "number": seq }),
    }
}

pub(crate) fn hugs(numbers: impl IntoIterator<Item = i64>) -> Vec<Envelope> {
    numbers.into_iter().map(|number| event("hugs", "HugSent", number)).collect()
}

/// What a handler does with an event before it succeeds with it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    Fails { times: u32 },
    Panics { times: u32 },
    LacksSomething { times: u32 },
}

/// Notes what it is given, and has trouble with some of it.
#[derive(Debug)]
pub(crate) struct Recorder {
    log: watch::Sender<Log>,
    trouble: Mutex<HashMap<i64, Trouble>>,
    /// While false, the handler holds on to what it was given.
    open: watch::Sender<bool>,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Log {
    pub(crate) offered: Vec<i64>,
    pub(crate) handled: Vec<i64>,
    pub(crate) given_up: Vec<i64>,
}

impl Recorder {
    pub(crate) fn new() -> Arc<Self> {
        Self::troubled([])
    }

    pub(crate) fn troubled(trouble: impl IntoIterator<Item = (i64, Trouble)>) -> Arc<Self> {
        Arc::new(Self {
            log: watch::Sender::default(),
            trouble: Mutex::new(trouble.into_iter().collect()),
            open: watch::Sender::new(true),
        })
    }

    pub(crate) fn hold(&self) {
        self.open.send_replace(false);
    }

    pub(crate) fn release(&self) {
        self.open.send_replace(true);
    }

    pub(crate) fn log(&self) -> Log {
        self.log.borrow().clone()
    }

    pub(crate) async fn until(&self, condition: impl Fn(&Log) -> bool) -> Log {
        let mut log = self.log.subscribe();
        let reached = tokio::time::timeout(DEADLINE, log.wait_for(|log| condition(log))).await;
        let Ok(reached) = reached else { panic!("not reached in time: {:?}", self.log()) };
        reached.expect("the recorder lives").clone()
    }

    pub(crate) async fn until_settled(&self, count: usize) -> Log {
        self.until(|log| log.handled.len() + log.given_up.len() >= count).await
    }

    fn trouble(&self, number: i64) -> Option<Trouble> {
        let mut trouble = self.trouble.lock().expect("no test panics with the lock");
        let (Trouble::Fails { times } | Trouble::Panics { times } | Trouble::LacksSomething { times }) =
            trouble.get_mut(&number)?;
        *times = times.checked_sub(1)?;
        trouble.get(&number).copied()
    }
}

#[async_trait]
impl Handler for Recorder {
    async fn handle(&self, event: &Envelope) -> Result<(), HandlerError> {
        self.log.send_modify(|log| log.offered.push(event.seq));
        let mut open = self.open.subscribe();
        open.wait_for(|open| *open).await.expect("the recorder lives");
        match self.trouble(event.seq) {
            Some(Trouble::Fails { .. }) => return Err(HandlerError::failed("it has a wrong colour")),
            Some(Trouble::LacksSomething { .. }) => return Err(HandlerError::unavailable("no database")),
            Some(Trouble::Panics { .. }) => panic!("the handler has a mistake"),
            None => {}
        }
        self.log.send_modify(|log| log.handled.push(event.seq));
        Ok(())
    }

    async fn give_up(&self, event: &Envelope, _error: &HandlerError) -> Result<(), HandlerError> {
        self.log.send_modify(|log| log.given_up.push(event.seq));
        Ok(())
    }
}

/// Has `recorder` join `group` for the events of `subjects`.
pub(crate) async fn join(
    bus: &Arc<dyn Bus>,
    group: &str,
    subjects: &[&str],
    recorder: &Arc<Recorder>,
) -> Consumption {
    let group = Group::new(group, subjects.iter().copied());
    bus.consume(group, recorder.clone()).await.expect("a group can be joined")
}

/// Publishes in the background, as a relay does: until the bus answers for the events.
pub(crate) fn publishing(bus: &Arc<dyn Bus>, events: Vec<Envelope>) -> JoinHandle<()> {
    let bus = bus.clone();
    tokio::spawn(async move {
        while bus.publish(&events).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
}

/// The numbers of the next `count` events heard; gaps are passed over.
pub(crate) async fn hear(signals: &mut BoxStream<'static, Signal>, count: usize) -> Vec<i64> {
    let events = signals.filter_map(|signal| {
        std::future::ready(match signal {
            Signal::Event(event) => Some(event.seq),
            Signal::Gap => None,
        })
    });
    let heard = events.take(count).collect();
    tokio::time::timeout(DEADLINE, heard).await.expect("the listener hears in time")
}

/// The numbers of the events heard before a gap.
pub(crate) async fn hear_until_gap(signals: &mut BoxStream<'static, Signal>) -> Vec<i64> {
    let heard = async {
        let mut events = Vec::new();
        while let Some(Signal::Event(event)) = signals.next().await {
            events.push(event.seq);
        }
        events
    };
    tokio::time::timeout(DEADLINE, heard).await.expect("the listener is told of the gap")
}
