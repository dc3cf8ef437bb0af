//! One upstream: asks the subgraph, completes its events, hands them out.

use std::sync::Arc;

use futures::{FutureExt, StreamExt};

use super::{StreamItem, channel::Channel, config::SubscriptionsConfig, mailbox::Last};
use crate::engine::{Engine, GraphqlResponse, PreparedOperation, upstream::UpstreamStream};

pub(super) struct Source {
    engine: Engine,
    operation: PreparedOperation,
    channel: Arc<Channel>,
    config: SubscriptionsConfig,
}

impl Source {
    pub(super) fn new(
        engine: Engine,
        operation: PreparedOperation,
        channel: Arc<Channel>,
        config: SubscriptionsConfig,
    ) -> Self {
        Self { engine, operation, channel, config }
    }

    /// Runs until the stream is over, and tells how it ended.
    pub(super) async fn run(self) -> Last {
        let Some(context) = self.channel.context() else { return Last::Complete };
        match self.engine.open_events(&self.operation, &context).await {
            Ok(events) => self.pass_on(events).await,
            Err(refusal) => Last::Refused(refusal),
        }
    }

    async fn pass_on(&self, mut events: UpstreamStream) -> Last {
        let overflow = Last::Refused(overflow());
        loop {
            let event = if let Some(event) = events.next().now_or_never() {
                event
            } else {
                self.channel.settle();
                events.next().await
            };
            match event {
                Some(Ok(event)) => {
                    let Some(context) = self.channel.context() else { return Last::Complete };
                    let answer = self.engine.answer_event(&self.operation, &context, event);
                    let item = StreamItem { response: Box::pin(answer).await };
                    self.channel.deliver(&item, &self.config, &overflow).await;
                }
                Some(Err(error)) => {
                    return Last::Refused(self.engine.interrupted(&self.operation, &error));
                }
                None => return Last::Complete,
            }
        }
    }
}

fn overflow() -> GraphqlResponse {
    GraphqlResponse::retryable_error(
        "STREAM_OVERFLOW",
        "This client reads more slowly than events come, and nothing is skipped. Subscribe again.",
    )
}
