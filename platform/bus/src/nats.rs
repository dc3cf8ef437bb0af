//! The bus between processes: NATS JetStream.
//!
//! One file-backed stream holds the events of all producers under `PREFIX.producer.Type`. A group is a durable
//! pull consumer with one message in flight at a time, which is what keeps its order over all of its members; it
//! costs a group one round trip to the server for each event. Live listeners hear the same subjects through plain
//! NATS. Everything works with nats-server 2.9 and later.

mod connection;
mod consuming;
mod durable;
mod history;
mod progress;
mod pull;
mod stream;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_nats::{
    Client,
    jetstream::{self, Context, context::PublishError, message::PublishMessage},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use events::Envelope;
use futures::stream::BoxStream;
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    Behind, Bus, BusError, Consumption, Group, Handler, Redelivery, Signal, contract::check_name,
    delivery::Member, fanout::Fanout, subject::Pattern,
};

/// How long the server may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub struct NatsOptions {
    /// The name of the stream.
    pub stream: String,
    /// The first word of every subject.
    pub prefix: String,
    pub redelivery: Redelivery,
    /// How long the server waits to hear of an event in hand before it offers it to another member: the time that a
    /// group stands still after a member has died at work.
    pub ack_wait: Duration,
}

impl Default for NatsOptions {
    fn default() -> Self {
        Self {
            stream: "HUGMOOD".to_owned(),
            prefix: "hugmood".to_owned(),
            redelivery: Redelivery::default(),
            ack_wait: Duration::from_secs(10),
        }
    }
}

/// Events go through a NATS server. Its being away is no reason to fail: the bus connects again by itself, and
/// consumers and listeners go on.
#[derive(Debug)]
pub struct NatsBus {
    shared: Arc<Shared>,
    /// What feeds the listeners; ends with the bus.
    tasks: Mutex<Vec<AbortOnDropHandle<()>>>,
    /// Producers that are subscribed to for this process's listeners.
    heard: tokio::sync::Mutex<HashSet<String>>,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    jetstream: Context,
    options: NatsOptions,
    fanout: Fanout,
    /// The filter of each group that this process is a member of.
    filters: Mutex<HashMap<String, String>>,
    stream_is_there: AtomicBool,
    making_stream: tokio::sync::Mutex<()>,
    /// Counts how often the connection came back.
    reconnections: watch::Sender<u64>,
}

impl NatsBus {
    /// Connects in the background, to the first that answers if `url` names several, separated by commas. Only an
    /// address that makes no sense is an error.
    pub async fn connect(url: &str, options: NatsOptions) -> Result<Self, BusError> {
        let (client, events) = connection::connect(url, &options.prefix).await?;
        let jetstream = jetstream::context::ContextBuilder::new()
            .timeout(ANSWER_WITHIN)
            .ack_timeout(ANSWER_WITHIN)
            .build(client.clone());
        let shared = Arc::new(Shared {
            client,
            jetstream,
            options,
            fanout: Fanout::default(),
            filters: Mutex::default(),
            stream_is_there: AtomicBool::new(false),
            making_stream: tokio::sync::Mutex::default(),
            reconnections: watch::Sender::new(0),
        });
        let watch = AbortOnDropHandle::new(tokio::spawn(connection::watch(shared.clone(), events)));
        Ok(Self { shared, tasks: Mutex::new(vec![watch]), heard: tokio::sync::Mutex::default() })
    }
}

#[async_trait]
impl Bus for NatsBus {
    /// One at a time: if several were on their way and one of them failed, publishing again would put it behind
    /// those that came after it.
    async fn publish(&self, events: &[Envelope]) -> Result<(), BusError> {
        for event in events {
            self.shared.publish(event).await?;
        }
        Ok(())
    }

    async fn consume(&self, group: Group, handler: Arc<dyn Handler>) -> Result<Consumption, BusError> {
        check_name(&group.name)?;
        let wanted = consuming::Wanted::new(&self.shared.options.prefix, &group.subjects)?;
        self.shared.note_filter(&group.name, wanted.filter().as_str());
        let stop = CancellationToken::new();
        let redelivery = self.shared.options.redelivery;
        let member = Member { group: group.name, handler, redelivery, stop: stop.clone() };
        let task = tokio::spawn(consuming::run(self.shared.clone(), member, wanted));
        Ok(Consumption::new(stop, task))
    }

    async fn listen(&self, subjects: &[String]) -> Result<BoxStream<'static, Signal>, BusError> {
        let patterns = Pattern::parse_all(subjects)?;
        let signals = self.shared.fanout.listen(patterns.clone());
        self.hear(&patterns).await?;
        Ok(signals)
    }

    async fn history(&self, subjects: &[String], since: DateTime<Utc>) -> Result<Vec<Envelope>, BusError> {
        let mut events = Vec::new();
        for pattern in Pattern::parse_all(subjects)? {
            events.extend(self.shared.history(&pattern, since).await?);
        }
        events.sort_by_key(|(sequence, _)| *sequence);
        Ok(events.into_iter().map(|(_, event)| event).collect())
    }

    async fn caught_up(&self, group: &str, within: Duration) -> Result<(), Behind> {
        let caught_up = tokio::time::timeout(within, self.shared.settled(group)).await;
        caught_up.map_err(|_| Behind { group: group.to_owned() })
    }
}

impl Shared {
    async fn publish(&self, event: &Envelope) -> Result<(), BusError> {
        self.check_connection()?;
        let payload =
            serde_json::to_vec(event).map_err(|source| BusError::Unwritable { event: event.id, source })?;
        let message = PublishMessage::build()
            .message_id(event.id.to_string())
            .expected_stream(&self.options.stream)
            .payload(payload.into());
        let subject = format!("{}.{}", self.options.prefix, event.subject());
        if !self.stream_is_there.load(Ordering::Acquire) {
            self.stream().await?;
        }
        self.store(subject, message).await.map_err(|error| {
            // A new server at the old address has no stream yet. It doesn't even say so when somebody listens.
            self.stream_is_there.store(false, Ordering::Release);
            BusError::unreachable(error)
        })
    }

    async fn store(&self, subject: String, message: PublishMessage) -> Result<(), PublishError> {
        self.jetstream.send_publish(subject, message).await?.await?;
        Ok(())
    }
}
