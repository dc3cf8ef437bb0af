//! The history of one person.

use database::keyset::{self, Shown};
use pagination::PageRequest;
use sea_orm::{
    QueryTrait as _,
    sea_query::{Expr, SelectStatement},
};

use super::{
    ColumnTrait, Condition, ConnectionTrait, DateTime, DbErr, EntityTrait, ExprTrait, HugId, Named,
    QueryFilter, QueryOrder, QuerySelect, Select, Side, UserId, Utc, hug, side,
};
use crate::hugs::{HistoryFilter, HugPosition, HugStatus, Listed};

/// The ids of a page of the history of `viewer`, nearest first in the page's direction.
pub(in crate::hugs) async fn page_of_sides(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    listed: Listed,
    filter: &HistoryFilter,
    page: &PageRequest<HugPosition>,
) -> Result<Vec<HugId>, DbErr> {
    let side = match listed {
        Listed::All => side::Column::Side.ne(Side::Filtered.name()),
        Listed::Sent => side::Column::Side.eq(Side::Sent.name()),
        Listed::Received => side::Column::Side.eq(Side::Received.name()),
        Listed::Filtered => side::Column::Side.eq(Side::Filtered.name()),
    };
    let sides = filtered(shown_to(viewer).filter(side), filter, page);
    let columns = [side::Column::SentAt, side::Column::HugId];
    let values = |position: &HugPosition| vec![position.at.into(), position.id.into()];
    let rows = keyset::page(sides, page, Shown::NewestFirst, &columns, values).all(connection).await?;
    Ok(rows.into_iter().map(|row| row.hug_id).collect())
}

/// When `viewer` received hugs, those sent last first, at most `limit`; of those that waited, when they were let in.
pub(in crate::hugs) async fn received_instants(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    limit: u64,
) -> Result<Vec<DateTime<Utc>>, DbErr> {
    let received = shown_to(viewer)
        .select_only()
        .column(side::Column::SentAt)
        .column(side::Column::LetInAt)
        .filter(side::Column::Side.eq(Side::Received.name()))
        .order_by_desc(side::Column::SentAt)
        .order_by_desc(side::Column::HugId)
        .limit(limit);
    let received: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> = received.into_tuple().all(connection).await?;
    Ok(received.into_iter().map(|(sent_at, let_in_at)| let_in_at.unwrap_or(sent_at)).collect())
}

/// The sides of `viewer`, without those whose other party is in a blocked pair with them, unless they aren't to know it.
fn shown_to(viewer: UserId) -> Select<side::Entity> {
    let shown = relationships::not_blocked_with(viewer, (side::Entity, side::Column::OtherId));
    side::Entity::find()
        .filter(side::Column::PersonId.eq(viewer))
        .filter(side::Column::OtherHidden.eq(true).or(shown))
}

fn filtered(
    sides: Select<side::Entity>,
    filter: &HistoryFilter,
    page: &PageRequest<HugPosition>,
) -> Select<side::Entity> {
    let hugs = of_hug(filter);
    // Unless the page begins within them, or SQLite would begin at them and pass over what is before the page.
    let from = filter.from.filter(|from| page.before.as_ref().is_none_or(|before| before.at < *from));
    let until = filter.until.filter(|until| page.after.as_ref().is_none_or(|after| after.at >= *until));
    sides
        .apply_if(filter.person, |sides, person| {
            sides.filter(side::Column::OtherId.eq(person)).filter(side::Column::OtherHidden.eq(false))
        })
        .apply_if(from, |sides, from| sides.filter(side::Column::SentAt.gte(from)))
        .apply_if(until, |sides, until| sides.filter(side::Column::SentAt.lt(until)))
        .apply_if(hugs, |sides, hugs| sides.filter(Expr::exists(having(hugs))))
}

/// What has to hold of the hug itself; `None` when that is nothing.
fn of_hug(filter: &HistoryFilter) -> Option<Condition> {
    let wanted = [
        filter.type_id.map(|id| Condition::all().add(hug::Column::TypeId.eq(id))),
        filter.status.map(having_status),
        filter.anonymous.map(|anonymous| Condition::all().add(hug::Column::Anonymous.eq(anonymous))),
        filter.answering.map(|answering| {
            let request = hug::Column::RequestId;
            Condition::all().add(if answering { request.is_not_null() } else { request.is_null() })
        }),
    ];
    wanted.into_iter().flatten().reduce(Condition::add)
}

fn having_status(status: HugStatus) -> Condition {
    use hug::Column::{CancelledAt, SeenAt, ThankedAt};
    let status = match status {
        HugStatus::Cancelled => CancelledAt.is_not_null(),
        HugStatus::Thanked => ThankedAt.is_not_null(),
        HugStatus::Seen => SeenAt.is_not_null().and(ThankedAt.is_null()),
        HugStatus::Sent => SeenAt.is_null().and(CancelledAt.is_null()),
    };
    Condition::all().add(status)
}

/// The hug of the row at hand, if the condition holds of it.
fn having(condition: Condition) -> SelectStatement {
    hug::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(Expr::col((hug::Entity, hug::Column::Id)).eq(Expr::col((side::Entity, side::Column::HugId))))
        .filter(condition)
        .into_query()
}
