//! What people take along of their hugs: those that they sent and received, what they asked for, and groups.
//!
//! Each hug is as this one of its two parties sees it: whoever wants to stay unnamed does, and of somebody in a blocked pair
//! with the person nothing comes that they sent. What the person sent stays theirs, with whom they sent it to.

pub(crate) mod graphql;
mod store;

use std::sync::Arc;

use async_trait::async_trait;
use erasure::Guarded;
use events::hugs::ExportCompleted;
use exports::{
    Condition, Contribute, LeftOut, Part, Projection, Reader, Row, StoreError, Table, flag, id, instant,
    number, text,
};
use ids::{GroupHugId, HugId, HugRequestId, HugTypeId, UserId};
use service::Consumer;

const GROUP: &str = "hugs.exports";

const SENT: Table = Table::new("hugSent", "hugs", "sender_id")
    .ordered_by(&["sent_at", "id"])
    .columns(&[
        id("id", HugId::PREFIX),
        id("recipient_id", UserId::PREFIX),
        id("type_id", HugTypeId::PREFIX),
        id("request_id", HugRequestId::PREFIX),
        id("returns", HugId::PREFIX),
        text("message"),
        flag("anonymous"),
        flag("to_anonymous"),
        instant("sent_at"),
        instant("seen_at"),
        instant("thanked_at"),
        instant("cancelled_at"),
    ])
    .left_out(&[
        LeftOut("filtered", "whether the recipient let it in is theirs"),
        LeftOut("declined_at", "whether the recipient wanted it is theirs"),
    ]);

const RECEIVED: Table = Table::new("hugReceived", "hugs", "recipient_id")
    .ordered_by(&["sent_at", "id"])
    .columns(&[
        id("id", HugId::PREFIX),
        id("sender_id", UserId::PREFIX),
        id("type_id", HugTypeId::PREFIX),
        id("request_id", HugRequestId::PREFIX),
        id("returns", HugId::PREFIX),
        text("message"),
        flag("anonymous"),
        flag("filtered"),
        instant("sent_at"),
        instant("seen_at"),
        instant("thanked_at"),
        instant("cancelled_at"),
    ])
    .left_out(&[
        LeftOut("to_anonymous", "whether its sender knows to whom they sent it"),
        LeftOut("declined_at", "what was declined isn't there any more"),
    ]);

const REQUEST: Table = Table::new("hugRequest", "hug_requests", "requester_id")
    .ordered_by(&["created_at", "id"])
    .columns(&[
        id("id", HugRequestId::PREFIX),
        text("message"),
        text("audience"),
        text("urgency"),
        instant("created_at"),
        instant("expires_at"),
        instant("closed_at"),
    ])
    .left_out(&[LeftOut("expired_at", "when it was told that it expired")]);

const ASKED: Table = Table::new("hugRequestReceived", "hug_request_targets", "person_id")
    .ordered_by(&["request_id"])
    .columns(&[id("request_id", HugRequestId::PREFIX), instant("declined_at")]);

const GROUP_HUG: Table = Table::new("groupHug", "group_hugs", "creator_id")
    .ordered_by(&["created_at", "id"])
    .columns(&[
        id("id", GroupHugId::PREFIX),
        id("type_id", HugTypeId::PREFIX),
        text("message"),
        text("audience"),
        number("capacity"),
        text("state"),
        instant("created_at"),
        instant("opens_at"),
        instant("started_at"),
        instant("expires_at"),
        instant("ended_at"),
    ])
    .left_out(&[
        LeftOut("host_id", "who hosts it by now may be somebody else"),
        LeftOut("taken", "how many others take part"),
    ]);

const JOINED: Table = Table::new("groupHugJoined", "group_hug_participants", "person_id")
    .ordered_by(&["group_hug_id"])
    .columns(&[id("group_hug_id", GroupHugId::PREFIX), instant("joined_at")]);

const INVITED: Table = Table::new("groupHugInvitation", "group_hug_invitations", "person_id")
    .ordered_by(&["group_hug_id"])
    .columns(&[id("group_hug_id", GroupHugId::PREFIX), instant("invited_at")])
    .left_out(&[LeftOut("quietly", "whether it was told live")]);

