//! How somebody's moods were before and after they were hugged: for them alone. When they were hugged, `hugs` says.

pub(crate) mod graphql;
mod model;

use chrono::{DateTime, Days, Utc};
use chrono_tz::Tz;
use ids::UserId;

use self::model::{Changes, REACH};
use crate::{
    analytics::{
        model::{MAX_DAYS, Window},
        store::{self, StoreError},
    },
    context::Ctx,
};

/// The changes of the owner's moods over the hugs received at `instants`, if it is they who ask.
pub(crate) async fn of(
    ctx: &Ctx,
    owner: UserId,
    mut instants: Vec<DateTime<Utc>>,
) -> Result<Option<Changes>, StoreError> {
    if !ctx.is_viewer(owner) {
        return Ok(None);
    }
    instants.sort_unstable();
    let Some((first, last)) = instants.first().zip(instants.last()) else {
        return Ok(Some(Changes::default()));
    };
    let to = (*last + REACH).date_naive();
    let longest_ago = to - Days::new(MAX_DAYS.unsigned_abs() - 1);
    let window = Window { from: (*first - REACH).date_naive().max(longest_ago), to };
    let entries = store::read(ctx.db.reader(), owner, window, Some(Tz::UTC)).await?;
    Ok(Some(Changes::over(&instants, entries)))
}
