//! The schemas of all subgraphs and of the gateway's configuration, as their code has them.

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

/// Writes each subgraph's schema to `NAME.graphql` in `folder`, and the configuration's to `gateway.schema.json`.
pub fn write_schemas(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    let config = format!("{:#}\n", gateway::config::Config::json_schema());
    let subgraphs = schemas().map(|(name, sdl)| (format!("{name}.graphql"), sdl));
    for (name, text) in subgraphs.into_iter().chain([("gateway.schema.json".to_owned(), config)]) {
        let file = folder.join(name);
        std::fs::write(&file, text).with_context(|| format!("{} can't be written", file.display()))?;
    }
    Ok(())
}

fn schema<S: Subgraph>() -> (&'static str, String) {
    (S::NAME, S::sdl())
}
