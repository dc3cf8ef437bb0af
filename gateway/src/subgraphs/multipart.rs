//! Reads `multipart/mixed` bodies of Apollo's subscription protocol 1.0.
//!
//! Some servers write a part's delimiter only before the next part. A part is therefore taken as whole when its
//! JSON value is, so that an event never waits for its successor.

use bytes::{Buf, Bytes, BytesMut};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::frames::{Frame, FrameError, FrameParser};

/// Takes the body's bytes as they come and gives whole GraphQL responses.
#[derive(Debug)]
pub(super) struct MultipartParser {
    /// `--` and the boundary.
    delimiter: Vec<u8>,
    buffer: BytesMut,
    state: State,
    ended: bool,
}

#[derive(Debug)]
enum State {
    /// Looking for the next delimiter.
    Between,
    /// Behind a delimiter, before the part's headers.
    Delimiter,
    Headers,
    Body(JsonScanner),
}

/// One part, as Apollo writes it; a plain GraphQL response has neither field and is passed on as it is.
#[derive(Deserialize)]
struct Part<'part> {
    #[serde(borrow, default, deserialize_with = "present")]
    payload: Option<&'part RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    errors: Option<&'part RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    data: Option<&'part RawValue>,
}

/// Keeps a `null` that is written apart from a field that is absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl MultipartParser {
    pub(super) fn new(boundary: &str) -> Self {
        Self {
            delimiter: format!("--{boundary}").into_bytes(),
            buffer: BytesMut::new(),
            state: State::Between,
            ended: false,
        }
    }

    /// The boundary that a `content-type` names; Apollo's default is `-`.
    pub(super) fn boundary_of(content_type: &str) -> &str {
        content_type
            .split(';')
            .filter_map(|parameter| parameter.trim().split_once('='))
            .find(|(name, _)| name.eq_ignore_ascii_case("boundary"))
            .map_or("-", |(_, value)| value.trim_matches('"'))
    }

    /// Moves on by one state, if enough bytes are there. A part's JSON is given back when it is whole.
    fn step(&mut self) -> Step {
        match &mut self.state {
            State::Between => {
                let found =
                    self.buffer.windows(self.delimiter.len()).position(|window| window == self.delimiter);
                let Some(position) = found else { return Step::Wait };
                self.buffer.advance(position + self.delimiter.len());
                self.state = State::Delimiter;
                Step::Again
            }
            State::Delimiter => {
                if self.buffer.starts_with(b"--") {
                    self.ended = true;
                    return Step::Again;
                }
                self.skip_line(|state| *state = State::Headers)
            }
            State::Headers => {
                let blank = self.buffer.starts_with(b"\r\n") || self.buffer.starts_with(b"\n");
                self.skip_line(|state| {
                    if blank {
                        *state = State::Body(JsonScanner::default());
                    }
                })
            }
            State::Body(scanner) => match scanner.scan(&self.buffer) {
                Some(end) => {
                    self.state = State::Between;
                    Step::Part(self.buffer.split_to(end).freeze())
                }
                None => Step::Wait,
            },
        }
    }

    fn skip_line(&mut self, and_then: impl FnOnce(&mut State)) -> Step {
        let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') else {
            return Step::Wait;
        };
        self.buffer.advance(end + 1);
        and_then(&mut self.state);
        Step::Again
    }

    /// The frame that a part stands for; a heartbeat stands for none.
    fn frame(&mut self, part: Bytes) -> Result<Option<Frame>, FrameError> {
        let parsed: Part<'_> = serde_json::from_slice(&part)
            .map_err(|error| FrameError(format!("a part is not a JSON object: {error}")))?;
        if let Some(payload) = parsed.payload.filter(|payload| payload.get() != "null") {
            return Ok(Some(Frame::Item(part.slice_ref(payload.get().as_bytes()))));
        }
        if parsed.data.is_some() {
            return Ok(Some(Frame::Item(part)));
        }
        if let Some(errors) = parsed.errors {
            // The stream itself failed: this is the last thing it says.
            self.ended = true;
            return Ok(Some(Frame::Item(format!("{{\"errors\":{}}}", errors.get()).into())));
        }
        Ok(None)
    }
}

enum Step {
    Again,
    Wait,
    Part(Bytes),
}

impl FrameParser for MultipartParser {
    fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    fn buffered(&self) -> usize {
        self.buffer.len()
    }

    fn next(&mut self) -> Result<Option<Frame>, FrameError> {
        loop {
            if self.ended {
                return Ok(Some(Frame::End));
            }
            match self.step() {
                Step::Again => {}
                Step::Wait => return Ok(None),
                Step::Part(part) => {
                    if let Some(frame) = self.frame(part)? {
                        return Ok(Some(frame));
                    }
                }
            }
        }
    }
}

/// Finds the end of one JSON object without parsing it, remembering where it stopped.
#[derive(Debug, Default)]
struct JsonScanner {
    position: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl JsonScanner {
    fn scan(&mut self, bytes: &[u8]) -> Option<usize> {
        while let Some(byte) = bytes.get(self.position) {
            self.position += 1;
            if self.escaped {
                self.escaped = false;
                continue;
            }
            match byte {
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                b'{' | b'[' if !self.in_string => self.depth += 1,
                b'}' | b']' if !self.in_string => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(self.position);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(chunks: &[&str]) -> Vec<Frame> {
        let mut parser = MultipartParser::new("graphql");
        let mut frames = Vec::new();
        for chunk in chunks {
            parser.push(chunk.as_bytes());
            while let Some(frame) = parser.next().unwrap() {
                frames.push(frame.clone());
                if frame == Frame::End {
                    return frames;
                }
            }
        }
        frames
    }

    const PART: &str = "--graphql\r\ncontent-type: application/json\r\n\r\n";

    #[test]
    fn parts_come_out_as_soon_as_their_json_is_whole_however_the_bytes_are_cut() {
        let text = format!(
            "\r\n{PART}{{}}\r\n{PART}{{\"payload\":{{\"data\":{{\"a\":\"}}\\\"{{\"}}}}}}\r\n{PART}{{\"data\":null}}\r\n--graphql--\r\n"
        );
        let expected = vec![
            Frame::Item(Bytes::from_static(br#"{"data":{"a":"}\"{"}}"#)),
            Frame::Item(Bytes::from_static(br#"{"data":null}"#)),
            Frame::End,
        ];
        assert_eq!(parse(&[&text]), expected);
        let single: Vec<String> = text.chars().map(String::from).collect();
        assert_eq!(parse(&single.iter().map(String::as_str).collect::<Vec<_>>()), expected);
        let unfinished = format!("{PART}{{\"payload\":{{\"data\":1}}}}");
        assert_eq!(parse(&[&unfinished]), [Frame::Item(Bytes::from_static(br#"{"data":1}"#))]);
    }

    #[test]
    fn an_error_of_the_stream_itself_is_its_last_item() {
        let text = format!("{PART}{{\"payload\":null,\"errors\":[{{\"message\":\"gone\"}}]}}\r\n");
        let expected = [Frame::Item(Bytes::from_static(br#"{"errors":[{"message":"gone"}]}"#)), Frame::End];
        assert_eq!(parse(&[&text]), expected);
    }

    #[test]
    fn the_boundary_is_read_from_the_content_type() {
        assert_eq!(MultipartParser::boundary_of("multipart/mixed; boundary=\"a b\"; x=y"), "a b");
        assert_eq!(MultipartParser::boundary_of("multipart/mixed;Boundary=graphql"), "graphql");
        assert_eq!(MultipartParser::boundary_of("multipart/mixed"), "-");
    }
}
