//! Taking somebody who is gone out of group hugs.

use ids::{GroupHugId, UserId};
use outbox::Work;

use super::{
    joining::{part, take_out},
    steering::tell,
    store,
};
use crate::{
    live::{self, Topic},
    store::StoreError,
};

/// Takes `person` out of every group hug: out of those that are not over as if they left, out of the others in silence.
/// Group hugs in which nobody is left are erased, and so is what `person` wrote with those that they made.
pub(crate) async fn erase(work: &Work, person: UserId) -> Result<(), StoreError> {
    for id in store::concerning(&**work, person).await? {
        erase_from(work, id, person).await?;
    }
    store::forget_words(&**work, person).await?;
    store::forget_invitations(&**work, person).await
}

async fn erase_from(work: &Work, id: GroupHugId, person: UserId) -> Result<(), StoreError> {
    let Some(mut group) = store::find_locked(&**work, id).await? else {
        return Ok(());
    };
    let hosts = group.host_id == person;
    let left = if group.state.is_end() {
        take_out(work, &mut group, person).await?
    } else {
        part(work, &mut group, person, work.now()).await?
    };
    match left {
        // Whoever forgets somebody's group hugs with them learns whose it is from now on.
        Some(left) if hosts && !left.is_empty() => tell(work, &group, left, work.now()).await,
        Some(left) if !left.is_empty() => Ok(()),
        _ => {
            store::remove(&**work, id).await?;
            live::forget(&**work, Topic::Group(id)).await
        }
    }
}
