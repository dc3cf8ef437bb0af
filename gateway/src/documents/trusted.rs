//! Trusted documents: those that the builds of known clients wrote down.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use moka::sync::Cache;

use super::{TrustedDocumentsConfig, digest::Digest, manifest, manifest::ManifestError};

/// Of how many strange documents it is remembered that they were logged.
const REMEMBERED_STRANGERS: u64 = 10_000;
/// Longer names are cut in the log.
const MAX_NAME: usize = 80;

/// The manifest's documents.
#[derive(Debug)]
pub(super) struct TrustedDocuments {
    by_id: HashMap<String, Arc<str>>,
    /// Of texts without the white space around them.
    hashes: HashSet<Digest>,
    enforce: bool,
    logged: Cache<Digest, ()>,
}

impl TrustedDocuments {
    pub(super) fn load(config: &TrustedDocumentsConfig) -> Result<Self, ManifestError> {
        let documents = manifest::load(&config.manifest)?;
        let mut by_id = HashMap::with_capacity(documents.len() * 2);
        let mut hashes = HashSet::with_capacity(documents.len());
        for (id, text) in documents {
            let text: Arc<str> = text.into();
            hashes.insert(Digest::of(text.trim()));
            // Clients that hash by themselves may name any document of the list by its hash.
            by_id.entry(Digest::of(&text).to_string()).or_insert_with(|| Arc::clone(&text));
            by_id.insert(id, text);
        }
        tracing::info!(documents = hashes.len(), enforce = config.enforce, "trusted documents are known");
        Ok(Self { by_id, hashes, enforce: config.enforce, logged: Cache::new(REMEMBERED_STRANGERS) })
    }

    pub(super) fn enforce(&self) -> bool {
        self.enforce
    }

    /// The document of this id, which may be prefixed by its kind, as in `sha256:…`.
    pub(super) fn by_id(&self, id: &str) -> Option<&str> {
        let found = self.by_id.get(id).or_else(|| self.by_id.get(id.strip_prefix("sha256:")?));
        found.map(|text| &**text)
    }

    /// Whether the text is one of the list.
    pub(super) fn holds(&self, text: &str) -> bool {
        self.hashes.contains(&Digest::of(text.trim()))
    }

    /// Says once what was run without being on the list.
    pub(super) fn log_stranger(&self, text: &str, operation_name: Option<&str>) {
        let hash = Digest::of(text);
        if self.logged.contains_key(&hash) {
            return;
        }
        self.logged.insert(hash, ());
        let operation: String = operation_name.unwrap_or_default().chars().take(MAX_NAME).collect();
        tracing::warn!(%hash, ?operation, "a document that is not trusted was run");
    }
}
