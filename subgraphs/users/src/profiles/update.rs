//! Changing one's own profile.

use chrono::{DateTime, TimeDelta, Utc};
use events::users::ProfileUpdated;
use outbox::Work;

use crate::{
    context::Ctx,
    profiles::{
        DisplayName, Profile, RenameError, UpdateProfileError,
        model::{Bio, Pronouns},
        store,
    },
    usernames::{self, Username},
};

/// How long a name that was given up stays its former owner's.
const FORMER_NAME_KEPT_FOR: TimeDelta = TimeDelta::days(30);
/// How long a new name has to be borne.
const RENAME_COOLDOWN: TimeDelta = TimeDelta::days(14);

/// What becomes of a part of the profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Change<T> {
    #[default]
    Keep,
    Set(T),
}

/// What is to change, as the user wrote it.
#[derive(Debug, Clone, Default)]
pub(crate) struct UpdateProfile {
    pub(crate) username: Option<String>,
    pub(crate) display_name: Option<String>,
    /// An empty text removes the bio.
    pub(crate) bio: Change<String>,
    pub(crate) pronouns: Change<String>,
}

struct Parsed {
    username: Option<Username>,
    display_name: Option<DisplayName>,
    bio: Change<Option<Bio>>,
    pronouns: Change<Option<Pronouns>>,
}

/// Changes the viewer's profile: all of what is asked for, or nothing.
pub(crate) async fn update(ctx: &Ctx, command: UpdateProfile) -> Result<Profile, UpdateProfileError> {
    let viewer = ctx.viewer()?.user_id;
    let changes = parse(command)?;
    let now = ctx.now();
    // A reservation may be all there is yet.
    super::by_ids(ctx, &[viewer]).await?;
    let (work, viewer) = ctx.begin_own::<UpdateProfileError>().await?;
    let before = store::find_for_update(&*work, viewer).await?.ok_or(UpdateProfileError::Missing)?;
    let mut profile = before.clone();
    apply(&mut profile, changes.display_name, changes.bio, changes.pronouns);
    if let Some(name) = changes.username
        && name.as_str() != before.username
    {
        rename(&work, &mut profile, &name, now).await?;
    }
    if profile != before {
        save(&work, &before, &profile).await?;
    }
    work.commit().await?;
    Ok(profile)
}

fn parse(command: UpdateProfile) -> Result<Parsed, UpdateProfileError> {
    let username = command.username.map(|text| Username::parse(&text));
    Ok(Parsed {
        username: username.transpose().map_err(RenameError::Malformed)?,
        display_name: command.display_name.map(|text| DisplayName::parse(&text)).transpose()?,
        bio: match command.bio {
            Change::Keep => Change::Keep,
            Change::Set(text) => Change::Set(Bio::parse(&text)?),
        },
        pronouns: match command.pronouns {
            Change::Keep => Change::Keep,
            Change::Set(text) => Change::Set(Pronouns::parse(&text)?),
        },
    })
}

fn apply(
    profile: &mut Profile,
    display_name: Option<DisplayName>,
    bio: Change<Option<Bio>>,
    pronouns: Change<Option<Pronouns>>,
) {
    if let Some(name) = display_name {
        profile.display_name = name.into_string();
    }
    if let Change::Set(bio) = bio {
        profile.bio = bio.map(Bio::into_string);
    }
    if let Change::Set(pronouns) = pronouns {
        profile.pronouns = pronouns.map(Pronouns::into_string);
    }
}

async fn rename(
    work: &Work,
    profile: &mut Profile,
    name: &Username,
    now: DateTime<Utc>,
) -> Result<(), UpdateProfileError> {
    if let Some(free) = profile.renamed_at.map(|at| at + RENAME_COOLDOWN)
        && free > now
    {
        return Err(RenameError::TooSoon(free.date_naive()).into());
    }
    let former = Username::folded(&profile.username);
    if !usernames::store::claim(&**work, name, profile.user_id, None, now).await? {
        return Err(RenameError::Taken.into());
    }
    // A name that looks the same is the same claim.
    if former.skeleton() != name.skeleton() {
        let free_at = Some(now + FORMER_NAME_KEPT_FOR);
        usernames::store::claim(&**work, &former, profile.user_id, free_at, now).await?;
    }
    name.as_str().clone_into(&mut profile.username);
    profile.renamed_at = Some(now);
    Ok(())
}

async fn save(work: &Work, before: &Profile, profile: &Profile) -> Result<(), UpdateProfileError> {
    store::update(&**work, profile).await?;
    let names = |profile: &Profile| (profile.username.clone(), profile.display_name.clone());
    if names(before) != names(profile) {
        store::set_search_terms(&**work, profile).await?;
        let (username, display_name) = names(profile);
        work.emit(&ProfileUpdated { user_id: profile.user_id, username, display_name }).await?;
    }
    Ok(())
}
