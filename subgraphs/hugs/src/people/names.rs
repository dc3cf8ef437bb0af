//! What people are called: as `users` tells, and of those of whom it was told before hugs listened, as `users` answers.

use std::{collections::HashMap, time::Duration};

use ids::UserId;
use questions::users::{NamedPerson, NamesOf};
use service::PeerError;
use tokio_util::sync::CancellationToken;

use super::store;
pub(crate) use super::store::Names;
use crate::{context::Ctx, store::StoreError};

/// How many people are asked after at once; at most [`NamesOf::MOST`].
const SLICE: u64 = 500;
/// After what time `users` is asked again, when it didn't answer.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What there is to say of somebody's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Known {
    Names(Names),
    /// Hugs hasn't heard of them, and `users` doesn't answer.
    Unanswered,
}

/// Why names were not learned.
#[derive(Debug, thiserror::Error)]
enum LearnError {
    #[error(transparent)]
    Unanswered(#[from] PeerError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The names of those of `people` who are there for the viewer, as `users` would give them.
pub(crate) async fn of(ctx: &Ctx, people: &[UserId]) -> Result<HashMap<UserId, Known>, StoreError> {
    futures::join!(ctx.settle(), ctx.settle_people());
    let mut shown = people.to_vec();
    if let Ok(viewer) = ctx.viewer() {
        let hidden = relationships::hidden_from(ctx.db.reader(), viewer.user_id, people).await?;
        shown.retain(|person| !hidden.contains(person));
    }
    let named = store::names_of(ctx.db.reader(), &shown).await?;
    let mut known: HashMap<_, _> = named.into_iter().map(|(id, names)| (id, Known::Names(names))).collect();
    shown.retain(|person| !known.contains_key(person));
    for slice in shown.chunks(NamesOf::MOST) {
        match learn(ctx, slice).await {
            Ok(learned) => known.extend(learned.into_iter().map(|(id, names)| (id, Known::Names(names)))),
            Err(LearnError::Unanswered(error)) => {
                tracing::warn!(%error, "some people have no name for now");
                known.extend(slice.iter().map(|id| (*id, Known::Unanswered)));
            }
            Err(LearnError::Store(error)) => return Err(error),
        }
    }
    Ok(known)
}

/// Learns the names of everybody who was heard of before names were, once `users` answers; then it is done.
pub(crate) async fn learn_until(stop: CancellationToken, ctx: Ctx) {
    let mut after = None;
    while !stop.is_cancelled() {
        match learn_some(&ctx, after).await {
            Ok(None) => return,
            Ok(last) => after = last,
            Err(error) => {
                tracing::warn!(%error, "names are not known yet; trying again");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(AGAIN_AFTER) => {}
                }
            }
        }
    }
}

/// Learns the names of some who stand behind `after`, and says who was the last of them; none when there is nobody.
async fn learn_some(ctx: &Ctx, after: Option<UserId>) -> Result<Option<UserId>, LearnError> {
    let unnamed = store::unnamed(ctx.db.reader(), after, SLICE).await?;
    if !unnamed.is_empty() {
        learn(ctx, &unnamed).await?;
    }
    Ok(unnamed.last().copied())
}

/// Asks `users` for names, and keeps them. Nobody is asked after twice, except who has no profile.
async fn learn(ctx: &Ctx, people: &[UserId]) -> Result<HashMap<UserId, Names>, LearnError> {
    let answer = ctx.peers.ask(&NamesOf { user_ids: people.to_vec() }).await?;
    let mut people = answer.people;
    // In one order, so that no two that learn at once wait for each other.
    people.sort_unstable_by_key(|person| person.user_id);
    let mut learned = HashMap::new();
    let transaction = ctx.db.begin().await?;
    for NamedPerson { user_id, names } in people {
        let names = Names { username: names.username, display_name: names.display_name };
        store::name_if_unnamed(&transaction, user_id, &names).await?;
        learned.insert(user_id, names);
    }
    transaction.commit().await?;
    Ok(learned)
}
