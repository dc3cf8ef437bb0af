//! What of the tables a person is to see, and whom their requests name.

use std::collections::HashMap;

use exports::{Condition, Reader};
use ids::{HugRequestId, UserId};
use sea_orm::{
    ConnectionTrait as _,
    sea_query::{Expr, ExprTrait as _, Order, Query},
};

use crate::store::StoreError;

/// Hugs that their recipient hasn't declined, without those of blocked pairs; who isn't named can't be told by a block.
pub(super) fn shown_to_recipient(person: UserId) -> Condition {
    let shown = relationships::not_blocked_with(person, ("hugs", "sender_id"));
    let shown = Expr::col(("hugs", "anonymous")).eq(true).or(shown);
    Expr::col(("hugs", "declined_at")).is_null().and(shown)
}

/// What names the person in a request of somebody who isn't in a blocked pair with them.
pub(super) fn of_requester_shown_to(person: UserId) -> Condition {
    let requests = Query::select()
        .column("id")
        .from("hug_requests")
        .and_where(relationships::not_blocked_with(person, ("hug_requests", "requester_id")))
        .take();
    Expr::col(("hug_request_targets", "request_id")).in_subquery(requests)
}

/// What of `table` belongs to group hugs whose host isn't in a blocked pair with the person.
pub(super) fn of_host_shown_to(person: UserId, table: &'static str) -> Condition {
    let hugs = Query::select()
        .column("id")
        .from("group_hugs")
        .and_where(relationships::not_blocked_with(person, ("group_hugs", "host_id")))
        .take();
    Expr::col((table, "group_hug_id")).in_subquery(hugs)
}

/// What was decided of people, not of whoever sent something without a name.
pub(super) fn under_a_name() -> Condition {
    Expr::col(("hug_consents", "anonymous")).eq(false)
}

/// Whom each of the requests names.
pub(super) async fn targets(
    reader: &Reader,
    requests: &[HugRequestId],
) -> Result<HashMap<HugRequestId, Vec<UserId>>, StoreError> {
    let mut targets: HashMap<HugRequestId, Vec<UserId>> = HashMap::new();
    if requests.is_empty() {
        return Ok(targets);
    }
    let named = Query::select()
        .columns(["request_id", "person_id"])
        .from("hug_request_targets")
        .and_where(Expr::col("request_id").is_in(requests.iter().copied()))
        .order_by("person_id", Order::Asc)
        .take();
    for row in reader.query_all(&named).await? {
        targets.entry(row.try_get("", "request_id")?).or_default().push(row.try_get("", "person_id")?);
    }
    Ok(targets)
}
