//! Learning of hugs, requests and hugs of groups.

use async_trait::async_trait;
use events::{
    Envelope,
    hugs::{
        GroupHugAudience, GroupHugChanged, GroupHugJoined, GroupHugLeft, HugCancelled, HugRequestAudience,
        HugRequestPosted, HugSent,
    },
};
use ids::UserId;
use outbox::{ConsumerError, EventHandler, Work};

use super::{Moment, MomentId, store};
use crate::{posts, posts::Visibility, reactions};

pub(super) struct Moments;

#[async_trait]
impl EventHandler for Moments {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        if let Some(sent) = event.read::<HugSent>() {
            let sent = sent?;
            let moment = Moment {
                id: MomentId::Hug(sent.hug_id),
                owner: sent.sender_id,
                hidden: hidden(&sent),
                people: vec![sent.sender_id, sent.recipient_id],
            };
            store::put(&**work, &moment, Visibility::Private).await?;
        } else if let Some(cancelled) = event.read::<HugCancelled>() {
            let hug = cancelled?.hug_id;
            store::delete(&**work, MomentId::Hug(hug)).await?;
            reactions::forget(&**work, &[hug.as_uuid()]).await?;
            posts::remove_shared(work, &[hug.as_uuid()], event.occurred_at).await?;
        } else if let Some(posted) = event.read::<HugRequestPosted>() {
            let posted = posted?;
            let mut people = posted.target_ids;
            people.push(posted.requester_id);
            let (id, owner) = (MomentId::Request(posted.request_id), posted.requester_id);
            let moment = Moment { id, owner, hidden: None, people };
            let audience = match posted.audience {
                HugRequestAudience::Public => Visibility::Public,
                HugRequestAudience::Followers => Visibility::Followers,
                HugRequestAudience::Private => Visibility::Private,
            };
            store::put(&**work, &moment, audience).await?;
        } else if let Some(changed) = event.read::<GroupHugChanged>() {
            let changed = changed?;
            let mut people = changed.participant_ids;
            people.push(changed.host_id);
            let (id, owner) = (MomentId::Group(changed.group_hug_id), changed.host_id);
            let moment = Moment { id, owner, hidden: None, people };
            let audience = match changed.audience {
                GroupHugAudience::Public => Visibility::Public,
                GroupHugAudience::Followers => Visibility::Followers,
                GroupHugAudience::Private => Visibility::Private,
            };
            store::put(&**work, &moment, audience).await?;
        } else if let Some(joined) = event.read::<GroupHugJoined>() {
            let joined = joined?;
            store::take_in(&**work, MomentId::Group(joined.group_hug_id), joined.user_id).await?;
        } else if let Some(left) = event.read::<GroupHugLeft>() {
            let left = left?;
            store::take_out(&**work, MomentId::Group(left.group_hug_id), left.user_id, left.host_id).await?;
        }
        Ok(())
    }
}

/// The one of the two whom the other isn't to know. A hug that returns another is never sent without a name: there it is
/// whoever sent that other one.
fn hidden(sent: &HugSent) -> Option<UserId> {
    let hidden = if sent.returns.is_some() { sent.recipient_id } else { sent.sender_id };
    sent.anonymous.then_some(hidden)
}
