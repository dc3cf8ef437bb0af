//! Hears from the bus which sessions have ended, and puts them on the deny-list.

use std::{sync::Arc, time::Duration};

use bus::{Bus, Signal};
use chrono::{DateTime, TimeDelta, Utc};
use clock::SharedClock;
use futures::StreamExt;
use serde_json::Value;

use crate::{authenticate::Revocations, config::RevocationsConfig};

/// How long a session stays on the list when its event doesn't say.
const UNTIL_UNKNOWN: TimeDelta = TimeDelta::hours(1);
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Listens for as long as it is polled.
pub async fn follow(
    bus: Arc<dyn Bus>,
    config: RevocationsConfig,
    revocations: Revocations,
    clock: SharedClock,
) {
    let subjects = [config.subject.clone()];
    loop {
        match bus.listen(&subjects).await {
            Ok(mut signals) => {
                while let Some(signal) = signals.next().await {
                    match signal {
                        Signal::Event(event) => take(&event.data, &config, &revocations, clock.now()),
                        Signal::Gap => tracing::warn!("some revocations of sessions may have been missed"),
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "revocations of sessions can't be heard"),
        }
        tokio::time::sleep(RETRY_AFTER).await;
    }
}

fn take(data: &Value, config: &RevocationsConfig, revocations: &Revocations, now: DateTime<Utc>) {
    let text = |field: &str| data.get(field).and_then(Value::as_str);
    let Some(session) = text(&config.session_field) else {
        tracing::warn!(subject = config.subject, "an event names no session");
        return;
    };
    let until = config.until_field.as_deref().and_then(text).and_then(|until| until.parse().ok());
    revocations.revoke(session, until.unwrap_or(now + UNTIL_UNKNOWN));
}

#[cfg(test)]
mod tests {
    use clock::ManualClock;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_puts_its_session_on_the_list_for_as_long_as_it_says() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let clock = Arc::new(ManualClock::at(now));
        let revocations = Revocations::new(clock.clone());
        let config = RevocationsConfig {
            subject: "auth.SessionRevoked".to_owned(),
            session_field: "sessionId".to_owned(),
            until_field: Some("until".to_owned()),
        };
        let until = now + TimeDelta::minutes(5);
        take(&json!({ "sessionId": "one", "until": until }), &config, &revocations, now);
        take(&json!({ "sessionId": "two" }), &config, &revocations, now);
        take(&json!({ "nothing": 1 }), &config, &revocations, now);
        assert!(revocations.is_revoked("one") && revocations.is_revoked("two"));
        clock.set(until);
        assert!(!revocations.is_revoked("one") && revocations.is_revoked("two"));
    }
}
