//! The bus of a single process.
//!
//! It keeps nothing: publishing succeeds only when every group has settled the events, so that the outbox they
//! come from is what they survive a crash in. A group without members at the moment is therefore an error.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use events::Envelope;
use futures::stream::BoxStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    Archive, Behind, Bus, BusError, Consumption, Group, Handler, Redelivery, Signal,
    contract::check_name,
    delivery::{Member, Outcome},
    fanout::Fanout,
    recent::Recent,
    subject::Pattern,
};

/// Events go from publisher to handlers without leaving the process.
#[derive(Debug, Default)]
pub struct MemoryBus {
    redelivery: Redelivery,
    queues: Mutex<HashMap<String, Arc<Queue>>>,
    fanout: Fanout,
    archives: Mutex<HashMap<String, Arc<dyn Archive>>>,
}

impl MemoryBus {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn with_redelivery(redelivery: Redelivery) -> Self {
        Self { redelivery, ..Self::default() }
    }

    /// Has `archive` answer for what `producer` told before.
    pub fn add_archive(&self, producer: &str, archive: Arc<dyn Archive>) {
        let mut archives = self.archives.lock().unwrap_or_else(PoisonError::into_inner);
        archives.insert(producer.to_owned(), archive);
    }

    fn archive(&self, producer: &str) -> Option<Arc<dyn Archive>> {
        self.archives.lock().unwrap_or_else(PoisonError::into_inner).get(producer).cloned()
    }

    fn queue(&self, group: &str) -> Option<Arc<Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner).get(group).cloned()
    }

    /// Puts the events into the queue of each group that wants them. One lock for the whole batch gives every
    /// group the same order.
    fn enqueue(&self, events: &[Envelope]) -> Result<Vec<Delivery>, BusError> {
        let queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let wants = |queue: &Queue| events.iter().any(|event| queue.wants(event));
        if let Some((group, _)) = queues.iter().find(|(_, queue)| queue.is_deserted() && wants(queue)) {
            return Err(BusError::Absent(group.clone()));
        }
        let mut deliveries = Vec::new();
        for event in events {
            let event = Arc::new(event.clone());
            for (group, queue) in queues.iter().filter(|(_, queue)| queue.wants(&event)) {
                let settled = queue.push(event.clone());
                deliveries.push(Delivery {
                    group: group.clone(),
                    settled,
                    members: queue.members.subscribe(),
                });
            }
            self.fanout.event(event);
        }
        Ok(deliveries)
    }
}

/// An event on its way to a group.
struct Delivery {
    group: String,
    settled: oneshot::Receiver<()>,
    members: watch::Receiver<usize>,
}

impl Delivery {
    /// Returns once the event is settled, or the last member has left before it was.
    async fn outcome(mut self) -> Result<(), BusError> {
        tokio::select! {
            biased;
            settled = &mut self.settled => settled.map_err(|_| BusError::Closed),
            _ = self.members.wait_for(|members| *members == 0) => Err(BusError::Absent(self.group)),
        }
    }
}

#[async_trait]
impl Bus for MemoryBus {
    async fn publish(&self, events: &[Envelope]) -> Result<(), BusError> {
        for delivery in self.enqueue(events)? {
            delivery.outcome().await?;
        }
        Ok(())
    }

    async fn consume(&self, group: Group, handler: Arc<dyn Handler>) -> Result<Consumption, BusError> {
        check_name(&group.name)?;
        let patterns = Pattern::parse_all(&group.subjects)?;
        let queue = {
            let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
            queues.entry(group.name.clone()).or_insert_with(|| Arc::new(Queue::new(patterns))).clone()
        };
        let stop = CancellationToken::new();
        let member = Member { group: group.name, handler, redelivery: self.redelivery, stop: stop.clone() };
        let membership = Membership::new(queue);
        let task = tokio::spawn(async move { while work(&member, &membership.0).await.is_some() {} });
        Ok(Consumption::new(stop, task))
    }

