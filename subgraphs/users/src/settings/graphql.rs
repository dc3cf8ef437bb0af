//! Settings in the schema.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, Error, InputObject, Object, Result, SimpleObject, dataloader::Loader};
use events::{moods, users as told};
use graphql::{Failure, Refusal, TimeZone, UserError, settle};
use ids::UserId;

use crate::{
    context::Ctx,
    profiles::graphql::{Batch, BatchError},
    settings::{self, UpdateHugPolicy, UpdatePrivacy, UpdateSettings, UpdateSettingsError},
};

/// Whose settings a data loader is to load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SettingsKey(pub(crate) UserId);

impl Loader<SettingsKey> for Batch {
    type Value = settings::Settings;
    type Error = BatchError;

    async fn load(&self, keys: &[SettingsKey]) -> Result<HashMap<SettingsKey, Self::Value>, BatchError> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = settings::of(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(id, settings)| (SettingsKey(id), settings)).collect())
    }
}

/// What somebody has set.
#[derive(SimpleObject)]
pub(crate) struct Settings {
    /// The zone in which days are counted.
    timezone: TimeZone,
    /// The hour at which a day starts, 0 to 23: what is logged before it belongs to the day before.
    day_start_hour: i32,
    /// What happens to hugs from each kind of sender.
    hug_policy: HugPolicy,
    /// Who sees what.
    privacy: PrivacySettings,
    /// How the owner wants to be told of what happens while they aren't looking.
    notifications: Vec<NotificationSetting>,
}

impl From<settings::Settings> for Settings {
    fn from(settings: settings::Settings) -> Self {
        Self {
            timezone: settings.calendar.zone.into(),
            day_start_hour: settings.calendar.day_start.hour().into(),
            hug_policy: settings.hug_policy.into(),
            privacy: PrivacySettings {
                presence: settings.privacy.presence.into(),
                last_seen: settings.privacy.last_seen.into(),
                approves_followers: settings.privacy.approves_followers,
                is_suggested: settings.privacy.is_suggested,
                mood_visibility: settings.privacy.mood_visibility.into(),
            },
            notifications: NotificationSetting::all(settings.notifications),
        }
    }
}

/// What happens to hugs from each kind of sender. When several fit a sender, the strictest counts.
#[derive(SimpleObject)]
pub(crate) struct HugPolicy {
    /// From people whom the owner doesn't follow.
    not_followed: HugPolicyAction,
    /// From people who don't follow the owner.
    not_following: HugPolicyAction,
    /// From accounts made in the last days.
    new_accounts: HugPolicyAction,
    /// From people who don't say who they are.
    anonymous: HugPolicyAction,
}

impl From<told::HugPolicy> for HugPolicy {
    fn from(policy: told::HugPolicy) -> Self {
        Self {
            not_followed: policy.not_followed.into(),
            not_following: policy.not_following.into(),
            new_accounts: policy.new_accounts.into(),
            anonymous: policy.anonymous.into(),
        }
    }
}

/// What happens to a hug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "told::HugPolicyAction")]
pub(crate) enum HugPolicyAction {
    /// It arrives.
    Accept,
    /// It arrives quietly, apart from the others.
    Filter,
    /// It is refused as if its recipient were missing.
    Drop,
}

/// Who sees what.
#[derive(SimpleObject)]
struct PrivacySettings {
    /// Who sees whether the owner is there now.
    presence: ShownTo,
    /// Who sees when the owner was last there.
    last_seen: ShownTo,
    /// Whether following the owner takes their consent: a private account.
    approves_followers: bool,
    /// Whether the owner may be suggested to people who don't know them.
    is_suggested: bool,
    /// Who may see the owner's moods of which nothing is said when they are logged.
    mood_visibility: MoodVisibility,
}

/// Who may see a mood entry. People in a blocked pair never see each other's, whatever this says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "moods::MoodVisibility")]
enum MoodVisibility {
    /// Nobody but its owner.
    Private,
    /// Also those who follow its owner.
    Followers,
    /// Everybody who is logged in.
    Public,
}

/// What somebody may be told of while they aren't looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "settings::NotificationKind")]
enum NotificationKind {
    /// A hug came.
    HugReceived,
    /// Somebody said thanks for a hug.
    HugThanked,
    /// Somebody asks for a hug.
    HugRequested,
    /// A group hug that the owner takes part in opens, starts or ends.
    GroupHug,
    /// Somebody follows the owner, or asks to.
    Followed,
    /// Somebody reacted to what the owner shared.
    Reaction,
    /// A streak ends soon.
    StreakAtRisk,
    /// A badge was awarded.
    BadgeAwarded,
}

/// How the owner wants to be told of one kind of thing.
#[derive(SimpleObject)]
struct NotificationSetting {
    /// Of what.
    kind: NotificationKind,
    /// Whether on their devices.
    push: bool,
    /// Whether by e-mail.
    email: bool,
}

