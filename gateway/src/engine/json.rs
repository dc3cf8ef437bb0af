//! Reads a subgraph's JSON into the store in one pass, without copying or decoding a string.
//!
//! Numbers and strings are checked against the grammar and kept as they were written, so that they can be
//! written out again verbatim: no escape is undone and redone, no digit of a big number is lost.

use super::store::{Field, Store, Value};

/// Deeper nesting is refused, so that no answer can exhaust the stack.
const MAX_NESTING: usize = 128;

/// Why bytes were not a JSON document, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at byte {offset}")]
pub(super) struct JsonError {
    reason: &'static str,
    offset: usize,
}

/// Parses one JSON document into `store`.
pub(super) fn parse<'a>(bytes: &'a [u8], store: &mut Store<'a>) -> Result<Value<'a>, JsonError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| JsonError { reason: "not UTF-8", offset: error.valid_up_to() })?;
    let mut parser = Parser { text, bytes, at: 0, store, fields: Vec::new(), items: Vec::new() };
    let value = parser.value(0)?;
    parser.skip_whitespace();
    if parser.at == bytes.len() { Ok(value) } else { Err(parser.error("trailing characters")) }
}

struct Parser<'a, 's> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    store: &'s mut Store<'a>,
    /// Fields and items of the objects and lists that are still open.
    fields: Vec<Field<'a>>,
    items: Vec<Value<'a>>,
}

impl<'a> Parser<'a, '_> {
    fn error(&self, reason: &'static str) -> JsonError {
        JsonError { reason, offset: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self, nesting: usize) -> Result<Value<'a>, JsonError> {
        self.skip_whitespace();
        match self.peek() {
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'{') => self.object(nesting + 1),
            Some(b'[') => self.list(nesting + 1),
            Some(b'-' | b'0'..=b'9') => Ok(Value::Number(self.number()?)),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            Some(_) => Err(self.error("a value was expected")),
            None => Err(self.error("unexpected end")),
        }
    }

    fn literal(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, JsonError> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.error("a value was expected"))
        }
    }

    fn object(&mut self, nesting: usize) -> Result<Value<'a>, JsonError> {
        self.open(nesting)?;
        let start = self.fields.len();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(self.store.push_object([])));
        }
        loop {
            self.skip_whitespace();
            if self.peek() != Some(b'"') {
                return Err(self.error("a key was expected"));
            }
            let key = self.string()?;
            self.skip_whitespace();
            if self.peek() != Some(b':') {
                return Err(self.error("`:` was expected"));
            }
            self.at += 1;
            let value = self.value(nesting)?;
            self.fields.push(Field { key, value });
            if self.closes(b'}')? {
                return Ok(Value::Object(self.store.push_object(self.fields.drain(start..))));
            }
        }
    }

    fn list(&mut self, nesting: usize) -> Result<Value<'a>, JsonError> {
        self.open(nesting)?;
        let start = self.items.len();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::List(self.store.push_list([])));
        }
        loop {
            let value = self.value(nesting)?;
            self.items.push(value);
            if self.closes(b']')? {
                return Ok(Value::List(self.store.push_list(self.items.drain(start..))));
            }
        }
    }

    fn open(&mut self, nesting: usize) -> Result<(), JsonError> {
        if nesting > MAX_NESTING {
            return Err(self.error("nested too deeply"));
        }
        self.at += 1;
        self.skip_whitespace();
        Ok(())
    }

    /// After an element: whether the container ends here, or another element follows.
    fn closes(&mut self, end: u8) -> Result<bool, JsonError> {
        self.skip_whitespace();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(true)
            }
            _ => Err(self.error("`,` or the end of the list or object was expected")),
        }
    }

    /// The text between two quotes; the cursor stands on the first of them.
    fn string(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at + 1;
        self.at = start;
        loop {
            self.at += plain_prefix(&self.bytes[self.at..]);
            match self.peek() {
                Some(b'"') => {
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(self.error("a control character in a string")),
                None => return Err(self.error("a string does not end")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u')
                if self
                    .bytes
                    .get(self.at + 2..self.at + 6)
                    .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) =>
            {
                self.at += 6;
                Ok(())
            }
            _ => Err(self.error("an unknown escape in a string")),
        }
    }

    fn number(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err(self.error("a digit was expected")) } else { Ok(()) }
    }
}

/// How many leading bytes are neither a quote, a backslash nor a control character; eight at a time.
fn plain_prefix(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let mut length = 0;
    for chunk in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(chunk.try_into().expect("a chunk of eight"));
        let quote = word ^ (ONES * u64::from(b'"'));
        let backslash = word ^ (ONES * u64::from(b'\\'));
        // Alan Mycroft's zero-byte test, and its "less than n" sibling; false hits only cost the slow path below.
        let special = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        if special & HIGHS != 0 {
            break;
        }
        length += 8;
    }
    length + bytes[length..].iter().take_while(|&&byte| byte >= 0x20 && byte != b'"' && byte != b'\\').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The value in serde_json's terms, for comparison.
    fn revive(store: &Store<'_>, value: Value<'_>) -> serde_json::Value {
        super::super::graphql_error::to_json(store, value)
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
                prop::collection::btree_map("[a-z]{1,12}", inner, 0..8)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_is_read_back(json in any_json()) {
            for text in [serde_json::to_string(&json).unwrap(), serde_json::to_string_pretty(&json).unwrap()] {
                let mut store = Store::new();
                let value = parse(text.as_bytes(), &mut store).unwrap();
                prop_assert_eq!(revive(&store, value), json.clone());
            }
        }

        #[test]
        fn exactly_what_serde_json_refuses_is_refused(text in r#"[\[\]{}:,"\\0-9a-ftrunlse.+\- ]{0,12}"#) {
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            let ours = parse(text.as_bytes(), &mut Store::new()).is_ok();
            prop_assert_eq!(ours, theirs, "{}", text);
        }
    }

    #[test]
    fn numbers_and_escapes_keep_their_form() {
        let mut store = Store::new();
        let text = r#"[12345678901234567890123, 1.10, "caf\u00e9 \"x\""]"#;
        let Value::List(list) = parse(text.as_bytes(), &mut store).unwrap() else { panic!("a list") };
        assert_eq!(
            store.list(list),
            [
                Value::Number("12345678901234567890123"),
                Value::Number("1.10"),
                Value::String(r#"caf\u00e9 \"x\""#)
            ]
        );
    }

    #[test]
    fn bottomless_nesting_is_refused() {
        let text = "[".repeat(100_000);
        assert_eq!(parse(text.as_bytes(), &mut Store::new()).unwrap_err().reason, "nested too deeply");
    }

    #[test]
    fn control_characters_and_broken_utf8_are_refused() {
        for bytes in
            [&b"\"a\nb\""[..], b"\"12345678\x01\"", b"\"\xff\"", b"\"abc", b"{\"a\":1,}", b"01", b"nul"]
        {
            assert!(parse(bytes, &mut Store::new()).is_err(), "{bytes:?}");
        }
    }
}
