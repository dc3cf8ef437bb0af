//! Reading requests to follow.

use database::keyset::{self, Shown};
use ids::UserId;
use pagination::{PageRequest, Slice};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Direction, FollowRequest, Position};
use crate::{
    entities::follow_request::{Column, Entity, Model},
    store::{Connection, StoreError},
};

pub(super) async fn page(
    connection: &impl Connection,
    viewer: UserId,
    direction: Direction,
    page: &PageRequest<Position>,
) -> Result<Slice<FollowRequest>, StoreError> {
    let own = match direction {
        Direction::Incoming => Column::TargetId,
        Direction::Outgoing => Column::RequesterId,
    };
    let select = Entity::find().filter(own.eq(viewer));
    let select = keyset::page(select, page, Shown::NewestFirst, &[Column::Id], |position: &Position| {
        vec![position.0.into()]
    });
    let as_seen = |row: Model| {
        let other = match direction {
            Direction::Incoming => row.requester_id,
            Direction::Outgoing => row.target_id,
        };
        FollowRequest { id: row.id, other, requested_at: row.requested_at }
    };
    Ok(Slice::from_rows(select.all(connection).await?, page).map(as_seen))
}
