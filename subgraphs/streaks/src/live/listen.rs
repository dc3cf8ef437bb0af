//! Hearing from the bus what changed: in this process or another.

use std::{sync::Arc, time::Duration};

use bus::{Bus, Signal};
use events::{
    Event as _,
    streaks::{BadgeAwarded, StreakChanged},
};
use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::{Hub, News};

/// The pause before listening is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells streams what the bus tells, until `stop`; then closes the hub, which ends them.
pub(crate) async fn listen(hub: Hub, bus: Arc<dyn Bus>, stop: CancellationToken) {
    let listening = async {
        loop {
            if let Err(error) = hear(&hub, &*bus).await {
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
async fn hear(hub: &Hub, bus: &dyn Bus) -> Result<(), bus::BusError> {
    let mut signals = bus.listen(&[StreakChanged::subject(), BadgeAwarded::subject()]).await?;
    hub.hear();
    while let Some(signal) = signals.next().await {
        match signal {
            Signal::Gap => hub.interrupt(),
            Signal::Event(event) => {
                if let Some(Ok(changed)) = event.read::<StreakChanged>() {
                    hub.tell(changed.user_id, News::Streak(changed.kind));
                } else if let Some(Ok(awarded)) = event.read::<BadgeAwarded>() {
                    let BadgeAwarded { user_id, badge, awarded_at } = awarded;
                    hub.tell(user_id, News::Badge { badge, awarded_at });
                }
            }
        }
    }
    Ok(())
}
