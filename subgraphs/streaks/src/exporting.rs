//! What people take along of their streaks: the days that made them, what held them, points, badges and choices.

pub(crate) mod graphql;

use events::streaks::ExportCompleted;
use exports::{Contribute, LeftOut, Part, Projection, Table, bare_id, day, flag, id, instant, number, text};
use ids::{PointsEntryId, UserId};
use service::Consumer;

const GROUP: &str = "streaks.exports";

const MEMBER: Table = Table::new("streakSettings", "members", "user_id").ordered_by(&["user_id"]).columns(&[
    id("user_id", UserId::PREFIX),
    flag("shows_badges"),
    flag("on_leaderboard"),
]);

const STREAK: Table = Table::new("streak", "standings", "user_id")
    .ordered_by(&["kind"])
    .columns(&[text("kind"), flag("is_tracked"), number("current"), instant("breaks_at")])
    .left_out(&[LeftOut("told_end", "whether the end of it was told")]);

const DAY: Table = Table::new("streakDay", "qualifying_days", "user_id")
    .ordered_by(&["kind", "local_date", "source_id"])
    .columns(&[
        text("kind"),
        day("local_date"),
        bare_id("source_id"),
        flag("gone"),
        text("timezone"),
        number("day_start_hour"),
        instant("told_at"),
    ])
    .left_out(&[LeftOut("seq", "which event told of it")]);

const HOLD: Table = Table::new("streakHold", "holds", "user_id").ordered_by(&["id"]).columns(&[
    bare_id("id"),
    text("kind"),
    text("hold"),
    day("first_date"),
    day("last_date"),
    instant("made_at"),
]);

const POINTS: Table = Table::new("points", "points", "user_id")
    .ordered_by(&["id"])
    .columns(&[
        id("id", PointsEntryId::PREFIX),
        number("amount"),
        text("kind"),
        number("milestone"),
        instant("made_at"),
    ])
    .left_out(&[LeftOut("reason_key", "what keeps points from being given twice")]);

const BADGE: Table = Table::new("badge", "badge_awards", "user_id")
    .ordered_by(&["badge"])
    .columns(&[text("badge"), instant("awarded_at")]);

/// The group that lets people read what they asked `auth` for.
pub(crate) fn consumer() -> Consumer {
    let requests = Projection::new(Everything, |part: Part| {
        let Part { export_id, user_id, entries, completed_at } = part;
        ExportCompleted { export_id, user_id, entries, completed_at }
    });
    crate::guarded(GROUP, exports::subjects(), requests)
}

/// All that this subgraph keeps of people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Everything;

impl Contribute for Everything {
    fn tables(&self) -> &'static [Table] {
        &[MEMBER, STREAK, DAY, HOLD, POINTS, BADGE]
    }

    fn left_out(&self) -> &'static [LeftOut] {
        &[LeftOut("settings", "what is known here of settings, which users exports")]
    }
}

#[cfg(test)]
mod tests {
    use testkit::{TestApp, columns_of};

    use super::*;
    use crate::Streaks;

    #[tokio::test]
    async fn every_column_is_exported_or_left_out_for_a_reason() {
        let app = TestApp::start::<Streaks>().await;
        assert_eq!(exports::unmentioned(&Everything, &columns_of(&app.db).await), [""; 0]);
        app.finish().await;
    }
}
