//! A member of a durable group at work.

use std::{sync::Arc, time::Duration};

use async_nats::jetstream::{AckKind, Message};
use events::Envelope;

use super::{Shared, durable::Filter, pull::Pull};
use crate::{
    BusError,
    delivery::{Member, Outcome},
    subject::Pattern,
};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What a group wants.
#[derive(Debug)]
pub(super) struct Wanted {
    patterns: Vec<Pattern>,
    filter: Filter,
}

impl Wanted {
    pub(super) fn new(prefix: &str, subjects: &[String]) -> Result<Self, BusError> {
        let patterns = Pattern::parse_all(subjects)?;
        let filter = Filter::over(prefix, &patterns);
        Ok(Self { patterns, filter })
    }

    pub(super) fn filter(&self) -> &Filter {
        &self.filter
    }

    fn includes(&self, event: &Envelope) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(&event.producer, &event.kind))
    }
}

/// Works until told to stop, whatever happens to the server meanwhile.
pub(super) async fn run(shared: Arc<Shared>, member: Member, wanted: Wanted) {
    let mut failures: u32 = 0;
    while let Err(error) = work(&shared, &member, &wanted, &mut failures).await {
        failures += 1;
        tracing::warn!(group = member.group, failures, %error, "consuming was interrupted");
        let pause = FIRST_PAUSE.saturating_mul(1 << (failures - 1).min(8)).min(LONGEST_PAUSE);
        if !member.pause(pause).await {
            return;
        }
    }
}

/// Works until told to stop (`Ok`) or something goes wrong on the way.
async fn work(shared: &Shared, member: &Member, wanted: &Wanted, failures: &mut u32) -> Result<(), BusError> {
    let consumer = tokio::select! {
        biased;
        () = member.stop.cancelled() => return Ok(()),
        consumer = shared.durable(&member.group, &wanted.filter) => consumer?,
    };
    let mut pull = Pull::new(shared, consumer).await?;
    // A request goes out only when the member is free: after an event none is open.
    while !member.stop.is_cancelled() {
        let message = tokio::select! {
            biased;
            message = pull.next() => message?,
            () = member.stop.cancelled() => break,
        };
        *failures = 0;
        settle(pull.ack_wait(), member, wanted, &message).await?;
    }
    // Nobody is lost if this fails: the server finds out by itself.
    if let Err(error) = pull.leave().await {
        tracing::debug!(group = member.group, %error, "a consumer left without a word");
    }
    Ok(())
}

async fn settle(
    ack_wait: Duration,
    member: &Member,
    wanted: &Wanted,
    message: &Message,
) -> Result<(), BusError> {
    let event: Envelope = match serde_json::from_slice(&message.payload) {
        Ok(event) => event,
        Err(error) => {
            tracing::error!(group = member.group, subject = %message.subject, %error, "not an event");
            return answer(message, AckKind::Term).await;
        }
    };
    if !wanted.includes(&event) {
        // The filter is wider than the group's subjects.
        return answer(message, AckKind::Ack).await;
    }
    let delivered = message.info().map_err(BusError::unreachable)?.delivered;
    let number = u32::try_from(delivered).unwrap_or(u32::MAX);
    let attempt = member.attempt(&event, number);
    match keeping_hold(ack_wait, message, attempt).await {
        Outcome::Settled => answer(message, AckKind::Ack).await,
        Outcome::Again(pause) => answer(message, AckKind::Nak(Some(pause))).await,
        Outcome::Stopped => answer(message, AckKind::Nak(None)).await,
    }
}

/// Tells the server that work is in progress for as long as it is.
async fn keeping_hold(
    ack_wait: Duration,
    message: &Message,
    attempt: impl Future<Output = Outcome>,
) -> Outcome {
    let mut attempt = std::pin::pin!(attempt);
    loop {
        tokio::select! {
            biased;
            outcome = &mut attempt => return outcome,
            () = tokio::time::sleep(ack_wait / 3) => {
                if let Err(error) = answer(message, AckKind::Progress).await {
                    tracing::debug!(%error, "the server was not told of progress");
                }
            }
        }
    }
}

async fn answer(message: &Message, kind: AckKind) -> Result<(), BusError> {
    message.ack_with(kind).await.map_err(BusError::unreachable)
}