impl NotificationSetting {
    fn all(notifications: settings::Notifications) -> Vec<Self> {
        let of = |kind: settings::NotificationKind| Self {
            kind: kind.into(),
            push: !notifications.not_pushed.has(kind),
            email: notifications.mailed.has(kind),
        };
        settings::NotificationKind::ALL.into_iter().map(of).collect()
    }
}

/// To whom something is shown. It is mutual: who doesn't show it to somebody doesn't see it of them either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "settings::ShownTo")]
enum ShownTo {
    /// To everyone who is logged in.
    Everyone,
    /// To those whom the owner follows.
    Followed,
    /// To nobody.
    Nobody,
}

/// What is to change about one's settings; what is left out stays.
#[derive(InputObject)]
struct UpdateSettingsInput {
    /// The zone in which days are counted from now on, by its IANA name.
    timezone: Option<TimeZone>,
    /// The hour at which days start from now on, 0 to 23.
    day_start_hour: Option<i32>,
    /// What happens to hugs from each kind of sender.
    hug_policy: Option<HugPolicyInput>,
    /// Who sees what.
    privacy: Option<PrivacyInput>,
    /// How to be told of some kinds of things; of the others as before.
    notifications: Option<Vec<NotificationInput>>,
}

/// How to be told of one kind of thing; what is left out stays.
#[derive(InputObject)]
struct NotificationInput {
    /// Of what.
    kind: NotificationKind,
    /// Whether on one's devices.
    push: Option<bool>,
    /// Whether by e-mail.
    email: Option<bool>,
}

impl From<NotificationInput> for settings::NotificationChange {
    fn from(input: NotificationInput) -> Self {
        Self { kind: input.kind.into(), push: input.push, email: input.email }
    }
}

/// What is to happen to hugs; what is left out stays.
#[derive(InputObject)]
struct HugPolicyInput {
    /// From people whom the owner doesn't follow.
    not_followed: Option<HugPolicyAction>,
    /// From people who don't follow the owner.
    not_following: Option<HugPolicyAction>,
    /// From accounts made in the last days.
    new_accounts: Option<HugPolicyAction>,
    /// From people who don't say who they are.
    anonymous: Option<HugPolicyAction>,
}

/// Who is to see what; what is left out stays.
#[derive(InputObject)]
struct PrivacyInput {
    /// Who sees whether the owner is there now.
    presence: Option<ShownTo>,
    /// Who sees when the owner was last there.
    last_seen: Option<ShownTo>,
    /// Whether following the owner takes their consent. Who follows them already goes on to.
    approves_followers: Option<bool>,
    /// Whether the owner may be suggested to people who don't know them.
    is_suggested: Option<bool>,
    /// Who may see moods of which nothing is said when they are logged. Those that are logged already stay as they are.
    mood_visibility: Option<MoodVisibility>,
}

impl From<UpdateSettingsInput> for UpdateSettings {
    fn from(input: UpdateSettingsInput) -> Self {
        let hug_policy = input.hug_policy.map_or_else(UpdateHugPolicy::default, |policy| UpdateHugPolicy {
            not_followed: policy.not_followed.map(Into::into),
            not_following: policy.not_following.map(Into::into),
            new_accounts: policy.new_accounts.map(Into::into),
            anonymous: policy.anonymous.map(Into::into),
        });
        let privacy = input.privacy.map_or_else(UpdatePrivacy::default, |privacy| UpdatePrivacy {
            presence: privacy.presence.map(Into::into),
            last_seen: privacy.last_seen.map(Into::into),
            approves_followers: privacy.approves_followers,
            is_suggested: privacy.is_suggested,
            mood_visibility: privacy.mood_visibility.map(Into::into),
        });
        Self {
            timezone: input.timezone.map(|zone| zone.0),
            day_start_hour: input.day_start_hour,
            hug_policy,
            privacy,
            notifications: input.notifications.into_iter().flatten().map(Into::into).collect(),
        }
    }
}

/// What came of changing one's settings.
#[derive(SimpleObject)]
struct UpdateSettingsPayload {
    /// The settings as they are now; null when nothing was changed.
    settings: Option<Settings>,
    /// Why nothing was changed.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct SettingsMutation;

#[Object]
impl SettingsMutation {
    /// Changes the viewer's settings.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn update_settings(
        &self,
        gql: &Context<'_>,
        input: UpdateSettingsInput,
    ) -> Result<UpdateSettingsPayload> {
        let (settings, errors) = settle(settings::update(gql.data::<Ctx>()?, input.into()).await)?;
        Ok(UpdateSettingsPayload { settings: settings.map(Settings::from), errors })
    }
}

impl Refusal for UpdateSettingsError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let (code, part) = match &self {
            Self::UnknownTimeZone(_) => ("UNKNOWN_TIME_ZONE", "timezone"),
            Self::DayStartHour => ("DAY_START_HOUR_INVALID", "dayStartHour"),
            Self::Unauthenticated => return Err(Failure::unauthenticated()),
            Self::Missing => return Err(Failure::NotFound.error(self)),
            Self::Database(cause) => return Err(Failure::internal(cause)),
        };
        Ok(UserError::new(code, self.to_string(), &["input", part]))
    }
}
