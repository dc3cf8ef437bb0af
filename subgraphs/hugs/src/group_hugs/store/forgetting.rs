//! Taking somebody out of the tables.

use std::collections::BTreeSet;

use sea_orm::sea_query::Expr;

use super::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, GroupHugId, QueryFilter, QuerySelect, UserId, group,
    invitation, participant,
};

/// The group hugs that `person` takes part in or hosts, in ascending order.
pub(in crate::group_hugs) async fn concerning(
    connection: &impl ConnectionTrait,
    person: UserId,
) -> Result<BTreeSet<GroupHugId>, DbErr> {
    let joined = participant::Entity::find()
        .select_only()
        .column(participant::Column::GroupHugId)
        .filter(participant::Column::PersonId.eq(person));
    let hosted = group::Entity::find()
        .select_only()
        .column(group::Column::Id)
        .filter(group::Column::HostId.eq(person));
    let mut ids: BTreeSet<GroupHugId> = joined.into_tuple().all(connection).await?.into_iter().collect();
    ids.extend(hosted.into_tuple::<GroupHugId>().all(connection).await?);
    Ok(ids)
}

/// Erases what `person` wrote with the group hugs that they made, and that they made them.
pub(in crate::group_hugs) async fn forget_words(
    connection: &impl ConnectionTrait,
    person: UserId,
) -> Result<(), DbErr> {
    group::Entity::update_many()
        .col_expr(group::Column::Message, Expr::value(Option::<String>::None))
        .col_expr(group::Column::CreatorId, Expr::col(group::Column::HostId))
        .filter(group::Column::CreatorId.eq(person))
        .exec(connection)
        .await
        .map(|_| ())
}

pub(in crate::group_hugs) async fn forget_invitations(
    connection: &impl ConnectionTrait,
    person: UserId,
) -> Result<(), DbErr> {
    let of_person = invitation::Column::PersonId.eq(person);
    invitation::Entity::delete_many().filter(of_person).exec(connection).await.map(|_| ())
}

/// Erases a group hug, in which nobody is left.
pub(in crate::group_hugs) async fn remove(
    connection: &impl ConnectionTrait,
    id: GroupHugId,
) -> Result<(), DbErr> {
    let invitations = invitation::Column::GroupHugId.eq(id);
    invitation::Entity::delete_many().filter(invitations).exec(connection).await?;
    participant::Entity::delete_many()
        .filter(participant::Column::GroupHugId.eq(id))
        .exec(connection)
        .await?;
    group::Entity::delete_by_id(id).exec(connection).await.map(|_| ())
}
