//! The passwords that are tried first.

use std::{collections::HashSet, sync::LazyLock};

/// Well-known from published lists, in lower case; shorter ones are refused for their length.
const LIST: &str = include_str!("well_known.txt");

static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| LIST.split_ascii_whitespace().collect());

/// Whether the password, in lower case, is a common one.
pub(crate) fn contains(password: &str) -> bool {
    COMMON.contains(password)
}
