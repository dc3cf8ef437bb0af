//! The schemas of all subgraphs, as their code has them.

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

/// Writes each schema to `NAME.graphql` in `folder`.
pub fn write_schemas(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    for (name, sdl) in schemas() {
        let file = folder.join(format!("{name}.graphql"));
        std::fs::write(&file, sdl).with_context(|| format!("{} can't be written", file.display()))?;
    }
    Ok(())
}

fn schema<S: Subgraph>() -> (&'static str, String) {
    (S::NAME, S::sdl())
}
