//! A mute, perhaps one that has ended by itself.

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{Condition, entity::prelude::*};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mutes")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) muter_id: UserId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) muted_id: UserId,
    /// When it ends by itself, if it does.
    pub(crate) muted_until: Option<DateTimeUtc>,
    pub(crate) muted_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Holds for mutes that haven't ended by `now`.
pub(crate) fn in_force(now: DateTime<Utc>) -> Condition {
    Condition::any().add(Column::MutedUntil.is_null()).add(Column::MutedUntil.gt(now))
}
