//! Live streams between the clients' protocols and the engine: shared, bounded, and ended with their last client.
//!
//! A transport opens a stream and reads items until there are no more. Behind it, one task for each upstream asks the
//! subgraph, completes each event once and hands the finished bytes to every client that shares the stream.

mod channel;
mod config;
mod key;
mod mailbox;
mod source;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{StreamExt, stream, stream::BoxStream};
use http::HeaderName;
use tracing::{Instrument, Span};

pub use config::SubscriptionsConfig;

use crate::engine::{Engine, GraphqlResponse, PreparedOperation, context::RequestContext};
use channel::{Channel, EndsWith};
use key::ShareKey;
use mailbox::{Last, Mailbox, Taken};
use source::Source;

/// One response of a stream.
#[derive(Debug, Clone)]
pub(crate) struct StreamItem {
    /// A request error ends the stream: it could not begin, or it broke. Otherwise the subgraph ended it.
    pub(crate) response: GraphqlResponse,
}

/// Opens streams. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Streams(Arc<Shared>);

struct Shared {
    config: SubscriptionsConfig,
    /// The headers that any rule passes on to a subgraph.
    forwarded: Vec<HeaderName>,
    open: Mutex<HashMap<Arc<ShareKey>, Arc<Channel>>>,
}

impl Streams {
    pub(crate) fn new(config: SubscriptionsConfig, forwarded: Vec<HeaderName>) -> Self {
        Self(Arc::new(Shared { config, forwarded, open: Mutex::default() }))
    }

    /// Runs a subscription. Dropping the stream takes this client off; the last one ends the upstream.
    pub(crate) fn open(
        &self,
        engine: Engine,
        operation: PreparedOperation,
        context: RequestContext,
    ) -> BoxStream<'static, StreamItem> {
        let seat = if self.0.config.share {
            self.share(engine, operation, context)
        } else {
            self.alone(engine, operation, context)
        };
        stream::unfold(Some(seat), |seat| async move {
            let seat = seat?;
            let (item, goes_on) = seat.next().await?;
            Some((item, goes_on.then_some(seat)))
        })
        .boxed()
    }

    /// A seat at a stream that is open already, or at a new one.
    fn share(&self, engine: Engine, operation: PreparedOperation, context: RequestContext) -> Seat {
        let key = Arc::new(ShareKey::new(&operation, &context, &self.0.forwarded));
        // Held until the new stream is known: of two clients who come at once, one has to find the other's.
        let mut open = self.lock();
        if let Some(channel) = open.get(&key)
            && let Some(mailbox) = channel.join(&context)
        {
            return Seat { streams: self.clone(), key: Some(key), channel: Arc::clone(channel), mailbox };
        }
        let (channel, mailbox) = Channel::with_first(context);
        open.insert(Arc::clone(&key), Arc::clone(&channel));
        drop(open);
        let seat = Seat { streams: self.clone(), key: Some(key), channel, mailbox };
        seat.start(engine, operation);
        seat
    }

    fn alone(&self, engine: Engine, operation: PreparedOperation, context: RequestContext) -> Seat {
        let (channel, mailbox) = Channel::with_first(context);
        let seat = Seat { streams: self.clone(), key: None, channel, mailbox };
        seat.start(engine, operation);
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
}

impl Seat {
    /// Starts the upstream of a channel whose first client this is.
    fn start(&self, engine: Engine, operation: PreparedOperation) {
        let end = EndsWith(Arc::clone(&self.channel));
        let source = Source::new(engine, operation, Arc::clone(&self.channel), self.streams.0.config.clone());
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

    /// The next item and whether others may follow.
    async fn next(&self) -> Option<(StreamItem, bool)> {
        match self.mailbox.take().await {
            Taken::Item(item) => {
                self.channel.stir();
                Some((item, true))
            }
            Taken::Last(Last::Complete) => None,
            Taken::Last(Last::Refused(response)) => Some((StreamItem { response }, false)),
        }
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
