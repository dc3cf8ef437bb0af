//! Every event of the published language, with the schema of its data.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::{Envelope, Event, auth, hugs, moods, social, streaks, users};

/// An event as others read of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// `producer.Type`.
    pub subject: String,
    pub version: u16,
    /// The JSON schema of the event's `data`.
    pub schema: Value,
}

/// Every event that a subgraph tells, by producer.
pub fn catalogue() -> Vec<Described> {
    vec![
        of::<auth::UserRegistered>(),
        of::<auth::SessionRevoked>(),
        of::<auth::RolesChanged>(),
        of::<auth::ErasureRequested>(),
        of::<auth::ErasureCancelled>(),
        of::<auth::UserErased>(),
        of::<auth::ExportRequested>(),
        of::<users::ProfileUpdated>(),
        of::<users::SettingsChanged>(),
        of::<users::PresenceChanged>(),
        of::<users::ErasureCompleted>(),
        of::<users::ExportCompleted>(),
        of::<moods::MoodLogged>(),
        of::<moods::MoodUpdated>(),
        of::<moods::MoodDeleted>(),
        of::<moods::ErasureCompleted>(),
        of::<moods::ExportCompleted>(),
        of::<hugs::HugSent>(),
        of::<hugs::HugSeen>(),
        of::<hugs::HugThanked>(),
        of::<hugs::HugCancelled>(),
        of::<hugs::HugRequestPosted>(),
        of::<hugs::HugRequestAnswered>(),
        of::<hugs::HugRequestDeclined>(),
        of::<hugs::HugRequestEnded>(),
        of::<hugs::GroupHugChanged>(),
        of::<hugs::GroupHugJoined>(),
        of::<hugs::GroupHugLeft>(),
        of::<hugs::ErasureCompleted>(),
        of::<hugs::ExportCompleted>(),
        of::<social::FollowCreated>(),
        of::<social::FollowRemoved>(),
        of::<social::Blocked>(),
        of::<social::Unblocked>(),
        of::<social::FollowRequested>(),
        of::<social::Unmuted>(),
        of::<social::Muted>(),
        of::<social::PostCreated>(),
        of::<social::PostShared>(),
        of::<social::PostRemoved>(),
        of::<social::ErasureCompleted>(),
        of::<social::ExportCompleted>(),
        of::<streaks::StreakExtended>(),
        of::<streaks::StreakBroken>(),
        of::<streaks::StreakChanged>(),
        of::<streaks::MilestoneReached>(),
        of::<streaks::BadgeAwarded>(),
        of::<streaks::ErasureCompleted>(),
        of::<streaks::ExportCompleted>(),
    ]
}

/// The JSON schema of the envelope, whatever is in it.
pub fn envelope_schema() -> Value {
    let mut schema = schema_of::<Envelope>();
    schema["title"] = json!("Envelope");
    schema
}

fn of<E: Event + JsonSchema>() -> Described {
    let mut schema = schema_of::<E>();
    schema["title"] = json!(E::subject());
    schema["x-version"] = json!(E::VERSION);
    Described { subject: E::subject(), version: E::VERSION, schema }
}

/// Whole in itself, as a reader of the event has to read it: what is required is what every such event has ever had.
fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_event_is_left_out() {
        let sources = [
            include_str!("auth.rs"),
            include_str!("hugs.rs"),
            include_str!("moods.rs"),
            include_str!("social.rs"),
            include_str!("streaks.rs"),
            include_str!("users.rs"),
        ];
        let begins = ["event!(", "pair_event! {", "impl Event for "];
        let is_event = |line: &&str| begins.iter().any(|begin| line.starts_with(begin));
        let written: usize = sources.iter().map(|source| source.lines().filter(is_event).count()).sum();
        let subjects: BTreeSet<_> = catalogue().into_iter().map(|event| event.subject).collect();
        assert_eq!(subjects.len(), written, "the catalogue names every event once: {subjects:#?}");
    }

    #[test]
    fn a_schema_says_what_a_reader_needs() {
        let events = catalogue();
        let changed = events.iter().find(|event| event.subject == "users.SettingsChanged").unwrap();
        assert_eq!(changed.schema["x-version"], 1);
        let properties = &changed.schema["properties"];
        assert_eq!(properties["userId"]["pattern"], "^usr_[0-9a-f]{32}$");
        assert_eq!(properties["hugPolicy"]["properties"]["anonymous"]["oneOf"][0]["const"], "ACCEPT");
        let required: Vec<_> = changed.schema["required"].as_array().unwrap().iter().collect();
        assert!(required.contains(&&json!("dayStartHour")), "{required:?}");
        assert!(!required.contains(&&json!("isSuggested")), "older events lack it: {required:?}");
        assert_eq!(envelope_schema()["properties"]["occurredAt"]["format"], "date-time");
    }
}
