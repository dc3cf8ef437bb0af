//! How many hugs people sent and received.

use std::collections::HashMap;

use ids::{HugTypeId, UserId};

use super::store;
use crate::{context::Ctx, group_hugs, store::StoreError};

/// Counts of a person's hugs, without those that were taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct HugStats {
    pub(crate) sent: i64,
    pub(crate) received: i64,
    /// How many of those sent were thanked for.
    pub(crate) thanked: i64,
}

/// The counts of `people`, as the viewer may know them: a person in a blocked pair with the viewer has none, and hugs
/// with such a person are not counted for anybody else either. The viewer's own are those of their lists, without what waits for
/// them.
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

/// How many hugs of a type somebody sent and received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TypeStats {
    pub(crate) type_id: HugTypeId,
    pub(crate) sent: i64,
    pub(crate) received: i64,
}

/// The viewer's own hugs by type, those of most hugs first.
pub(crate) async fn by_type(ctx: &Ctx, viewer: UserId) -> Result<Vec<TypeStats>, StoreError> {
    ctx.settle().await;
    let mut stats: HashMap<HugTypeId, TypeStats> = HashMap::new();
    for sent in [true, false] {
        for count in store::count_by_type(ctx.db.reader(), viewer, sent).await? {
            let type_id = count.type_id;
            let of_type = stats.entry(type_id).or_insert(TypeStats { type_id, sent: 0, received: 0 });
            if sent {
                of_type.sent = count.hugs;
            } else {
                of_type.received = count.hugs;
            }
        }
    }
    let mut stats: Vec<_> = stats.into_values().collect();
    stats.sort_by_key(|of_type| (-(of_type.sent + of_type.received), of_type.type_id));
    Ok(stats)
}

/// In how many group hugs the viewer took part to the end.
pub(crate) async fn groups(ctx: &Ctx, viewer: UserId) -> Result<u64, StoreError> {
    group_hugs::count_completed(ctx.db.reader(), viewer).await
}
