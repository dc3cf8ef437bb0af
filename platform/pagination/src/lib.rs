#![doc = include_str!("../README.md")]

mod cursor;

pub use cursor::{Cursor, CursorError};
use serde::{Serialize, de::DeserializeOwned};

/// The page size when none is asked for.
pub const DEFAULT_LIMIT: u32 = 20;
/// The largest page size.
pub const MAX_LIMIT: u32 = 100;

/// What a list is ordered by, and the name that its cursors carry.
pub trait Key: Serialize + DeserializeOwned + Clone {
    const KIND: &'static str;
}

/// The four arguments of a connection, as a client gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageArguments {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the start of the list: `first`, `after`.
    Forward,
    /// From its end: `last`, `before`.
    Backward,
}

/// A page to read: at most `limit` rows in `direction`, strictly between `after` and `before`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<K> {
    pub direction: Direction,
    pub limit: u32,
    pub after: Option<K>,
    pub before: Option<K>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    #[error("give `first` or `last`, not both")]
    BothDirections,
    #[error("`{argument}` must be from 0 to {MAX_LIMIT}")]
    Size { argument: &'static str },
    #[error("`{argument}` is not a cursor of this list")]
    Cursor { argument: &'static str },
}

impl<K: Key> PageRequest<K> {
    pub fn parse(arguments: &PageArguments) -> Result<Self, PageError> {
        let (direction, size, argument) = match (arguments.first, arguments.last) {
            (Some(_), Some(_)) => return Err(PageError::BothDirections),
            (None, Some(last)) => (Direction::Backward, last, "last"),
            (Some(first), None) => (Direction::Forward, first, "first"),
            (None, None) => (Direction::Forward, DEFAULT_LIMIT.cast_signed(), "first"),
        };
        let limit = u32::try_from(size).ok().filter(|limit| *limit <= MAX_LIMIT);
        Ok(Self {
            direction,
            limit: limit.ok_or(PageError::Size { argument })?,
            after: decode(arguments.after.as_deref(), "after")?,
            before: decode(arguments.before.as_deref(), "before")?,
        })
    }
}

impl<K> PageRequest<K> {
    /// How many rows to read: one more than the page holds, to know whether there is more.
    pub fn rows_to_read(&self) -> u64 {
        u64::from(self.limit) + 1
    }
}

impl<K> Default for PageRequest<K> {
    fn default() -> Self {
        Self { direction: Direction::Forward, limit: DEFAULT_LIMIT, after: None, before: None }
    }
}

fn decode<K: Key>(text: Option<&str>, argument: &'static str) -> Result<Option<K>, PageError> {
    text.map(|text| Cursor::decode(text).map_err(|_| PageError::Cursor { argument })).transpose()
}

/// A page as read, in list order whichever the direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<T> {
    pub items: Vec<T>,
    pub has_next: bool,
    pub has_previous: bool,
}

impl<T> Slice<T> {
    /// Makes a page of the rows read for `request`: up to `rows_to_read`, nearest first in its direction.
    pub fn from_rows<K>(mut rows: Vec<T>, request: &PageRequest<K>) -> Self {
        let limit = request.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        match request.direction {
            Direction::Forward => Self { items: rows, has_next: more, has_previous: request.after.is_some() },
            Direction::Backward => {
                rows.reverse();
                Self { items: rows, has_next: request.before.is_some(), has_previous: more }
            }
        }
    }

    pub fn empty() -> Self {
        Self { items: Vec::new(), has_next: false, has_previous: false }
    }

    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Slice<U> {
        Slice {
            items: self.items.into_iter().map(each).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    struct Number(u32);

    impl Key for Number {
        const KIND: &'static str = "number";
    }

    /// Reads a page of `0..count` as a store would.
    fn read(count: u32, request: &PageRequest<Number>) -> Slice<u32> {
        let inside = |n: &u32| {
            request.after.as_ref().is_none_or(|after| *n > after.0)
                && request.before.as_ref().is_none_or(|before| *n < before.0)
        };
        let limit = usize::try_from(request.rows_to_read()).unwrap();
        let rows: Vec<u32> = match request.direction {
            Direction::Forward => (0..count).filter(inside).take(limit).collect(),
            Direction::Backward => (0..count).rev().filter(inside).take(limit).collect(),
        };
        Slice::from_rows(rows, request)
    }

    #[test]
    fn sizes_out_of_range_and_foreign_cursors_are_refused() {
        let parse = |arguments| PageRequest::<Number>::parse(&arguments).unwrap_err();
        let size = PageArguments { first: Some(101), ..Default::default() };
        assert_eq!(parse(size), PageError::Size { argument: "first" });
        let negative = PageArguments { last: Some(-1), ..Default::default() };
        assert_eq!(parse(negative), PageError::Size { argument: "last" });
        let both = PageArguments { first: Some(1), last: Some(1), ..Default::default() };
        assert_eq!(parse(both), PageError::BothDirections);
        let malformed = PageArguments { after: Some("nonsense".into()), ..Default::default() };
        assert_eq!(parse(malformed), PageError::Cursor { argument: "after" });
    }

    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    struct Name(String);

    impl Key for Name {
        const KIND: &'static str = "name";
    }

    #[test]
    fn a_text_that_no_database_holds_is_no_key() {
        for (name, is_key) in [("Ada \\u0001 «Ω»", true), ("Ada\0", false)] {
            let cursor = Cursor::encode(&Name(name.to_owned()));
            assert_eq!(Cursor::decode::<Name>(cursor.as_str()).is_ok(), is_key, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn walking_forward_or_backward_sees_everything_once(count in 0_u32..250, size in 1_i32..=100, forward: bool) {
            let mut seen = Vec::new();
            let mut arguments = PageArguments::default();
            loop {
                if forward { arguments.first = Some(size) } else { arguments.last = Some(size) }
                let slice = read(count, &PageRequest::parse(&arguments).unwrap());
                let edge = |n: Option<&u32>| n.map(|n| Cursor::encode(&Number(*n)).into_string());
                if forward {
                    seen.extend(slice.items.iter().copied());
                    arguments.after = edge(slice.items.last());
                    if !slice.has_next { break }
                } else {
                    seen.splice(0..0, slice.items.iter().copied());
                    arguments.before = edge(slice.items.first());
                    if !slice.has_previous { break }
                }
            }
            prop_assert_eq!(seen, (0..count).collect::<Vec<_>>());
        }
    }
}
