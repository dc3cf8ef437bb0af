//! Cursors: a key and the kind of list it belongs to, in a form that clients only hand back.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::Key;

/// Longer texts are refused before they are decoded.
const MAX_LENGTH: usize = 512;
/// The character of code zero, as JSON writes it.
const NUL: &str = "\\u0000";

/// The opaque text of a position in a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct CursorError;

impl Cursor {
    pub fn encode<K: Key>(key: &K) -> Self {
        let json = serde_json::to_string(key).unwrap_or_default();
        Self(URL_SAFE_NO_PAD.encode(format!("{}:{json}", K::KIND)))
    }

    pub fn decode<K: Key>(text: &str) -> Result<K, CursorError> {
        if text.len() > MAX_LENGTH {
            return Err(CursorError);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let decoded = std::str::from_utf8(&bytes).map_err(|_| CursorError)?;
        let json =
            decoded.strip_prefix(K::KIND).and_then(|rest| rest.strip_prefix(':')).ok_or(CursorError)?;
        // No key that was read from a database holds one, and PostgreSQL takes none.
        if json.contains(NUL) {
            return Err(CursorError);
        }
        serde_json::from_str(json).map_err(|_| CursorError)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}
