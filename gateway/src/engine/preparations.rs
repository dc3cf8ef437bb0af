//! Documents and plans, made once and kept: caches bounded by bytes, each miss worked on by one request only, and never
//! on a thread that serves others.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::available_parallelism;

use ahash::AHashMap;
use moka::future::Cache;
use tokio::sync::Semaphore;
use tracing::Span;

use super::authorization::Unmet;
use super::document::{ValidDocument, Variant};
use super::options::EngineOptions;
use super::planning::PlanningError;
use super::response::GraphqlResponse;

/// What a client sent, as far as it decides which operation is meant.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct DocumentKey {
    pub(super) text: String,
    pub(super) operation_name: Option<String>,
}

/// Everything that decides how one document's operation is planned.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct PlanKey {
    /// The document's number; no two ever have the same.
    pub(super) document: u64,
    /// The outcomes of the variables that decide a `@skip` or `@include`.
    pub(super) conditions: Vec<bool>,
    /// How many of the supergraph's `percent(…)` overrides don't apply.
    pub(super) overrides: usize,
    /// What the viewer lacks of what the document requires.
    pub(super) unmet: Unmet,
}

/// For whom, and with what outcomes of its conditions, a document is planned.
pub(super) type Outcomes = (Vec<bool>, Unmet);

/// A valid document, or the refusal of one that isn't.
pub(super) type Reading = Result<Arc<ValidDocument>, GraphqlResponse>;

/// How full one of the engine's caches is. Eviction lags behind insertion by a few entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheFill {
    /// How many there are.
    pub entries: u64,
    /// What they take, by the engine's own estimate.
    pub bytes: u64,
    /// What they may take.
    pub capacity_bytes: u64,
}

/// How full the engine's caches are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheFills {
    /// Documents read, and the refusals of those that are not valid.
    pub documents: CacheFill,
    /// Plans made.
    pub plans: CacheFill,
}

/// The caches, and the right to work on what they miss.
pub(super) struct Preparations {
    documents: Cache<DocumentKey, Reading, ahash::RandomState>,
    plans: Cache<PlanKey, Arc<Variant>, ahash::RandomState>,
    document_capacity: u64,
    plan_capacity: u64,
    /// As many at a time as there are processors: what is expensive to prepare queues with its like.
    workers: Arc<Semaphore>,
}

impl Preparations {
    pub(super) fn new(options: &EngineOptions) -> Self {
        let documents = Cache::builder()
            .weigher(|key: &DocumentKey, reading: &Reading| {
                let value = match reading {
                    Ok(document) => document.bytes(),
                    Err(refusal) => refusal.body.len(),
                };
                weight(value + key.text.len() + size_of::<DocumentKey>())
            })
            .max_capacity(options.document_cache_bytes)
            .build_with_hasher(ahash::RandomState::default());
        let plans = Cache::builder()
            .weigher(|key: &PlanKey, variant: &Arc<Variant>| {
                weight(variant.bytes() + key.conditions.len() + key.unmet.bytes() + size_of::<PlanKey>())
            })
            .max_capacity(options.plan_cache_bytes)
            .build_with_hasher(ahash::RandomState::default());
        Self {
            documents,
            plans,
            document_capacity: options.document_cache_bytes,
            plan_capacity: options.plan_cache_bytes,
            workers: Arc::new(Semaphore::new(available_parallelism().map_or(2, usize::from).max(2))),
        }
    }

    /// The document under `key`, read by `read` if it isn't known.
    pub(super) async fn document(
        &self,
        key: DocumentKey,
        read: impl FnOnce(&DocumentKey) -> Reading + Send + 'static,
    ) -> Reading {
        if let Some(known) = self.documents.get(&key).await {
            return known;
        }
        let wanted = key.clone();
        self.documents.get_with(key, self.work(move || read(&wanted))).await
    }

    /// The plan under `key`, made by `plan` if it isn't known. Failures are not kept, but shared by all who wait.
    pub(super) async fn plan(
        &self,
        key: PlanKey,
        plan: impl FnOnce() -> Result<Variant, PlanningError> + Send + 'static,
    ) -> Result<Arc<Variant>, PlanningError> {
        if let Some(known) = self.plans.get(&key).await {
            return Ok(known);
        }
        let planned = self.plans.try_get_with(key, async { self.work(plan).await.map(Arc::new) }).await;
        planned.map_err(|error| (*error).clone())
    }

    /// What is kept: each valid document that is planned, and what it is planned for.
    pub(super) fn planned(
        &self,
    ) -> impl Iterator<Item = (Arc<DocumentKey>, Arc<ValidDocument>, Vec<Outcomes>)> {
        let mut outcomes: AHashMap<u64, Vec<Outcomes>> = AHashMap::new();
        for (key, _) in &self.plans {
            let known = outcomes.entry(key.document).or_default();
            let outcome = (key.conditions.clone(), key.unmet.clone());
            if !known.contains(&outcome) {
                known.push(outcome);
            }
        }
        self.documents.iter().filter_map(move |(key, reading)| {
            let document = reading.ok()?;
            let outcomes = outcomes.remove(&document.number())?;
            Some((key, document, outcomes))
        })
    }

    /// After what is due for eviction has been evicted.
    pub(super) async fn fills(&self) -> CacheFills {
        self.documents.run_pending_tasks().await;
        self.plans.run_pending_tasks().await;
        let documents = CacheFill {
            entries: self.documents.entry_count(),
            bytes: self.documents.weighted_size(),
            capacity_bytes: self.document_capacity,
        };
        let plans = CacheFill {
            entries: self.plans.entry_count(),
            bytes: self.plans.weighted_size(),
            capacity_bytes: self.plan_capacity,
        };
        CacheFills { documents, plans }
    }

    /// Runs what only computes on a thread of its own. A client that leaves doesn't free its worker early.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let permit = self.workers.clone().acquire_owned().await;
        let span = Span::current();
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            span.in_scope(work)
        });
        match done.await.map_err(tokio::task::JoinError::try_into_panic) {
            Ok(outcome) => outcome,
            Err(Ok(panic)) => resume_unwind(panic),
            // Only a runtime that is being shut down cancels it, and nobody is left to be answered.
            Err(Err(_)) => std::future::pending().await,
        }
    }
}

/// As moka counts; nothing that fits into the limits comes near 4 GiB.
fn weight(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