const CONSENT: Table = Table::new("hugConsent", "hug_consents", "person_id")
    .ordered_by(&["other_id"])
    .columns(&[id("other_id", UserId::PREFIX), text("consent"), instant("at")])
    .left_out(&[LeftOut("anonymous", "of those without a name nobody is to be found out by it")]);

/// The group that lets people read what they asked `auth` for.
pub(crate) fn consumer() -> Consumer {
    let requests = Projection::new(Everything, |part: Part| {
        let Part { export_id, user_id, entries, completed_at } = part;
        ExportCompleted { export_id, user_id, entries, completed_at }
    });
    Consumer { group: GROUP, subjects: exports::subjects(), handler: Arc::new(Guarded::new(requests)) }
}

/// All that this subgraph keeps of people, as they may see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Everything;

#[async_trait]
impl Contribute for Everything {
    fn tables(&self) -> &'static [Table] {
        &[SENT, RECEIVED, REQUEST, ASKED, GROUP_HUG, JOINED, INVITED, CONSENT]
    }

    fn left_out(&self) -> &'static [LeftOut] {
        &[
            LeftOut("hug_types", "nobody's"),
            LeftOut(
                "people",
                "what is known here of accounts, names and settings, which auth and users export",
            ),
            LeftOut("hug_sides", "in whose list a hug stands"),
            LeftOut("live_counters", "how much was told live"),
            LeftOut("live_log", "what was told live lately, of what is exported"),
            LeftOut("hug_disclosures", "the moderators' record of who asked for a sender, and why"),
        ]
    }

    fn condition(&self, table: &Table, person: UserId) -> Option<Condition> {
        let kind = table.kind();
        if kind == RECEIVED.kind() {
            Some(store::shown_to_recipient(person))
        } else if kind == ASKED.kind() {
            Some(store::of_requester_shown_to(person))
        } else if kind == JOINED.kind() {
            Some(store::of_host_shown_to(person, "group_hug_participants"))
        } else if kind == INVITED.kind() {
            Some(store::of_host_shown_to(person, "group_hug_invitations"))
        } else if kind == CONSENT.kind() {
            Some(store::under_a_name())
        } else {
            None
        }
    }

    async fn complete(
        &self,
        reader: &Reader,
        _: UserId,
        table: &Table,
        rows: &mut [Row],
    ) -> Result<(), StoreError> {
        let kind = table.kind();
        if kind == SENT.kind() {
            rows.iter_mut().for_each(as_its_sender_sees_it);
        } else if kind == RECEIVED.kind() {
            rows.iter_mut().for_each(as_its_recipient_sees_it);
        } else if kind == REQUEST.kind() {
            let ids: Vec<HugRequestId> = rows.iter().filter_map(|row| row.id("id")).collect();
            let mut targets = store::targets(reader, &ids).await?;
            for row in rows {
                let named = row.id("id").and_then(|id: HugRequestId| targets.remove(&id)).unwrap_or_default();
                row.put("targetIds", named.iter().map(UserId::to_string).collect::<Vec<_>>());
            }
        }
        Ok(())
    }
}

/// Who returned a hug without a name doesn't know whose it was.
fn as_its_sender_sees_it(hug: &mut Row) {
    if hug.is("toAnonymous") {
        hug.remove("recipientId");
    }
}

/// Without the name that wasn't given, and without the words that were taken back.
fn as_its_recipient_sees_it(hug: &mut Row) {
    if hug.is("anonymous") {
        hug.remove("senderId");
    }
    if hug.has("cancelledAt") {
        hug.remove("message");
    }
}

#[cfg(test)]
mod tests {
    use testkit::{TestApp, columns_of};

    use super::*;
    use crate::Hugs;

    #[tokio::test]
    async fn every_column_is_exported_or_left_out_for_a_reason() {
        let app = TestApp::start::<Hugs>().await;
        assert_eq!(exports::unmentioned(&Everything, &columns_of(&app.db).await), [""; 0]);
        app.finish().await;
    }
}
