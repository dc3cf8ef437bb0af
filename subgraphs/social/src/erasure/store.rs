//! Finding and deleting what is somebody's.

use ids::UserId;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    entity::prelude::Uuid,
    sea_query::{ExprTrait as _, Query},
};

use crate::{
    entities::{
        badge, block, dismissal, follow, follow_request, moment, moment_person, mood, mute, pair, person,
        reaction, report, settings, streak,
    },
    store::{Connection, StoreError},
};

/// Moments that there are no longer without `user`: their own, and hugs that they received.
pub(super) async fn moments_that_go(
    connection: &impl Connection,
    user: UserId,
) -> Result<Vec<Uuid>, StoreError> {
    let takes_part = Query::select()
        .column(moment_person::Column::MomentId)
        .from(moment_person::Entity)
        .and_where(moment_person::Column::UserId.eq(user))
        .to_owned();
    // Asked one after the other: of "this or that" PostgreSQL goes through all moments.
    let own = moment::Entity::find().filter(moment::Column::OwnerId.eq(user));
    let received = moment::Entity::find()
        .filter(moment::Column::Kind.eq("hug"))
        .filter(moment::Column::Id.into_expr().in_subquery(takes_part))
        .filter(moment::Column::OwnerId.ne(user));
    let mut ids: Vec<Uuid> =
        own.select_only().column(moment::Column::Id).into_tuple().all(connection).await?;
    ids.extend(received.select_only().column(moment::Column::Id).into_tuple::<Uuid>().all(connection).await?);
    Ok(ids)
}

pub(super) async fn delete_moments(connection: &impl Connection, ids: &[Uuid]) -> Result<(), StoreError> {
    let ids = || ids.iter().copied();
    moment::Entity::delete_many().filter(moment::Column::Id.is_in(ids())).exec(connection).await?;
    let people = moment_person::Entity::delete_many().filter(moment_person::Column::MomentId.is_in(ids()));
    people.exec(connection).await?;
    Ok(())
}

/// Deletes every row in which `user` stands, but for posts, moments and the moderators' log.
pub(super) async fn delete_rows(connection: &impl Connection, user: UserId) -> Result<(), StoreError> {
    /// Deletes the rows of a table in which one of the columns is the person.
    macro_rules! delete {
        ($($entity:ident: $($column:ident)|+;)+) => {$($(
            $entity::Entity::delete_many()
                .filter($entity::Column::$column.eq(user))
                .exec(connection)
                .await?;
        )+)+};
    }
    delete! {
        follow: FollowerId | FollowedId;
        follow_request: RequesterId | TargetId;
        block: BlockerId | BlockedId;
        mute: MuterId | MutedId;
        pair: LowId | HighId;
        dismissal: UserId | DismissedId;
        mood: OwnerId;
        moment_person: UserId;
        streak: UserId;
        badge: UserId;
        reaction: UserId;
        report: ReporterId | SubjectId;
        settings: UserId;
        person: UserId;
    }
    Ok(())
}
