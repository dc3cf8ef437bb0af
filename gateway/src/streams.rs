//! Live streams between the clients' protocols and the engine: shared, bounded, and ended with their last client.
//!
//! A transport opens a stream and reads items until there are no more. Behind it, one task for each upstream asks the
//! subgraph, completes each event once and hands the finished bytes to every client that shares the stream.

mod channel;
mod config;
mod key;
mod mailbox;
mod resumption;
mod source;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{StreamExt, stream, stream::BoxStream};
use http::HeaderName;
use tokio::sync::watch;
use tracing::{Instrument, Span};

pub use config::{ResumeConfig, SubscriptionsConfig};

use crate::{
    engine::{Cursor, Engine, GraphqlResponse, PreparedOperation, context::RequestContext},
    serving::Serving,
};
use channel::{Channel, Course, EndsWith};
use key::ShareKey;
use mailbox::{Last, Mailbox, Taken};
use source::Source;

/// One response of a stream.
#[derive(Debug, Clone)]
pub(crate) struct StreamItem {
    /// A request error ends the stream: it could not begin, or it broke. Otherwise the subgraph ended it.
    pub(crate) response: GraphqlResponse,
    /// Where the stream is after this, if it can be taken up again from here.
    pub(crate) cursor: Option<Cursor>,
}

/// What a client learns of its stream.
#[derive(Debug)]
pub(crate) enum StreamEvent {
    /// What comes is what happened after this.
    BeginsAfter(Cursor),
    Next(StreamItem),
}

/// Opens streams. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Streams(Arc<Shared>);

struct Shared {
    config: SubscriptionsConfig,
    /// The headers that any rule passes on to a subgraph.
    forwarded: Vec<HeaderName>,
    servings: watch::Receiver<Arc<Serving>>,
    open: Mutex<HashMap<Arc<ShareKey>, Arc<Channel>>>,
}

impl Streams {
    pub(crate) fn new(
        config: SubscriptionsConfig,
        forwarded: Vec<HeaderName>,
        servings: watch::Receiver<Arc<Serving>>,
    ) -> Self {
        Self(Arc::new(Shared { config, forwarded, servings, open: Mutex::default() }))
    }

    /// Runs a subscription, from `after` on, or where the client's own argument says, or from now on. Dropping the stream
    /// takes this client off; the last one ends the upstream.
    pub(crate) fn open(
        &self,
        engine: Engine,
        operation: PreparedOperation,
        context: RequestContext,
        after: Option<Cursor>,
    ) -> BoxStream<'static, StreamEvent> {
        // Who has something to catch up with can't be joined with those who haven't.
        let can_share = self.0.config.share && after.is_none() && !operation.says_where_to_begin();
        let course = Course { engine, operation };
        let seat = if can_share { self.share(course, context) } else { self.alone(course, context, after) };
        stream::unfold(Some(seat), |seat| async move {
            let mut seat = seat?;
            let (event, goes_on) = seat.next().await?;
            Some((event, goes_on.then_some(seat)))
        })
        .boxed()
    }

    /// A seat at a stream that is open already, or at a new one.
    fn share(&self, course: Course, context: RequestContext) -> Seat {
        let key = Arc::new(ShareKey::new(&course.operation, &context, &self.0.forwarded));
        // Held until the new stream is known: of two clients who come at once, one has to find the other's.
        let mut open = self.lock();
        if let Some(channel) = open.get(&key)
            && let Some(mailbox) = channel.join(&context)
        {
            let channel = Arc::clone(channel);
            return Seat { streams: self.clone(), key: Some(key), channel, mailbox, context, cursor: None };
        }
        let (channel, mailbox) = Channel::with_first(course, context.clone());
        open.insert(Arc::clone(&key), Arc::clone(&channel));
        drop(open);
        let seat = Seat { streams: self.clone(), key: Some(key), channel, mailbox, context, cursor: None };
        seat.start();
        seat
    }

    fn alone(&self, course: Course, context: RequestContext, after: Option<Cursor>) -> Seat {
        let (channel, mailbox) = Channel::with_first(course, context.clone());
        let seat = Seat { streams: self.clone(), key: None, channel, mailbox, context, cursor: after };
        seat.start();
        seat
    }

    /// Nobody joins this channel any more.
    fn forget(&self, key: &Arc<ShareKey>, channel: &Arc<Channel>) {
        let mut open = self.lock();
        if open.get(key).is_some_and(|other| Arc::ptr_eq(other, channel)) {
            open.remove(key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<ShareKey>, Arc<Channel>>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A client's place at a stream; dropping it is leaving.
struct Seat {
    streams: Streams,
    key: Option<Arc<ShareKey>>,
    channel: Arc<Channel>,
    mailbox: Arc<Mailbox>,
    context: RequestContext,
    /// Of the last item that was taken; before that, where the stream begins, if it is known.
    cursor: Option<Cursor>,
}

impl Seat {
    /// Starts the upstream of a channel whose first client this is.
    fn start(&self) {
        let end = EndsWith(Arc::clone(&self.channel));
        let Shared { config, servings, .. } = &*self.streams.0;
        let channel = Arc::clone(&self.channel);
        let source = Source::new(channel, config.clone(), servings.clone(), self.cursor.clone());
        let (streams, key) = (self.streams.clone(), self.key.clone());
        let upstream = async move {
            let end = end;
            let last = source.run().await;
            if let Some(key) = key {
                streams.forget(&key, &end.0);
            }
            end.0.end(&last);
        };
        let task = tokio::spawn(upstream.instrument(Span::current()));
        self.channel.driven_by(task.abort_handle());
    }

    /// The next event and whether others may follow.
    async fn next(&mut self) -> Option<(StreamEvent, bool)> {
        loop {
            match self.mailbox.take().await {
                Taken::BeginsAfter(cursor) => {
                    self.cursor = Some(cursor.clone());
                    return Some((StreamEvent::BeginsAfter(cursor), true));
                }
                Taken::Item(item) => {
                    self.channel.stir();
                    if item.cursor.is_some() {
                        self.cursor.clone_from(&item.cursor);
                    }
                    return Some((StreamEvent::Next(item), true));
                }
                Taken::Last(Last::Complete) => return None,
                Taken::Last(Last::Refused(response)) => {
                    return Some((StreamEvent::Next(StreamItem { response, cursor: None }), false));
                }
                Taken::Last(Last::Detached) => self.go_on_alone(),
            }
        }
    }

    /// Takes the stream up again after the last item that this client got, on an upstream of its own.
    fn go_on_alone(&mut self) {
        let Course { engine, operation } = &*self.channel.course();
        let course = Course { engine: engine.clone(), operation: operation.clone() };
        *self = self.streams.alone(course, self.context.clone(), self.cursor.clone());
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.channel.leave(&self.mailbox)
            && let Some(key) = &self.key
        {
            self.streams.forget(key, &self.channel);
        }
    }
}
