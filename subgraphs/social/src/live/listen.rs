//! Hearing from the bus what was shared: by this process or another.

use std::{sync::Arc, time::Duration};

use bus::{Bus, BusError, Signal};
use database::Database;
use events::{Event as _, social::PostCreated};
use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::{Hub, store};

/// The pause before listening is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells streams what the bus tells, until `stop`; then closes the hub, which ends them.
pub(crate) async fn listen(hub: Hub, bus: Arc<dyn Bus>, db: Database, stop: CancellationToken) {
    let listening = async {
        loop {
            if let Err(error) = hear(&hub, &*bus, &db).await {
                tracing::warn!(%error, "live streams hear nothing of the bus");
            }
            hub.go_deaf();
            tokio::time::sleep(PAUSE).await;
        }
    };
    stop.run_until_cancelled(listening).await;
    hub.close();
}

/// Returns when the bus has nothing more to say.
async fn hear(hub: &Hub, bus: &dyn Bus, db: &Database) -> Result<(), BusError> {
    let mut signals = bus.listen(&[PostCreated::subject()]).await?;
    hub.hear();
    while let Some(signal) = signals.next().await {
        match signal {
            Signal::Gap => hub.interrupt(),
            Signal::Event(event) => {
                if let Some(Ok(created)) = event.read::<PostCreated>() {
                    tell(hub, db, &created).await;
                }
            }
        }
    }
    Ok(())
}

/// Tells the author's own streams and those of followers, of as many people as listen with a few questions to the database.
async fn tell(hub: &Hub, db: &Database, created: &PostCreated) {
    let listening = hub.people();
    if listening.is_empty() {
        return;
    }
    match store::followers_among(db.reader(), created.author_id, &listening).await {
        Ok(followers) => {
            for person in followers.into_iter().chain([created.author_id]) {
                hub.tell(person, created.post_id);
            }
        }
        Err(error) => {
            tracing::warn!(%error, "who follows an author can't be read");
            hub.interrupt();
        }
    }
}
