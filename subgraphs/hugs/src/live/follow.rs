//! Following one's log: replay, then live, with no seam between them since both are the same reading by number.

use std::{collections::VecDeque, time::Duration};

use chrono::{DateTime, Utc};
use clock::Stopwatch;
use futures::{Stream, stream};
use ids::UserId;
use pagination::Cursor;

use super::{
    LiveError,
    hub::Seat,
    model::{Entry, Happening, Kind, Position, RETENTION, Read, with_gaps},
    store,
};
use crate::{
    context::Ctx,
    hug_requests::{self, HugRequest},
    hugs::{self, Hug},
    store::StoreError,
};

/// How many entries are read, and held, at a time.
const BATCH: u64 = 50;
/// What was read longer ago is read again before it is shown: somebody may have been blocked since.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// A quiet stream looks by itself this often, in case a wake-up was lost.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// The pause after the database could not be read.
const PAUSE: Duration = Duration::from_secs(1);

/// What a stream shows.
#[derive(Debug, Clone)]
pub(crate) struct LiveEvent {
    pub(crate) cursor: Cursor,
    pub(crate) at: DateTime<Utc>,
    pub(crate) news: News,
    pub(crate) hug: Option<Hug>,
    pub(crate) request: Option<HugRequest>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum News {
    Happened(Kind),
    /// What happened since the position before is not known any more, up to here.
    Gap,
}

/// The viewer's events after the cursor `after`, then those that come; without a cursor, those that come from now on.
/// Ends when the process stops.
pub(crate) async fn follow(
    ctx: &Ctx,
    after: Option<String>,
) -> Result<impl Stream<Item = LiveEvent> + Send + use<>, LiveError> {
    let person = ctx.viewer()?.user_id;
    let seat = ctx.live.join(person);
    let number = match after {
        Some(cursor) => Position::parse(&cursor, person)?.number,
        None => store::last_number(ctx.db.reader(), person).await?,
    };
    let follower =
        Follower { ctx: ctx.clone(), seat, person, number, ahead: VecDeque::new(), read: Stopwatch::start() };
    Ok(stream::unfold(follower, async |mut follower| {
        let event = follower.next().await?;
        Some((event, follower))
    }))
}

/// The present end of the viewer's log.
pub(crate) async fn present(ctx: &Ctx) -> Result<Cursor, LiveError> {
    let person = ctx.viewer()?.user_id;
    let number = store::last_number(ctx.db.reader(), person).await?;
    Ok(Position { person, number }.cursor())
}

struct Follower {
    ctx: Ctx,
    seat: Seat,
    person: UserId,
    /// The number of the last entry that was shown, or passed over.
    number: i64,
    /// What was read and is still to be shown.
    ahead: VecDeque<Ahead>,
    read: Stopwatch,
}

struct Ahead {
    number: i64,
    /// `None` for what isn't shown to this person.
    event: Option<LiveEvent>,
}

impl Follower {
    async fn next(&mut self) -> Option<LiveEvent> {
        loop {
            if self.seat.is_closed() {
                return None;
            }
            if self.read.elapsed() > FRESH_FOR {
                self.ahead.clear();
            }
            while let Some(ahead) = self.ahead.pop_front() {
                self.number = ahead.number;
                if ahead.event.is_some() {
                    return ahead.event;
                }
            }
            match self.read_ahead().await {
                Ok(()) if self.ahead.is_empty() => self.wait(LOOK_EVERY).await?,
                Ok(()) => {}
                Err(error) => {
                    tracing::warn!(%error, "a live log can't be read");
                    self.wait(PAUSE).await?;
                }
            }
        }
    }

    /// Waits to be woken, for `longest` at most; `None` when the process stops.
    async fn wait(&mut self, longest: Duration) -> Option<()> {
        match tokio::time::timeout(longest, self.seat.woken_or_closed()).await {
            Ok(true) => None,
            Ok(false) | Err(_) => Some(()),
        }
    }

    async fn read_ahead(&mut self) -> Result<(), StoreError> {
        self.read = Stopwatch::start();
        let (reader, now) = (self.ctx.db.reader(), self.ctx.now());
        // The counter first: entries that come in between are then read, and not taken for missing.
        let last = store::last_number(reader, self.person).await?;
        if last == self.number {
            return Ok(());
        }
        let since = now - RETENTION;
        let entries = store::entries_after(reader, self.person, self.number, since, BATCH).await?;
        let shown = Shown::load(&self.ctx, &entries).await?;
        for read in with_gaps(self.number, last, entries) {
            let ahead = match read {
                Read::Entry(entry) => Ahead { number: entry.number, event: shown.event(self.person, &entry) },
                Read::GapUpTo(number) => Ahead { number, event: Some(gap(self.person, number, now)) },
            };
            self.ahead.push_back(ahead);
        }
        Ok(())
    }
}

fn gap(person: UserId, number: i64, at: DateTime<Utc>) -> LiveEvent {
    let cursor = Position { person, number }.cursor();
    LiveEvent { cursor, at, news: News::Gap, hug: None, request: None }
}

/// The hugs and requests that some entries are about, as far as the viewer may see them.
struct Shown {
    hugs: Vec<Hug>,
    requests: Vec<HugRequest>,
}

impl Shown {
    async fn load(ctx: &Ctx, entries: &[Entry]) -> Result<Self, StoreError> {
        let hugs: Vec<_> = entries.iter().filter_map(|entry| entry.happening.hug_id).collect();
        let requests: Vec<_> = entries.iter().filter_map(|entry| entry.happening.request_id).collect();
        Ok(Self {
            hugs: hugs::visible(ctx, &hugs).await?,
            requests: hug_requests::visible(ctx, &requests).await?,
        })
    }

    /// `None` when something that the entry is about can't be seen.
    fn event(&self, person: UserId, entry: &Entry) -> Option<LiveEvent> {
        let Happening { kind, hug_id, request_id, at } = entry.happening;
        let hug = hug_id.map(|id| self.hugs.iter().find(|hug| hug.id == id).cloned());
        let request = request_id.map(|id| self.requests.iter().find(|request| request.id == id).cloned());
        if hug == Some(None) || request == Some(None) {
            return None;
        }
        let cursor = Position { person, number: entry.number }.cursor();
        Some(LiveEvent {
            cursor,
            at,
            news: News::Happened(kind),
            hug: hug.flatten(),
            request: request.flatten(),
        })
    }
}
