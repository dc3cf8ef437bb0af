//! Hearing from the bus what happens: in this process or another.

use std::{sync::Arc, time::Duration};

use bus::{Bus, BusError, Envelope, Signal};
use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

/// The pause before listening is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Live streams, as far as the listening to the bus concerns them. Clones are one audience.
pub trait Audience {
    /// Everything that happens from now on will be told.
    fn hear(&self);

    /// Something may have been missed.
    fn miss(&self);

    /// Nothing is told until the next `hear`.
    fn go_deaf(&self);

    /// Nothing will be told any more: streams end, now and from now on.
    fn close(&self);
}

/// Passes what the bus tells of `subjects` on to `audience`, until `stop`; then closes it.
pub async fn tell<F: Future<Output = ()>>(
    audience: impl Audience,
    bus: &dyn Bus,
    subjects: &[String],
    stop: CancellationToken,
    pass_on: impl Fn(Arc<Envelope>) -> F,
) {
    let listening = async {
        loop {
            if let Err(error) = listen(&audience, bus, subjects, &pass_on).await {
                tracing::warn!(%error, "live streams hear nothing of the bus");
            }
            audience.go_deaf();
            tokio::time::sleep(PAUSE).await;
        }
    };
    stop.run_until_cancelled(listening).await;
    audience.close();
}

/// Returns when the bus has nothing more to say.
async fn listen<F: Future<Output = ()>>(
    audience: &impl Audience,
    bus: &dyn Bus,
    subjects: &[String],
    pass_on: &impl Fn(Arc<Envelope>) -> F,
) -> Result<(), BusError> {
    let mut signals = bus.listen(subjects).await?;
    audience.hear();
    while let Some(signal) = signals.next().await {
        match signal {
            Signal::Gap => audience.miss(),
            Signal::Event(event) => pass_on(event).await,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bus::memory::MemoryBus;
    use chrono::DateTime;
    use futures::future::ready;
    use ids::{EventId, UserId};

    use super::*;
    use crate::Hub;

    fn event(about: UserId) -> Envelope {
        let at = DateTime::UNIX_EPOCH;
        Envelope {
            id: EventId::at(at),
            producer: "streaks".to_owned(),
            kind: "StreakChanged".to_owned(),
            version: 1,
            occurred_at: at,
            aggregate_id: about.to_string(),
            seq: 1,
            actor_id: None,
            traceparent: None,
            data: serde_json::Value::Null,
        }
    }

    #[tokio::test]
    async fn streams_are_told_what_the_bus_tells_until_the_process_stops() {
        let (bus, hub, stop) = (MemoryBus::new(), Hub::default(), CancellationToken::new());
        let ada = UserId::at(DateTime::UNIX_EPOCH);
        let subjects = ["streaks.StreakChanged".to_owned()];
        let telling = tell(hub.clone(), &bus, &subjects, stop.clone(), |event| {
            hub.tell(ada, event.seq);
            ready(())
        });
        let listening = async {
            let mut seat = hub.join(ada).await;
            bus.publish(&[event(ada)]).await.unwrap();
            assert_eq!(seat.next().await, Some(1));
            stop.cancel();
            assert_eq!(seat.next().await, None);
        };
        tokio::join!(telling, listening);
        assert!(hub.is_closed());
    }
}
