//! A subgraph put together, started and stopped.

use std::{future::Future, sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use bus::{Bus, Consumption};
use clock::SharedClock;
use database::Database;
use futures::future::BoxFuture;
use identity::{AssertionVerifier, Caller, Guard};
use keyring::Keyring;
use outbox::{EventHandler, Outbox};
use sea_orm_migration::MigratorTrait;
use tokio::{
    task::JoinHandle,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, trace::TraceLayer};

use crate::{Ctx, Files, OperatorCommand, Peers, Secret, body_limit, health, tidying::tidying, trace};

/// How long handlers may take to finish the events in hand once the stop has begun.
const EVENTS_WITHIN: Duration = Duration::from_secs(10);
/// How long the relay, which has five seconds itself, and the background tasks may take after that.
const TASKS_WITHIN: Duration = Duration::from_secs(8);

/// What a subgraph says of itself.
pub trait Subgraph: 'static {
    const NAME: &'static str;
    /// The port that a process of its own listens on by default.
    const PORT: u16;
    type Migrator: MigratorTrait;

    /// Its schema, as federation sees it.
    fn sdl() -> String;

    /// What an operator may have done on its database, by its program and without its running.
    fn operator_commands() -> Vec<OperatorCommand> {
        Vec::new()
    }

    /// Puts its parts together. The database is migrated already; nothing runs yet.
    fn assemble(foundation: &Foundation) -> impl Future<Output = anyhow::Result<Assembly>> + Send;
}

/// What a subgraph is built on.
#[derive(Debug, Clone)]
pub struct Foundation {
    pub db: Database,
    pub clock: SharedClock,
    pub bus: Arc<dyn Bus>,
    pub outbox: Outbox,
    pub peers: Peers,
    pub identity_secret: Secret,
    pub jwt_secret: Option<Secret>,
    /// What is encrypted at rest is sealed with these; a subgraph that needs them doesn't start without.
    pub data_keys: Option<Keyring>,
    pub files: Files,
}

impl Foundation {
    /// The context of work on nobody's behalf.
    pub fn ctx(&self) -> Ctx {
        Ctx {
            db: self.db.clone(),
            clock: self.clock.clone(),
            outbox: self.outbox.clone(),
            caller: Caller::Anonymous,
            peers: self.peers.clone(),
        }
    }
}

/// The parts of a subgraph.
#[derive(Default)]
pub struct Assembly {
    /// Routes that answer only with a valid assertion.
    pub guarded: Router,
    /// Routes that answer anybody.
    pub open: Router,
    pub consumers: Vec<Consumer>,
    pub tasks: Vec<Task>,
}

/// A durable group of the subgraph.
pub struct Consumer {
    pub group: &'static str,
    /// `producer.Type`, or `producer.*`.
    pub subjects: Vec<String>,
    pub handler: Arc<dyn EventHandler>,
}

/// Work in the background that ends when its token is cancelled.
pub type Task = Box<dyn FnOnce(CancellationToken) -> BoxFuture<'static, ()> + Send>;

/// A subgraph that is put together.
///
/// Where several share one process, all start consuming before the first relays: in memory, an event goes only to
/// the groups that are there.
pub struct Running {
    name: &'static str,
    router: Router,
    outbox: Outbox,
    waiting: Vec<Consumer>,
    tasks: Vec<Task>,
    consuming: Vec<Consumption>,
    working: Vec<JoinHandle<()>>,
    stop_tasks: CancellationToken,
    stop_relay: CancellationToken,
}

impl Running {
    /// Migrates the database and puts `S` together; nothing runs until [`consume`](Self::consume) and
    /// [`relay`](Self::relay).
    pub async fn assemble<S: Subgraph>(foundation: &Foundation) -> anyhow::Result<Self> {
        foundation.db.migrate::<S::Migrator>().await?;
        let mut assembly = S::assemble(foundation).await?;
        let (db, clock) = (foundation.db.clone(), foundation.clock.clone());
        assembly.tasks.extend(tidying(db, clock, &S::Migrator::migrations()));
        let guard = Guard {
            verifier: AssertionVerifier::new(foundation.identity_secret.reveal(), S::NAME),
            clock: foundation.clock.clone(),
        };
        let router = assembly
            .guarded
            .route_layer(middleware::from_fn_with_state(guard, identity::require_assertion))
            .merge(assembly.open)
            .layer(DefaultBodyLimit::disable())
            .layer(middleware::from_fn(body_limit::limit))
            .merge(health::routes(S::NAME, foundation.db.clone(), foundation.peers.clone()))
            .layer(CatchPanicLayer::new())
            .layer(TraceLayer::new_for_http())
            .layer(middleware::from_fn_with_state(S::NAME, trace::trace));
        Ok(Self {
            name: S::NAME,
            router,
            outbox: foundation.outbox.clone(),
            waiting: assembly.consumers,
            tasks: assembly.tasks,
            consuming: Vec::new(),
            working: Vec::new(),
            stop_tasks: CancellationToken::new(),
            stop_relay: CancellationToken::new(),
        })
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The subgraph as an HTTP service.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Joins the subgraph's groups.
    pub async fn consume(&mut self) -> anyhow::Result<()> {
        for consumer in self.waiting.drain(..) {
            let joined = self.outbox.consumer(consumer.group, &consumer.subjects, consumer.handler).await?;
            self.consuming.push(joined);
        }
        Ok(())
    }

    /// Starts the relay and the background tasks.
    pub fn relay(&mut self) {
        self.working.push(self.outbox.start_relay(self.stop_relay.clone()));
        for task in self.tasks.drain(..) {
            self.working.push(tokio::spawn(task(self.stop_tasks.clone())));
        }
    }

    /// Ends the background tasks, and with them the streams that they feed, so that open requests can drain.
    pub fn release_streams(&self) {
        self.stop_tasks.cancel();
    }

    /// Finishes the events in hand and the relay's batch, in less than twenty seconds. Nothing is lost when that isn't enough.
    pub async fn stop(self) {
        Consumption::stop_all(self.consuming, EVENTS_WITHIN).await;
        self.stop_tasks.cancel();
        self.stop_relay.cancel();
        end(self.name, self.working).await;
    }
}

/// Waits until all of the tasks have ended, and ends those that don't end in time.
async fn end(name: &'static str, tasks: Vec<JoinHandle<()>>) {
    let deadline = Instant::now() + TASKS_WITHIN;
    for mut task in tasks {
        match timeout_at(deadline, &mut task).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, subgraph = name, "a background task ended badly"),
            Err(_) => {
                tracing::warn!(subgraph = name, "a background task doesn't end, and is broken off");
                task.abort();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, sync::Mutex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_task_that_does_not_end_is_broken_off_and_the_others_are_waited_for() {
        let ended = Arc::new(Mutex::new(Vec::new()));
        let tasks = [Duration::MAX, Duration::from_secs(1), Duration::from_secs(5)].map(|takes| {
            let ended = ended.clone();
            tokio::spawn(async move {
                if takes == Duration::MAX {
                    pending::<()>().await;
                }
                tokio::time::sleep(takes).await;
                ended.lock().unwrap().push(takes.as_secs());
            })
        });
        let begun = Instant::now();
        end("hugs", tasks.into()).await;
        assert_eq!(begun.elapsed(), TASKS_WITHIN);
        assert_eq!(*ended.lock().unwrap(), [1, 5]);
        tokio::task::yield_now().await;
        assert_eq!(Arc::strong_count(&ended), 1, "nothing goes on");
    }
}
