//! What people take along of their moods: everything that they wrote, notes opened, and what was found in it.

pub(crate) mod graphql;

use std::collections::HashMap;

use async_trait::async_trait;
use events::moods::ExportCompleted;
use exports::{
    Contribute, LeftOut, Part, Projection, Reader, Row, StoreError, Table, day, decimal, flag, id, instant,
    json, number, text,
};
use ids::{CustomMoodId, InsightId, MoodId, RecommendationId, TagId, UserId};
use keyring::Keyring;
use service::Consumer;

use crate::{entries, forgetting, tags};

const GROUP: &str = "moods.exports";

const MOOD: Table =
    Table::new("mood", "mood_entries", "user_id").ordered_by(&["occurred_at", "id"]).columns(&[
        id("id", MoodId::PREFIX),
        text("kind"),
        number("score"),
        decimal("valence"),
        decimal("energy"),
        json("labels"),
        json("associations"),
        id("custom_mood_id", CustomMoodId::PREFIX),
        text("note"),
        text("note_key"),
        instant("occurred_at"),
        text("timezone"),
        number("day_start_hour"),
        day("local_date"),
        text("visibility"),
        number("revision"),
        instant("created_at"),
        instant("updated_at"),
    ]);

const TAG: Table = Table::new("tag", "mood_tags", "user_id")
    .ordered_by(&["id"])
    .columns(&[id("id", TagId::PREFIX), text("name"), instant("created_at")])
    .left_out(&[LeftOut("folded_name", "what names are compared by")]);

const CUSTOM_MOOD: Table = Table::new("customMood", "custom_moods", "user_id")
    .ordered_by(&["id"])
    .columns(&[
        id("id", CustomMoodId::PREFIX),
        text("name"),
        text("emoji"),
        number("score"),
        decimal("valence"),
        decimal("energy"),
        flag("archived"),
        instant("created_at"),
    ])
    .left_out(&[LeftOut("folded_name", "what names are compared by")]);

const INSIGHT: Table = Table::new("insight", "insights", "user_id")
    .ordered_by(&["id"])
    .columns(&[id("id", InsightId::PREFIX), json("finding"), instant("found_at"), instant("dismissed_at")])
    .left_out(&[LeftOut("position", "where it stands among the others at present")]);

const DISMISSED_INSIGHT: Table = Table::new("dismissedInsight", "insight_dismissals", "user_id")
    .ordered_by(&["insight_id"])
    .columns(&[id("insight_id", InsightId::PREFIX), json("finding"), instant("dismissed_at")]);

const RATING: Table = Table::new("recommendationRating", "recommendation_ratings", "user_id")
    .ordered_by(&["recommendation_id"])
    .columns(&[id("recommendation_id", RecommendationId::PREFIX), text("rating"), instant("rated_at")]);

/// The group that lets people read what they asked `auth` for.
pub(crate) fn consumer(keys: Keyring) -> Consumer {
    let requests = Projection::new(Everything { keys }, |part: Part| {
        let Part { export_id, user_id, entries, completed_at } = part;
        ExportCompleted { export_id, user_id, entries, completed_at }
    });
    Consumer { group: GROUP, subjects: exports::subjects(), handler: forgetting::guarded(requests) }
}

/// All that this subgraph keeps of people. Notes are opened for whoever wrote them, a page at a time.
#[derive(Debug, Clone)]
pub(crate) struct Everything {
    pub(crate) keys: Keyring,
}

#[async_trait]
impl Contribute for Everything {
    fn tables(&self) -> &'static [Table] {
        &[MOOD, TAG, CUSTOM_MOOD, INSIGHT, DISMISSED_INSIGHT, RATING]
    }

    fn left_out(&self) -> &'static [LeftOut] {
        &[
            LeftOut("mood_entry_tags", "moods have the names of their tags"),
            LeftOut("settings", "what is known here of settings, which users exports"),
            LeftOut("insight_states", "when insights were looked for, and will be"),
        ]
    }

    async fn complete(
        &self,
        reader: &Reader,
        _: UserId,
        table: &Table,
        rows: &mut [Row],
    ) -> Result<(), StoreError> {
        if table.kind() != MOOD.kind() {
            return Ok(());
        }
        let ids: Vec<MoodId> = rows.iter().filter_map(|row| row.id("id")).collect();
        let mut tags = tags::store::of_entries(reader, &ids).await?;
        for row in rows {
            self.complete_mood(row, &mut tags)?;
        }
        Ok(())
    }
}

impl Everything {
    /// Opens the note, and names the tags.
    fn complete_mood(
        &self,
        row: &mut Row,
        tags: &mut HashMap<MoodId, Vec<tags::model::Tag>>,
    ) -> Result<(), StoreError> {
        let Some(id) = row.id::<MoodId>("id") else {
            return Ok(());
        };
        let key = row.take_text("noteKey");
        let note = row.take_text("note").map(|body| entries::store::open_note(&self.keys, id, body, key));
        row.put("note", note.transpose()?.map(|note| note.text().to_owned()));
        let tags = tags.remove(&id).unwrap_or_default();
        row.put("tags", tags.iter().map(|tag| tag.name.text()).collect::<Vec<_>>());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use testkit::{TestApp, columns_of};

    use super::*;
    use crate::Moods;

    #[tokio::test]
    async fn every_column_is_exported_or_left_out_for_a_reason() {
        let app = TestApp::start::<Moods>().await;
        let keys = app.foundation.data_keys.clone().unwrap();
        assert_eq!(exports::unmentioned(&Everything { keys }, &columns_of(&app.db).await), [""; 0]);
        app.finish().await;
    }
}
