//! Hearing from the bus whose presence may be other than before: by this process or another.

use std::sync::Arc;

use bus::Bus;
use events::{
    Envelope, Event,
    social::{Blocked, FollowCreated, FollowRemoved, Unblocked},
    users::PresenceChanged,
};
use futures::future::ready;
use tokio_util::sync::CancellationToken;

use super::Hub;

/// Tells streams whom to look at, until `stop`.
pub(crate) async fn listen(hub: Hub, bus: Arc<dyn Bus>, stop: CancellationToken) {
    let subjects = [
        PresenceChanged::subject(),
        FollowCreated::subject(),
        FollowRemoved::subject(),
        Blocked::subject(),
        Unblocked::subject(),
    ];
    let telling = audience::tell(hub.clone(), &*bus, &subjects, stop, |event| {
        pass_on(&hub, &event);
        ready(())
    });
    telling.await;
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
