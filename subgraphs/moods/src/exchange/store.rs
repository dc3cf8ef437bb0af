//! What keeps two imports apart.

use database::take_turn;
use ids::UserId;
use sea_orm::{ConnectionTrait, DbErr};

/// Waits until no other import of this person's is under way, and keeps others waiting until the transaction ends: of
/// two that bring the same, the second is to find what the first has written.
pub(super) async fn one_import_at_a_time(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<(), DbErr> {
    take_turn(connection, &format!("moods.import/{user_id}")).await
}
