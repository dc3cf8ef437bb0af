//! What an operator sees of the events that a subgraph could not handle, and may do about them: on its database, whether
//! the subgraph runs meanwhile or not.

use std::{fmt::Write as _, sync::Arc};

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use outbox::{DeadLetter, EventHandler};

use crate::{Foundation, Subgraph};

/// What is asked of a subgraph's dead letters.
#[derive(Debug, Clone, Subcommand)]
pub enum EventsVerb {
    /// Lists the events that could not be handled, the oldest first
    List {
        /// No more than this many
        #[arg(long, default_value_t = 50)]
        limit: u64,
    },
    /// Shows one of them whole
    Show {
        /// The number that the list gives it
        id: i64,
    },
    /// Handles one of them again, or all of them, the oldest first; for when the cause is mended
    Replay {
        /// The number that the list gives it
        #[arg(required_unless_present = "all")]
        id: Option<i64>,
        /// All of them
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
    /// Removes one of them without its ever having been handled
    Discard {
        /// The number that the list gives it
        id: i64,
    },
}

impl EventsVerb {
    /// Whether it is about one subgraph's events and no others.
    pub fn needs_a_service(&self) -> bool {
        !matches!(self, Self::List { .. } | Self::Replay { all: true, .. })
    }

    /// Does it for `S`, and says what was found or done. What a replayed event has the subgraph tell goes out with its own
    /// relay, now or at the next start.
    pub async fn run_on<S: Subgraph>(&self, foundation: &Foundation) -> anyhow::Result<String> {
        foundation.db.migrate::<S::Migrator>().await?;
        match self {
            Self::List { limit } => list::<S>(foundation, *limit).await,
            Self::Show { id } => show(foundation, *id).await,
            Self::Replay { id: Some(id), .. } => replay::<S>(foundation, &[*id]).await,
            Self::Replay { id: None, .. } => {
                replay::<S>(foundation, &foundation.outbox.dead_letter_ids().await?).await
            }
            Self::Discard { id } => discard(foundation, *id).await,
        }
    }
}

async fn list<S: Subgraph>(foundation: &Foundation, limit: u64) -> anyhow::Result<String> {
    let letters = foundation.outbox.dead_letters(limit).await?;
    let (all, pending) =
        (foundation.outbox.dead_letter_ids().await?.len(), foundation.outbox.pending().await?);
    let mut text = format!("{}: {all} dead letters, {pending} events wait for the bus", S::NAME);
    for DeadLetter { id, group, event, error, failed_at } in &letters {
        let (at, subject) = (failed_at.format("%Y-%m-%d %H:%M:%S"), event.subject());
        let error = error.lines().next().unwrap_or_default();
        write!(text, "\n  {id:>5}  {at}  {group}  {subject}  {}  {error}", event.aggregate_id)?;
    }
    Ok(text)
}

async fn show(foundation: &Foundation, id: i64) -> anyhow::Result<String> {
    let letter = foundation.outbox.dead_letter(id).await?.context("there is no such dead letter")?;
    let DeadLetter { group, event, error, failed_at, .. } = letter;
    let event = serde_json::to_string_pretty(&event)?;
    Ok(format!("group   {group}\nfailed  {failed_at:?}\nerror   {error}\n{event}"))
}

async fn replay<S: Subgraph>(foundation: &Foundation, ids: &[i64]) -> anyhow::Result<String> {
    // Held until the end: the outbox knows handlers only for as long as somebody else does.
    let _handlers = know_handlers::<S>(foundation).await?;
    let (mut text, mut failures) = (String::new(), 0);
    for id in ids {
        match foundation.outbox.replay(*id).await {
            Ok(()) => writeln!(text, "{} {id}: handled", S::NAME)?,
            Err(error) => {
                failures += 1;
                writeln!(text, "{} {id}: {error}", S::NAME)?;
            }
        }
    }
    write!(text, "{}: {} of {} handled", S::NAME, ids.len() - failures, ids.len())?;
    ensure!(failures == 0, text);
    Ok(text)
}

/// Puts the subgraph together, without joining the bus, and has its outbox know who handles what.
async fn know_handlers<S: Subgraph>(foundation: &Foundation) -> anyhow::Result<Vec<Arc<dyn EventHandler>>> {
    let assembly = S::assemble(foundation).await?;
    let handlers = assembly.consumers.into_iter().map(|consumer| {
        foundation.outbox.know_handler(consumer.group, &consumer.handler);
        consumer.handler
    });
    Ok(handlers.collect())
}

async fn discard(foundation: &Foundation, id: i64) -> anyhow::Result<String> {
    let work = foundation.outbox.begin(None).await?;
    ensure!(work.remove_dead_letter(id).await?, "there is no such dead letter");
    work.commit().await?;
    Ok(format!("{id} is gone"))
}
