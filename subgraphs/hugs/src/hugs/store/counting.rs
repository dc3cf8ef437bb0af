//! How many hugs people sent and received.
//!
//! What counts must not tell who is behind an anonymous hug: it isn't in what others see of its sender, nor is one that
//! returns it in what others see of its recipient; and blocking somebody doesn't take either out of one's own counts. Nor may it
//! tell senders that their hugs wait, or were declined: that is left out of what recipients see themselves, and of nothing else.

use sea_orm::FromQueryResult;

use super::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QuerySelect, UserId,
    hug,
};

/// A person's hugs on one side.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub(in crate::hugs) struct Count {
    pub(in crate::hugs) person: UserId,
    pub(in crate::hugs) hugs: i64,
    pub(in crate::hugs) thanked: i64,
}

/// How many hugs of a type somebody sent, or received.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub(in crate::hugs) struct TypeCount {
    pub(in crate::hugs) type_id: ids::HugTypeId,
    pub(in crate::hugs) hugs: i64,
}

/// A side on which a person may stand, and what then hides the other one.
struct Side {
    own: hug::Column,
    other: hug::Column,
    /// The own side is hidden from the other.
    own_hidden: hug::Column,
    /// The other side is hidden from the own.
    other_hidden: hug::Column,
    /// It waits, or was declined; where that is for the own side to know.
    kept_out: Option<hug::Column>,
}

const SENT: Side = Side {
    own: hug::Column::SenderId,
    other: hug::Column::RecipientId,
    own_hidden: hug::Column::Anonymous,
    other_hidden: hug::Column::ToAnonymous,
    kept_out: None,
};
const RECEIVED: Side = Side {
    own: hug::Column::RecipientId,
    other: hug::Column::SenderId,
    own_hidden: hug::Column::ToAnonymous,
    other_hidden: hug::Column::Anonymous,
    kept_out: Some(hug::Column::Filtered),
};

pub(in crate::hugs) async fn count_by_sender(
    connection: &impl ConnectionTrait,
    viewer: Option<UserId>,
    people: &[UserId],
) -> Result<Vec<Count>, DbErr> {
    count(connection, viewer, people, &SENT).await
}

pub(in crate::hugs) async fn count_by_recipient(
    connection: &impl ConnectionTrait,
    viewer: Option<UserId>,
    people: &[UserId],
) -> Result<Vec<Count>, DbErr> {
    count(connection, viewer, people, &RECEIVED).await
}

/// How many hugs of each type `person`, who is the viewer, sent; received, if not `sent`.
pub(in crate::hugs) async fn count_by_type(
    connection: &impl ConnectionTrait,
    person: UserId,
    sent: bool,
) -> Result<Vec<TypeCount>, DbErr> {
    let side = if sent { &SENT } else { &RECEIVED };
    hug::Entity::find()
        .select_only()
        .column(hug::Column::TypeId)
        .column_as(hug::Column::Id.count(), "hugs")
        .filter(side.own.eq(person))
        .filter(countable(Some(person), side))
        .group_by(hug::Column::TypeId)
        .into_model()
        .all(connection)
        .await
}

async fn count(
    connection: &impl ConnectionTrait,
    viewer: Option<UserId>,
    people: &[UserId],
    side: &Side,
) -> Result<Vec<Count>, DbErr> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    hug::Entity::find()
        .select_only()
        .column_as(side.own, "person")
        .column_as(hug::Column::Id.count(), "hugs")
        .column_as(hug::Column::ThankedAt.count(), "thanked")
        .filter(side.own.is_in(people.iter().copied()))
        .filter(countable(viewer, side))
        .group_by(side.own)
        .into_model()
        .all(connection)
        .await
}

/// Not taken back, and nothing that `viewer` is not to know.
fn countable(viewer: Option<UserId>, side: &Side) -> Condition {
    let known = side.own_hidden.eq(false);
    let counted = Condition::all().add(hug::Column::CancelledAt.is_null());
    match viewer {
        None => counted.add(known),
        Some(viewer) => {
            let shown = relationships::not_blocked_with(viewer, (hug::Entity, side.other));
            let let_in = side.kept_out.map(|kept_out| side.own.ne(viewer).or(kept_out.eq(false)));
            counted
                .add(known.or(side.own.eq(viewer)))
                .add(side.other_hidden.eq(true).or(shown))
                .add_option(let_in)
        }
    }
}