    async fn listen(&self, subjects: &[String]) -> Result<BoxStream<'static, Signal>, BusError> {
        Ok(self.fanout.listen(Pattern::parse_all(subjects)?))
    }

    async fn history(&self, subjects: &[String], since: DateTime<Utc>) -> Result<Vec<Envelope>, BusError> {
        let mut events = Vec::new();
        for pattern in Pattern::parse_all(subjects)? {
            if let Some(archive) = self.archive(pattern.producer()) {
                events.extend(archive.since(pattern.kind(), since).await?);
            }
        }
        events.sort_by_key(|event| event.occurred_at);
        Ok(events)
    }

    async fn caught_up(&self, group: &str, within: Duration) -> Result<(), Behind> {
        let behind = || Behind { group: group.to_owned() };
        let queue = self.queue(group).ok_or_else(behind)?;
        let accepted = queue.accepted.load(Ordering::Acquire);
        let mut settled = queue.settled.subscribe();
        let reached = settled.wait_for(|settled| *settled >= accepted);
        match tokio::time::timeout(within, reached).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(behind()),
        }
    }
}

/// What waits for a group, whether or not it has a member at the moment.
#[derive(Debug)]
struct Queue {
    patterns: Vec<Pattern>,
    jobs: mpsc::UnboundedSender<Job>,
    /// Held by the member at work, so that two of them never break the order.
    head: tokio::sync::Mutex<Head>,
    accepted: AtomicU64,
    settled: watch::Sender<u64>,
    members: watch::Sender<usize>,
}

/// Being a member of a group; ends when dropped.
struct Membership(Arc<Queue>);

impl Membership {
    fn new(queue: Arc<Queue>) -> Self {
        queue.members.send_modify(|members| *members += 1);
        Self(queue)
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.0.members.send_modify(|members| *members -= 1);
    }
}

#[derive(Debug)]
struct Head {
    jobs: mpsc::UnboundedReceiver<Job>,
    /// The job that was taken from the queue and isn't settled yet.
    in_hand: Option<Job>,
    settled: Recent,
}

#[derive(Debug)]
struct Job {
    event: Arc<Envelope>,
    attempts: u32,
    settled: oneshot::Sender<()>,
}

impl Queue {
    fn new(patterns: Vec<Pattern>) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let head = Head { jobs: receiver, in_hand: None, settled: Recent::default() };
        Self {
            patterns,
            jobs: sender,
            head: tokio::sync::Mutex::new(head),
            accepted: AtomicU64::new(0),
            settled: watch::Sender::new(0),
            members: watch::Sender::new(0),
        }
    }

    fn is_deserted(&self) -> bool {
        *self.members.borrow() == 0
    }

    fn wants(&self, event: &Envelope) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(&event.producer, &event.kind))
    }

    fn push(&self, event: Arc<Envelope>) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.accepted.fetch_add(1, Ordering::AcqRel);
        // The receiving half lives as long as the queue does.
        let _ = self.jobs.send(Job { event, attempts: 0, settled: sender });
        receiver
    }
}

/// Brings one job a step further; `None` once the member has to stop.
async fn work(member: &Member, queue: &Queue) -> Option<()> {
    let mut head = tokio::select! {
        biased;
        () = member.stop.cancelled() => return None,
        head = queue.head.lock() => head,
    };
    let Head { jobs, in_hand, settled } = &mut *head;
    if in_hand.is_none() {
        *in_hand = tokio::select! {
            biased;
            () = member.stop.cancelled() => return None,
            job = jobs.recv() => job,
        };
    }
    let job = in_hand.as_mut()?;
    if !settled.contains(job.event.id) {
        job.attempts += 1;
        match member.attempt(&job.event, job.attempts).await {
            Outcome::Settled => {}
            Outcome::Again(pause) => return member.pause(pause).await.then_some(()),
            Outcome::Stopped => return None,
        }
    }
    let job = in_hand.take()?;
    settled.insert(job.event.id);
    queue.settled.send_modify(|count| *count += 1);
    // The publisher may have gone away.
    let _ = job.settled.send(());
    Some(())
}
