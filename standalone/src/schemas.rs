//! The schemas of all subgraphs, of their events and of the gateway's configuration, as their code has them.

use std::path::Path;

use anyhow::Context as _;
use service::Subgraph;

/// Each subgraph's name and its schema.
pub fn schemas() -> [(&'static str, String); 6] {
    [
        schema::<auth::Auth>(),
        schema::<users::Users>(),
        schema::<moods::Moods>(),
        schema::<hugs::Hugs>(),
        schema::<social::Social>(),
        schema::<streaks::Streaks>(),
    ]
}

/// Writes each subgraph's schema to `NAME.graphql` in `folder`, the configuration's to `gateway.schema.json`, and each
/// event's to `events/SUBJECT.json`.
pub fn write_schemas(folder: &Path) -> anyhow::Result<()> {
    let events = folder.join("events");
    std::fs::create_dir_all(&events).with_context(|| format!("{} can't be made", events.display()))?;
    let config = format!("{:#}\n", gateway::config::Config::json_schema());
    let subgraphs = schemas().map(|(name, sdl)| (format!("{name}.graphql"), sdl));
    let files = subgraphs.into_iter().chain([("gateway.schema.json".to_owned(), config)]);
    for (name, text) in files.chain(event_schemas()) {
        let file = folder.join(name);
        std::fs::write(&file, text).with_context(|| format!("{} can't be written", file.display()))?;
    }
    Ok(())
}

/// The file of each event, and of the envelope around it.
fn event_schemas() -> Vec<(String, String)> {
    let events = events::catalogue().into_iter().map(|event| (event.subject, event.schema));
    let schemas = events.chain([("envelope".to_owned(), events::envelope_schema())]);
    schemas.map(|(name, schema)| (format!("events/{name}.json"), format!("{schema:#}\n"))).collect()
}

fn schema<S: Subgraph>() -> (&'static str, String) {
    (S::NAME, S::sdl())
}
