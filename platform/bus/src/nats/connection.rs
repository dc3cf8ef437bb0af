//! The connection, what it loses when it breaks, and what listeners hear through it.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use async_nats::{Client, ConnectOptions, Event, Message, ServerAddr, connection::State};
use events::Envelope;
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::{NatsBus, Shared};
use crate::{BusError, subject::Pattern};

/// How many messages may wait in this process; a listener that falls further behind is told of a gap.
const WAITING_MESSAGES: usize = 16 * 1024;

/// How long a start waits for the first connection.
const FIRST_CONNECTION_WITHIN: Duration = Duration::from_secs(2);

pub(super) async fn connect(
    url: &str,
    name: &str,
) -> Result<(Client, mpsc::UnboundedReceiver<Event>), BusError> {
    let addresses: Vec<ServerAddr> =
        url.split(',').map(str::parse).collect::<Result<_, _>>().map_err(BusError::unreachable)?;
    let (sender, receiver) = mpsc::unbounded_channel();
    let client = ConnectOptions::new()
        .name(name)
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(reconnect_pause)
        .subscription_capacity(WAITING_MESSAGES)
        .event_callback(move |event| {
            // Nobody listens any more once the bus is dropped.
            let _ = sender.send(event);
            std::future::ready(())
        })
        .connect(addresses)
        .await
        .map_err(BusError::unreachable)?;
    // A server that is there is worth a moment; one that isn't is no reason not to start.
    let _ = tokio::time::timeout(FIRST_CONNECTION_WITHIN, client.flush()).await;
    Ok((client, receiver))
}

fn reconnect_pause(attempts: usize) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX).min(5);
    Duration::from_millis(50 << doublings).min(Duration::from_secs(1))
}

/// Tells listeners of gaps, and members that what they asked for may be forgotten.
pub(super) async fn watch(shared: Arc<Shared>, mut events: mpsc::UnboundedReceiver<Event>) {
    let (mut lost, mut held) = (false, None);
    while let Some(event) = next(&mut events, &mut held).await {
        match event {
            Event::Connected => {
                // The subscriptions are on their way again. Only when the server has them does what a listener
                // reads on hearing of the gap join what it hears next without a seam.
                shared.round_trip().await;
                shared.fanout.gap();
                if std::mem::take(&mut lost) {
                    shared.reconnections.send_modify(|count| *count += 1);
                }
            }
            Event::SlowConsumer(_) => shared.fanout.gap(),
            Event::Disconnected => {
                lost = true;
                // It may be a new server that is found next.
                shared.stream_is_there.store(false, Ordering::Release);
                tracing::warn!("the connection to NATS is lost");
            }
            other => tracing::info!(event = %other, "NATS"),
        }
    }
}

/// The next event. Of those that tell of one dropped message each, and come by the thousand, one stands for all that wait:
/// listeners look at everything again for each gap.
async fn next(events: &mut mpsc::UnboundedReceiver<Event>, held: &mut Option<Event>) -> Option<Event> {
    let event = match held.take() {
        Some(event) => event,
        None => events.recv().await?,
    };
    if matches!(event, Event::SlowConsumer(_)) {
        while let Ok(further) = events.try_recv() {
            if !matches!(further, Event::SlowConsumer(_)) {
                *held = Some(further);
                break;
            }
        }
    }
    Some(event)
}

impl NatsBus {
    /// Subscribes to the producers that this process doesn't hear yet: one subscription each, so that a producer's
    /// events stay in order. When NATS is away, its return brings a gap first.
    pub(super) async fn hear(&self, patterns: &[Pattern]) -> Result<(), BusError> {
        let mut heard = self.heard.lock().await;
        for pattern in patterns {
            if heard.contains(pattern.producer()) {
                continue;
            }
            let subject = format!("{}.{}.*", self.shared.options.prefix, pattern.producer());
            let messages = self.shared.client.subscribe(subject).await.map_err(BusError::unreachable)?;
            self.keep(AbortOnDropHandle::new(tokio::spawn(pump(self.shared.clone(), messages))));
            self.shared.round_trip().await;
            heard.insert(pattern.producer().to_owned());
        }
        Ok(())
    }

    fn keep(&self, task: AbortOnDropHandle<()>) {
        self.tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(task);
    }
}

async fn pump(shared: Arc<Shared>, mut messages: async_nats::Subscriber) {
    while let Some(message) = messages.next().await {
        if let Some(event) = read(&message) {
            shared.fanout.event(Arc::new(event));
        }
    }
}

fn read(message: &Message) -> Option<Envelope> {
    serde_json::from_slice(&message.payload)
        .inspect_err(|error| tracing::error!(subject = %message.subject, %error, "not an event"))
        .ok()
}

impl Shared {
    /// While there is no connection, asking would only mean waiting for an answer in vain.
    pub(super) fn check_connection(&self) -> Result<(), BusError> {
        match self.client.connection_state() {
            State::Connected => Ok(()),
            State::Pending | State::Disconnected => {
                Err(BusError::unreachable("there is no connection to NATS"))
            }
        }
    }

    /// Returns once the server has seen everything that was sent to it before, or doesn't answer.
    async fn round_trip(&self) {
        if self.client.connection_state() == State::Connected {
            // The answer doesn't matter, only that there is one: the server works a connection off in order.
            let _ = self.jetstream.get_stream(&self.options.stream).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_dropped_messages_one_is_told_of_and_everything_else_is_told() {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let slow = Event::SlowConsumer;
        for event in [slow(1), slow(2), Event::Disconnected, slow(1), Event::Connected, slow(1), slow(1)] {
            sender.send(event).unwrap();
        }
        drop(sender);
        let (mut held, mut told) = (None, Vec::new());
        while let Some(event) = next(&mut receiver, &mut held).await {
            told.push(event);
        }
        assert_eq!(told, [slow(1), Event::Disconnected, slow(1), Event::Connected, slow(1)]);
    }
}
