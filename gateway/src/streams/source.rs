//! One upstream: asks the subgraph, completes its events, hands them out, and begins again where it broke off.

use std::sync::Arc;

use futures::{FutureExt, StreamExt};
use tokio::sync::watch;

use super::{
    StreamItem,
    channel::{Channel, Course},
    config::SubscriptionsConfig,
    mailbox::Last,
    resumption::Persistence,
};
use crate::{
    engine::{
        Cursor, GraphqlResponse,
        upstream::{UpstreamError, UpstreamStream},
    },
    serving::Serving,
};

pub(super) struct Source {
    channel: Arc<Channel>,
    course: Arc<Course>,
    config: SubscriptionsConfig,
    servings: watch::Receiver<Arc<Serving>>,
    /// Everything up to here was handed out, or was before the stream began.
    cursor: Option<Cursor>,
    /// The last event before the upstream broke; a subgraph may repeat it.
    repeated: Option<Cursor>,
    persistence: Persistence,
}

/// Why an upstream is not read any further.
enum Pause {
    /// The subgraph said that it is over, or nobody listens any more.
    Over,
    Broken(UpstreamError),
    /// Another supergraph is served.
    Replaced,
}

impl Source {
    /// `cursor` is where to begin; without it, where the client says, or now.
    pub(super) fn new(
        channel: Arc<Channel>,
        config: SubscriptionsConfig,
        mut servings: watch::Receiver<Arc<Serving>>,
        cursor: Option<Cursor>,
    ) -> Self {
        let course = channel.course();
        // The supergraph may have been replaced since the operation was prepared.
        if !servings.borrow_and_update().engine.is(&course.engine) {
            servings.mark_changed();
        }
        let persistence = Persistence::new(config.resume.clone());
        Self { channel, course, config, servings, cursor, repeated: None, persistence }
    }

    /// Runs until the stream is over, and tells how it ended.
    pub(super) async fn run(mut self) -> Last {
        match self.begin().await {
            Ok(events) => match self.keep_going(events).await {
                Ok(()) => Last::Complete,
                Err(refusal) => Last::Refused(refusal),
            },
            Err(refusal) => Last::Refused(refusal),
        }
    }

    async fn begin(&mut self) -> Result<UpstreamStream, GraphqlResponse> {
        let Some(context) = self.channel.context() else { return Ok(futures::stream::empty().boxed()) };
        let Course { engine, operation } = &*self.course;
        if self.cursor.is_none() && !operation.says_where_to_begin() {
            self.cursor = engine.start_cursor(operation, &context).await;
        }
        let opened = engine.open_events(operation, &context, self.cursor.as_ref()).await;
        let events = opened.map_err(|refused| refused.response)?;
        if let Some(cursor) = &self.cursor {
            self.channel.begin_after(cursor);
        }
        Ok(events)
    }

    async fn keep_going(&mut self, mut events: UpstreamStream) -> Result<(), GraphqlResponse> {
        loop {
            match self.pass_on(&mut events).await {
                Pause::Over => return Ok(()),
                Pause::Broken(error) => {
                    // Let go of at once: a broken connection keeps the subgraph from noticing that nobody reads it.
                    drop(events);
                    let broken = self.course.engine.interrupted(&self.course.operation, &error);
                    if !(error.is_passing() && self.can_be_taken_up()) {
                        return Err(broken);
                    }
                    events = self.take_up(broken).await?;
                }
                Pause::Replaced => {
                    if let Some(moved) = self.follow_supergraph().await? {
                        drop(events);
                        events = moved;
                    }
                }
            }
        }
    }

    /// Whether the upstream can be asked for exactly what is still missing.
    fn can_be_taken_up(&self) -> bool {
        let operation = &self.course.operation;
        operation.is_resumable() && (self.cursor.is_some() || operation.says_where_to_begin())
    }

