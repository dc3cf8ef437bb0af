//! What is being served: the engine of one supergraph and its way to the subgraphs, replaced as a whole.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use clock::SharedClock;
use tokio::sync::watch;

use crate::{
    engine::{Engine, SupergraphError, options::EngineOptions, subgraphs_of},
    subgraphs::{Subgraphs, SubgraphsError},
};

/// One supergraph, ready to be served. A request takes it once and keeps it to its end, so that a plan always runs
/// on the engine that made it; it is dropped when its last request has ended.
pub struct Serving {
    /// 1 for the supergraph that the gateway started with, one more for each that replaced it.
    pub generation: u64,
    pub loaded_at: DateTime<Utc>,
    pub engine: Engine,
    pub subgraphs: Arc<Subgraphs>,
}

impl std::fmt::Debug for Serving {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Serving").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// Why a supergraph can't be served.
#[derive(Debug, thiserror::Error)]
pub enum ServingError {
    #[error(transparent)]
    Supergraph(#[from] SupergraphError),
    #[error(transparent)]
    Subgraphs(#[from] SubgraphsError),
}

/// The supergraph that is served now, and whatever makes the next one.
pub(crate) struct Servings {
    current: watch::Sender<Arc<Serving>>,
    options: EngineOptions,
    clock: SharedClock,
}

impl Servings {
    /// Begins with the first supergraph, whose subgraphs are known already.
    pub(crate) fn try_new(
        supergraph_sdl: &str,
        subgraphs: Arc<Subgraphs>,
        options: EngineOptions,
        clock: SharedClock,
    ) -> Result<Self, SupergraphError> {
        let engine = Engine::try_new(supergraph_sdl, Arc::clone(&subgraphs) as _, options.clone())?;
        let first = Serving { generation: 1, loaded_at: clock.now(), engine, subgraphs };
        Ok(Self { current: watch::Sender::new(Arc::new(first)), options, clock })
    }

    pub(crate) fn current(&self) -> Arc<Serving> {
        Arc::clone(&self.current.borrow())
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Arc<Serving>> {
        self.current.subscribe()
    }

    /// Makes what would be served with this supergraph, without serving it yet. Subgraphs whose name and address
    /// stay are the very same: their circuits, permits and connections don't notice.
    pub(crate) fn successor(&self, supergraph_sdl: &str) -> Result<Serving, ServingError> {
        let current = self.current();
        let subgraphs = Arc::new(current.subgraphs.renewed(subgraphs_of(supergraph_sdl)?)?);
        let engine = Engine::try_new(supergraph_sdl, Arc::clone(&subgraphs) as _, self.options.clone())?;
        Ok(Serving { generation: current.generation + 1, loaded_at: self.clock.now(), engine, subgraphs })
    }

    /// From now on requests are served with this one; those that run keep theirs.
    pub(crate) fn replace(&self, serving: Serving) {
        self.current.send_replace(Arc::new(serving));
    }
}
