//! What an operator sees of the events that subgraphs could not handle, and may do about them.

use std::sync::Arc;

use anyhow::Context as _;
use bus::memory::MemoryBus;
use service::{EventsVerb, Subgraph};

use crate::product::{ProductOptions, lay_foundation};

/// Does what `verb` says on the databases that `options` names: of one subgraph, or of all where the verb can. The
/// product may be running.
pub async fn operate_on_events(
    options: &ProductOptions,
    service: Option<&str>,
    verb: &EventsVerb,
) -> anyhow::Result<String> {
    anyhow::ensure!(
        service.is_some() || !verb.needs_a_service(),
        "numbers are of one service's events: say which with --service"
    );
    let mut said = Vec::new();
    said.extend(of::<auth::Auth>(options, service, verb).await?);
    said.extend(of::<users::Users>(options, service, verb).await?);
    said.extend(of::<moods::Moods>(options, service, verb).await?);
    said.extend(of::<hugs::Hugs>(options, service, verb).await?);
    said.extend(of::<social::Social>(options, service, verb).await?);
    said.extend(of::<streaks::Streaks>(options, service, verb).await?);
    anyhow::ensure!(!said.is_empty(), "there is no service {}", service.unwrap_or_default());
    Ok(said.join("\n"))
}

/// `None` when another subgraph is meant.
async fn of<S: Subgraph>(
    options: &ProductOptions,
    service: Option<&str>,
    verb: &EventsVerb,
) -> anyhow::Result<Option<String>> {
    if service.is_some_and(|service| service != S::NAME) {
        return Ok(None);
    }
    // Nothing goes out from here: what is told waits for the relay of the product.
    let foundation = lay_foundation::<S>(options, Arc::new(MemoryBus::new())).await?;
    let said = verb.run_on::<S>(&foundation).await.with_context(|| S::NAME)?;
    foundation.db.close().await?;
    Ok(Some(said))
}
