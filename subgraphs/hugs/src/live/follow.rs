//! Following a log: replay, then live, with no seam between them since both are the same reading by number.

use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

use chrono::{DateTime, Utc};
use clock::Stopwatch;
use futures::{Stream, stream};
use ids::{GroupHugId, UserId};
use pagination::Cursor;

use super::{
    LiveError, Topic,
    hub::Seat,
    model::{Entry, Happening, Kind, RETENTION, Read, cursor_of, number_of, with_gaps},
    store,
};
use crate::{
    context::Ctx,
    group_hugs::{self, GroupHug},
    hug_requests::{self, HugRequest},
    hugs::{self, SeenHug},
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
    pub(crate) hug: Option<SeenHug>,
    pub(crate) request: Option<HugRequest>,
    pub(crate) group_hug: Option<GroupHug>,
    /// Who joined or left.
    pub(crate) person: Option<UserId>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum News {
    Happened(Kind),
    /// What happened since the position before is not known any more, up to here.
    Gap,
}

/// The process stops, and the stream with it, though it isn't over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopped;

/// The viewer's events after the cursor `after`, then those that come; without a cursor, those that come from now on.
pub(crate) async fn follow(
    ctx: &Ctx,
    after: Option<String>,
) -> Result<impl Stream<Item = Result<LiveEvent, Stopped>> + Send + use<>, LiveError> {
    let person = ctx.viewer()?.user_id;
    let seat = ctx.live.join(person);
    let number = place(ctx, person.into(), after).await?;
    Ok(run(Follower::new(ctx, seat, person.into(), number)))
}

/// The same of a group hug that the viewer may see. The stream is over once the group hug is.
pub(crate) async fn follow_group(
    ctx: &Ctx,
    group: &str,
    after: Option<String>,
) -> Result<impl Stream<Item = Result<LiveEvent, Stopped>> + Send + use<>, LiveError> {
    ctx.viewer()?;
    let group = group_hugs::visible_one(ctx, group).await?.ok_or(LiveError::NoSuchGroup)?.id;
    let topic = Topic::Group(group);
    let seat = ctx.live.join(topic);
    let number = place(ctx, topic, after).await?;
    let mut follower = Follower::new(ctx, seat, topic, number);
    // Asked again, since it may have ended before the seat was taken.
    if group_hugs::has_ended(ctx, group).await? {
        follower.ends_at = Some(store::last_number(ctx.db.reader(), topic).await?);
    }
    Ok(run(follower))
}

/// The present end of the viewer's log.
pub(crate) async fn present(ctx: &Ctx) -> Result<Cursor, LiveError> {
    let topic = Topic::Person(ctx.viewer()?.user_id);
    Ok(cursor_of(topic, store::last_number(ctx.db.reader(), topic).await?))
}

/// The present end of the log of a group hug that the viewer may see; `None` when there is none.
pub(crate) async fn present_of_group(ctx: &Ctx, group: &str) -> Result<Option<Cursor>, LiveError> {
    let Some(group) = group_hugs::visible_one(ctx, group).await? else {
        return Ok(None);
    };
    let topic = Topic::Group(group.id);
    Ok(Some(cursor_of(topic, store::last_number(ctx.db.reader(), topic).await?)))
}

/// The number after which a stream begins.
async fn place(ctx: &Ctx, topic: Topic, after: Option<String>) -> Result<i64, LiveError> {
    match after {
        Some(cursor) => number_of(&cursor, topic),
        None => Ok(store::last_number(ctx.db.reader(), topic).await?),
    }
}

fn run(follower: Follower) -> impl Stream<Item = Result<LiveEvent, Stopped>> + Send + use<> {
    stream::unfold(Some(follower), async |follower| {
        let mut follower = follower?;
        match follower.next().await {
            Step::Event(event) => Some((Ok(*event), Some(follower))),
            Step::Stopped => Some((Err(Stopped), None)),
            Step::Over => None,
        }
    })
}

struct Follower {
    ctx: Ctx,
    seat: Seat,
    topic: Topic,
    /// The number of the last entry that was shown, or passed over.
    number: i64,
    /// The number of the last entry that there will ever be, once it is known.
    ends_at: Option<i64>,
    /// What was read and is still to be shown.
    ahead: VecDeque<Ahead>,
    read: Stopwatch,
}

struct Ahead {
    number: i64,
    /// Nothing comes after it.
    last: bool,
    /// `None` for what isn't shown to this person.
    event: Option<LiveEvent>,
}

enum Step {
    Event(Box<LiveEvent>),
    Stopped,
    Over,
}

impl Follower {
    fn new(ctx: &Ctx, seat: Seat, topic: Topic, number: i64) -> Self {
        let (ahead, read) = (VecDeque::new(), Stopwatch::start());
        Self { ctx: ctx.clone(), seat, topic, number, ends_at: None, ahead, read }
    }

    async fn next(&mut self) -> Step {
        loop {
            if self.seat.is_closed() {
                return Step::Stopped;
            }
            if self.ends_at.is_some_and(|last| self.number == last) {
                return Step::Over;
            }
            if self.read.elapsed() > FRESH_FOR {
                self.ahead.clear();
            }
            if let Some(event) = self.next_ahead() {
                return Step::Event(Box::new(event));
            }
            let longest = match self.read_ahead().await {
                Ok(()) if self.ahead.is_empty() && self.ends_at != Some(self.number) => LOOK_EVERY,
                Ok(()) => continue,
                Err(error) => {
                    tracing::warn!(%error, "a live log can't be read");
                    PAUSE
                }
            };
            let waited = tokio::time::timeout(longest, self.seat.woken_or_closed()).await;
            if waited.is_ok_and(|closed| closed) {
                return Step::Stopped;
            }
        }
    }

    /// The next of what was read that is shown.
    fn next_ahead(&mut self) -> Option<LiveEvent> {
        while let Some(ahead) = self.ahead.pop_front() {
            self.number = ahead.number;
            if ahead.last {
                self.ends_at = Some(ahead.number);
            }
            if ahead.event.is_some() {
                return ahead.event;
            }
        }
        None
    }

    async fn read_ahead(&mut self) -> Result<(), StoreError> {
        self.read = Stopwatch::start();
        let (reader, now, topic) = (self.ctx.db.reader(), self.ctx.now(), self.topic);
        // The counter first: entries that come in between are then read, and not taken for missing.
        let last = store::last_number(reader, topic).await?;
        if last == 0 && matches!(topic, Topic::Group(_)) {
            // The log of a group hug begins with its being made: it was erased, and its log with it.
            self.ends_at = Some(self.number);
            return Ok(());
        }
        if last == self.number {
            return Ok(());
        }
        let since = now - RETENTION;
        let entries = store::entries_after(reader, topic, self.number, since, BATCH).await?;
        let shown = Shown::load(&self.ctx, &entries).await?;
        for read in with_gaps(self.number, last, entries) {
            let ahead = match read {
                Read::Entry(entry) => Ahead {
                    number: entry.number,
                    last: matches!(topic, Topic::Group(_)) && entry.happening.kind == Kind::GroupEnded,
                    event: shown.event(topic, &entry),
                },
                Read::GapUpTo(number) => Ahead { number, last: false, event: Some(gap(topic, number, now)) },
            };
            self.ahead.push_back(ahead);
        }
        Ok(())
    }
}

fn gap(topic: Topic, number: i64, at: DateTime<Utc>) -> LiveEvent {
    let cursor = cursor_of(topic, number);
    LiveEvent { cursor, at, news: News::Gap, hug: None, request: None, group_hug: None, person: None }
}

/// The things that some entries are about, as far as the viewer may see them.
struct Shown {
    hugs: Vec<SeenHug>,
    requests: Vec<HugRequest>,
    group_hugs: Vec<GroupHug>,
    hidden: HashSet<UserId>,
}

impl Shown {
    async fn load(ctx: &Ctx, entries: &[Entry]) -> Result<Self, StoreError> {
        let hugs: Vec<_> = entries.iter().filter_map(|entry| entry.happening.hug_id).collect();
        let requests: Vec<_> = entries.iter().filter_map(|entry| entry.happening.request_id).collect();
        let groups: HashSet<_> = entries.iter().filter_map(|entry| entry.happening.group_hug_id).collect();
        let groups: Vec<GroupHugId> = groups.into_iter().collect();
        Ok(Self {
            hugs: hugs::visible(ctx, &hugs).await?,
            requests: hug_requests::visible(ctx, &requests).await?,
            group_hugs: group_hugs::visible(ctx, &groups).await?,
            hidden: hidden(ctx, entries).await?,
        })
    }

    /// `None` when something that the entry is about can't be seen.
    fn event(&self, topic: Topic, entry: &Entry) -> Option<LiveEvent> {
        let Happening { kind, hug_id, request_id, group_hug_id, person_id, at } = entry.happening;
        let hug = hug_id.map(|id| self.hugs.iter().find(|hug| hug.id == id).cloned());
        let request = request_id.map(|id| self.requests.iter().find(|request| request.id == id).cloned());
        let group_hug = group_hug_id.map(|id| self.group_hugs.iter().find(|group| group.id == id).cloned());
        if hug == Some(None) || request == Some(None) || group_hug == Some(None) {
            return None;
        }
        // Who came or went is in a blocked pair with the viewer, or was erased.
        let about_somebody = matches!(kind, Kind::GroupJoined | Kind::GroupLeft);
        if about_somebody && person_id.is_none_or(|person| self.hidden.contains(&person)) {
            return None;
        }
        Some(LiveEvent {
            cursor: cursor_of(topic, entry.number),
            at,
            news: News::Happened(kind),
            hug: hug.flatten(),
            request: request.flatten(),
            group_hug: group_hug.flatten(),
            person: person_id,
        })
    }
}

/// Those who joined or left and are in a blocked pair with the viewer.
async fn hidden(ctx: &Ctx, entries: &[Entry]) -> Result<HashSet<UserId>, StoreError> {
    let people: Vec<_> = entries.iter().filter_map(|entry| entry.happening.person_id).collect();
    let Ok(viewer) = ctx.viewer() else {
        return Ok(people.into_iter().collect());
    };
    relationships::hidden_from(ctx.db.reader(), viewer.user_id, &people).await
}
