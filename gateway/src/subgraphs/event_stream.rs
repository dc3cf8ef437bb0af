//! Reads `text/event-stream` bodies of the graphql-sse protocol, distinct connections mode.

use bytes::{Bytes, BytesMut};

use super::frames::{Frame, FrameError, FrameParser};

/// Takes the body's bytes as they come and gives whole GraphQL responses.
#[derive(Debug, Default)]
pub(super) struct EventStreamParser {
    buffer: BytesMut,
    /// How far `buffer` was searched for a line's end.
    searched: usize,
    event: Option<Event>,
    data: Option<BytesMut>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Next,
    Complete,
    Other,
}

impl FrameParser for EventStreamParser {
    fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    fn buffered(&self) -> usize {
        self.buffer.len() + self.data.as_ref().map_or(0, BytesMut::len)
    }

    fn next(&mut self) -> Result<Option<Frame>, FrameError> {
        while let Some(line) = self.take_line() {
            if line.is_empty() {
                if let Some(frame) = self.dispatch() {
                    return Ok(Some(frame));
                }
            } else {
                self.field(&line);
            }
        }
        Ok(None)
    }
}

impl EventStreamParser {
    /// One line without its end; `None` until the end has come.
    fn take_line(&mut self) -> Option<Bytes> {
        let end = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n');
        let Some(end) = end.map(|offset| self.searched + offset) else {
            self.searched = self.buffer.len();
            return None;
        };
        self.searched = 0;
        let mut line = self.buffer.split_to(end + 1).freeze();
        line.truncate(end);
        if line.ends_with(b"\r") {
            line.truncate(end - 1);
        }
        Some(line)
    }

    fn field(&mut self, line: &[u8]) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match &line[..colon] {
            b"event" => {
                self.event = Some(match value {
                    b"next" => Event::Next,
                    b"complete" => Event::Complete,
                    _ => Event::Other,
                });
            }
            b"data" => match &mut self.data {
                Some(data) => {
                    data.extend_from_slice(b"\n");
                    data.extend_from_slice(value);
                }
                None => self.data = Some(BytesMut::from(value)),
            },
            // Comments (heartbeats), `id` and `retry` carry nothing for us.
            _ => {}
        }
    }

    fn dispatch(&mut self) -> Option<Frame> {
        let data = self.data.take();
        match (self.event.take(), data) {
            (Some(Event::Complete), _) => Some(Frame::End),
            (None | Some(Event::Next), Some(data)) if !data.is_empty() => Some(Frame::Item(data.freeze())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(chunks: &[&str]) -> Vec<Frame> {
        let mut parser = EventStreamParser::default();
        let mut frames = Vec::new();
        for chunk in chunks {
            parser.push(chunk.as_bytes());
            while let Some(frame) = parser.next().unwrap() {
                frames.push(frame);
            }
        }
        frames
    }

    #[test]
    fn events_come_out_whole_however_the_bytes_are_cut() {
        let text = ":\n\nevent: next\r\ndata: {\"data\":1}\r\n\r\n:hb\n\nevent:next\ndata:{\ndata:}\n\nevent: other\ndata: x\n\nevent: complete\ndata:\n\n";
        let expected = vec![
            Frame::Item(Bytes::from_static(b"{\"data\":1}")),
            Frame::Item(Bytes::from_static(b"{\n}")),
            Frame::End,
        ];
        assert_eq!(parse(&[text]), expected);
        let single: Vec<String> = text.chars().map(String::from).collect();
        assert_eq!(parse(&single.iter().map(String::as_str).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn a_complete_event_without_data_ends_too() {
        assert_eq!(parse(&["event: complete\n\n"]), [Frame::End]);
    }
}
