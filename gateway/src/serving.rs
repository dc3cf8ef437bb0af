//! What is being served: the engine of one supergraph and its way to the subgraphs, replaced as a whole.

mod config;
mod file;
mod renewal;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use clock::SharedClock;
use serde::Serialize;
use tokio::sync::watch;

pub use config::SupergraphConfig;
pub use file::SupergraphFile;

use crate::{
    engine::{Engine, SupergraphError, options::EngineOptions},
    subgraphs::{Subgraphs, SubgraphsError},
};

/// One supergraph, ready to be served. A request takes it once and keeps it to its end, so that a plan always runs
/// on the engine that made it; it is dropped when its last request has ended.
pub struct Serving {
    /// 1 for the supergraph that the gateway started with, one more for each that replaced it.
    pub generation: u64,
    pub loaded_at: DateTime<Utc>,
    /// How many operations had been planned on it when it took over.
    pub warmed_up: usize,
    pub engine: Engine,
    pub subgraphs: Arc<Subgraphs>,
}

impl std::fmt::Debug for Serving {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Serving").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// Why a supergraph can't be served, in one line.
#[derive(Debug, thiserror::Error)]
pub enum ServingError {
    #[error(transparent)]
    Supergraph(#[from] SupergraphError),
    #[error(transparent)]
    Subgraphs(#[from] SubgraphsError),
    #[error("loading the supergraph panicked: {0}")]
    Panicked(String),
    #[error("loading the supergraph took longer than {0} s")]
    TooSlow(u64),
    #[error("none of the operations in use can be planned on it; the last one: {0}")]
    PlansNothing(String),
}

/// A supergraph that was not taken.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RefusedSupergraph {
    at: DateTime<Utc>,
    reason: String,
}

/// How the supergraph is.
#[derive(Debug, Serialize)]
pub(crate) struct SupergraphHealth {
    generation: u64,
    loaded_at: DateTime<Utc>,
    warmed_up: usize,
    /// A newer one that can't be served; gone as soon as one can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refused: Option<RefusedSupergraph>,
}

/// The supergraph that is served now, and whatever makes the next one.
pub(crate) struct Servings {
    current: watch::Sender<Arc<Serving>>,
    refused: Mutex<Option<RefusedSupergraph>>,
    renewing: tokio::sync::Mutex<()>,
    options: EngineOptions,
    config: SupergraphConfig,
    clock: SharedClock,
}

impl Servings {
    /// Begins with the first supergraph, whose subgraphs are known already.
    pub(crate) fn try_new(
        supergraph_sdl: &str,
        subgraphs: Arc<Subgraphs>,
        options: EngineOptions,
        config: SupergraphConfig,
        clock: SharedClock,
    ) -> Result<Self, SupergraphError> {
        let engine = Engine::try_new(supergraph_sdl, Arc::clone(&subgraphs) as _, options.clone())?;
        let first = Serving { generation: 1, loaded_at: clock.now(), warmed_up: 0, engine, subgraphs };
        Ok(Self {
            current: watch::Sender::new(Arc::new(first)),
            refused: Mutex::default(),
            renewing: tokio::sync::Mutex::default(),
            options,
            config,
            clock,
        })
    }

    pub(crate) fn config(&self) -> &SupergraphConfig {
        &self.config
    }

    pub(crate) fn current(&self) -> Arc<Serving> {
        Arc::clone(&self.current.borrow())
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Arc<Serving>> {
        self.current.subscribe()
    }

    pub(crate) fn health(&self) -> SupergraphHealth {
        let current = self.current();
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Serving { generation, loaded_at, warmed_up, .. } = *current;
        SupergraphHealth { generation, loaded_at, warmed_up, refused }
    }

    pub(crate) fn note_refusal(&self, reason: String) {
        let generation = self.current().generation;
        tracing::warn!(%reason, generation, "a new supergraph is refused; the old one is served on");
        let refused = RefusedSupergraph { at: self.clock.now(), reason };
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(refused);
    }

    /// What is offered is what is served.
    pub(crate) fn forget_refusal(&self) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// From now on requests are served with this one; those that run keep theirs.
    fn replace(&self, serving: Serving) {
        self.forget_refusal();
        self.current.send_replace(Arc::new(serving));
    }
}