    async fn pass_on(&mut self, events: &mut UpstreamStream) -> Pause {
        let overflow =
            if self.course.operation.is_resumable() { Last::Detached } else { Last::Refused(overflow()) };
        loop {
            let event = if let Some(event) = events.next().now_or_never() {
                event
            } else {
                self.channel.settle();
                tokio::select! {
                    event = events.next() => event,
                    Ok(()) = self.servings.changed() => return Pause::Replaced,
                }
            };
            match event {
                Some(Ok(event)) => {
                    let Some(context) = self.channel.context() else { return Pause::Over };
                    let Course { engine, operation } = &*self.course;
                    let answered = Box::pin(engine.answer_event(operation, &context, event)).await;
                    self.persistence.rewarded();
                    let repeated = self.repeated.take();
                    if repeated.is_some() && repeated == answered.cursor {
                        continue;
                    }
                    let item = StreamItem { response: answered.response, cursor: answered.cursor };
                    self.channel.deliver(&item, &self.config, &overflow).await;
                    if item.cursor.is_some() {
                        self.cursor = item.cursor;
                    }
                }
                Some(Err(error)) => return Pause::Broken(error),
                None => return Pause::Over,
            }
        }
    }

    /// Asks for what comes after the last event, again and again for a while; gives up with `broken`.
    async fn take_up(&mut self, mut broken: GraphqlResponse) -> Result<UpstreamStream, GraphqlResponse> {
        loop {
            let Some(pause) = self.persistence.next_pause() else { return Err(broken) };
            tokio::time::sleep(pause).await;
            if self.servings.has_changed().unwrap_or_default() {
                // The subgraph may have moved.
                self.course = self.replanned().await?;
                self.channel.set_course(Arc::clone(&self.course));
            }
            let Some(context) = self.channel.context() else { return Ok(futures::stream::empty().boxed()) };
            let Course { engine, operation } = &*self.course;
            match engine.open_events(operation, &context, self.cursor.as_ref()).await {
                Ok(events) => {
                    self.repeated.clone_from(&self.cursor);
                    self.persistence.opened();
                    return Ok(events);
                }
                Err(refused) if refused.is_passing => broken = refused.response,
                Err(refused) => return Err(refused.response),
            }
        }
    }

    /// The operation as the supergraph that is served now has it planned.
    async fn replanned(&mut self) -> Result<Arc<Course>, GraphqlResponse> {
        let serving = Arc::clone(&self.servings.borrow_and_update());
        let engine = serving.engine.clone();
        let context = self.channel.context();
        let viewer = context.as_ref().and_then(|context| context.viewer.as_deref());
        match engine.prepare(self.course.operation.to_request(), viewer).await {
            Ok(operation) => Ok(Arc::new(Course { engine, operation })),
            Err(refusal) => {
                tracing::info!(refusal = %String::from_utf8_lossy(&refusal.body), "a stream is no longer valid");
                Err(GraphqlResponse::retryable_error(
                    "SUPERGRAPH_CHANGED",
                    "The schema has changed, and this subscription no longer fits it.",
                ))
            }
        }
    }

    /// Goes over to the supergraph that is served now; gives another upstream if there has to be one.
    ///
    /// An upstream that is asked the very same goes on: nothing is lost or doubled, only what completes its events
    /// changes. Another one is opened after the last cursor. Without a cursor an exchange could lose or double events, so
    /// such a stream stays with the supergraph that it began with, whose plan goes on being right for it; when its
    /// upstream ends, so does the stream.
    async fn follow_supergraph(&mut self) -> Result<Option<UpstreamStream>, GraphqlResponse> {
        let next = self.replanned().await?;
        let same = {
            let now = self.course.engine.stream_request(&self.course.operation, self.cursor.as_ref());
            let then = next.engine.stream_request(&next.operation, self.cursor.as_ref());
            matches!((now, then), (Ok(now), Ok(then)) if now == then)
        };
        let can_move = self.can_be_taken_up() && next.operation.is_resumable();
        if !same && !can_move {
            self.channel.retire();
            return Ok(None);
        }
        self.course = next;
        self.channel.set_course(Arc::clone(&self.course));
        if same {
            return Ok(None);
        }
        let Some(context) = self.channel.context() else { return Ok(None) };
        let Course { engine, operation } = &*self.course;
        match engine.open_events(operation, &context, self.cursor.as_ref()).await {
            Ok(events) => {
                self.repeated.clone_from(&self.cursor);
                Ok(Some(events))
            }
            Err(refused) if refused.is_passing => self.take_up(refused.response).await.map(Some),
            Err(refused) => Err(refused.response),
        }
    }
}

fn overflow() -> GraphqlResponse {
    GraphqlResponse::retryable_error(
        "STREAM_OVERFLOW",
        "This client reads more slowly than events come, and nothing is skipped. Subscribe again.",
    )
}
