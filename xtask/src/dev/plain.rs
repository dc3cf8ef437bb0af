//! Log events for people: processes write JSON where no terminal looks on, and here somebody does read along.

use serde_json::{Map, Value};

/// `20:33:02.611 INFO  message key=value`; what is no log event stays as it is.
pub(super) fn plain(line: &str) -> String {
    let Ok(Value::Object(event)) = serde_json::from_str(line) else { return line.to_owned() };
    readable(&event).unwrap_or_else(|| line.to_owned())
}

fn readable(event: &Map<String, Value>) -> Option<String> {
    let instant = event.get("timestamp")?.as_str()?;
    let level = event.get("level")?.as_str()?;
    let fields = event.get("fields")?.as_object()?;
    let time = instant.get("2026-01-01T".len().."2026-01-01T00:00:00.000".len())?;
    let message = fields.get("message").map(bare);
    let others = fields.iter().filter(|(name, _)| *name != "message");
    let words: Vec<String> =
        message.into_iter().chain(others.map(|(name, value)| format!("{name}={}", bare(value)))).collect();
    Some(format!("{time} {level:<5} {}", words.join(" ")))
}

fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn an_event_is_written_for_people() {
        let event = r#"{"timestamp":"2026-11-23T20:33:02.611714Z","level":"INFO","fields":{"message":"users is ready","address":"127.0.0.1:5602","took_us":7},"target":"service"}"#;
        assert_eq!(plain(event), "20:33:02.611 INFO  users is ready address=127.0.0.1:5602 took_us=7");
    }

    #[test]
    fn what_is_no_event_stays() {
        for line in ["thread 'main' panicked", "{\"a\": 1}", "{"] {
            assert_eq!(plain(line), line);
        }
    }
}
