//! What a subgraph gives of an account's export.

use chrono::TimeDelta;
use events::auth::ExportRequested;
use ids::{ExportId, UserId};
use serde_json::{Value, json};

use crate::{Client, TestApp};

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
}

impl TestApp {
    /// Has what is kept of `user_id` ready for a week.
    pub async fn request_export(&self, user_id: UserId) -> ExportId {
        let now = self.foundation.ctx().now();
        let (export_id, expires_at) = (ExportId::at(now), now + TimeDelta::days(7));
        self.tell(&ExportRequested { export_id, user_id, requested_at: now, expires_at }).await;
        export_id
    }
}

/// The lines of a page.
pub fn lines_of(page: &Value) -> Vec<Value> {
    let content = page["content"].as_str().expect("a content");
    content.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The lines of a type.
pub fn of_type<'l>(lines: &'l [Value], kind: &str) -> Vec<&'l Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}
