//! Names that nobody can guess.

/// 120 random bits as text; `None` when the operating system has none to give.
pub(crate) fn token() -> Option<String> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().filter_map(|byte| char::from_digit(u32::from(byte % 32), 32)).collect())
}
