//! Cursors as the ids of server-sent events, and back from the header `Last-Event-ID`.
//!
//! A letter says whether the cursor is a text or a number, then it follows, percent-encoded where it isn't visible
//! ASCII: an id is one line, without NUL, and fits into a header as it is. It grants nothing: what comes after it is
//! asked for with the client's own identity, as by the argument that takes a cursor.

use std::fmt::Write as _;

use http::HeaderMap;
use serde_json::Number;

use super::refusal::Refusal;
use crate::engine::Cursor;

/// What `EventSource` sends when it connects again.
const LAST_EVENT_ID: &str = "last-event-id";
/// Longer ids are neither given nor taken: they have to come back in a header.
const MAX_BYTES: usize = 4096;

/// The id of an event after which a stream is at `cursor`; `None` when it is too long for one.
pub(super) fn of(cursor: &Cursor) -> Option<String> {
    let text = cursor.text();
    let mut id = String::with_capacity(text.len() + 1);
    id.push(if cursor.is_number() { 'n' } else { 't' });
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            id.push(char::from(byte));
        } else {
            // Writing to a String never fails.
            let _ = write!(id, "%{byte:02X}");
        }
    }
    (id.len() <= MAX_BYTES).then_some(id)
}

/// What the client got last, if it says so.
pub(super) fn last_of(headers: &HeaderMap) -> Result<Option<Cursor>, Refusal> {
    let mut values = headers.get_all(LAST_EVENT_ID).iter();
    let (Some(id), None) = (values.next(), values.next()) else {
        return if headers.contains_key(LAST_EVENT_ID) { Err(Refusal::LastEventId) } else { Ok(None) };
    };
    if id.is_empty() {
        return Ok(None);
    }
    read(id.as_bytes()).map(Some).ok_or(Refusal::LastEventId)
}

fn read(id: &[u8]) -> Option<Cursor> {
    let (kind, encoded) = id.split_first().filter(|_| id.len() <= MAX_BYTES)?;
    match kind {
        b't' => Some(Cursor::new(&decoded(encoded)?, false)),
        b'n' => {
            let digits = decoded(encoded)?;
            serde_json::from_str::<Number>(&digits).ok()?;
            Some(Cursor::new(&digits, true))
        }
        _ => None,
    }
}

fn decoded(encoded: &[u8]) -> Option<String> {
    let mut text = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'%' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
                text.push(u8::from_str_radix(digits, 16).ok()?);
            }
            visible if visible.is_ascii_graphic() => text.push(*visible),
            _ => return None,
        }
    }
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn last(id: &[u8]) -> Result<Option<Cursor>, Refusal> {
        let value = HeaderValue::from_bytes(id).expect("a header can hold it");
        last_of(&HeaderMap::from_iter([(LAST_EVENT_ID.parse().unwrap(), value)]))
    }

    #[test]
    fn a_text_of_digits_stays_a_text_and_a_number_a_number() {
        let (text, number) = (Cursor::new("17", false), Cursor::new("17", true));
        assert_eq!((of(&text).as_deref(), of(&number).as_deref()), (Some("t17"), Some("n17")));
        assert_eq!(last(b"t17"), Ok(Some(text)));
        assert_eq!(last(b"n17"), Ok(Some(number)));
        assert_eq!(last(b"n-1.5e3"), Ok(Some(Cursor::new("-1.5e3", true))));
    }

    #[test]
    fn whoever_has_no_last_event_begins_now() {
        assert_eq!(last_of(&HeaderMap::new()), Ok(None));
        assert_eq!(last(b""), Ok(None));
    }

    #[test]
    fn what_was_never_given_is_refused() {
        let long = [b"t".as_slice(), &[b'x'; MAX_BYTES]].concat();
        for id in [
            b"17".as_slice(),
            b"n",
            b"nNaN",
            b"n1 2",
            b"n0x1",
            b"n\"1\"",
            b"n[1]",
            b"t%",
            b"t%4",
            b"t%+1",
            b"t%zz",
            b"t%ff",
            b"t a",
            "t\u{e9}".as_bytes(),
            long.as_slice(),
        ] {
            assert_eq!(last(id), Err(Refusal::LastEventId), "{}", String::from_utf8_lossy(id));
        }
        let mut twice = HeaderMap::new();
        twice.append(LAST_EVENT_ID, HeaderValue::from_static("t1"));
        twice.append(LAST_EVENT_ID, HeaderValue::from_static("t2"));
        assert_eq!(last_of(&twice), Err(Refusal::LastEventId));
        assert_eq!(of(&Cursor::new(&"x".repeat(MAX_BYTES), false)), None);
    }

    proptest! {
        #[test]
        fn any_text_comes_back_as_it_was_over_one_line_of_visible_characters(text in any::<String>()) {
            let cursor = Cursor::new(&text, false);
            let id = of(&cursor).expect("it is short enough");
            prop_assert!(id.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(last(id.as_bytes()), Ok(Some(cursor)));
        }
    }
}
