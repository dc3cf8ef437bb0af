//! Automatic persisted queries: what clients have sent once, by its hash.

use std::sync::Arc;

use moka::sync::Cache;

use super::{DocumentError, digest::Digest};

/// What an entry costs besides its text.
const OVERHEAD: usize = 128;

/// Documents by the hash of their text, bounded by their bytes.
#[derive(Debug)]
pub(super) struct AutomaticDocuments {
    by_hash: Cache<Digest, Arc<str>>,
    max_document_bytes: usize,
}

impl AutomaticDocuments {
    pub(super) fn new(max_bytes: u64, max_document_bytes: usize) -> Self {
        let weigh = |_: &Digest, text: &Arc<str>| u32::try_from(text.len() + OVERHEAD).unwrap_or(u32::MAX);
        Self { by_hash: Cache::builder().weigher(weigh).max_capacity(max_bytes).build(), max_document_bytes }
    }

    /// The text with this hash: the one that came along, which is remembered, or one from before.
    pub(super) fn remembered(&self, hash: Digest, text: Option<String>) -> Result<String, DocumentError> {
        let Some(text) = text else {
            return self.by_hash.get(&hash).map(|text| text.to_string()).ok_or(DocumentError::NotFound);
        };
        // Without this check a client could put its own document in another's place.
        if Digest::of(&text) != hash {
            return Err(DocumentError::Mismatch);
        }
        if text.len() <= self.max_document_bytes && !self.by_hash.contains_key(&hash) {
            self.by_hash.insert(hash, text.as_str().into());
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_stays_within_its_bytes_whatever_is_sent() {
        let documents = AutomaticDocuments::new(100_000, 2_000);
        for number in 0..10_000 {
            let text = format!("{{ a{number} }}{}", " ".repeat(900));
            assert_eq!(documents.remembered(Digest::of(&text), Some(text.clone())), Ok(text));
        }
        let long = " ".repeat(2_001);
        documents.remembered(Digest::of(&long), Some(long.clone())).unwrap();
        documents.by_hash.run_pending_tasks();
        assert!(documents.by_hash.weighted_size() <= 100_000, "{}", documents.by_hash.weighted_size());
        assert_eq!(documents.remembered(Digest::of(&long), None), Err(DocumentError::NotFound));
    }
}
