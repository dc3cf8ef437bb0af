//! Notes as the database keeps them: sealed, each for the entry that it stands in.

use ids::MoodId;
use keyring::{Keyring, Sealed};

use super::StoreError;
use crate::entries::model::Note;

pub(super) fn seal(keys: &Keyring, entry: MoodId, note: &Note) -> Result<Sealed, StoreError> {
    let sealed = keys.seal(note.text(), &place(entry));
    sealed.map_err(|error| StoreError::Custom(format!("the note of {entry} can't be sealed: {error}")))
}

/// A note without a key is from before notes were sealed.
pub(crate) fn open(
    keys: &Keyring,
    entry: MoodId,
    body: String,
    key_id: Option<String>,
) -> Result<Note, StoreError> {
    let Some(key_id) = key_id else {
        return Ok(Note::from_store(body));
    };
    let text = keys.open(&Sealed { key_id, body }, &place(entry));
    let unreadable = |error| StoreError::Custom(format!("the note of {entry} can't be read: {error}"));
    text.map(Note::from_store).map_err(unreadable)
}

/// A note that is moved to another entry can't be opened there.
fn place(entry: MoodId) -> String {
    format!("moods.note/{entry}")
}
