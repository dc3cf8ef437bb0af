//! What every bus promises, and the words it is said in.

use std::{
    error::Error,
    fmt::{self, Debug},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use events::Envelope;
use futures::{future::join_all, stream::BoxStream};
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Carries events from those who tell to those who listen.
#[async_trait]
pub trait Bus: Send + Sync + Debug {
    /// Hands events over, in order, and returns once the bus answers for them: JetStream has stored them; in
    /// memory every group has handled each or given it up. After an error any of them may have been handed over:
    /// publish them again, from the first on, until the bus answers for them.
    async fn publish(&self, events: &[Envelope]) -> Result<(), BusError>;

    /// Joins a durable group. The group gets each event once, whatever the number of its members, strictly in
    /// order: the next one only after the one before is settled. It gets an event again when it may not have been
    /// settled: after a failure, a crash, a lost answer. A new group also gets what the bus still holds.
    async fn consume(&self, group: Group, handler: Arc<dyn Handler>) -> Result<Consumption, BusError>;

    /// Hears what is published from now on. Every listener hears each event, at most once, and those of one producer
    /// in their order.
    async fn listen(&self, subjects: &[String]) -> Result<BoxStream<'static, Signal>, BusError>;

    /// What is still held of these subjects since then, in the order in which it was published: for listeners that
    /// may have missed something.
    async fn history(&self, subjects: &[String], since: DateTime<Utc>) -> Result<Vec<Envelope>, BusError>;

    /// Returns once the group has settled everything that had been published before the call.
    async fn caught_up(&self, group: &str, within: Duration) -> Result<(), Behind>;
}

/// What a group does with its events.
#[async_trait]
pub trait Handler: Send + Sync {
    /// `Ok` settles the event. It comes again, after a pause, when this fails.
    async fn handle(&self, event: &Envelope) -> Result<(), HandlerError>;

    /// Puts aside an event that failed too often; `Ok` settles it. Called again when this fails.
    async fn give_up(&self, event: &Envelope, error: &HandlerError) -> Result<(), HandlerError>;
}

/// A durable group of consumers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Lower-case letters, digits, dots and dashes, such as `hugs.projection`.
    pub name: String,
    /// `producer.Type`, or `producer.*` for all that a producer tells.
    pub subjects: Vec<String>,
}

impl Group {
    pub fn new<S: Into<String>>(name: impl Into<String>, subjects: impl IntoIterator<Item = S>) -> Self {
        Self { name: name.into(), subjects: subjects.into_iter().map(Into::into).collect() }
    }
}

/// One member's part in a group. It ends when this is dropped; `stop` also waits for the end.
#[derive(Debug)]
#[must_use = "consuming ends when this is dropped"]
pub struct Consumption {
    stop: DropGuard,
    task: JoinHandle<()>,
}

impl Consumption {
    pub(crate) fn new(stop: CancellationToken, task: JoinHandle<()>) -> Self {
        Self { stop: stop.drop_guard(), task }
    }

    /// Finishes the event in hand, leaves the group, and returns when that is done.
    pub async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "a consumer ended badly");
        }
    }

    /// Stops all of them side by side, and returns when that is done, or after `within` at the latest: an event that is
    /// still in hand then is dropped there and comes again.
    pub async fn stop_all(consumptions: impl IntoIterator<Item = Self>, within: Duration) {
        let (mut stopping, mut aborts) = (Vec::new(), Vec::new());
        for consumption in consumptions {
            aborts.push(consumption.task.abort_handle());
            stopping.push(consumption.stop());
        }
        if tokio::time::timeout(within, join_all(stopping)).await.is_err() {
            tracing::warn!("events in hand take too long, and come again");
            aborts.iter().for_each(AbortHandle::abort);
        }
    }
}

/// Holds the events of one producer after they were published, for a bus that keeps none itself.
#[async_trait]
pub trait Archive: Send + Sync + Debug {
    /// What happened since then: the events of one type, or of all, in order.
    async fn since(&self, kind: Option<&str>, since: DateTime<Utc>) -> Result<Vec<Envelope>, BusError>;
}

/// What a listener hears.
#[derive(Debug, Clone)]
pub enum Signal {
    Event(Arc<Envelope>),
    /// Some events may have been missed: read them from where they are kept.
    Gap,
}

/// Why a handler did not settle an event.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// What it needs is out of reach, which is not the event's fault: tried again for as long as it takes.
    #[error("out of reach: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Tried again a few times, then given up.
    #[error("{0}")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl HandlerError {
    pub fn unavailable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(error.into())
    }

    pub fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }
}

/// Why the bus did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    #[error("`{0}` is not a subject: producer.Type or producer.*")]
    Subject(String),
    #[error("`{0}` is not the name of a group: lower-case letters, digits, dots and dashes")]
    GroupName(String),
    #[error("nobody of {0} is there to handle events")]
    Absent(String),
    #[error("the bus is closed")]
    Closed,
    #[error("event {event} could not be written as JSON")]
    Unwritable { event: ids::EventId, source: serde_json::Error },
    #[error("the bus is out of reach")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
}

impl BusError {
    pub(crate) fn unreachable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unreachable(error.into())
    }
}

/// A group has not settled everything in the time it was given, or nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    pub group: String,
}

impl fmt::Display for Behind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} has not caught up with the bus", self.group)
    }
}

impl Error for Behind {}

/// The characters of a name are those that every bus can carry, so that two names never become one.
pub(crate) fn check_name(group: &str) -> Result<(), BusError> {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
    if !group.is_empty() && group.bytes().all(allowed) {
        Ok(())
    } else {
        Err(BusError::GroupName(group.to_owned()))
    }
}
