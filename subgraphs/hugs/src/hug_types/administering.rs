//! What admins do with kinds of hugs.

use idempotency::Begun;
use ids::HugTypeId;
use serde::Serialize;

use super::{
    HugType, HugTypeError,
    model::{Emoji, Name, parse_duration, parse_intensity},
    store,
};
use crate::{
    context::{Ctx, Right},
    store::Connection,
};

/// A kind of hug to be made. What is serialised is what makes two of them the same.
#[derive(Debug, Serialize)]
pub(crate) struct CreateHugType {
    name: Name,
    emoji: Emoji,
    duration_ms: i32,
    intensity: i32,
    #[serde(skip)]
    key: Option<String>,
}

impl CreateHugType {
    pub(crate) fn parse(
        name: &str,
        emoji: &str,
        duration_ms: i32,
        intensity: i32,
        key: Option<String>,
    ) -> Result<Self, HugTypeError> {
        Ok(Self {
            name: Name::parse(name)?,
            emoji: Emoji::parse(emoji)?,
            duration_ms: parse_duration(duration_ms)?,
            intensity: parse_intensity(intensity)?,
            key,
        })
    }
}

/// What shall be other of a kind of hug than it is.
#[derive(Debug)]
pub(crate) struct UpdateHugType {
    id: HugTypeId,
    name: Option<Name>,
    emoji: Option<Emoji>,
    duration_ms: Option<i32>,
    intensity: Option<i32>,
}

impl UpdateHugType {
    pub(crate) fn parse(
        id: &str,
        name: Option<&str>,
        emoji: Option<&str>,
        duration_ms: Option<i32>,
        intensity: Option<i32>,
    ) -> Result<Self, HugTypeError> {
        Ok(Self {
            id: HugTypeId::parse(id).map_err(|_| HugTypeError::NotFound)?,
            name: name.map(Name::parse).transpose()?,
            emoji: emoji.map(Emoji::parse).transpose()?,
            duration_ms: duration_ms.map(parse_duration).transpose()?,
            intensity: intensity.map(parse_intensity).transpose()?,
        })
    }
}

/// Makes a kind of hug, shown after those that are there. Whoever isn't an admin doesn't learn whether the input would do.
pub(crate) async fn create(
    ctx: &Ctx,
    command: impl FnOnce() -> Result<CreateHugType, HugTypeError>,
) -> Result<HugType, HugTypeError> {
    let admin = ctx.require(Right::Administration)?.user_id;
    let (command, now) = (command()?, ctx.now());
    let work = ctx.begin().await?;
    let asked =
        idempotency::Request { user_id: admin, operation: "createHugType", key: command.key.as_deref() };
    let claim = match idempotency::begin::<HugTypeId>(&*work, asked, &command, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(id) => return store::find(&*work, id).await?.ok_or(HugTypeError::NotFound),
    };
    let hug_type = HugType {
        id: HugTypeId::at(now),
        name: command.name.into_string(),
        emoji: command.emoji.into_string(),
        duration_ms: command.duration_ms,
        intensity: command.intensity,
        active: true,
    };
    store::take_turn(&*work).await?;
    check_name(&*work, &hug_type).await?;
    store::insert(&*work, &hug_type).await?;
    claim.complete(&*work, &hug_type.id).await?;
    work.commit().await?;
    tracing::info!(%admin, hug_type = %hug_type.id, "a kind of hug was made");
    Ok(hug_type)
}

/// Changes a kind of hug, also on the hugs that have it.
pub(crate) async fn update(
    ctx: &Ctx,
    command: impl FnOnce() -> Result<UpdateHugType, HugTypeError>,
) -> Result<HugType, HugTypeError> {
    let admin = ctx.require(Right::Administration)?.user_id;
    let command = command()?;
    let work = ctx.begin().await?;
    store::take_turn(&*work).await?;
    let mut hug_type = store::find(&*work, command.id).await?.ok_or(HugTypeError::NotFound)?;
    hug_type.name = command.name.map_or(hug_type.name, Name::into_string);
    hug_type.emoji = command.emoji.map_or(hug_type.emoji, Emoji::into_string);
    hug_type.duration_ms = command.duration_ms.unwrap_or(hug_type.duration_ms);
    hug_type.intensity = command.intensity.unwrap_or(hug_type.intensity);
    check_name(&*work, &hug_type).await?;
    store::save(&*work, &hug_type).await?;
    work.commit().await?;
    tracing::info!(%admin, hug_type = %hug_type.id, "a kind of hug was changed");
    Ok(hug_type)
}

/// Retires a kind of hug: it stays on the hugs that have it, and no new hug gets it. Retiring it again changes nothing.
pub(crate) async fn retire(ctx: &Ctx, id: &str) -> Result<HugType, HugTypeError> {
    let admin = ctx.require(Right::Administration)?.user_id;
    let id = HugTypeId::parse(id).map_err(|_| HugTypeError::NotFound)?;
    let work = ctx.begin().await?;
    let mut hug_type = store::find(&*work, id).await?.ok_or(HugTypeError::NotFound)?;
    hug_type.active = false;
    store::save(&*work, &hug_type).await?;
    work.commit().await?;
    tracing::info!(%admin, hug_type = %hug_type.id, "a kind of hug was retired");
    Ok(hug_type)
}

/// Two kinds that can be sent don't have one name.
async fn check_name(connection: &impl Connection, hug_type: &HugType) -> Result<(), HugTypeError> {
    let name = hug_type.name.to_lowercase();
    let others = store::all_active(connection).await?;
    let taken = others.iter().any(|other| other.id != hug_type.id && other.name.to_lowercase() == name);
    if taken { Err(HugTypeError::NameTaken) } else { Ok(()) }
}
