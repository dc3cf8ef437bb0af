#![doc = include_str!("../README.md")]

use chrono::{DateTime, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

/// Why a text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {expected} id")]
pub struct IdError {
    /// The prefix that was expected, without its underscore.
    pub expected: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "database", derive(sea_orm::DeriveValueType))]
        pub struct $name(Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// A new id of the given instant.
            pub fn at(now: DateTime<Utc>) -> Self {
                Self(uuid_at(now))
            }

            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn as_uuid(self) -> Uuid {
                self.0
            }

            pub fn parse(text: &str) -> Result<Self, IdError> {
                parse_prefixed(text, $prefix).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "database")]
        impl sea_orm::TryFromU64 for $name {
            /// Ids are made by the program, never by the database.
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": concat!("^", $prefix, "_[0-9a-f]{32}$") })
            }
        }

        #[cfg(feature = "graphql")]
        impl TryFrom<&async_graphql::ID> for $name {
            type Error = IdError;

            fn try_from(id: &async_graphql::ID) -> Result<Self, IdError> {
                Self::parse(id)
            }
        }
    )+};
}

ids! {
    /// A person with an account.
    UserId = "usr";
    /// One login on one device: the life of a family of refresh tokens.
    SessionId = "ses";
    /// One refresh token.
    RefreshTokenId = "rft";
    /// A key that signs access tokens.
    SigningKeyId = "key";
    /// A mood entry.
    MoodId = "mood";
    /// A word that somebody tags their moods with.
    TagId = "tag";
    /// A mood of somebody's own making.
    CustomMoodId = "cmo";
    /// A hug.
    HugId = "hug";
    /// A kind of hug.
    HugTypeId = "hgt";
    /// A request for a hug.
    HugRequestId = "hrq";
    /// A hug of several people at once.
    GroupHugId = "ghg";
    /// A follow of one person by another, wished for or granted.
    FollowId = "fol";
    /// Something that somebody shares with others.
    PostId = "pst";
    /// What somebody told the moderators.
    ReportId = "rpt";
    /// A line of the moderators' log.
    AuditEntryId = "aud";
    /// A pattern found in somebody's moods.
    InsightId = "ins";
    /// Something that somebody may try.
    RecommendationId = "rec";
    /// A line of somebody's points.
    PointsEntryId = "pnt";
    /// A picture of somebody.
    AvatarId = "ava";
    /// What somebody takes along of all that is kept of them.
    ExportId = "exp";
    /// An event of the published language.
    EventId = "evt";
}

fn uuid_at(now: DateTime<Utc>) -> Uuid {
    static CONTEXT: std::sync::Mutex<ContextV7> = std::sync::Mutex::new(ContextV7::new());
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let context = CONTEXT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Uuid::new_v7(Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos()))
}

fn parse_prefixed(text: &str, prefix: &'static str) -> Result<Uuid, IdError> {
    let wrong = IdError { expected: prefix };
    let digits =
        text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or_else(|| wrong.clone())?;
    let canonical =
        digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !canonical {
        return Err(wrong);
    }
    Uuid::try_parse(digits).map_err(|_| wrong)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn instant(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).unwrap()
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let hug = HugId::at(instant(1_700_000_000_000)).to_string();
        assert_eq!(UserId::parse(&hug), Err(IdError { expected: "usr" }));
        assert_eq!(UserId::parse("usr_12"), Err(IdError { expected: "usr" }));
        assert_eq!(UserId::parse(&hug.to_uppercase()), Err(IdError { expected: "usr" }));
    }

    #[test]
    fn ids_made_later_sort_later() {
        let earlier = UserId::at(instant(1_700_000_000_000));
        let same = UserId::at(instant(1_700_000_000_000));
        let later = UserId::at(instant(1_700_000_000_001));
        assert!(earlier < same && same < later);
        assert!(earlier.to_string() < later.to_string());
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(bytes: [u8; 16]) {
            let id = HugId::from_uuid(Uuid::from_bytes(bytes));
            prop_assert_eq!(HugId::parse(&id.to_string()), Ok(id));
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<HugId>(&json).unwrap(), id);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            if let Ok(id) = UserId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
