//! A bus and a handler in a process that dies at a chosen moment.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bus::{Behind, Bus, BusError, Consumption, Group, Handler, HandlerError, Signal};
use chrono::{DateTime, Utc};
use events::Envelope;
use futures::stream::BoxStream;
use outbox::{ConsumerError, EventHandler, Work};
use sea_orm::{ConnectionTrait as _, Statement};

use crate::world::{Counted, Hugged};

/// When a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The event is committed and not with the bus.
    AfterCommit,
    /// The event is with the bus, and not marked as relayed.
    AfterPublish,
    /// The event has its effect in a transaction that isn't committed.
    WhileHandling,
    /// The effect is committed, and the bus doesn't know.
    BeforeAcknowledging,
}

impl Moment {
    pub(crate) const ALL: [Self; 4] =
        [Self::AfterCommit, Self::AfterPublish, Self::WhileHandling, Self::BeforeAcknowledging];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AfterCommit => "after commit",
            Self::AfterPublish => "after publish",
            Self::WhileHandling => "while handling",
            Self::BeforeAcknowledging => "before acknowledging",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|moment| moment.name() == name)
    }
}

/// Which moment is the last, and how many of its kind there are before.
#[derive(Debug)]
struct Fate(Option<(Moment, AtomicU32)>);

impl Fate {
    /// The process may end here.
    fn meet(&self, moment: Moment) {
        if let Some((last, left)) = &self.0
            && *last == moment
            && left.fetch_sub(1, Ordering::SeqCst) == 1
        {
            die();
        }
    }
}

/// As the kernel does it: nothing is flushed, closed or said.
fn die() -> ! {
    let own_id = std::process::id().to_string();
    let _ = Command::new("kill").args(["-KILL", &own_id]).status();
    loop {
        std::thread::park();
    }
}

/// A bus around another one.
#[derive(Debug)]
pub(crate) struct MortalBus {
    inner: Arc<dyn Bus>,
    fate: Arc<Fate>,
}

impl MortalBus {
    pub(crate) fn new(inner: Arc<dyn Bus>, death: Option<(Moment, u32)>) -> Self {
        let fate = death.map(|(moment, times)| (moment, AtomicU32::new(times)));
        Self { inner, fate: Arc::new(Fate(fate)) }
    }
}

#[async_trait]
impl Bus for MortalBus {
    async fn publish(&self, events: &[Envelope]) -> Result<(), BusError> {
        self.fate.meet(Moment::AfterCommit);
        self.inner.publish(events).await?;
        self.fate.meet(Moment::AfterPublish);
        Ok(())
    }

    async fn consume(&self, group: Group, handler: Arc<dyn Handler>) -> Result<Consumption, BusError> {
        let fate = self.fate.clone();
        self.inner.consume(group, Arc::new(MortalHandler { inner: handler, fate })).await
    }

    async fn listen(&self, subjects: &[String]) -> Result<BoxStream<'static, Signal>, BusError> {
        self.inner.listen(subjects).await
    }

    async fn history(&self, subjects: &[String], since: DateTime<Utc>) -> Result<Vec<Envelope>, BusError> {
        self.inner.history(subjects, since).await
    }

    async fn caught_up(&self, group: &str, within: Duration) -> Result<(), Behind> {
        self.inner.caught_up(group, within).await
    }
}

/// The inbox, as the bus sees it.
struct MortalHandler {
    inner: Arc<dyn Handler>,
    fate: Arc<Fate>,
}

#[async_trait]
impl Handler for MortalHandler {
    async fn handle(&self, event: &Envelope) -> Result<(), HandlerError> {
        self.inner.handle(event).await?;
        self.fate.meet(Moment::BeforeAcknowledging);
        Ok(())
    }

    async fn give_up(&self, event: &Envelope, error: &HandlerError) -> Result<(), HandlerError> {
        self.inner.give_up(event, error).await
    }
}

/// Writes a row for each number, tells of it, and notes when one comes before its turn.
pub(crate) struct Counting(Arc<MortalBus>);

impl Counting {
    pub(crate) fn new(bus: Arc<MortalBus>) -> Self {
        Self(bus)
    }
}

#[async_trait]
impl EventHandler for Counting {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        let Some(hugged) = event.read::<Hugged>() else {
            return Ok(());
        };
        let number = hugged?.number;
        let query = "SELECT COALESCE(MAX(number), 0) FROM effects";
        let statement = Statement::from_string(work.get_database_backend(), query);
        let last: i64 = match work.query_one_raw(statement).await? {
            Some(row) => row.try_get_by_index(0)?,
            None => 0,
        };
        if number != last + 1 {
            work.execute_unprepared(&format!("INSERT INTO disorder VALUES ({number})")).await?;
        }
        work.execute_unprepared(&format!("INSERT INTO effects VALUES ({number})")).await?;
        work.emit(&Counted { number }).await?;
        self.0.fate.meet(Moment::WhileHandling);
        Ok(())
    }
}
