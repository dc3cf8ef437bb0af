#![doc = include_str!("../README.md")]

pub mod auth;
mod catalogue;
pub mod hugs;
pub mod moods;
pub mod social;
pub mod streaks;
pub mod users;

pub use catalogue::{Described, catalogue, envelope_schema};
use chrono::{DateTime, Utc};
use ids::{EventId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A fact that one subgraph tells the others.
pub trait Event: Serialize + DeserializeOwned + Send + Sync {
    /// The subgraph that owns the fact.
    const PRODUCER: &'static str;
    /// Its name in the past tense.
    const TYPE: &'static str;
    /// Raised when a reader of the former version could not read it.
    const VERSION: u16;

    /// What the fact is about. Events of one aggregate arrive in the order in which they happened.
    fn aggregate_id(&self) -> String;

    /// `producer.Type`: how the bus and its consumers name it.
    fn subject() -> String {
        format!("{}.{}", Self::PRODUCER, Self::TYPE)
    }
}

/// An event on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    pub id: EventId,
    pub producer: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub version: u16,
    pub occurred_at: DateTime<Utc>,
    pub aggregate_id: String,
    /// Rises with each event of the same aggregate; not without gaps.
    pub seq: i64,
    /// On whose behalf it happened, if on somebody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<UserId>,
    /// W3C Trace Context of the request that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    pub data: serde_json::Value,
}

impl Envelope {
    pub fn subject(&self) -> String {
        format!("{}.{}", self.producer, self.kind)
    }

    pub fn is<E: Event>(&self) -> bool {
        self.producer == E::PRODUCER && self.kind == E::TYPE
    }

    /// The event inside, if it is an `E`: `None` when it is another event, an error when it can't be read as one.
    pub fn read<E: Event>(&self) -> Option<Result<E, serde_json::Error>> {
        (self.is::<E>() && self.version == E::VERSION).then(|| E::deserialize(&self.data))
    }
}

macro_rules! event {
    ($event:ty, $producer:literal, $kind:literal, $version:literal, $aggregate:ident) => {
        impl $crate::Event for $event {
            const PRODUCER: &'static str = $producer;
            const TYPE: &'static str = $kind;
            const VERSION: u16 = $version;

            fn aggregate_id(&self) -> String {
                self.$aggregate.to_string()
            }
        }
    };
}
pub(crate) use event;

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use ids::{HugId, UserId};

    use super::*;
    use crate::hugs::HugSeen;

    fn envelope() -> Envelope {
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let (hug_id, person) = (HugId::from_uuid(uuid::Uuid::nil()), UserId::from_uuid(uuid::Uuid::nil()));
        let seen = HugSeen { hug_id, sender_id: person, recipient_id: person, seen_at: at };
        Envelope {
            id: EventId::from_uuid(uuid::Uuid::nil()),
            producer: HugSeen::PRODUCER.into(),
            kind: HugSeen::TYPE.into(),
            version: 1,
            occurred_at: at,
            aggregate_id: seen.aggregate_id(),
            seq: 7,
            actor_id: None,
            traceparent: None,
            data: serde_json::to_value(&seen).unwrap(),
        }
    }

    #[test]
    fn an_envelope_reads_as_json_that_names_its_parts() {
        insta::assert_json_snapshot!(envelope(), @r#"
        {
          "id": "evt_00000000000000000000000000000000",
          "producer": "hugs",
          "type": "HugSeen",
          "version": 1,
          "occurredAt": "2023-11-14T22:13:20Z",
          "aggregateId": "hug_00000000000000000000000000000000",
          "seq": 7,
          "data": {
            "hugId": "hug_00000000000000000000000000000000",
            "senderId": "usr_00000000000000000000000000000000",
            "recipientId": "usr_00000000000000000000000000000000",
            "seenAt": "2023-11-14T22:13:20Z"
          }
        }
        "#);
    }

    #[test]
    fn an_event_is_read_as_what_it_is_and_as_nothing_else() {
        assert!(envelope().read::<HugSeen>().unwrap().is_ok());
        assert!(envelope().read::<crate::hugs::HugSent>().is_none());
    }

    #[test]
    fn an_event_that_lacks_a_part_is_an_error_not_another_event() {
        let mut broken = envelope();
        broken.data = serde_json::json!({});
        assert!(broken.read::<HugSeen>().unwrap().is_err());
    }
}
