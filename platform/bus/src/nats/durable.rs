//! The durable consumer that is a group's place in the stream.

use std::fmt;

use async_nats::jetstream::{
    consumer::{AckPolicy, DeliverPolicy, Info, PullConsumer, pull},
    context::ConsumerInfoErrorKind,
    stream::Stream,
};

use super::Shared;
use crate::{BusError, subject::Pattern};

/// The one filter that a consumer of nats-server 2.9 can have: the narrowest that holds all of a group's subjects.
/// What it lets through besides is acknowledged by the member, unseen by the handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter(String);

impl Filter {
    pub(super) fn over(prefix: &str, patterns: &[Pattern]) -> Self {
        let subjects = patterns.iter().map(|pattern| Self(pattern.under(prefix)));
        subjects
            .reduce(|filter, subject| filter.joined(&subject))
            .unwrap_or_else(|| Self(format!("{prefix}.*.*")))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The narrowest filter that lets through what either does: where their words differ, any word.
    fn joined(&self, other: &Self) -> Self {
        let words = self.0.split('.').zip(other.0.split('.'));
        let words: Vec<&str> = words.map(|(one, other)| if one == other { one } else { "*" }).collect();
        Self(words.join("."))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Shared {
    /// The group's consumer, made if there is none, and widened if it lets through too little.
    ///
    /// It is never narrowed: while an old and a new version of a group run side by side, they would undo each other's
    /// work. And it is never changed in place: nats-server 2.9 then skips events (seen with 2.9.10).
    pub(super) async fn durable(&self, group: &str, wanted: &Filter) -> Result<PullConsumer, BusError> {
        let stream = self.stream().await?;
        let name = durable_name(group);
        let Some(existing) = existing(&stream, &name).await? else {
            return self.make_durable(&stream, group, wanted, DeliverPolicy::All).await;
        };
        let present = Filter(existing.config.filter_subject);
        let filter = present.joined(wanted);
        if filter == present {
            return stream.get_consumer(&name).await.map_err(BusError::unreachable);
        }
        let start_sequence = existing.ack_floor.stream_sequence + 1;
        tracing::info!(group, %filter, start_sequence, "a group wants more than before");
        stream.delete_consumer(&name).await.map_err(BusError::unreachable)?;
        let from_its_place = DeliverPolicy::ByStartSequence { start_sequence };
        self.make_durable(&stream, group, &filter, from_its_place).await
    }

    async fn make_durable(
        &self,
        stream: &Stream,
        group: &str,
        filter: &Filter,
        deliver_policy: DeliverPolicy,
    ) -> Result<PullConsumer, BusError> {
        let config = pull::Config {
            durable_name: Some(durable_name(group)),
            description: Some(group.to_owned()),
            deliver_policy,
            ack_policy: AckPolicy::Explicit,
            ack_wait: self.options.ack_wait,
            filter_subject: filter.to_string(),
            max_ack_pending: 1,
            ..pull::Config::default()
        };
        stream.create_consumer(config).await.map_err(BusError::unreachable)
    }
}

async fn existing(stream: &Stream, name: &str) -> Result<Option<Info>, BusError> {
    match stream.consumer_info(name).await {
        Ok(info) => Ok(Some(info)),
        Err(error) if error.kind() == ConsumerInfoErrorKind::NotFound => Ok(None),
        Err(error) => Err(BusError::unreachable(error)),
    }
}

/// A group's name as JetStream allows it; dots separate subjects there. Names hold no underscore of their own.
pub(super) fn durable_name(group: &str) -> String {
    group.replace('.', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(subjects: &[&str]) -> String {
        let subjects: Vec<String> = subjects.iter().map(|&subject| subject.to_owned()).collect();
        Filter::over("hugmood", &Pattern::parse_all(&subjects).unwrap()).to_string()
    }

    #[test]
    fn a_filter_is_as_narrow_as_one_filter_can_be() {
        assert_eq!(over(&["hugs.HugSent"]), "hugmood.hugs.HugSent");
        assert_eq!(over(&["hugs.HugSent", "hugs.HugSent"]), "hugmood.hugs.HugSent");
        assert_eq!(over(&["hugs.HugSent", "hugs.HugSeen"]), "hugmood.hugs.*");
        assert_eq!(over(&["hugs.HugSent", "social.*"]), "hugmood.*.*");
        assert_eq!(over(&[]), "hugmood.*.*");
    }
}
