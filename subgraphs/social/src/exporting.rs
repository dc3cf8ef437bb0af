//! What people take along of what they share, whom they follow, block and mute, and what they reported.
//!
//! Of others there are ids where the person has them from in the first place: who is followed, blocked, reported. What others
//! did to the person without their knowing (blocks, mutes, reports) is the others'.

pub(crate) mod graphql;
mod store;

use async_trait::async_trait;
use events::social::{ExportCompleted, PostVisibility};
use exports::{
    Condition, Contribute, LeftOut, Part, Projection, Reader, Row, StoreError, Table, bare_id, id, id_by,
    instant, number, text,
};
use ids::{AuditEntryId, FollowId, GroupHugId, HugId, HugRequestId, MoodId, PostId, ReportId, UserId};
use service::Consumer;

use crate::{erasure, posts::Visibility};

const GROUP: &str = "social.exports";

const FOLLOWING: Table = Table::new("following", "follows", "follower_id").ordered_by(&["id"]).columns(&[
    id("id", FollowId::PREFIX),
    id("followed_id", UserId::PREFIX),
    instant("followed_at"),
]);

const FOLLOWER: Table = Table::new("follower", "follows", "followed_id").ordered_by(&["id"]).columns(&[
    id("id", FollowId::PREFIX),
    id("follower_id", UserId::PREFIX),
    instant("followed_at"),
]);

const REQUEST_SENT: Table = Table::new("followRequestSent", "follow_requests", "requester_id")
    .ordered_by(&["id"])
    .columns(&[id("id", FollowId::PREFIX), id("target_id", UserId::PREFIX), instant("requested_at")]);

const REQUEST_RECEIVED: Table = Table::new("followRequestReceived", "follow_requests", "target_id")
    .ordered_by(&["id"])
    .columns(&[id("id", FollowId::PREFIX), id("requester_id", UserId::PREFIX), instant("requested_at")]);

const BLOCK: Table = Table::new("block", "blocks", "blocker_id")
    .ordered_by(&["blocked_id"])
    .columns(&[id("blocked_id", UserId::PREFIX), instant("blocked_at")]);

const MUTE: Table = Table::new("mute", "mutes", "muter_id").ordered_by(&["muted_id"]).columns(&[
    id("muted_id", UserId::PREFIX),
    instant("muted_until"),
    instant("muted_at"),
]);

const DISMISSAL: Table = Table::new("dismissedSuggestion", "dismissals", "user_id")
    .ordered_by(&["dismissed_id"])
    .columns(&[id("dismissed_id", UserId::PREFIX), instant("dismissed_at")]);

const POST: Table = Table::new("post", "posts", "author_id")
    .ordered_by(&["id"])
    .columns(&[
        id("id", PostId::PREFIX),
        text("text"),
        number("visibility"),
        text("shared_kind"),
        id_by("shared_id", "shared_kind", &[("mood", MoodId::PREFIX), ("hug", HugId::PREFIX)]),
        text("shared_name"),
        number("shared_days"),
        instant("created_at"),
    ])
    .left_out(&[LeftOut("reach", "who may see it by what it shares")]);

const REACTION: Table = Table::new("reaction", "reactions", "user_id").ordered_by(&["target_id"]).columns(&[
    bare_id("target_id"),
    text("kind"),
    instant("reacted_at"),
]);

/// What is reported, by the names of its kinds.
const TARGETS: &[(&str, &str)] = &[
    ("user", UserId::PREFIX),
    ("post", PostId::PREFIX),
    ("hug", HugId::PREFIX),
    ("request", HugRequestId::PREFIX),
    ("group", GroupHugId::PREFIX),
];

const REPORT: Table = Table::new("report", "reports", "reporter_id")
    .ordered_by(&["id"])
    .columns(&[
        id("id", ReportId::PREFIX),
        text("target_kind"),
        id_by("target_id", "target_kind", TARGETS),
        text("reason"),
        text("text"),
        text("state"),
        instant("reported_at"),
        instant("resolved_at"),
    ])
    .left_out(&[
        LeftOut("subject_id", "whose it is that was reported, who may be unnamed"),
        LeftOut("is_subject_hidden", "whether they are"),
    ]);

const NOTICE: Table = Table::new("moderationNotice", "audit_entries", "subject_id")
    .ordered_by(&["id"])
    .columns(&[
        id("id", AuditEntryId::PREFIX),
        text("action"),
        text("target_kind"),
        id_by("target_id", "target_kind", TARGETS),
        text("reason"),
        instant("acted_at"),
    ])
    .left_out(&[
        LeftOut("moderator_id", "who of the moderators it was, nobody is told"),
        LeftOut("report_id", "which of others' reports it was about"),
        LeftOut("is_subject_hidden", "whether moderators were told whose it was"),
    ]);

/// The group that lets people read what they asked `auth` for.
pub(crate) fn consumer() -> Consumer {
    let requests = Projection::new(Everything, |part: Part| {
        let Part { export_id, user_id, entries, completed_at } = part;
        ExportCompleted { export_id, user_id, entries, completed_at }
    });
    Consumer { group: GROUP, subjects: exports::subjects(), handler: erasure::guarded(requests) }
}

/// All that this subgraph keeps of people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Everything;

#[async_trait]
impl Contribute for Everything {
    fn tables(&self) -> &'static [Table] {
        &[
            FOLLOWING,
            FOLLOWER,
            REQUEST_SENT,
            REQUEST_RECEIVED,
            BLOCK,
            MUTE,
            DISMISSAL,
            POST,
            REACTION,
            REPORT,
            NOTICE,
        ]
    }

    fn left_out(&self) -> &'static [LeftOut] {
        &[
            LeftOut("people", "what is known here of accounts, which auth exports"),
            LeftOut("settings", "what is known here of settings, which users exports"),
            LeftOut("pairs", "what keeps changes between the same two people apart"),
            LeftOut("moods", "what is known here of moods, which moods exports"),
            LeftOut("moments", "what is known here of hugs, which hugs exports"),
            LeftOut("moment_people", "who takes part in those"),
            LeftOut("streaks", "what is known here of streaks, which streaks exports"),
            LeftOut("badges", "what is known here of badges, which streaks exports"),
        ]
    }

    fn condition(&self, table: &Table, _: UserId) -> Option<Condition> {
        (table.kind() == NOTICE.kind()).then(store::told_to_the_subject)
    }

    async fn complete(
        &self,
        reader: &Reader,
        _: UserId,
        table: &Table,
        rows: &mut [Row],
    ) -> Result<(), StoreError> {
        if table.kind() == POST.kind() {
            for row in rows {
                let rank = row.number("visibility").and_then(|rank| i16::try_from(rank).ok());
                let visibility = PostVisibility::from(Visibility::of_rank(rank.unwrap_or_default()));
                let name = serde_json::to_value(visibility);
                row.put("visibility", name.map_err(|error| StoreError::Json(error.to_string()))?);
            }
        } else if table.kind() == REACTION.kind() {
            store::name_targets(reader, rows).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use testkit::{TestApp, columns_of};

    use super::*;
    use crate::Social;

    #[tokio::test]
    async fn every_column_is_exported_or_left_out_for_a_reason() {
        let app = TestApp::start::<Social>().await;
        assert_eq!(exports::unmentioned(&Everything, &columns_of(&app.db).await), [""; 0]);
        app.finish().await;
    }
}
