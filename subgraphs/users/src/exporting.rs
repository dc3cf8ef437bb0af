//! What people take along of how they present themselves, and of what they have set.

pub(crate) mod graphql;

use std::sync::Arc;

use async_trait::async_trait;
use erasure::Guarded;
use events::users::ExportCompleted;
use exports::{
    Contribute, LeftOut, Part, Projection, Reader, Row, StoreError, Table, flag, id, instant, number, text,
};
use ids::{AvatarId, UserId};
use service::Consumer;

use crate::context::Ctx;

const GROUP: &str = "users.exports";

const PROFILE: Table = Table::new("profile", "profiles", "user_id").ordered_by(&["user_id"]).columns(&[
    id("user_id", UserId::PREFIX),
    text("username"),
    text("display_name"),
    text("bio"),
    text("pronouns"),
    id("avatar_id", AvatarId::PREFIX),
    instant("joined_at"),
    instant("renamed_at"),
]);

const SETTINGS: Table = Table::new("settings", "settings", "user_id").ordered_by(&["user_id"]).columns(&[
    id("user_id", UserId::PREFIX),
    text("timezone"),
    number("day_start_hour"),
    text("hugs_not_followed"),
    text("hugs_not_following"),
    text("hugs_new_accounts"),
    text("hugs_anonymous"),
    text("presence_shown_to"),
    text("last_seen_shown_to"),
    flag("approves_followers"),
    flag("is_suggested"),
    text("not_pushed"),
    text("mailed"),
    text("mood_visibility"),
]);

const LAST_SEEN: Table = Table::new("lastSeen", "last_seen", "user_id")
    .ordered_by(&["user_id"])
    .columns(&[id("user_id", UserId::PREFIX), instant("at")]);

/// The group that lets people read what they asked `auth` for.
pub(crate) fn consumer(ctx: Ctx) -> Consumer {
    let requests = Projection::new(Everything(ctx), |part: Part| {
        let Part { export_id, user_id, entries, completed_at } = part;
        ExportCompleted { export_id, user_id, entries, completed_at }
    });
    Consumer { group: GROUP, subjects: exports::subjects(), handler: Arc::new(Guarded::new(requests)) }
}

/// All that this subgraph keeps of people. Of pictures it says where they are.
pub(crate) struct Everything(pub(crate) Ctx);

#[async_trait]
impl Contribute for Everything {
    fn tables(&self) -> &'static [Table] {
        &[PROFILE, SETTINGS, LAST_SEEN]
    }

    fn left_out(&self) -> &'static [LeftOut] {
        &[
            LeftOut("username_claims", "what names are compared by; the profile has the name"),
            LeftOut("username_reservations", "names kept for somebody while they register"),
            LeftOut("search_terms", "made from the profile, to be found by"),
            LeftOut("connections", "who is there at this moment, for minutes"),
            LeftOut("told_presence", "what others were told of that last"),
            LeftOut("discarded_avatars", "pictures that are nobody's any more"),
            LeftOut("awarded_badges", "what is known here of badges, which streaks exports"),
        ]
    }

    async fn complete(
        &self,
        _: &Reader,
        _: UserId,
        table: &Table,
        rows: &mut [Row],
    ) -> Result<(), StoreError> {
        for row in rows.iter_mut().filter(|_| table.kind() == PROFILE.kind()) {
            let avatar: Option<AvatarId> = row.id("avatarId");
            row.put("avatarUrls", avatar.map(|avatar| self.0.pictures().urls(avatar)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use testkit::{TestApp, columns_of};

    use super::*;
    use crate::Users;

    #[tokio::test]
    async fn every_column_is_exported_or_left_out_for_a_reason() {
        let app = TestApp::start::<Users>().await;
        let everything = Everything(Ctx::new(&app.foundation).unwrap());
        assert_eq!(exports::unmentioned(&everything, &columns_of(&app.db).await), [""; 0]);
        app.finish().await;
    }
}
