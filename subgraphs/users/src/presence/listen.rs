//! Hearing from the bus whose presence may be other than before: by this process or another.

use std::{sync::Arc, time::Duration};

use bus::{Bus, Signal};
use events::{
    Envelope, Event,
    social::{Blocked, FollowCreated, FollowRemoved, Unblocked},
    users::PresenceChanged,
};
use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::Hub;

/// The pause before listening is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells streams whom to look at, until `stop`; then closes the hub, which ends them.
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
    let subjects = [
        PresenceChanged::subject(),
        FollowCreated::subject(),
        FollowRemoved::subject(),
        Blocked::subject(),
        Unblocked::subject(),
    ];
    let mut signals = bus.listen(&subjects).await?;
    hub.hear();
    while let Some(signal) = signals.next().await {
        match signal {
            Signal::Gap => hub.tell_all(),
            Signal::Event(event) => pass_on(hub, &event),
        }
    }
    Ok(())
}

fn pass_on(hub: &Hub, event: &Envelope) {
    if let Some(changed) = read::<PresenceChanged>(event) {
        hub.tell(changed.user_id);
    } else if let Some(follow) = read::<FollowCreated>(event) {
        hub.tell_pair(follow.follower_id, follow.followed_id);
    } else if let Some(follow) = read::<FollowRemoved>(event) {
        hub.tell_pair(follow.follower_id, follow.followed_id);
    } else if let Some(block) = read::<Blocked>(event) {
        hub.tell_pair(block.blocker_id, block.blocked_id);
    } else if let Some(block) = read::<Unblocked>(event) {
        hub.tell_pair(block.blocker_id, block.blocked_id);
    }
}

fn read<E: Event>(event: &Envelope) -> Option<E> {
    event.read().and_then(Result::ok)
}
