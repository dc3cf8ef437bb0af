//! What a subgraph gives of an account's export.

use chrono::TimeDelta;
use events::auth::{ExportRequested, UserErased};
use ids::{ExportId, UserId};
use serde_json::{Value, json};

use crate::{Client, TestApp, residue_of};

/// How long an export can be read.
const READABLE_FOR: TimeDelta = TimeDelta::days(7);

/// A subgraph's part, by the field that it adds to `AccountExport`.
#[derive(Debug, Clone, Copy)]
pub struct Part(pub &'static str);

impl Part {
    /// Asks for a page of the export `$e` from `$after` on.
    pub fn query(self) -> String {
        format!(
            r#"query($e: ID!, $after: Cursor) {{ _entities(representations: [{{ __typename: "AccountExport", id: $e }}]) {{
            ... on AccountExport {{ {}(after: $after) {{ content entries next }} }} }} }}"#,
            self.0
        )
    }

    /// The page, as `client` sees it.
    pub async fn page(self, client: &Client, export: ExportId, after: &Value) -> Value {
        let variables = json!({ "e": export, "after": after });
        client.data(&self.query(), variables).await["_entities"][0][self.0].take()
    }

    /// All that somebody takes along, which has to fit in a page.
    pub async fn of(self, app: &TestApp, user_id: UserId) -> Vec<Value> {
        let export = app.request_export(user_id).await;
        let page = self.page(&app.as_user(user_id), export, &Value::Null).await;
        assert_eq!(page["next"], Value::Null, "{page:#}");
        lines_of(&page)
    }

    /// Tries who reads an export of `owner`, of whom something has to be kept: `other` and nobody do not, nor does its owner when the
    /// time is over, nor when they are erased, which is the end of them.
    pub async fn assert_its_owners_while_it_lasts(self, app: &TestApp, owner: UserId, other: UserId) {
        let client = app.as_user(owner);
        let nothing = Value::Null;
        let unheard = ExportId::at(app.foundation.ctx().now());
        assert_eq!(self.page(&client, unheard, &nothing).await, nothing);
        let export = app.request_export(owner).await;
        for stranger in [app.as_user(other), app.anonymous(), app.as_admin(other)] {
            assert_eq!(self.page(&stranger, export, &nothing).await, nothing);
        }
        let page = self.page(&client, export, &nothing).await;
        assert_ne!(page["entries"], 0);
        assert_eq!(app.completed_exports().await, [json!([export, owner, page["entries"]])]);
        let variables = json!({ "e": export, "after": "nonsense" });
        assert_eq!(client.failure(&self.query(), variables).await, "BAD_USER_INPUT");
        app.clock.advance(READABLE_FOR);
        assert_eq!(self.page(&client, export, &nothing).await, nothing);

        let export = app.request_export(owner).await;
        app.tell(&UserErased { user_id: owner, erased_at: app.foundation.ctx().now() }).await;
        for export in [export, app.request_export(owner).await] {
            assert_eq!(self.page(&client, export, &nothing).await, nothing);
        }
        assert_eq!(residue_of(&app.db, owner).await, [""; 0]);
    }
}

impl TestApp {
    /// Has what is kept of `user_id` ready for a week.
    pub async fn request_export(&self, user_id: UserId) -> ExportId {
        let now = self.foundation.ctx().now();
        let (export_id, expires_at) = (ExportId::at(now), now + READABLE_FOR);
        self.tell(&ExportRequested { export_id, user_id, requested_at: now, expires_at }).await;
        export_id
    }

    /// Of each export that the subgraph told to be complete: which it is, whose, and how many lines the subgraph has of it.
    pub async fn completed_exports(&self) -> Vec<Value> {
        let envelopes = self.envelopes().await;
        let completed = envelopes.iter().filter(|event| event.kind == "ExportCompleted");
        completed
            .map(|event| json!([event.data["exportId"], event.data["userId"], event.data["entries"]]))
            .collect()
    }
}

/// The lines of a page.
pub fn lines_of(page: &Value) -> Vec<Value> {
    let content = page["content"].as_str().unwrap_or_else(|| panic!("no content: {page:#}"));
    content.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The lines of a type.
pub fn of_type<'l>(lines: &'l [Value], kind: &str) -> Vec<&'l Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}
