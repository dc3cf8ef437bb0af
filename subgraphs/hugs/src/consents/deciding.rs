//! Accepting somebody's hugs, or declining them.

use ids::{HugId, UserId};
use outbox::Work;

use super::{Consent, ConsentError, store};
use crate::{context::Ctx, hugs, people, store::StoreError};

/// Whose hugs are decided on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whose {
    /// Those of this person, under their name.
    Person(UserId),
    /// Those of whoever sent this hug.
    SenderOf(HugId),
}

impl Whose {
    pub(crate) fn parse(person: Option<&str>, hug: Option<&str>) -> Result<Self, ConsentError> {
        match (person, hug) {
            (Some(person), None) => {
                UserId::parse(person).map(Self::Person).map_err(|_| ConsentError::PersonNotFound)
            }
            (None, Some(hug)) => HugId::parse(hug).map(Self::SenderOf).map_err(|_| ConsentError::HugNotFound),
            _ => Err(ConsentError::PersonOrHug),
        }
    }
}

/// Whose hugs those are, as far as this service knows and its caller may not.
struct Sender {
    id: UserId,
    anonymous: bool,
    hug: Option<HugId>,
}

/// Lets in what waits from this sender, and what comes from them. Of an anonymous hug only that one: agreeing to more would
/// tell which others are by the same sender. Gives back how many were let in.
pub(crate) async fn accept(ctx: &Ctx, whose: Whose) -> Result<u64, ConsentError> {
    let (viewer, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.require_projections().await?;
    let work = ctx.begin().await?;
    require(&work, viewer).await?;
    let sender = sender_there(&work, viewer, whose).await?;
    let let_in = if let Some(hug) = sender.hug.filter(|_| sender.anonymous) {
        hugs::let_in_one(&*work, viewer, hug, now).await?
    } else {
        store::take_turn(&*work, viewer, sender.id).await?;
        let let_in = hugs::let_in_from(&*work, viewer, sender.id, now).await?;
        store::decide(&*work, viewer, sender.id, false, Consent::Accepted, now).await?;
        let_in
    };
    work.commit().await?;
    Ok(let_in)
}

/// Drops what waits from this sender, and refuses what would come as if the viewer were missing. Of an anonymous sender that
/// hug, if it waits, and further anonymous ones. Gives back how many were dropped.
pub(crate) async fn decline(ctx: &Ctx, whose: Whose) -> Result<u64, ConsentError> {
    let (viewer, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.require_projections().await?;
    let work = ctx.begin().await?;
    require(&work, viewer).await?;
    let sender = sender_there(&work, viewer, whose).await?;
    let dropped = if let Some(hug) = sender.hug.filter(|_| sender.anonymous) {
        hugs::drop_one(&*work, viewer, hug, now).await?
    } else {
        store::take_turn(&*work, viewer, sender.id).await?;
        hugs::drop_from(&*work, viewer, sender.id, now).await?
    };
    store::decide(&*work, viewer, sender.id, sender.anonymous, Consent::Declined, now).await?;
    work.commit().await?;
    Ok(dropped)
}

/// The viewer, who is still there: a token may outlive its owner by a moment.
async fn require(work: &Work, viewer: UserId) -> Result<(), ConsentError> {
    if erasure::any_erased(work, &[viewer]).await? { Err(service::Unauthenticated.into()) } else { Ok(()) }
}

/// The sender, who can't be erased until the transaction ends: what is decided of them would outlive them.
async fn sender_there(work: &Work, viewer: UserId, whose: Whose) -> Result<Sender, ConsentError> {
    let found = sender(work, viewer, whose).await?;
    if !erasure::any_erased(work, &[found.id]).await? {
        return Ok(found);
    }
    Err(match whose {
        Whose::Person(_) => ConsentError::PersonNotFound,
        Whose::SenderOf(_) => ConsentError::HugNotFound,
    })
}

async fn sender(work: &Work, viewer: UserId, whose: Whose) -> Result<Sender, ConsentError> {
    match whose {
        Whose::Person(id) => {
            let there = id != viewer && is_there(work, viewer, id).await?;
            let sender = Sender { id, anonymous: false, hug: None };
            there.then_some(sender).ok_or(ConsentError::PersonNotFound)
        }
        Whose::SenderOf(hug) => {
            let sender = hugs::sender_of_received(&**work, viewer, hug).await?;
            let (id, anonymous) = sender.ok_or(ConsentError::HugNotFound)?;
            Ok(Sender { id, anonymous, hug: Some(hug) })
        }
    }
}

async fn is_there(work: &Work, viewer: UserId, person: UserId) -> Result<bool, StoreError> {
    let registered = people::is_registered(&**work, person).await?;
    Ok(registered && !relationships::blocked_pair(&**work, viewer, person).await?)
}
