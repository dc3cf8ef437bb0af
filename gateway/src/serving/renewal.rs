//! Making the next serving: loaded and warmed up aside, then swapped in, or refused with nothing changed.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{Instant, timeout, timeout_at},
};

use super::{Serving, ServingError, Servings};
use crate::engine::{Engine, WarmUp, subgraphs_of};

/// Longer than any supergraph needs; one that makes the planner loop is refused after this.
const LOADED_WITHIN: Duration = Duration::from_mins(1);
/// Reading nested types and values recurses; a deep one must not end the process.
const STACK_BYTES: usize = 64 * 1024 * 1024;

impl Servings {
    /// Serves another supergraph from now on, and returns its generation. One that is refused changes nothing: the
    /// reason is logged and shown with the gateway's health until a supergraph is accepted.
    pub(crate) async fn renew(self: &Arc<Self>, supergraph_sdl: String) -> Result<u64, ServingError> {
        let _one_at_a_time = self.renewing.lock().await;
        let began = Instant::now();
        match self.prepare(supergraph_sdl).await {
            Ok(serving) => {
                let Serving { generation, warmed_up, .. } = serving;
                self.replace(serving);
                let took_ms = began.elapsed().as_millis();
                tracing::info!(generation, warmed_up, took_ms, "a new supergraph is served");
                Ok(generation)
            }
            Err(error) => {
                self.note_refusal(error.to_string());
                Err(error)
            }
        }
    }

    async fn prepare(self: &Arc<Self>, supergraph_sdl: String) -> Result<Serving, ServingError> {
        let loaded = self.load_aside(supergraph_sdl).await?;
        let warmed_up = self.warm_up(&self.current().engine, &loaded.engine).await?;
        Ok(Serving { warmed_up, ..loaded })
    }

    /// Loads on a thread of its own: requests don't wait, and a panic is a refusal.
    async fn load_aside(self: &Arc<Self>, supergraph_sdl: String) -> Result<Serving, ServingError> {
        let (sender, loaded) = oneshot::channel();
        let servings = Arc::clone(self);
        let load = move || {
            let loaded = catch_unwind(AssertUnwindSafe(|| servings.load(&supergraph_sdl)));
            let loaded = loaded.unwrap_or_else(|panic| Err(ServingError::Panicked(message_of(&*panic))));
            // Nobody waits any more when it took too long.
            let _ = sender.send(loaded);
        };
        let thread = thread::Builder::new().name("supergraph".to_owned()).stack_size(STACK_BYTES);
        thread.spawn(load).map_err(|error| ServingError::Panicked(error.to_string()))?;
        match timeout(LOADED_WITHIN, loaded).await {
            Ok(Ok(loaded)) => loaded,
            Ok(Err(_)) => Err(ServingError::Panicked("its thread ended".to_owned())),
            Err(_) => Err(ServingError::TooSlow(LOADED_WITHIN.as_secs())),
        }
    }

    /// Makes what would be served with this supergraph, without serving it yet. Subgraphs whose name and
    /// address stay are the very same: their circuits, permits and connections don't notice.
    fn load(&self, supergraph_sdl: &str) -> Result<Serving, ServingError> {
        let current = self.current();
        let subgraphs = Arc::new(current.subgraphs.renewed(subgraphs_of(supergraph_sdl)?)?);
        let engine = Engine::try_new(supergraph_sdl, Arc::clone(&subgraphs) as _, self.options.clone())?;
        let (generation, loaded_at) = (current.generation + 1, self.clock.now());
        Ok(Serving { generation, loaded_at, warmed_up: 0, engine, subgraphs })
    }

    /// Plans the operations that are used most, until the time is up. A supergraph on which none of them can be
    /// planned, though they fit its schema, is refused.
    async fn warm_up(&self, old: &Engine, new: &Engine) -> Result<usize, ServingError> {
        let deadline = Instant::now() + self.config.warm_up_budget();
        let mut planned = 0;
        let mut failure = None;
        for operation in old.hottest(self.config.warm_up_operations) {
            // What is planned already would be taken even without any time.
            if Instant::now() >= deadline {
                break;
            }
            match timeout_at(deadline, new.warm_up(&operation)).await {
                Ok(WarmUp::Planned) => planned += 1,
                Ok(WarmUp::NoLongerValid) => {}
                Ok(WarmUp::Failed(reason)) => failure = Some(reason),
                Err(_) => break,
            }
        }
        match failure {
            Some(reason) if planned == 0 => Err(ServingError::PlansNothing(reason)),
            Some(reason) => {
                tracing::warn!(%reason, "an operation in use can't be planned on the new supergraph");
                Ok(planned)
            }
            None => Ok(planned),
        }
    }
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".to_owned())
}
