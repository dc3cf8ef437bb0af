//! How many hugs people sent and received.

use std::collections::HashMap;

use ids::UserId;

use super::store;
use crate::{context::Ctx, store::StoreError};

/// Counts of a person's hugs, without those that were taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct HugStats {
    pub(crate) sent: i64,
    pub(crate) received: i64,
    /// How many of those sent were thanked for.
    pub(crate) thanked: i64,
}

/// The counts of `people`, as the viewer may know them: a person in a blocked pair with the viewer has none, and hugs
/// with such a person are not counted for anybody else either.
pub(crate) async fn of_people(ctx: &Ctx, people: &[UserId]) -> Result<HashMap<UserId, HugStats>, StoreError> {
    let viewer = ctx.viewer().ok().map(|viewer| viewer.user_id);
    let mut shown = people.to_vec();
    if let Some(viewer) = viewer {
        ctx.settle().await;
        let hidden = relationships::hidden_from(ctx.db.reader(), viewer, people).await?;
        shown.retain(|person| !hidden.contains(person));
    }
    let mut stats: HashMap<UserId, HugStats> = HashMap::new();
    for sent in store::count_by_sender(ctx.db.reader(), viewer, &shown).await? {
        let counts = stats.entry(sent.person).or_default();
        (counts.sent, counts.thanked) = (sent.hugs, sent.thanked);
    }
    for received in store::count_by_recipient(ctx.db.reader(), viewer, &shown).await? {
        stats.entry(received.person).or_default().received = received.hugs;
    }
    Ok(stats)
}
