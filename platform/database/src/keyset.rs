//! Keyset pages as SQL: `WHERE (a, b) < (x, y) ORDER BY a DESC, b DESC LIMIT n`, which one index serves on both databases.

use pagination::{Direction, PageRequest};
use sea_orm::{
    EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select, Value,
    sea_query::{Expr, ExprTrait},
};

/// The order in which a list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    NewestFirst,
    OldestFirst,
}

/// Restricts `select` to the rows of `request`, ordered by `columns` (the last one unique), and to one row more than
/// the page holds. `values` gives a key's value for each column.
pub fn page<E: EntityTrait, K>(
    select: Select<E>,
    request: &PageRequest<K>,
    shown: Shown,
    columns: &[E::Column],
    values: impl Fn(&K) -> Vec<Value>,
) -> Select<E> {
    let row =
        || Expr::tuple(columns.iter().map(|column| Expr::col((E::default(), *column))).collect::<Vec<_>>());
    let key = |key: &K| Expr::tuple(values(key).into_iter().map(Expr::value).collect::<Vec<_>>());
    let mut select = select;
    // «After» a row is further down the list as shown.
    if let Some(after) = &request.after {
        let further = match shown {
            Shown::NewestFirst => row().lt(key(after)),
            Shown::OldestFirst => row().gt(key(after)),
        };
        select = select.filter(further);
    }
    if let Some(before) = &request.before {
        let nearer = match shown {
            Shown::NewestFirst => row().gt(key(before)),
            Shown::OldestFirst => row().lt(key(before)),
        };
        select = select.filter(nearer);
    }
    let descending = (shown == Shown::NewestFirst) == (request.direction == Direction::Forward);
    let order = if descending { Order::Desc } else { Order::Asc };
    for column in columns {
        select = select.order_by(*column, order.clone());
    }
    select.limit(request.rows_to_read())
}
