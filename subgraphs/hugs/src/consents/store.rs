//! The table of consents.

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::OnConflict,
};

use crate::store::Named;

mod entity {
    //! What `person_id` thinks of hugs from `other_id`.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "hug_consents")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: ids::UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub other_id: ids::UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub anonymous: bool,
        pub consent: String,
        pub at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What somebody thinks of another's hugs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// They hugged or thanked the other.
    Known,
    /// They agreed.
    Accepted,
    /// They would rather not.
    Declined,
}

impl Named for Consent {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Known, "KNOWN"), (Self::Accepted, "ACCEPTED"), (Self::Declined, "DECLINED")];
}

/// Lets one transaction at a time go by, or change, what `person` thinks of hugs from `other` under their name: one that is on its
/// way while that is decided would else wait for good.
pub(crate) async fn take_turn(
    connection: &impl ConnectionTrait,
    person: UserId,
    other: UserId,
) -> Result<(), DbErr> {
    database::take_turn(connection, &format!("hugs of {other} to {person}")).await
}

/// What `person` thinks of hugs from `other`; of their anonymous ones, if `anonymous`.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    person: UserId,
    other: UserId,
    anonymous: bool,
) -> Result<Option<Consent>, DbErr> {
    let row = entity::Entity::find_by_id((person, other, anonymous)).one(connection).await?;
    Ok(row.map(|row| Consent::of_name(&row.consent)).transpose()?)
}

/// Notes that in each pair the first knows the second, unless something is noted already. The pairs are in ascending order,
/// so that two transactions don't wait for each other.
pub(crate) async fn note_known(
    connection: &impl ConnectionTrait,
    pairs: &mut [(UserId, UserId)],
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    pairs.sort_unstable();
    let rows = pairs.iter().map(|(person, other)| row(*person, *other, false, Consent::Known, at));
    let noted = key().do_nothing().to_owned();
    entity::Entity::insert_many(rows).on_conflict(noted).exec_without_returning(connection).await.map(|_| ())
}

/// Notes what `person` decided, instead of what was noted before.
pub(super) async fn decide(
    connection: &impl ConnectionTrait,
    person: UserId,
    other: UserId,
    anonymous: bool,
    consent: Consent,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let instead = key().update_columns([entity::Column::Consent, entity::Column::At]).to_owned();
    entity::Entity::insert(row(person, other, anonymous, consent, at))
        .on_conflict(instead)
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}

/// Forgets what `person` thinks of anybody, and anybody of them.
pub(crate) async fn forget(connection: &impl ConnectionTrait, person: UserId) -> Result<(), DbErr> {
    let either =
        Condition::any().add(entity::Column::PersonId.eq(person)).add(entity::Column::OtherId.eq(person));
    entity::Entity::delete_many().filter(either).exec(connection).await.map(|_| ())
}

fn key() -> OnConflict {
    OnConflict::columns([entity::Column::PersonId, entity::Column::OtherId, entity::Column::Anonymous])
}

fn row(
    person: UserId,
    other: UserId,
    anonymous: bool,
    consent: Consent,
    at: DateTime<Utc>,
) -> entity::ActiveModel {
    entity::ActiveModel {
        person_id: Set(person),
        other_id: Set(other),
        anonymous: Set(anonymous),
        consent: Set(consent.name().to_owned()),
        at: Set(at),
    }
}
