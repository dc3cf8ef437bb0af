//! Changing one's own settings.

use chrono_tz::Tz;
use clock::day::DayStart;
use events::{
    moods::MoodVisibility,
    users::{HugPolicyAction, PresenceChanged, SettingsChanged},
};
use ids::UserId;

use crate::{
    context::Ctx,
    profiles,
    settings::{NotificationChange, Settings, ShownTo, UpdateSettingsError, store},
};

/// How much of a wrong name is repeated to its writer.
const SHOWN_OF_WRONG_NAME: usize = 40;

/// What is to change, as the user wrote it.
#[derive(Debug, Clone, Default)]
pub(crate) struct UpdateSettings {
    pub(crate) timezone: Option<String>,
    pub(crate) day_start_hour: Option<i32>,
    pub(crate) hug_policy: UpdateHugPolicy,
    pub(crate) privacy: UpdatePrivacy,
    pub(crate) notifications: Vec<NotificationChange>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct UpdatePrivacy {
    pub(crate) presence: Option<ShownTo>,
    pub(crate) last_seen: Option<ShownTo>,
    pub(crate) approves_followers: Option<bool>,
    pub(crate) is_suggested: Option<bool>,
    pub(crate) mood_visibility: Option<MoodVisibility>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct UpdateHugPolicy {
    pub(crate) not_followed: Option<HugPolicyAction>,
    pub(crate) not_following: Option<HugPolicyAction>,
    pub(crate) new_accounts: Option<HugPolicyAction>,
    pub(crate) anonymous: Option<HugPolicyAction>,
}

struct Parsed {
    timezone: Option<Tz>,
    day_start: Option<DayStart>,
}

/// Changes the viewer's settings, and tells what others act on.
pub(crate) async fn update(ctx: &Ctx, command: UpdateSettings) -> Result<Settings, UpdateSettingsError> {
    let viewer = ctx.viewer()?.user_id;
    let parsed = parse(&command)?;
    // A reservation may be all there is yet.
    profiles::by_ids(ctx, &[viewer]).await?;
    let (work, viewer) = ctx.begin_own::<UpdateSettingsError>().await?;
    let before = store::find_for_update(&*work, viewer).await?.ok_or(UpdateSettingsError::Missing)?;
    let after = applied(before, &parsed, &command);
    if after != before {
        store::update(&*work, viewer, after).await?;
        if told(viewer, after) != told(viewer, before) {
            work.emit(&told(viewer, after)).await?;
        }
        if after.privacy != before.privacy {
            // Who watches them may see more or less of them from now on, and they of others.
            work.emit(&PresenceChanged { user_id: viewer, changed_at: ctx.now() }).await?;
        }
    }
    work.commit().await?;
    Ok(after)
}

fn parse(command: &UpdateSettings) -> Result<Parsed, UpdateSettingsError> {
    let zone = |name: &String| {
        let shown = || name.chars().take(SHOWN_OF_WRONG_NAME).collect();
        name.parse::<Tz>().map_err(|_| UpdateSettingsError::UnknownTimeZone(shown()))
    };
    let hour = |hour: i32| {
        let start = u8::try_from(hour).ok().and_then(DayStart::parse);
        start.ok_or(UpdateSettingsError::DayStartHour)
    };
    Ok(Parsed {
        timezone: command.timezone.as_ref().map(zone).transpose()?,
        day_start: command.day_start_hour.map(hour).transpose()?,
    })
}

fn applied(mut settings: Settings, parsed: &Parsed, command: &UpdateSettings) -> Settings {
    fn set<T: Copy>(to: &mut T, value: Option<T>) {
        *to = value.unwrap_or(*to);
    }
    set(&mut settings.calendar.zone, parsed.timezone);
    set(&mut settings.calendar.day_start, parsed.day_start);
    set(&mut settings.hug_policy.not_followed, command.hug_policy.not_followed);
    set(&mut settings.hug_policy.not_following, command.hug_policy.not_following);
    set(&mut settings.hug_policy.new_accounts, command.hug_policy.new_accounts);
    set(&mut settings.hug_policy.anonymous, command.hug_policy.anonymous);
    set(&mut settings.privacy.presence, command.privacy.presence);
    set(&mut settings.privacy.last_seen, command.privacy.last_seen);
    set(&mut settings.privacy.approves_followers, command.privacy.approves_followers);
    set(&mut settings.privacy.is_suggested, command.privacy.is_suggested);
    set(&mut settings.privacy.mood_visibility, command.privacy.mood_visibility);
    for change in command.notifications.iter().copied() {
        settings.notifications.apply(change);
    }
    settings
}

/// What others learn of settings.
fn told(user_id: UserId, settings: Settings) -> SettingsChanged {
    SettingsChanged {
        user_id,
        timezone: settings.calendar.zone.name().to_owned(),
        day_start_hour: settings.calendar.day_start.hour(),
        hug_policy: settings.hug_policy,
        approves_followers: settings.privacy.approves_followers,
        is_suggested: settings.privacy.is_suggested,
        mood_visibility: settings.privacy.mood_visibility,
    }
}
