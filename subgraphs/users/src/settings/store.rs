//! Settings in the database.

use std::collections::HashMap;

use clock::day::Calendar;
use events::{
    moods::MoodVisibility,
    users::{HugPolicy, HugPolicyAction},
};
use ids::UserId;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    settings::model::{Kinds, NotificationKind, Notifications, Privacy, Settings, ShownTo},
    store::{Connection, Named, StoreError},
};

mod row {
    //! What one person has set.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "settings")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub timezone: String,
        pub day_start_hour: i32,
        pub hugs_not_followed: String,
        pub hugs_not_following: String,
        pub hugs_new_accounts: String,
        pub hugs_anonymous: String,
        pub presence_shown_to: String,
        pub last_seen_shown_to: String,
        pub approves_followers: bool,
        pub is_suggested: bool,
        pub not_pushed: String,
        pub mailed: String,
        pub mood_visibility: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Named for ShownTo {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Everyone, "EVERYONE"), (Self::Followed, "FOLLOWED"), (Self::Nobody, "NOBODY")];
}

impl Named for NotificationKind {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::HugReceived, "HUG_RECEIVED"),
        (Self::HugThanked, "HUG_THANKED"),
        (Self::HugRequested, "HUG_REQUESTED"),
        (Self::GroupHug, "GROUP_HUG"),
        (Self::Followed, "FOLLOWED"),
        (Self::Reaction, "REACTION"),
        (Self::StreakAtRisk, "STREAK_AT_RISK"),
        (Self::BadgeAwarded, "BADGE_AWARDED"),
    ];
}

/// Kinds as they are kept: their names, separated by spaces.
fn names_of(kinds: Kinds) -> String {
    kinds.iter().map(Named::name).collect::<Vec<_>>().join(" ")
}

fn kinds_of(names: &str) -> Result<Kinds, StoreError> {
    names.split_whitespace().map(|name| Ok(NotificationKind::of_name(name)?)).collect()
}

pub(crate) async fn insert_defaults(connection: &impl Connection, user: UserId) -> Result<(), StoreError> {
    row::Entity::insert(to_row(user, Settings::default()))
        .on_conflict_do_nothing_on([row::Column::UserId])
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}

pub(crate) async fn find_by_ids(
    connection: &impl Connection,
    users: &[UserId],
) -> Result<HashMap<UserId, Settings>, StoreError> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted = row::Column::UserId.is_in(users.iter().copied());
    let rows = row::Entity::find().filter(wanted).all(connection).await?;
    rows.into_iter().map(|row| Ok((row.user_id, of_row(&row)?))).collect()
}

/// Nobody else changes them until the transaction ends.
pub(crate) async fn find_for_update(
    connection: &impl Connection,
    user: UserId,
) -> Result<Option<Settings>, StoreError> {
    let row = row::Entity::find_by_id(user).lock_exclusive().one(connection).await?;
    row.as_ref().map(of_row).transpose()
}

pub(crate) async fn update(
    connection: &impl Connection,
    user: UserId,
    settings: Settings,
) -> Result<(), StoreError> {
    to_row(user, settings).reset_all().update(connection).await.map(|_| ())
}

pub(crate) async fn remove(connection: &impl Connection, user: UserId) -> Result<(), StoreError> {
    row::Entity::delete_by_id(user).exec(connection).await.map(|_| ())
}

fn of_row(row: &row::Model) -> Result<Settings, StoreError> {
    Ok(Settings {
        // A zone that was known when it was set is known for good; IANA renames but keeps the former name.
        calendar: Calendar::parse(&row.timezone, row.day_start_hour.into()).unwrap_or_default(),
        hug_policy: HugPolicy {
            not_followed: HugPolicyAction::of_name(&row.hugs_not_followed)?,
            not_following: HugPolicyAction::of_name(&row.hugs_not_following)?,
            new_accounts: HugPolicyAction::of_name(&row.hugs_new_accounts)?,
            anonymous: HugPolicyAction::of_name(&row.hugs_anonymous)?,
        },
        privacy: Privacy {
            presence: ShownTo::of_name(&row.presence_shown_to)?,
            last_seen: ShownTo::of_name(&row.last_seen_shown_to)?,
            approves_followers: row.approves_followers,
            is_suggested: row.is_suggested,
            mood_visibility: MoodVisibility::of_name(&row.mood_visibility)?,
        },
        notifications: Notifications {
            not_pushed: kinds_of(&row.not_pushed)?,
            mailed: kinds_of(&row.mailed)?,
        },
    })
}

fn to_row(user: UserId, settings: Settings) -> row::ActiveModel {
    let Settings { calendar, hug_policy, privacy, notifications } = settings;
    row::ActiveModel {
        user_id: Set(user),
        timezone: Set(calendar.zone.name().to_owned()),
        day_start_hour: Set(calendar.day_start.hour().into()),
        hugs_not_followed: Set(hug_policy.not_followed.name().to_owned()),
        hugs_not_following: Set(hug_policy.not_following.name().to_owned()),
        hugs_new_accounts: Set(hug_policy.new_accounts.name().to_owned()),
        hugs_anonymous: Set(hug_policy.anonymous.name().to_owned()),
        presence_shown_to: Set(privacy.presence.name().to_owned()),
        last_seen_shown_to: Set(privacy.last_seen.name().to_owned()),
        approves_followers: Set(privacy.approves_followers),
        is_suggested: Set(privacy.is_suggested),
        not_pushed: Set(names_of(notifications.not_pushed)),
        mailed: Set(names_of(notifications.mailed)),
        mood_visibility: Set(privacy.mood_visibility.name().to_owned()),
    }
}
